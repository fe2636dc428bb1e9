/* The node as a process: stopped by SIGTERM, killed by SIGKILL, and back on the same port */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rj-ice-peer.h"
#include "rj-node.h"
#include "rjt-control.h"

static const char *program;

typedef struct {
  GSubprocess *process;
  guint port;
  gboolean ended;
} Child;

static void
on_ended (GObject *process, GAsyncResult *result, gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (process), result, NULL);
  ((Child *) user_data)->ended = TRUE;
}

static void
start (Child *child, guint port)
{
  g_autofree char *port_text = g_strdup_printf ("%u", port);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) out = NULL;
  g_autofree char *line = NULL;

  *child = (Child){ 0 };
  child->process =
    g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--node", port_text, NULL);
  g_assert_no_error (error);
  g_subprocess_wait_async (child->process, NULL, on_ended, child);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child->process));
  line = g_data_input_stream_read_line (out, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  child->port = (guint) atoi (line);
  g_assert_cmpuint (child->port, >, 0);
}

static void
clear (Child *child)
{
  RJT_WAIT (child->ended);
  g_object_unref (child->process);
}

/* With sockets, endpoints and candidates in the air */
static void
test_sigterm_stops_cleanly (void)
{
  g_autoptr (RjtControl) control = NULL;
  g_autofree char *endpoint = NULL;
  Child child;

  start (&child, 0);
  control = rjt_control_new (child.port);
  rjt_control_greet (control);
  endpoint = g_strdup (rjt_control_create (control, RJ_KMS_WEBRTC,
                                           rjt_control_create (control, RJ_KMS_PIPELINE, NULL)));
  rjt_control_do (control, RJ_KMS_INVOKE,
                  rj_kms_invoke (control->session, endpoint, RJ_KMS_GENERATE_OFFER, NULL));
  rjt_control_send (control, RJ_KMS_INVOKE,
                    rj_kms_invoke (control->session, endpoint, RJ_KMS_GATHER_CANDIDATES, NULL));
  g_subprocess_send_signal (child.process, SIGTERM);
  RJT_WAIT (control->closed);
  RJT_WAIT (child.ended);
  g_assert_true (g_subprocess_get_if_exited (child.process));
  g_assert_cmpint (g_subprocess_get_exit_status (child.process), ==, 0);
  clear (&child);
}

static void
test_killed_and_back_on_its_port (void)
{
  g_autoptr (RjtControl) before = NULL;
  g_autoptr (RjtControl) after = NULL;
  Child first;
  Child second;

  start (&first, 0);
  before = rjt_control_new (first.port);
  rjt_control_greet (before);
  g_subprocess_send_signal (first.process, SIGKILL);
  RJT_WAIT (before->closed);
  g_assert_cmpint (soup_websocket_connection_get_close_code (before->socket), ==,
                   0); /* none said */
  RJT_WAIT (first.ended);

  start (&second, first.port);
  g_assert_cmpuint (second.port, ==, first.port);
  after = rjt_control_new (second.port);
  rjt_control_fail (after, RJ_KMS_CONNECT, rj_kms_connect (before->session),
                    RJ_KMS_CODE_INVALID_SESSION);
  g_subprocess_send_signal (second.process, SIGKILL);
  clear (&second);
  clear (&first);
}

static void
test_port_in_use_is_said (void)
{
  g_autofree char *port_text = NULL;
  g_autofree char *error_text = NULL;
  g_autoptr (GSubprocess) second = NULL;
  Child first;

  start (&first, 0);
  port_text = g_strdup_printf ("%u", first.port);
  second = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE,
                             NULL, program, "--node", port_text, NULL);
  g_assert_true (g_subprocess_communicate_utf8 (second, NULL, NULL, NULL, &error_text, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (second), ==, 4);
  g_assert_nonnull (strstr (error_text, port_text));
  g_subprocess_send_signal (first.process, SIGTERM);
  clear (&first);
}

static void
on_ready (guint port, gpointer unused)
{
  printf ("%u\n", port);
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  RjNodeConfig config = { .loopback_only = TRUE };

  program = argv[0];
  if (argc == 3 && g_str_equal (argv[1], "--node")) {
    config.port = (guint) atoi (argv[2]);
    return rj_node_main (&config, on_ready, NULL);
  }
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/process/sigterm-stops-cleanly", test_sigterm_stops_cleanly);
  g_test_add_func ("/node/process/killed-and-back-on-its-port", test_killed_and_back_on_its_port);
  g_test_add_func ("/node/process/port-in-use-is-said", test_port_in_use_is_said);
  return g_test_run ();
}
