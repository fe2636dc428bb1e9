#include "rj-run-started.h"

#include "rj-json.h"

static JsonObject *
describe_expectations (const RjRunOptions *options)
{
  JsonArray *texts = json_array_new ();

  for (guint i = 0; i < options->conditions.expect->len; i++)
    json_array_add_string_element (texts, g_ptr_array_index (options->conditions.expect, i));
  return rj_json_build ("within_ms", 'd', options->within_us / 1e3, "on_overload", 's',
                        options->on_overload, "expect", 'a', texts, "pictures", 'b',
                        options->decode, "marks", 'i', (gint64) options->marks, NULL);
}

static JsonObject *
describe_repetition (const RjRepetition *repetition)
{
  return rj_json_build ("id", 's', repetition->series, "number", 'i', (gint64) repetition->number,
                        "of", 'i', (gint64) repetition->wanted, NULL);
}

void
rj_run_started_emit (const RjRunnerConfig *config, const RjRoster *roster)
{
  RjEvent *event = rj_event_new (RJ_EVENT_RUN_STARTED);
  const RjRunOptions *options = config->options;

  event->data = rj_json_build (
    "name", 's', options->title != NULL ? options->title : config->run, "seed", 'i',
    (gint64) rj_dice_get_seed (config->dice), "plan", 'o', rj_run_options_to_json (options),
    "versions", 'o', rj_json_build ("rejoin", 's', RJ_VERSION, NULL), "expectations", 'o',
    describe_expectations (options), "participants", 'a', rj_roster_to_json (roster), NULL);
  if (config->repetition != NULL && config->repetition->series != NULL)
    json_object_set_object_member (event->data, "series", describe_repetition (config->repetition));
  if (options->shard.of > 0)
    json_object_set_object_member (event->data, "shard",
                                   rj_json_build ("number", 'i', (gint64) options->shard.number,
                                                  "of", 'i', (gint64) options->shard.of, NULL));
  if (options->plan != NULL)
    json_object_set_object_member (event->data, "plan_file",
                                   rj_plan_to_json (options->plan, rj_run_options_get_table ()));
  rj_event_sink_emit (config->events, event);
}
