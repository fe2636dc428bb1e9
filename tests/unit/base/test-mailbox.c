#include "rj-mailbox.h"

enum { N_THREADS = 4, N_LETTERS = 500 };

typedef struct {
  GObject *owner;
  RjMailbox *mailbox;
  GPtrArray *seen; /* contents, in the order of delivery */
  guint n_order_faults;
  guint last[N_THREADS];
} Fixture;

static Fixture *current; /* letters carry numbers only */
static int n_freed;      /* atomic */

static void
set_up (Fixture *f, gconstpointer unused)
{
  current = f;
  n_freed = 0;
  f->owner = g_object_new (G_TYPE_OBJECT, NULL);
  f->mailbox = rj_mailbox_new (f->owner, G_PRIORITY_DEFAULT);
  f->seen = g_ptr_array_new ();
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_clear_object (&f->owner);
  g_clear_pointer (&f->mailbox, rj_mailbox_unref);
  g_ptr_array_unref (f->seen);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
count_freed (gpointer letter)
{
  g_atomic_int_inc (&n_freed);
}

static void
on_letter (gpointer owner, gpointer letter)
{
  guint number = GPOINTER_TO_UINT (letter);
  guint thread = number / 10000;

  g_assert_true (owner == current->owner);
  if (number % 10000 < current->last[thread])
    current->n_order_faults++;
  current->last[thread] = number % 10000;
  g_ptr_array_add (current->seen, letter);
}

static void
post (Fixture *f, guint number)
{
  rj_mailbox_post (f->mailbox, on_letter, GUINT_TO_POINTER (number), count_freed);
}

static gpointer
post_many (gpointer user_data)
{
  guint thread = GPOINTER_TO_UINT (user_data);

  for (guint i = 0; i < N_LETTERS; i++)
    post (current, thread * 10000 + i);
  return NULL;
}

static void
run_loop (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
test_letters_wait_for_the_loop_and_keep_their_order (Fixture *f, gconstpointer unused)
{
  post (f, 1);
  post (f, 2);
  g_assert_cmpuint (f->seen->len, ==, 0);
  run_loop ();
  post (f, 3);
  run_loop ();
  g_assert_cmpuint (f->seen->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (GPOINTER_TO_UINT (g_ptr_array_index (f->seen, i)), ==, i + 1);
  g_assert_cmpint (n_freed, ==, 3);
}

static void
test_threads_post_while_the_loop_runs (Fixture *f, gconstpointer unused)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("poster", post_many, GUINT_TO_POINTER (i));
  while (f->seen->len < N_THREADS * N_LETTERS)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (f->n_order_faults, ==, 0);
  g_assert_cmpint (g_atomic_int_get (&n_freed), ==, N_THREADS * N_LETTERS);
}

static void
test_a_closed_mailbox_frees_letters_unread (Fixture *f, gconstpointer unused)
{
  post (f, 1);
  rj_mailbox_close (f->mailbox);
  g_assert_cmpint (n_freed, ==, 1);
  post (f, 2);
  g_assert_cmpint (n_freed, ==, 2);
  run_loop ();
  g_assert_cmpuint (f->seen->len, ==, 0);
  rj_mailbox_close (f->mailbox);
}

static void
on_close (gpointer owner, gpointer letter)
{
  on_letter (owner, letter);
  rj_mailbox_close (current->mailbox);
}

static void
test_a_letter_may_close_the_mailbox (Fixture *f, gconstpointer unused)
{
  rj_mailbox_post (f->mailbox, on_close, GUINT_TO_POINTER (1), count_freed);
  post (f, 2);
  post (f, 3);
  run_loop ();
  g_assert_cmpuint (f->seen->len, ==, 1);
  g_assert_cmpint (n_freed, ==, 3);
}

static void
test_a_dead_owner_hears_nothing (Fixture *f, gconstpointer unused)
{
  post (f, 1);
  g_clear_object (&f->owner);
  post (f, 2);
  run_loop ();
  g_assert_cmpuint (f->seen->len, ==, 0);
  g_assert_cmpint (n_freed, ==, 2);
}

static void
on_drop_owner (gpointer owner, gpointer letter)
{
  on_letter (owner, letter);
  g_object_unref (current->owner); /* the caller still holds one */
}

static void
test_an_owner_that_lets_go_of_itself_lives_until_the_letters_are_read (Fixture *f,
                                                                       gconstpointer unused)
{
  gpointer weak = f->owner;

  g_object_add_weak_pointer (f->owner, &weak);
  rj_mailbox_post (f->mailbox, on_drop_owner, GUINT_TO_POINTER (1), count_freed);
  run_loop ();
  g_assert_cmpuint (f->seen->len, ==, 1);
  g_assert_null (weak);
  f->owner = NULL;
}

static void
test_letters_may_be_posted_without_a_free_function (Fixture *f, gconstpointer unused)
{
  rj_mailbox_post (f->mailbox, on_letter, GUINT_TO_POINTER (1), NULL);
  run_loop ();
  g_assert_cmpuint (f->seen->len, ==, 1);
}

static void
on_again (gpointer owner, gpointer letter)
{
  on_letter (owner, letter);
  rj_mailbox_post (current->mailbox, on_again, letter, NULL);
}

static gboolean
on_tick (gpointer user_data)
{
  guint *n_ticks = user_data;

  (*n_ticks)++;
  return G_SOURCE_CONTINUE;
}

/* a sender that never stops leaves the others their turn */
static void
test_a_busy_mailbox_does_not_starve_the_loop (Fixture *f, gconstpointer unused)
{
  guint n_ticks = 0;
  guint tick = g_idle_add_full (G_PRIORITY_DEFAULT, on_tick, &n_ticks, NULL);

  rj_mailbox_post (f->mailbox, on_again, NULL, NULL);
  for (guint i = 0; i < 10; i++)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  rj_mailbox_close (f->mailbox);
  g_assert_cmpuint (n_ticks, ==, 10);
  g_assert_cmpuint (f->seen->len, ==, 10);
}

static void
test_letters_go_to_the_context_of_the_maker (Fixture *f, gconstpointer unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  rj_mailbox_unref (f->mailbox);
  g_main_context_push_thread_default (context);
  f->mailbox = rj_mailbox_new (f->owner, G_PRIORITY_DEFAULT);
  g_main_context_pop_thread_default (context);
  post (f, 1);
  run_loop ();
  g_assert_cmpuint (f->seen->len, ==, 0);
  g_main_context_iteration (context, FALSE);
  g_assert_cmpuint (f->seen->len, ==, 1);
}

static void
test_the_last_reference_frees_what_was_never_read (Fixture *f, gconstpointer unused)
{
  RjMailbox *second = rj_mailbox_ref (f->mailbox);

  post (f, 1);
  g_clear_pointer (&f->mailbox, rj_mailbox_unref);
  rj_mailbox_unref (second);
  run_loop (); /* the attached source held the last one: the letter still arrives */
  g_assert_cmpuint (f->seen->len, ==, 1);
  g_assert_cmpint (n_freed, ==, 1);
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/base/mailbox/order", test_letters_wait_for_the_loop_and_keep_their_order);
  ADD ("/base/mailbox/threads", test_threads_post_while_the_loop_runs);
  ADD ("/base/mailbox/close", test_a_closed_mailbox_frees_letters_unread);
  ADD ("/base/mailbox/close-inside", test_a_letter_may_close_the_mailbox);
  ADD ("/base/mailbox/dead-owner", test_a_dead_owner_hears_nothing);
  ADD ("/base/mailbox/self-drop",
       test_an_owner_that_lets_go_of_itself_lives_until_the_letters_are_read);
  ADD ("/base/mailbox/no-free", test_letters_may_be_posted_without_a_free_function);
  ADD ("/base/mailbox/busy", test_a_busy_mailbox_does_not_starve_the_loop);
  ADD ("/base/mailbox/context", test_letters_go_to_the_context_of_the_maker);
  ADD ("/base/mailbox/last-reference", test_the_last_reference_frees_what_was_never_read);
  return g_test_run ();
}
