/* A step as a plan writes it. */
#include "rj-fault.h"

#include <string.h>

#include "rj-duration.h"
#include "rj-error.h"
#include "rj-json.h"

#define DURATION "{\"type\": \"string\", \"pattern\": \"^[0-9.]+(ms|s|m|h)$\"}"
#define TEXT     "{\"type\": \"string\", \"minLength\": 1}"

static const RjJsonKey keys[] = {
  { "at", DURATION, "begin this long after everybody flowed for the first time" },
  { "after", DURATION,
    "begin this long after the end of the step before; with when: after that moment" },
  { "when", "{\"enum\": [\"all-flowing\", \"recovered\"]}",
    "begin when everybody flows for the first time; or when everybody is back from all steps "
    "before, and has been "
    "for 2 s" },
  { "fault",
    "{\"type\": [\"string\", \"object\"], \"minLength\": 1, \"minProperties\": 1, "
    "\"additionalProperties\": false}",
    "what to do: a fault as after --fault, without @T, or a command as {run, timeout} or {repair, "
    "timeout}" },
  { "fault.run", TEXT, "a command for /bin/sh" },
  { "fault.repair", TEXT, "the same, and nobody should lose anything by it" },
  { "fault.timeout", DURATION, "the command is killed after this time, 60s without it" },
  { "expect", "{\"const\": \"recovered\"}",
    "everybody must be back; without a time it counts from the end of the step before" },
  { "within", DURATION, "of expect: this long after it began, 15s without it" },
  { "mark", TEXT,
    "at this moment somebody else does something to the deployment; the text is shown in reports" },
  { "name", TEXT, "POST /fault starts the step by this name" },
  { "manual", "{\"type\": \"boolean\"}", "only on POST /fault; the same as a name without a time" },
};

const RjJsonKey *
rj_fault_get_keys (guint *n_keys)
{
  *n_keys = G_N_ELEMENTS (keys);
  return keys;
}

/* Absent: NULL. Present, it is a text that is not empty. */
static gboolean
read_text (JsonObject *object, const char *path, const char **text, GError **error)
{
  const char *dot = strchr (path, '.');
  JsonNode *node = json_object_get_member (object, dot != NULL ? dot + 1 : path);

  *text = rj_json_node_get_string (node);
  if (node == NULL)
    return TRUE;
  if (*text != NULL && **text != '\0')
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "%s: write a text that is not empty", path);
  return FALSE;
}

