#include "rj-expectation.h"

#include <math.h>
#include <string.h>

#include "rj-counts.h"
#include "rj-error.h"

typedef enum {
  LESS,
  AT_MOST,
  EQUAL,
  UNEQUAL,
  AT_LEAST,
  MORE,
} Operator;

/* The longer ones first: "<" begins "<=" too */
static const struct {
  const char *text;
  Operator op;
} operators[] = {
  { "<=", AT_MOST }, { ">=", AT_LEAST }, { "==", EQUAL },
  { "!=", UNEQUAL }, { "<", LESS },      { ">", MORE },
};

struct _RjExpectation {
  char *text;
  char *within, *group, *session; /* (nullable) */
  Operator op;
  gboolean is_count;
  guint index; /* of the figure or the count */
  double percent;
  gboolean is_mean;
  gboolean all;     /* instead of a number */
  double value;     /* in the figure's unit, or a number */
  double within_ms; /* where there is @within */
};

/* --- from text --- */

static char *
list_names (void)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < RJ_N_FIGURES; i++)
    g_string_append_printf (list, "%s%s.p95", i > 0 ? ", " : "", rj_figure_rows[i].name);
  for (guint i = 0; i < rj_n_count_rows; i++)
    g_string_append_printf (list, ", %s", rj_count_rows[i].name);
  return g_string_free (list, FALSE);
}

static gboolean
read_statistic (RjExpectation *self, const char *word)
{
  guint64 percent;

  self->is_mean = g_str_equal (word, "mean");
  self->percent = g_str_equal (word, "max") ? 100 : 0;
  if (self->is_mean || g_str_equal (word, "max") || g_str_equal (word, "min"))
    return TRUE;
  if (word[0] != 'p' || !g_ascii_string_to_unsigned (word + 1, 10, 0, 100, &percent, NULL))
    return FALSE;
  self->percent = (double) percent;
  return TRUE;
}

static gboolean
read_left (RjExpectation *self, const char *left)
{
  const char *dot = strrchr (left, '.');
  g_autofree char *figure = dot == NULL ? NULL : g_strndup (left, (gsize) (dot - left));

  for (guint i = 0; i < rj_n_count_rows; i++)
    if (g_str_equal (rj_count_rows[i].name, left)) {
      self->is_count = TRUE;
      self->index = i;
      return TRUE;
    }
  for (guint i = 0; i < RJ_N_FIGURES && figure != NULL; i++)
    if (g_str_equal (rj_figure_rows[i].name, figure)) {
      self->index = i;
      return read_statistic (self, dot + 1);
    }
  return FALSE;
}

/* "6s", "2%", "100k"; "all", "3" */
static gboolean
read_right (RjExpectation *self, const char *right)
{
  if (!self->is_count)
    return rj_unit_parse (rj_figure_rows[self->index].unit, right, &self->value);
  if (rj_count_rows[self->index].words != NULL && g_str_equal (right, "all")) {
    self->all = TRUE;
    return TRUE;
  }
  return rj_unit_parse (RJ_UNIT_FPS, right, &self->value) && /* a bare number */
         g_ascii_isdigit (right[strlen (right) - 1]) && self->value == floor (self->value);
}

/* --- what may follow --- */

static const struct {
  const char *word; /* with its spaces */
  gsize offset;
} suffixes[] = {
  { " within ", G_STRUCT_OFFSET (RjExpectation, within) },
  { " of ", G_STRUCT_OFFSET (RjExpectation, group) },
  { " in ", G_STRUCT_OFFSET (RjExpectation, session) },
};

/* Where the first of them begins that is not there yet. Returns: NULL: none */
static const char *
find_suffix (RjExpectation *self, const char *text, guint *which)
{
  const char *first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++) {
    const char *at = strstr (text, suffixes[i].word);

    if (at == NULL || (first != NULL && at > first) ||
        G_STRUCT_MEMBER (char *, self, suffixes[i].offset) != NULL)
      continue;
    first = at;
    *which = i;
  }
  return first;
}

/* Takes "VALUE[ within DURATION][ of GROUP][ in SESSION]" apart, in any order. Returns: (transfer full): VALUE */
static char *
split_right (RjExpectation *self, const char *rest)
{
  guint which = 0;
  const char *at = find_suffix (self, rest, &which);
  char *value = at == NULL ? g_strdup (rest) : g_strndup (rest, (gsize) (at - rest));

  while (at != NULL) {
    char **place = G_STRUCT_MEMBER_P (self, suffixes[which].offset);
    const char *begin = at + strlen (suffixes[which].word);

    *place = g_strdup (""); /* it is not looked for again */
    at = find_suffix (self, begin, &which);
    g_free (*place);
    *place = g_strstrip (at == NULL ? g_strdup (begin) : g_strndup (begin, (gsize) (at - begin)));
  }
  return g_strstrip (value);
}

