/* Prints what reports make of a run, for tests that look at it with other eyes (schemas, XML parsers) and for
 * people:
 *   report-sample demo|groups|failed|nobody|killed FORMAT [EXPECTATION…]   of a run that is told here
 *   report-sample series FORMAT                      of four of them, one after the other
 *   report-sample read FORMAT FILE…                  of event logs
 * FORMAT: text, colour, summary, junit, html, markdown, csv, prometheus, events (not with read). */
#include <stdio.h>

#include "rj-event-log.h"
#include "rj-log-reader.h"
#include "rj-report.h"
#include "rjt-story.h"

static void
tell_placed (RjtStory *story, double ms, const char *data)
{
  RjEvent *event = rjt_tell (story, ms, RJ_EVENT_SESSION_PLACED, NULL, 0, NULL, data);

  event->source = g_intern_string ("cluster");
  event->session = g_strdup ("room-a");
}

static const char demo_participants[] =
  "{'name':'bot-1','session':'room-a'},{'name':'bot-2','session':'room-a'},"
  "{'name':'bot-3','session':'room-a'},{'name':'bot-4','session':'room-a'},"
  "{'name':'bot-5','session':'room-b'},{'name':'bot-6','session':'room-b'}";

/* The same, in two groups */
static const char grouped_participants[] = "{'name':'bot-1','session':'room-a','group':'stage'},"
                                           "{'name':'bot-2','session':'room-a','group':'stage'},"
                                           "{'name':'bot-3','session':'room-a','group':'guests'},"
                                           "{'name':'bot-4','session':'room-a','group':'guests'},"
                                           "{'name':'bot-5','session':'room-b','group':'guests'},"
                                           "{'name':'bot-6','session':'room-b','group':'guests'}";

/* Two sessions: four participants on the node that is killed, two on the other one */
static void
tell_demo (RjtStory *story, const char *participants)
{
  static const char *const hit[] = { "bot-1", "bot-2", "bot-3", "bot-4" };
  static const char *const others[] = { "bot-5", "bot-6" };

  g_autofree char *data = g_strdup_printf (
    "{'name':'demo','seed':7,'plan':{},'versions':{},'expectations':{'within_ms':15000},"
    "'participants':[%s]}",
    participants);

  rjt_tell (story, 0, RJ_EVENT_RUN_STARTED, NULL, 0, NULL, data);
  rjt_tell (story, 10, RJ_EVENT_PROCESS_STARTED, NULL, 0, NULL,
            "{'role':'media-node','index':1,'pid':4711,'port':8888}")
    ->source = "cluster";
  tell_placed (story, 90, "{'node':1}");
  rjt_tell_all_join (story, hit, 4, 100, 1);
  g_free (story->session);
  story->session = g_strdup ("room-b");
  rjt_tell_all_join (story, others, 2, 140, 1);
  rjt_tell (story, 400, RJ_EVENT_EVERYONE_FLOWING, NULL, 0, NULL, NULL);
  rjt_tell (story, 1000, RJ_EVENT_SELF_CHECK, NULL, 0, NULL,
            "{'loop_lag_ms':3.5,'pacing_lag_ms':1.25,'cpu_percent':31.5,'receive_drops':0,"
            "'machine_percent':40.5,'memory_mb':61.5,'threads':31,'files':70,'overloaded':false}");
  rjt_tell (story, 2000, RJ_EVENT_SELF_CHECK, NULL, 0, NULL,
            "{'loop_lag_ms':1.5,'pacing_lag_ms':2.25,'cpu_percent':30,'receive_drops':0,"
            "'machine_percent':39,'memory_mb':63,'threads':33,'files':74,'overloaded':false}");
  rjt_tell (story, 3400, RJ_EVENT_FAULT_STARTED, NULL, 0, NULL,
            "{'fault':0,'what':'kill-media-node','target':'1','at_ms':3000}");
  rjt_tell (story, 3403, RJ_EVENT_FAULT_ENDED, NULL, 0, NULL,
            "{'fault':0,'what':'kill-media-node','ok':true,'hit_session':'room-a','node':1}");
  for (guint i = 0; i < 4; i++)
    for (guint k = 0; k < 4; k++)
      if (i != k)
        rjt_tell (story, 4390 + i, RJ_EVENT_DETECTOR_FIRED, hit[i], 1, hit[k],
                  "{'detector':'rtp-silence','acted':false}");
  rjt_tell (story, 6910, RJ_EVENT_NODE_CRASHED, NULL, 0, NULL, "{'node':1}")->source = "cluster";
  g_free (story->session);
  story->session = g_strdup ("room-a");
  for (guint i = 0; i < 4; i++)
    rjt_tell_lost (story, 6912 + 2 * i, hit[i], 1, "nodeCrashed");
  rjt_tell_all_unwatch (story, hit, 4, 6920, 1, 3390);
  tell_placed (story, 6930, "{'node':2}");
  rjt_tell_all_join (story, hit, 4, 6925, 2);
  rjt_tell (
    story, 9200, RJ_EVENT_WARNING, NULL, 0, NULL,
    "{'message':'the socket filter is not allowed here, packets are dropped in our own pads'}");
}