static gboolean
read_duration (JsonObject *object, const char *path, gint64 *us, GError **error)
{
  const char *dot = strchr (path, '.');
  const char *key = dot != NULL ? dot + 1 : path;
  JsonNode *node = json_object_get_member (object, key);
  const char *text = rj_json_node_get_string (node);

  if (node == NULL)
    return TRUE;
  if (text == NULL) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "%s: write a number with a unit, such as 500ms, 3.5s, 2m or 1h", path);
    return FALSE;
  }
  if (rj_duration_parse (text, us, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

/* @path: "fault.run"; @what, @target: (nullable) */
static RjFault *
make (const char *what, const char *target)
{
  g_autofree char *text = g_strconcat (what, target != NULL ? ":" : "", target, NULL);

  return rj_fault_parse_bare (text, NULL);
}

static RjFault *
read_command (JsonObject *object, GError **error)
{
  g_autoptr (RjFault) self = NULL;
  const char *run = NULL;
  const char *repair = NULL;

  if (!rj_json_keys_check (keys, G_N_ELEMENTS (keys), object, "fault.", error) ||
      !read_text (object, "fault.run", &run, error) ||
      !read_text (object, "fault.repair", &repair, error))
    return NULL;
  if ((run == NULL) == (repair == NULL)) {
    rj_error_refuse (error,
                     "fault.run: write one command, {run: \"docker kill kms-1\"} or {repair: "
                     "\"docker start kms-1\"}");
    return NULL;
  }
  self = run != NULL ? make ("run", run) : make ("repair", repair);
  return read_duration (object, "fault.timeout", &self->limit_us, error) ? g_steal_pointer (&self)
                                                                         : NULL;
}

static RjFault *
read_fault (JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "fault");
  const char *text = NULL;
  RjFault *self;

  if (JSON_NODE_HOLDS_OBJECT (node))
    return read_command (json_node_get_object (node), error);
  if (!read_text (object, "fault", &text, error))
    return NULL;
  if (strchr (text, '@') != NULL && !g_str_has_prefix (text, "run:") &&
      !g_str_has_prefix (text, "repair:")) {
    rj_error_refuse (error,
                     "fault: the time stands beside it; write {at: 5s, fault: kill-media-node}");
    return NULL;
  }
  self = rj_fault_parse_bare (text, error);
  if (self == NULL)
    g_prefix_error (error, "fault: ");
  return self;
}

static RjFault *
read_expectation (JsonObject *object, GError **error)
{
  g_autoptr (RjFault) self = NULL;
  const char *state = NULL;

  if (!read_text (object, "expect", &state, error))
    return NULL;
  if (!g_str_equal (state, "recovered")) {
    rj_error_refuse (
      error,
      "expect: the only state that a step can expect is recovered; conditions for the whole run "
      "stand in the list expect beside steps");
    return NULL;
  }
  self = make ("expect-recovered", NULL);
  return read_duration (object, "within", &self->length_us, error) ? g_steal_pointer (&self) : NULL;
}

static RjFault *
read_mark (JsonObject *object, GError **error)
{
  const char *text = NULL;

  return read_text (object, "mark", &text, error) ? make ("mark", text) : NULL;
}

static RjFault *
read_what (JsonObject *object, GError **error)
{
  gboolean fault = json_object_has_member (object, "fault");
  gboolean expect = json_object_has_member (object, "expect");
  gboolean mark = json_object_has_member (object, "mark");

  if (fault + expect + mark != 1)
    rj_error_refuse (
      error, fault + expect + mark == 0
               ? "fault: it is missing; a step has one of fault, expect and mark"
               : "fault: a step has only one of fault, expect and mark; make two steps of it");
  else if (!expect && json_object_has_member (object, "within"))
    rj_error_refuse (error, "within: it belongs to expect; write it as a step of its own: "
                            "{expect: recovered, within: 10s}");
  else
    return fault ? read_fault (object, error)
                 : (expect ? read_expectation (object, error) : read_mark (object, error));
  return NULL;
}

/* Returns: whether a time is given, and well */
static gboolean
read_time (RjFault *self, JsonObject *object, gboolean *given, GError **error)
{
  gboolean at = json_object_has_member (object, "at");
  gboolean after = json_object_has_member (object, "after");
  const char *state = NULL;

  if (!read_duration (object, "at", &self->delay_us, error) ||
      !read_duration (object, "after", &self->delay_us, error) ||
      !read_text (object, "when", &state, error))
    return FALSE;
  if (at && (after || state != NULL))
    return rj_error_refuse (error, "at: it excludes after and when; give one of them");
  if (state != NULL && !g_str_equal (state, "recovered") && !g_str_equal (state, "all-flowing"))
    return rj_error_refuse (
      error, "when: write all-flowing or recovered; for a time there are at and after");
  *given = at || after || state != NULL;
  self->when = g_strcmp0 (state, "recovered") == 0 ? RJ_FAULT_RECOVERED
               : at || state != NULL               ? RJ_FAULT_AT
                                                   : RJ_FAULT_AFTER;
  return TRUE;
}

static gboolean
read_manual (RjFault *self, JsonObject *object, gboolean timed, GError **error)
{
  JsonNode *node = json_object_get_member (object, "manual");
  gboolean manual = FALSE;

  if (node != NULL &&
      (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN))
    return rj_error_refuse (error, "manual: write true or false");
  if (node != NULL)
    manual = json_node_get_boolean (node);
  if (manual && timed)
    return rj_error_refuse (
      error,
      "manual: such a step begins on POST /fault and not at a time; leave at, after and when "
      "out");
  if (self->kind == RJ_FAULT_EXPECT_RECOVERED && (manual || self->name != NULL))
    return rj_error_refuse (error, "expect: it cannot be asked for; leave name and manual out");
  if (!manual && (timed || self->name == NULL)) {
    if (!timed && self->kind != RJ_FAULT_EXPECT_RECOVERED && self->kind != RJ_FAULT_MARK)
      return rj_error_refuse (
        error, "at: the time is missing; give at, after or when, or a name by which POST /fault "
               "starts it");
    return TRUE;
  }
  if (self->name == NULL)
    return rj_error_refuse (error,
                            "manual: give it a name as well, by which POST /fault starts it");
  self->when = RJ_FAULT_ON_DEMAND;
  return TRUE;
}

RjFault *
rj_fault_from_json (JsonObject *object, GError **error)
{
  g_autoptr (RjFault) self = NULL;
  const char *name = NULL;
  gboolean timed = FALSE;

  if (!rj_json_keys_check (keys, G_N_ELEMENTS (keys), object, "", error) ||
      !read_text (object, "name", &name, error))
    return NULL;
  self = read_what (object, error);
  if (self == NULL)
    return NULL;
  self->name = g_strdup (name);
  if (!read_time (self, object, &timed, error) || !read_manual (self, object, timed, error))
    return NULL;
  return g_steal_pointer (&self);
}
