/* What the user wants of `rejoin run`: the option table, and its values, those of the plan too, after all checks. Home
 * thread. */
#pragma once

#include <json-glib/json-glib.h>

#include "rj-group.h"
#include "rj-option-table.h"
#include "rj-plan.h"
#include "rj-shard.h"

G_BEGIN_DECLS

/* Files that a result is written to, each (nullable) */
typedef struct {
  char *json, *junit, *html, *markdown, *csv, *prometheus;
} RjOutputFiles;

/* What a run must hold beyond the default */
typedef struct {
  GPtrArray *expect;   /* of char * */
  char *baseline;      /* (nullable): summary of an earlier run */
  guint worse_percent; /* by which it may be worse */
} RjConditions;

/* Rows of an option table. @AT: the offset of a member of an RjConditions */
#define RJ_CONDITION_OPTIONS(AT)                                                                   \
  { "expect",                                                                                      \
    RJ_OPTION_LIST,                                                                                \
    AT (expect),                                                                                   \
    "EXPECTATION",                                                                                 \
    NULL,                                                                                          \
    "further condition for passing, such as \"outage.p95 < 6s\"; may be repeated",                 \
    .plan = "expect" },                                                                            \
    { "baseline",                                                                                  \
      RJ_OPTION_TEXT,                                                                              \
      AT (baseline),                                                                               \
      "FILE",                                                                                      \
      NULL,                                                                                        \
      "summary (JSON) of an earlier run: no figure's p95 may be worse than there",                 \
      .plan = "baseline.file",                                                                     \
      .is_input = TRUE },                                                                          \
  {                                                                                                \
    "worse-percent", RJ_OPTION_COUNT, AT (worse_percent), "N", "20",                               \
      "by how much it may, before the run fails; 50 ms are always allowed", 0, 1000,               \
      .plan = "baseline.worse-percent"                                                             \
  }

#define RJ_OUTPUT_FILE_OPTION(name, at, help)                                                      \
  {                                                                                                \
#name, RJ_OPTION_TEXT, at, "FILE", NULL, help, .plan = "report." #name                         \
  }

/* Rows of an option table. @AT: the offset of a member of an RjOutputFiles */
#define RJ_OUTPUT_FILE_OPTIONS(AT)                                                                 \
  RJ_OUTPUT_FILE_OPTION (json, AT (json), "write the summary, JSON"),                              \
    RJ_OUTPUT_FILE_OPTION (junit, AT (junit), "write a JUnit report"),                             \
    RJ_OUTPUT_FILE_OPTION (html, AT (html), "write a page with timeline and matrix"),              \
    RJ_OUTPUT_FILE_OPTION (markdown, AT (markdown), "write a summary for the page of a CI job"),   \
    RJ_OUTPUT_FILE_OPTION (csv, AT (csv), "write a line for each edge"),                           \
    RJ_OUTPUT_FILE_OPTION (prometheus, AT (prometheus), "write metrics as text")

typedef struct {
  char *title;        /* (nullable) */
  char *run_id;       /* (nullable): made up */
  char *shard_text;   /* (nullable) "I/N" */
  char *participants; /* "4", or per session "4,2" */
  guint sessions;     /* 0: not given */
  char *session;      /* template: {run}, {session} */
  char *name;         /* template: {index}, {session}, {run} */
  char *ramp;         /* (nullable) */
  guint foreign;      /* foreign publishers to wait for in each session */
  gint64 duration_us; /* -1: until everybody is back, or the faults are over */
  gint64 join_deadline_us;
  gint64 within_us;
  RjConditions conditions;
  char *on_overload; /* "inconclusive", "warn" */
  gint64 timeout_us;
  gint64 wait_for_us; /* for the deployment to answer, before anyone joins; -1: do not wait */
  char *url;
  char *secret;
  char *secret_file;
  char *app;
  char *app_preset;
  char *token;
  char *token_command;
  gboolean insecure;
  char *ca;
  gboolean no_publish;
  char *resolution;
  guint fps;
  char *bitrate;
  char *video_codec; /* (nullable): "vp8", "h264" */
  gboolean no_audio;
  gboolean no_video;
  GPtrArray *roles; /* of char *, "ROLE" or "ROLE:NAME" */
  gboolean decode;
  gint64 silence_us;
  gint64 silence_leave_us;
  char *resume;
  gboolean delete_dead_session;
  char *media_server;
  char *ice;
  char *turn; /* (nullable) a secret */
  gint64 crash_after_us;
  guint media_nodes;
  guint masters;
  gint64 restart_after_us;
  GPtrArray *faults; /* of char *, "WHAT@T" */
  guint marks;       /* that are to come from outside */
  char *mark_file;   /* (nullable) */
  char *control;     /* (nullable) "PORT" */
  GPtrArray *detect; /* of char * */
  GPtrArray *quirks; /* names */
  guint seed;        /* 0: drawn anew */
  guint repeat;      /* runs, one after the other */
  char *events;
  char *bundle; /* (nullable): folder for what tells of a run that did not pass */
  RjOutputFiles files;
  gboolean quiet;
  gboolean plan_schema;
  gboolean version;
  RjOptionSource *sources; /* of each option */
  RjPlan *plan;            /* (nullable) */

  /* (nullable): how a plan asks its app server, instead of app and app_preset */
  RjRequestTemplate *app_request;
  /* (nullable) of RjGroup: those of a plan, put in before rj_run_options_check(), which completes them; without
   * any it makes one from the options */
  GPtrArray *groups;

  /* (nullable) of RjFault: the steps of a plan, put in before the check, too; --fault takes their place */
  GPtrArray *steps;

  /* worked out by rj_run_options_check() */
  gboolean embedded; /* no deployment was named */
  RjShard shard;
} RjRunOptions;

/* Errors: RJ_ERROR_USAGE: an expectation that nobody understands */
gboolean rj_conditions_check (const RjConditions *self, GError **error);

const RjOptionTable *rj_run_options_get_table (void);

/* Reads a plan, which sets the options that flags and environment have not set. @warnings: (element-type utf8): adds
 * to it. Errors: RJ_ERROR_USAGE with file, line, key and remedy */
gboolean rj_run_options_take_plan (RjRunOptions *self,
                                   const char *path,
                                   GPtrArray *warnings,
                                   GError **error);

/* Checks what no single option can: combinations, files, sizes. Reads the secret file. */
gboolean rj_run_options_check (RjRunOptions *self, GError **error);
/* Returns: (transfer full): the values of the options for the event log, without secrets and without what came from
 * the environment by a ${…} */
JsonObject *rj_run_options_to_json (const RjRunOptions *self);
/* In all shards */
guint rj_run_options_count_participants (const RjRunOptions *self);
/* Of sessions that this run makes. Returns: (nullable) static: "VP8", "H264"; "NONE" where groups differ; NULL:
 * nobody said one */
const char *rj_run_options_get_forced_codec (const RjRunOptions *self);
void rj_run_options_clear (RjRunOptions *self);

G_END_DECLS