static gboolean
check_within (RjExpectation *self, GError **error)
{
  if (self->within == NULL)
    return TRUE;
  if (!self->is_count || !rj_count_rows[self->index].timed) {
    g_autoptr (GString) list = g_string_new (NULL);

    for (guint i = 0; i < rj_n_count_rows; i++)
      if (rj_count_rows[i].timed)
        g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", rj_count_rows[i].name);
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "\"within\" in \"%s\" is only for what can be counted at a moment: %s", self->text,
                 list->str);
    return FALSE;
  }
  if (rj_unit_parse (RJ_UNIT_MS, self->within, &self->within_ms))
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "\"within %s\" in \"%s\" must have %s",
               self->within, self->text, rj_unit_rows[RJ_UNIT_MS].words);
  return FALSE;
}

static gboolean
check_names (RjExpectation *self, GError **error)
{
  if ((self->group == NULL || *self->group != '\0') &&
      (self->session == NULL || *self->session != '\0'))
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               "a name is missing at the end of \"%s\": \"of GROUP\" or \"in SESSION\"",
               self->text);
  return FALSE;
}

/* Splits "LEFT op RIGHT" */
static gboolean
split (RjExpectation *self, char **left, char **right)
{
  gsize at = strcspn (self->text, "<>=!");
  const char *rest = self->text + at;

  for (guint i = 0; i < G_N_ELEMENTS (operators); i++) {
    if (!g_str_has_prefix (rest, operators[i].text))
      continue;
    self->op = operators[i].op;
    *left = g_strstrip (g_strndup (self->text, at));
    *right = split_right (self, rest + strlen (operators[i].text));
    return TRUE;
  }
  return FALSE;
}

static const char *
get_right_words (const RjExpectation *self)
{
  if (!self->is_count)
    return rj_unit_rows[rj_figure_rows[self->index].unit].words;
  return rj_count_rows[self->index].words != NULL ? "a whole number or \"all\"" : "a whole number";
}

RjExpectation *
rj_expectation_parse (const char *text, GError **error)
{
  g_autoptr (RjExpectation) self = g_new0 (RjExpectation, 1);
  g_autofree char *left = NULL;
  g_autofree char *right = NULL;

  self->text = g_strstrip (g_strdup (text));
  if (!split (self, &left, &right)) {
    g_set_error (
      error, RJ_ERROR, RJ_ERROR_USAGE,
      "\"%s\" is no expectation; write it like \"outage.p95 < 6s\" or \"rejoined == all\"", text);
    return NULL;
  }
  if (!read_left (self, left)) {
    g_autofree char *names = list_names ();

    g_set_error (
      error, RJ_ERROR, RJ_ERROR_USAGE,
      "nothing is called \"%s\" in \"%s\"; there are: %s (and min, max, mean, p0 to p100 for p95)",
      left, text, names);
    return NULL;
  }
  if (!read_right (self, right)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "\"%s\" in \"%s\" must be %s", right, text,
                 get_right_words (self));
    return NULL;
  }
  if (!check_within (self, error) || !check_names (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
rj_expectation_free (RjExpectation *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self->within);
  g_free (self->group);
  g_free (self->session);
  g_free (self);
}

double
rj_expectation_get_within_ms (const RjExpectation *self, const char *count)
{
  return self->is_count && self->within != NULL &&
             g_str_equal (rj_count_rows[self->index].name, count)
           ? self->within_ms
           : RJ_MS_UNKNOWN;
}

/* --- judging --- */

static gboolean
holds (Operator op, double found, double wanted)
{
  switch (op) {
  case LESS:
    return found < wanted;
  case AT_MOST:
    return found <= wanted;
  case EQUAL:
    return found == wanted;
  case UNEQUAL:
    return found != wanted;
  case AT_LEAST:
    return found >= wanted;
  case MORE:
    return found > wanted;
  }
  return FALSE;
}

static double
get_mean (const GArray *values)
{
  double sum = 0;

  for (guint i = 0; i < values->len; i++)
    sum += g_array_index (values, double, i);
  return sum / values->len;
}

static RjScope
get_scope (const RjExpectation *self)
{
  return (RjScope){ .session = self->session, .group = self->group };
}

static void
judge_figure (const RjExpectation *self, const RjResult *result, RjExpectationResult *out)
{
  const RjScope scope = get_scope (self);
  g_autoptr (GArray) values = rj_figure_list (result, self->index, &scope);
  g_autofree char *text = NULL;
  double found;

  if (values->len == 0) {
    out->state = RJ_EXPECTATION_UNDECIDED;
    out->found = g_strdup ("nothing was measured");
    return;
  }
  found = self->is_mean ? get_mean (values) : rj_percentile (values, self->percent);
  text = rj_unit_to_text (rj_figure_rows[self->index].unit, found);
  out->state = holds (self->op, found, self->value) ? RJ_EXPECTATION_MET : RJ_EXPECTATION_UNMET;
  out->found =
    g_strdup_printf ("%s of %u %s", text, values->len, values->len == 1 ? "value" : "values");
}

/* That of "within": so long after the last fault has ended. Returns: 0: there was none */
static gint64
find_moment (const RjExpectation *self, const RjResult *result)
{
  gint64 last_us = 0;

  for (guint i = 0; i < result->faults->len; i++) {
    const RjFaultResult *fault = g_ptr_array_index (result->faults, i);

    last_us = MAX (last_us, MAX (fault->started_us, fault->ended_us));
  }
  return last_us == 0 ? 0 : last_us + (gint64) (self->within_ms * 1000);
}

static char *
describe_count (const RjCountRow *row, const RjCount *count)
{
  if (row->words == NULL)
    return g_strdup_printf ("%" G_GUINT64_FORMAT, count->found);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " %s", count->found,
                          count->of_all, row->words);
}