static void
tell_demo_end (RjtStory *story)
{
  static const char *const hit[] = { "bot-1", "bot-2", "bot-3", "bot-4" };
  static const char *const others[] = { "bot-5", "bot-6" };

  for (guint i = 0; i < 6; i++)
    rjt_tell (story, 9300, RJ_EVENT_PARTICIPANT_STATE, i < 4 ? hit[i] : others[i - 4], 0, NULL,
              "{'from':'joined','to':'leaving'}");
  rjt_tell_all_unwatch (story, hit, 4, 9310, 2, 9290);
  g_free (story->session);
  story->session = g_strdup ("room-b");
  rjt_tell_all_unwatch (story, others, 2, 9311, 1, 9290);
  rjt_tell_end (story, 9320, "recovered");
}

/* One never comes back, another edge stays dark. */
static void
tell_failed (RjtStory *story)
{
  static const char *const names[] = { "anna", "bert", "cleo" };

  rjt_tell_start (story, "anna bert cleo");
  rjt_tell_all_join (story, names, 3, 100, 1);
  rjt_tell (story, 400, RJ_EVENT_EVERYONE_FLOWING, NULL, 0, NULL, NULL);
  rjt_tell_fault (story, 2400, "run:docker kill kms-1", "");
  for (guint i = 0; i < 3; i++)
    rjt_tell_lost (story, 5900, names[i], 1, "nodeCrashed");
  rjt_tell_all_unwatch (story, names, 3, 5901, 1, 2390);
  rjt_tell_all_join (story, names, 2, 5910, 2);
  rjt_tell (story, 5910, RJ_EVENT_ATTEMPT_STARTED, "cleo", 2, NULL, "{'try':1,'rejoin':true}");
  rjt_tell (story, 5910, RJ_EVENT_TOKEN_REQUESTED, "cleo", 2, NULL, "{'source':'app'}");
  rjt_tell (story, 6910, RJ_EVENT_ATTEMPT_FAILED, "cleo", 2, NULL,
            "{'step':'token','error':'the app server answered 500: <html>','error_word':'http-500',"
            "'retry':'with-new-token'}");
  rjt_tell (story, 6910, RJ_EVENT_WAIT_STARTED, "cleo", 0, NULL,
            "{'delay_ms':200,'failures':1,'because':'http-500'}");
  rjt_tell (story, 7900, RJ_EVENT_GHOST_FOUND, "cleo", 0, NULL,
            "{'connection':'con_cleo1','since_us@':5900}");
  rjt_tell (story, 9900, RJ_EVENT_GHOST_GONE, "cleo", 0, NULL,
            "{'connection':'con_cleo1','since_us@':5900,'last_seen_us@':8900,'lifetime_ms':4000}");
  rjt_tell (story, 24999, RJ_EVENT_CENSUS, NULL, 0, NULL,
            "{'asked':6,'answered':5,'answered_us@':24990,'listed':2,'ghosts':0}");
  rjt_tell (story, 24999, RJ_EVENT_PUBLICATION_STATS, "anna", 2, "publish",
            "{'reports':9,'rtt_ms':12.5,'rtt_max_ms':30,'open':false}");
  rjt_tell_unwatch (story, 25000, "anna", 2, "bert", 8000);
  rjt_tell_unwatch (story, 25000, "bert", 2, "anna", 24990);
  rjt_tell_end (story, 25001, "duration");
}

