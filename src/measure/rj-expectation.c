#include "rj-expectation.h"

#include <math.h>
#include <string.h>

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

typedef guint64 (*CountFunc) (const RjResult *result, const char *session, guint64 *of_all);

typedef struct {
  const char *name;
  CountFunc count;
  const char *words; /* of "all" */
} Count;

struct _RjExpectation {
  char *text;
  char *session; /* (nullable) */
  Operator op;
  gboolean is_count;
  guint index; /* of the figure or the count */
  double percent;
  gboolean is_mean;
  gboolean all; /* instead of a number */
  double value; /* milliseconds or a number */
};

/* --- counts --- */

static gboolean
is_of (const char *session, const char *wanted)
{
  return wanted == NULL || g_str_equal (session, wanted);
}

static guint64
count_joined (const RjResult *result, const char *session, guint64 *of_all)
{
  guint64 n = 0;

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (!is_of (p->session, session))
      continue;
    (*of_all)++;
    n += p->flowed;
  }
  return n;
}

/* Of those who had to come back: those who have */
static guint64
count_rejoined (const RjResult *result, const char *session, guint64 *of_all)
{
  guint64 n = 0;

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (!is_of (p->session, session) || p->rejoins->len == 0)
      continue;
    (*of_all)++;
    n += ((RjRejoin *) g_ptr_array_index (p->rejoins, p->rejoins->len - 1))->flowing_at_us > 0;
  }
  return n;
}

static guint64
count_failed (const RjResult *result, const char *session, guint64 *of_all)
{
  guint64 n = 0;

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (!is_of (p->session, session))
      continue;
    (*of_all)++;
    n += p->failure != NULL;
  }
  return n;
}

static guint64
count_affected (const RjResult *result, const char *session, guint64 *of_all)
{
  guint64 n = 0;

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (!is_of (p->session, session))
      continue;
    (*of_all)++;
    n += p->affected;
  }
  return n;
}

static guint64
count_rejoins (const RjResult *result, const char *session, guint64 *of_all)
{
  guint64 n = 0;

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (is_of (p->session, session))
      n += p->rejoins->len;
  }
  *of_all = n;
  return n;
}

static guint64
sum_of_edges (const RjResult *result,
              const char *session,
              guint64 *of_all,
              guint64 (*get) (const RjEdgeResult *edge))
{
  guint64 n = 0;

  for (guint i = 0; i < result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    if (!is_of (edge->session, session))
      continue;
    (*of_all)++;
    n += get (edge);
  }
  return n;
}

static guint64
get_dark (const RjEdgeResult *edge)
{
  return edge->down_at_end;
}

static guint64
get_wrong_frames (const RjEdgeResult *edge)
{
  return edge->wrong_frames;
}

static guint64
get_picture_failures (const RjEdgeResult *edge)
{
  return (guint64) edge->picture_failures;
}

static guint64
get_outages (const RjEdgeResult *edge)
{
  return edge->outages_ms->len + edge->down_at_end;
}

static guint64
count_dark (const RjResult *result, const char *session, guint64 *of_all)
{
  return sum_of_edges (result, session, of_all, get_dark);
}

static guint64
count_wrong_frames (const RjResult *result, const char *session, guint64 *of_all)
{
  return sum_of_edges (result, session, of_all, get_wrong_frames);
}

static guint64
count_picture_failures (const RjResult *result, const char *session, guint64 *of_all)
{
  return sum_of_edges (result, session, of_all, get_picture_failures);
}

static guint64
count_outages (const RjResult *result, const char *session, guint64 *of_all)
{
  return sum_of_edges (result, session, of_all, get_outages);
}

static const Count counts[] = {
  { "joined", count_joined, "participants" },
  { "rejoined", count_rejoined, "participants that were lost" },
  { "failed", count_failed, "participants" },
  { "affected", count_affected, "participants" },
  { "rejoins", count_rejoins, NULL },
  { "outages", count_outages, NULL },
  { "dark", count_dark, "edges" },
  { "wrong_frames", count_wrong_frames, NULL },
  { "picture_failures", count_picture_failures, NULL },
};

/* --- from text --- */