static void
judge_count (const RjExpectation *self, const RjResult *result, RjExpectationResult *out)
{
  const RjCountRow *row = &rj_count_rows[self->index];
  RjCountQuery query = { .scope = get_scope (self) };
  RjCount count = { 0 };

  if (self->within != NULL)
    query.at_us = find_moment (self, result);
  rj_count (row, result, &query, &count);
  if (self->within != NULL && query.at_us == 0)
    count.undecided = "there was no fault after which it could be counted";
  out->state = RJ_EXPECTATION_UNDECIDED;
  if (count.undecided != NULL) {
    out->found = g_strdup (count.undecided);
  } else if (self->all && count.of_all == 0) {
    out->found = g_strdup_printf ("there were no %s", row->words);
  } else {
    out->state =
      holds (self->op, (double) count.found, self->all ? (double) count.of_all : self->value)
        ? RJ_EXPECTATION_MET
        : RJ_EXPECTATION_UNMET;
    out->found = describe_count (row, &count);
  }
}

static gboolean
has_participants (const RjResult *result, const RjScope *scope)
{
  for (guint i = 0; i < result->participants->len; i++)
    if (rj_scope_has_participant (scope, g_ptr_array_index (result->participants, i)))
      return TRUE;
  return FALSE;
}

static char *
describe_nobody (const RjExpectation *self, const RjResult *result)
{
  const RjScope session = { .session = self->session };

  if (self->session != NULL && !has_participants (result, &session))
    return g_strdup_printf ("there was no session %s", self->session);
  if (self->group == NULL)
    return g_strdup ("there were no participants");
  return g_strdup_printf ("there was nobody of group %s%s%s", self->group,
                          self->session != NULL ? " in session " : "",
                          self->session != NULL ? self->session : "");
}

RjExpectationResult *
rj_expectation_judge (const RjExpectation *self, const RjResult *result)
{
  RjExpectationResult *out = g_new0 (RjExpectationResult, 1);
  const RjScope scope = get_scope (self);

  out->text = g_strdup (self->text);
  if (!has_participants (result, &scope)) {
    out->state = RJ_EXPECTATION_UNDECIDED;
    out->found = describe_nobody (self, result);
  } else if (self->is_count)
    judge_count (self, result, out);
  else
    judge_figure (self, result, out);
  return out;
}

void
rj_expectation_result_free (RjExpectationResult *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self->found);
  g_free (self);
}

const char *
rj_expectation_state_get_name (RjExpectationState state)
{
  static const char *const names[] = {
    [RJ_EXPECTATION_MET] = "met",
    [RJ_EXPECTATION_UNMET] = "unmet",
    [RJ_EXPECTATION_UNDECIDED] = "undecided",
  };

  return names[state];
}