static void
tell (RjtStory *story, const char *which)
{
  if (g_str_equal (which, "failed"))
    tell_failed (story);
  else if (g_str_equal (which, "nobody")) {
    rjt_tell_start (story, "anna bert");
    for (guint i = 0; i < 2; i++)
      rjt_tell (story, 1000, RJ_EVENT_ATTEMPT_FAILED, i == 0 ? "anna" : "bert", 1, NULL,
                "{'step':'token','error':'the app server refused the connection at "
                "http://127.0.0.1:5000','error_word':'unreachable','retry':'later'}");
    rjt_tell_end (story, 20000, "join-deadline");
  } else {
    tell_demo (story, g_str_equal (which, "groups") ? grouped_participants : demo_participants);
    if (!g_str_equal (which, "killed")) /* the runner itself was killed */
      tell_demo_end (story);
  }
}

static int
write_events (RjtStory *story)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjEventLog) log = rj_event_log_new ("-", "run-1", &error);

  g_assert_no_error (error);
  rjt_story_feed (story, RJ_EVENT_SINK (log), FALSE);
  return 0;
}

static int
print (const RjSeries *series, const char *format)
{
  g_autofree char *text = NULL;

  if (g_str_equal (format, "summary"))
    text = rj_report_series_summary (series);
  else if (g_str_equal (format, "junit"))
    text = rj_report_series_junit (series);
  else if (g_str_equal (format, "html"))
    text = rj_report_series_html (series);
  else if (g_str_equal (format, "markdown"))
    text = rj_report_series_markdown (series);
  else if (g_str_equal (format, "csv"))
    text = rj_report_series_csv (series);
  else if (g_str_equal (format, "prometheus"))
    text = rj_report_series_prometheus (series);
  else
    text = rj_report_series_text (series, g_str_equal (format, "colour"));
  fputs (text, stdout);
  return rj_series_get_exit_code (series);
}

static int
read_logs (const char *format, char **paths)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjSeries) series = rj_log_read ((const char *const *) paths, NULL, &error);

  if (series == NULL) {
    fprintf (stderr, "%s\n", error->message);
    return 2;
  }
  return print (series, format);
}

static RjResult *
conclude (RjtStory *story, const char *run, char **expectations)
{
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  rj_measure_set_run (measure, run);
  rjt_story_feed (story, RJ_EVENT_SINK (measure), FALSE);
  for (; expectations != NULL && *expectations != NULL; expectations++)
    rj_measure_expect (measure, *expectations);
  return rj_measure_conclude (measure);
}

static int
print_series (const char *format)
{
  static const char *const stories[] = { "demo", "killed", "failed", "demo" };
  g_autoptr (RjSeries) series = rj_series_new ();

  for (guint i = 0; i < G_N_ELEMENTS (stories); i++) {
    g_autoptr (RjtStory) story = rjt_story_new ("room-a");
    g_autofree char *run = g_strdup_printf ("run-%u", i + 1);
    RjResult *result;

    tell (story, stories[i]);
    result = conclude (story, run, NULL);
    result->repetition = (RjRepetition){ g_strdup ("run-1"), i + 1, G_N_ELEMENTS (stories) };
    rj_series_add (series, result);
  }
  return print (series, format);
}

int
main (int argc, char **argv)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room-a");
  g_autoptr (RjSeries) series = rj_series_new ();

  if (argc < 3) {
    fputs ("usage: report-sample STORY FORMAT, or report-sample read FORMAT FILE…\n", stderr);
    return 2;
  }
  if (g_str_equal (argv[1], "read"))
    return read_logs (argv[2], argv + 3);
  if (g_str_equal (argv[1], "series"))
    return print_series (argv[2]);
  tell (story, argv[1]);
  if (g_str_equal (argv[2], "events"))
    return write_events (story);
  rj_series_add (series, conclude (story, "run-1", argv + 3));
  return print (series, argv[2]);
}