static char *
list_names (void)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < RJ_N_FIGURES; i++)
    g_string_append_printf (list, "%s%s.p95", i > 0 ? ", " : "", rj_figure_rows[i].name);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    g_string_append_printf (list, ", %s", counts[i].name);
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

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    if (g_str_equal (counts[i].name, left)) {
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

/* "500ms", "6s", "1m", 0; "all", "3" */
static gboolean
read_right (RjExpectation *self, const char *right)
{
  char *end;

  if (self->is_count && counts[self->index].words != NULL && g_str_equal (right, "all")) {
    self->all = TRUE;
    return TRUE;
  }
  if (!g_ascii_isdigit (*right))
    return FALSE;
  self->value = g_ascii_strtod (right, &end);
  if (self->is_count || (self->value == 0 && *end == '\0'))
    return *end == '\0' && self->value == floor (self->value);
  if (g_str_equal (end, "s"))
    self->value *= 1000;
  else if (g_str_equal (end, "m"))
    self->value *= 60000;
  else if (!g_str_equal (end, "ms"))
    return FALSE;
  return TRUE;
}

/* Splits "LEFT op RIGHT[ in SESSION]" */
static gboolean
split (RjExpectation *self, char **left, char **right)
{
  gsize at = strcspn (self->text, "<>=!");
  const char *rest = self->text + at;

  for (guint i = 0; i < G_N_ELEMENTS (operators); i++) {
    const char *in;

    if (!g_str_has_prefix (rest, operators[i].text))
      continue;
    self->op = operators[i].op;
    rest += strlen (operators[i].text);
    in = strstr (rest, " in ");
    *left = g_strstrip (g_strndup (self->text, at));
    *right = g_strstrip (in == NULL ? g_strdup (rest) : g_strndup (rest, (gsize) (in - rest)));
    self->session = in == NULL ? NULL : g_strstrip (g_strdup (in + strlen (" in ")));
    return self->session == NULL || *self->session != '\0';
  }
  return FALSE;
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
                 !self->is_count                     ? "a duration such as 500ms or 6s"
                 : counts[self->index].words != NULL ? "a whole number or \"all\""
                                                     : "a whole number");
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
rj_expectation_free (RjExpectation *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self->session);
  g_free (self);
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

static void
judge_figure (const RjExpectation *self, const RjResult *result, RjExpectationResult *out)
{
  g_autoptr (GArray) values = rj_figure_list (result, self->index, self->session);
  g_autofree char *text = NULL;
  double found;

  if (values->len == 0) {
    out->state = RJ_EXPECTATION_UNDECIDED;
    out->found = g_strdup ("nothing was measured");
    return;
  }
  found = self->is_mean ? get_mean (values) : rj_percentile (values, self->percent);
  text = rj_duration_to_text (found);
  out->state = holds (self->op, found, self->value) ? RJ_EXPECTATION_MET : RJ_EXPECTATION_UNMET;
  out->found =
    g_strdup_printf ("%s of %u %s", text, values->len, values->len == 1 ? "value" : "values");
}

static void
judge_count (const RjExpectation *self, const RjResult *result, RjExpectationResult *out)
{
  const Count *count = &counts[self->index];
  guint64 of_all = 0;
  guint64 found = count->count (result, self->session, &of_all);

  if (self->all && of_all == 0) {
    out->state = RJ_EXPECTATION_UNDECIDED;
    out->found = g_strdup_printf ("there were no %s", count->words);
    return;
  }
  out->state = holds (self->op, (double) found, self->all ? (double) of_all : self->value)
                 ? RJ_EXPECTATION_MET
                 : RJ_EXPECTATION_UNMET;
  out->found = count->words == NULL
                 ? g_strdup_printf ("%" G_GUINT64_FORMAT, found)
                 : g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " %s", found,
                                    of_all, count->words);
}

static gboolean
has_session (const RjResult *result, const char *session)
{
  for (guint i = 0; i < result->participants->len; i++)
    if (is_of (((RjParticipantResult *) g_ptr_array_index (result->participants, i))->session,
               session))
      return TRUE;
  return FALSE;
}

RjExpectationResult *
rj_expectation_judge (const RjExpectation *self, const RjResult *result)
{
  RjExpectationResult *out = g_new0 (RjExpectationResult, 1);

  out->text = g_strdup (self->text);
  if (!has_session (result, self->session)) {
    out->state = RJ_EXPECTATION_UNDECIDED;
    out->found = self->session == NULL ? g_strdup ("there were no participants")
                                       : g_strdup_printf ("there was no session %s", self->session);
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
