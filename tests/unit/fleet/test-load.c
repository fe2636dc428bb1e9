/* What /proc says of the machine and of our sockets, from a folder of the test's own */
#include "rj-load.h"

#include <glib/gstdio.h>
#include <unistd.h>

typedef struct {
  char *proc;
  RjLoad *load;
  RjLoadSample sample;
} Fixture;

static void
put (Fixture *f, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (f->proc, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
put_socket (Fixture *f, const char *fd, const char *inode)
{
  g_autofree char *folder = g_build_filename (f->proc, "self", "fd", NULL);
  g_autofree char *path = g_build_filename (folder, fd, NULL);
  g_autofree char *target = g_strdup_printf ("socket:[%s]", inode);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_unlink (path);
  g_assert_cmpint (symlink (target, path), ==, 0);
}

static void
put_drops (Fixture *f, const char *inode, guint drops, const char *other, guint other_drops)
{
  g_autofree char *text =
    g_strdup_printf ("   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt "
                     "  uid  timeout inode ref "
                     "pointer drops\n"
                     " 1232: 0100007F:A6B0 00000000:0000 07 00000000:00000000 00:00000000 00000000 "
                     "    0        0 %s 2 "
                     "0000000035d4c2f8 %u\n"
                     " 1233: 0100007F:A6B1 00000000:0000 07 00000000:00000000 00:00000000 00000000 "
                     "    0        0 %s 2 "
                     "0000000035d4c2f9 %u\n",
                     inode, drops, other, other_drops);

  put (f, "self/net/udp", text);
}

static void
take (Fixture *f)
{
  rj_load_take (f->load, 1000000, &f->sample);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->proc = g_dir_make_tmp ("rejoin-proc-XXXXXX", NULL);
  f->load = rj_load_new (f->proc);
}

static void
remove_all (const char *path)
{
  GDir *folder = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *inner = g_build_filename (path, name, NULL);

    remove_all (inner);
  }
  if (folder != NULL)
    g_dir_close (folder);
  g_remove (path);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rj_load_free (f->load);
  remove_all (f->proc);
  g_free (f->proc);
}

static void
test_nothing_to_read (Fixture *f, gconstpointer unused)
{
  take (f);
  g_assert_cmpfloat (f->sample.machine_percent, ==, -1);
  g_assert_cmpint (f->sample.receive_drops, ==, -1);
  g_assert_cmpfloat (f->sample.memory_mb, ==, -1);
  g_assert_cmpint (f->sample.threads, ==, -1);
  g_assert_cmpint (f->sample.files, ==, -1);
}

static void
test_own_size (Fixture *f, gconstpointer unused)
{
  put (f, "self/status", "Name:\tThreads: 9\nVmHWM:\t  9999 kB\nVmRSS:\t  2560 kB\nThreads:\t17\n");
  put_socket (f, "3", "100");
  put_socket (f, "4", "101");
  take (f);
  g_assert_cmpfloat (f->sample.memory_mb, ==, 2.5);
  g_assert_cmpint (f->sample.threads, ==, 17);
  g_assert_cmpint (f->sample.files, ==, 2);
}

static void
test_busy_machine (Fixture *f, gconstpointer unused)
{
  put (f, "stat", "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 2 3\n");
  take (f);
  g_assert_cmpfloat (f->sample.machine_percent, ==, -1); /* since when? */
  put (f, "stat", "cpu  150 5 110 710 105 10 5 5 0 0\n");
  take (f);
  g_assert_cmpfloat_with_epsilon (f->sample.machine_percent, 85, 0.01);
}

static void
test_drops_of_our_sockets (Fixture *f, gconstpointer unused)
{
  put_socket (f, "7", "1001");
  put_drops (f, "1001", 3, "2002", 50);
  take (f);
  g_assert_cmpint (f->sample.receive_drops, ==, 3);
  put_drops (f, "1001", 5, "2002", 90);
  take (f);
  g_assert_cmpint (f->sample.receive_drops, ==, 2);
  take (f);
  g_assert_cmpint (f->sample.receive_drops, ==, 0);
}

/* A number that is used again belongs to another socket, which begins at 0. */
static void
test_number_used_again (Fixture *f, gconstpointer unused)
{
  put_socket (f, "7", "1001");
  put_drops (f, "1001", 9, "2002", 0);
  take (f);
  put_drops (f, "1001", 1, "2002", 0);
  take (f);
  g_assert_cmpint (f->sample.receive_drops, ==, 1);
  put_socket (f, "7", "2002");
  put_drops (f, "1001", 1, "2002", 4);
  take (f);
  g_assert_cmpint (f->sample.receive_drops, ==, 4);
}

#define ADD(name, func) g_test_add ("/load/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("nothing-to-read", test_nothing_to_read);
  ADD ("own-size", test_own_size);
  ADD ("busy-machine", test_busy_machine);
  ADD ("drops-of-our-sockets", test_drops_of_our_sockets);
  ADD ("number-used-again", test_number_used_again);
  return g_test_run ();
}
