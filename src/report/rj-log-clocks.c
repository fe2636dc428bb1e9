#include "rj-log-clocks.h"

#include <math.h>
#include <string.h>

#include "rj-json.h"

/* --- stamps --- */

/* Members of data whose name ends in _us are stamps of the same clock. The data is that of a parser, which
 * nobody may change. */
static JsonObject *
shift_stamps (JsonObject *data, gint64 shift_us)
{
  JsonObject *shifted = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, data);
  while (json_object_iter_next_ordered (&iter, &name, &node)) {
    gint64 us = rj_json_get_int (data, name, 0);

    if (g_str_has_suffix (name, "_us") && us > 0)
      json_object_set_int_member (shifted, name, us + shift_us);
    else
      json_object_set_member (shifted, name, json_node_copy (node));
  }
  return shifted;
}

void
rj_log_clocks_shift (RjEvent *event, gint64 shift_us)
{
  JsonObject *data = event->data;

  event->mono_us += shift_us;
  if (data == NULL || shift_us == 0)
    return;
  event->data = shift_stamps (data, shift_us);
  json_object_unref (data);
}

/* --- what both saw --- */

typedef struct {
  guint machine;
  gint64 us; /* as its machine says, unshifted */
} Moment;

/* Things that happened first, by their key: "offer P", "dtls P", "heard P>S", "frame P>S" */
static GHashTable *
collect (const GArray *entries)
{
  GHashTable *moments = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < entries->len; i++) {
    const RjLogEntry *entry = &g_array_index (entries, RjLogEntry, i);
    const RjEvent *event = entry->event;
    gboolean of_own = g_strcmp0 (event->peer, "publish") == 0;
    char *key = NULL;
    Moment *known;

    if (of_own && g_str_equal (event->type, RJ_EVENT_OFFER_SENT))
      key = g_strconcat ("offer ", event->participant, NULL);
    else if (of_own && g_str_equal (event->type, RJ_EVENT_DTLS_CONNECTED))
      key = g_strconcat ("dtls ", event->participant, NULL);
    else if (event->edge != NULL && g_str_equal (event->type, RJ_EVENT_REMOTE_PUBLISHED))
      key = g_strconcat ("heard ", event->edge, NULL);
    else if (event->edge != NULL && g_str_equal (event->type, RJ_EVENT_FIRST_KEY_FRAME))
      key = g_strconcat ("frame ", event->edge, NULL);
    if (key == NULL)
      continue;
    known = g_hash_table_lookup (moments, key);
    if (known != NULL && known->us <= event->mono_us) {
      g_free (key);
      continue;
    }
    known = g_new0 (Moment, 1);
    *known = (Moment){ entry->machine, event->mono_us };
    g_hash_table_replace (moments, key, known);
  }
  return moments;
}

/* Bounds of how much the clock of a machine is fast, against all before it */
typedef struct {
  gint64 low_us, high_us; /* G_MININT64, G_MAXINT64: none */
  guint n;
} Bounds;

/* @cause came before @effect. */
static void
learn (
  Bounds *bounds, const GPtrArray *machines, guint index, const Moment *cause, const Moment *effect)
{
  const RjLogMachine *of_cause = g_ptr_array_index (machines, cause->machine);
  const RjLogMachine *of_effect = g_ptr_array_index (machines, effect->machine);
  gint64 cause_us = cause->us + of_cause->shift_us;
  gint64 effect_us = effect->us + of_effect->shift_us;

  if (effect->machine == index && cause->machine < index)
    bounds->high_us = MIN (bounds->high_us, effect_us - cause_us);
  else if (cause->machine == index && effect->machine < index)
    bounds->low_us = MAX (bounds->low_us, cause_us - effect_us);
  else
    return;
  bounds->n++;
}

static Bounds
find_bounds (GHashTable *moments, const GPtrArray *machines, guint index)
{
  static const char *const pairs[][2] = { { "heard ", "offer " }, { "frame ", "dtls " } };
  Bounds bounds = { G_MININT64, G_MAXINT64, 0 };
  GHashTableIter iter;
  const char *key;
  const Moment *effect;

  g_hash_table_iter_init (&iter, moments);
  while (g_hash_table_iter_next (&iter, (gpointer *) &key, (gpointer *) &effect))
    for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
      const char *edge = g_str_has_prefix (key, pairs[i][0]) ? key + strlen (pairs[i][0]) : NULL;
      const char *end = edge == NULL ? NULL : strrchr (edge, '>');
      g_autofree char *from = end == NULL ? NULL : g_strndup (edge, end - edge);
      g_autofree char *of_cause = from == NULL ? NULL : g_strconcat (pairs[i][1], from, NULL);
      const Moment *cause = of_cause == NULL ? NULL : g_hash_table_lookup (moments, of_cause);

      if (cause != NULL)
        learn (&bounds, machines, index, cause, effect);
    }
  return bounds;
}

/* How much the clock is fast, as far as it must be believed */
static gint64
judge (const Bounds *bounds)
{
  gboolean has_low = bounds->low_us != G_MININT64, has_high = bounds->high_us != G_MAXINT64;

  if ((!has_low || bounds->low_us <= 0) && (!has_high || bounds->high_us >= 0))
    return 0;
  if (has_low && has_high)
    return bounds->low_us + (bounds->high_us - bounds->low_us) / 2;
  return has_low ? bounds->low_us : bounds->high_us;
}

static RjClockResult *
place (GHashTable *moments, const GPtrArray *machines, guint index)
{
  const RjLogMachine *first = g_ptr_array_index (machines, 0);
  RjLogMachine *machine = g_ptr_array_index (machines, index);
  RjClockResult *result = g_new0 (RjClockResult, 1);
  Bounds bounds;
  gint64 fast_us;

  if (first->offset_us != 0 && machine->offset_us != 0)
    machine->shift_us = machine->offset_us - first->offset_us;
  bounds = find_bounds (moments, machines, index);
  fast_us = judge (&bounds);
  machine->shift_us -= fast_us;
  result->host = g_strdup (machine->host);
  result->boot_id = g_strdup (machine->boot_id);
  result->correction_ms = fast_us == 0 ? 0 : -fast_us / 1000.0;
  result->low_ms = bounds.low_us == G_MININT64 ? NAN : (double) (bounds.low_us - fast_us) / 1000.0;
  result->high_ms =
    bounds.high_us == G_MAXINT64 ? NAN : (double) (bounds.high_us - fast_us) / 1000.0;
  result->n_seen = bounds.n;
  result->contradictory =
    bounds.low_us != G_MININT64 && bounds.high_us != G_MAXINT64 && bounds.low_us > bounds.high_us;
  return result;
}

GPtrArray *
rj_log_clocks_place (const GPtrArray *machines, const GArray *entries)
{
  GPtrArray *results = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_clock_result_free);
  g_autoptr (GHashTable) moments = machines->len > 1 ? collect (entries) : NULL;

  for (guint i = 1; i < machines->len; i++)
    g_ptr_array_add (results, place (moments, machines, i));
  return results;
}
