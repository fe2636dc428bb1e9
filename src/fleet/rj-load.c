#include "rj-load.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct _RjLoad {
  char *proc;
  gint64 taken_us;
  gint64 own_us;
  guint64 busy, all; /* ticks of /proc/stat */
  GHashTable *drops; /* inode of a socket (string) -> drops so far (guint64 *) */
};

static char *
read_proc (RjLoad *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->proc, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

/* "pid (name) state …": user and system time are words 14 and 15, in ticks. The name may be anything. */
static gint64
read_own_us (RjLoad *self)
{
  g_autofree char *text = read_proc (self, "self/stat");
  const char *end = text == NULL ? NULL : g_strrstr (text, ")");
  guint64 user, system;

  if (end == NULL || sscanf (end,
                             ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" G_GUINT64_FORMAT
                             " %" G_GUINT64_FORMAT,
                             &user, &system) != 2)
    return 0;
  return (gint64) (user + system) * G_USEC_PER_SEC / sysconf (_SC_CLK_TCK);
}

/* "cpu  user nice system idle iowait irq softirq steal guest guest_nice": guests are in user and nice */
static gboolean
read_ticks (RjLoad *self, guint64 *busy, guint64 *all)
{
  g_autofree char *text = read_proc (self, "stat");
  const char *at = text;
  guint64 ticks[8] = { 0 };

  if (text == NULL || !g_str_has_prefix (text, "cpu "))
    return FALSE;
  at += strlen ("cpu ");
  for (guint i = 0; i < G_N_ELEMENTS (ticks); i++) {
    char *end;

    ticks[i] = g_ascii_strtoull (at, &end, 10);
    if (end == at)
      return FALSE;
    at = end;
  }
  *all = 0;
  for (guint i = 0; i < G_N_ELEMENTS (ticks); i++)
    *all += ticks[i];
  *busy = *all - ticks[3] - ticks[4];
  return TRUE;
}

static double
take_machine (RjLoad *self)
{
  guint64 busy, all;
  double percent = -1;

  if (!read_ticks (self, &busy, &all))
    return -1;
  if (self->all > 0 && all > self->all)
    percent = 100.0 * (double) (busy - MIN (busy, self->busy)) / (double) (all - self->all);
  self->busy = busy;
  self->all = all;
  return percent;
}

/* Inodes of the sockets that are ours. Returns: (transfer full) (nullable): a set of strings */
static GHashTable *
list_own_sockets (RjLoad *self, int *n_files)
{
  g_autofree char *path = g_build_filename (self->proc, "self", "fd", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  GHashTable *inodes;
  const char *name;

  *n_files = folder == NULL ? -1 : 0;
  if (folder == NULL)
    return NULL;
  inodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  while ((name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *link = g_build_filename (path, name, NULL);
    char target[64];
    ssize_t size = readlink (link, target, sizeof target - 1);

    ++*n_files;
    if (size <= 0)
      continue;
    target[size] = '\0';
    if (g_str_has_prefix (target, "socket:[") && target[size - 1] == ']')
      g_hash_table_add (inodes, g_strndup (target + 8, (gsize) size - 9));
  }
  return inodes;
}

/* A line of /proc/net/udp: the inode is its tenth word, the drops are its last one. Returns: new drops */
static guint64
take_line (RjLoad *self, const char *line, GHashTable *own)
{
  g_auto (GStrv) split = g_strsplit_set (line, " ", -1);
  const char *words[16];
  guint n = 0;
  guint64 drops, *before;

  for (guint i = 0; split[i] != NULL && n < G_N_ELEMENTS (words); i++)
    if (*split[i] != '\0')
      words[n++] = split[i];
  if (n < 13 || !g_hash_table_contains (own, words[9]))
    return 0;
  drops = g_ascii_strtoull (words[n - 1], NULL, 10);
  before = g_hash_table_lookup (self->drops, words[9]);
  if (before == NULL) {
    before = g_new0 (guint64, 1);
    g_hash_table_insert (self->drops, g_strdup (words[9]), before);
  }
  if (drops < *before) /* another socket by now, that got the number of one that was closed */
    *before = 0;
  drops -= *before;
  *before += drops;
  return drops;
}

static gboolean
is_gone (gpointer inode, gpointer drops, gpointer own)
{
  return !g_hash_table_contains (own, inode);
}

static gint64
take_drops (RjLoad *self, int *n_files)
{
  static const char *const tables[] = { "self/net/udp", "self/net/udp6" };
  g_autoptr (GHashTable) own = list_own_sockets (self, n_files);
  gint64 drops = 0;
  gboolean known = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (tables) && own != NULL; i++) {
    g_autofree char *text = read_proc (self, tables[i]);
    g_auto (GStrv) lines = text == NULL ? NULL : g_strsplit (text, "\n", -1);

    known = known || text != NULL;
    for (guint k = 1; lines != NULL && lines[0] != NULL && lines[k] != NULL; k++)
      drops += (gint64) take_line (self, lines[k], own);
  }
  if (own != NULL)
    g_hash_table_foreach_remove (self->drops, is_gone, own);
  return known ? drops : -1;
}

/* "VmRSS:	    1234 kB", "Threads:	7" */
static void
take_status (RjLoad *self, RjLoadSample *sample)
{
  g_autofree char *text = read_proc (self, "self/status");
  const char *memory = text == NULL ? NULL : strstr (text, "\nVmRSS:");
  const char *threads = text == NULL ? NULL : strstr (text, "\nThreads:");

  sample->memory_mb =
    memory == NULL ? -1 : (double) g_ascii_strtoull (memory + strlen ("\nVmRSS:"), NULL, 10) / 1024;
  sample->threads =
    threads == NULL ? -1 : (int) g_ascii_strtoull (threads + strlen ("\nThreads:"), NULL, 10);
}

void
rj_load_take (RjLoad *self, gint64 now_us, RjLoadSample *sample)
{
  gint64 own_us = read_own_us (self);

  sample->own_percent =
    self->taken_us == 0 || now_us <= self->taken_us
      ? 0
      : 100.0 * (double) (own_us - self->own_us) / (double) (now_us - self->taken_us);
  sample->machine_percent = take_machine (self);
  take_status (self, sample);
  sample->receive_drops = take_drops (self, &sample->files);
  self->taken_us = now_us;
  self->own_us = own_us;
}

RjLoad *
rj_load_new (const char *proc)
{
  RjLoad *self = g_new0 (RjLoad, 1);

  self->proc = g_strdup (proc);
  self->drops = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
rj_load_free (RjLoad *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->drops);
  g_free (self->proc);
  g_free (self);
}
