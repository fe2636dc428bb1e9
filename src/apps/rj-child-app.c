#include "rj-child-app.h"

#include <fcntl.h>
#include <stdio.h>

#include "rj-json.h"
#include "rj-process.h"

JsonObject *
rj_child_app_read_config (void)
{
  char line[16 * 1024];
  JsonObject *config = NULL;

  if (fcntl (RJ_PROCESS_EVENTS_FD, F_GETFD) >= 0 && fgets (line, sizeof line, stdin) != NULL)
    config = rj_json_parse_object (line, -1, NULL);
  if (config == NULL)
    fputs (
      "rejoin: this subcommand is for the embedded cluster itself; see rejoin cluster --help\n",
      stderr);
  return config;
}

RjEventSink *
rj_child_app_open_events (void)
{
  return RJ_EVENT_SINK (rj_event_log_new_for_fd (RJ_PROCESS_EVENTS_FD, "cluster"));
}

void
rj_child_app_say_ready (RjEventSink *events, guint port)
{
  RjEvent *event = rj_event_new ("ready");

  rj_event_set_int (event, "port", port);
  rj_event_sink_emit (events, event);
}
