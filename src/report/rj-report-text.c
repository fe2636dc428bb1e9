#include "rj-report.h"

#include <math.h>
#include <string.h>

#include "rj-expectation.h"
#include "rj-report-groups.h"
#include "rj-text-sections.h"

void
rj_text_heading (RjText *text, const char *heading, const char *explanation)
{
  rj_ink_append (text->out, heading, RJ_INK_BOLD, text->colour);
  if (explanation != NULL)
    g_string_append_printf (text->out, " (%s)", explanation);
  g_string_append_c (text->out, '\n');
}

char *
rj_text_ms (double ms)
{
  return ms < 0 ? g_strdup ("–") : g_strdup_printf ("%.0f", ms);
}

char *
rj_text_moment (const RjText *text, gint64 us)
{
  return g_strdup_printf ("%+.2f s", (us - text->base_us) / 1e6);
}

void
rj_text_append_verdict (GString *out, RjVerdict verdict, const char *reason, gboolean colour)
{
  static const struct {
    const char *word;
    RjInk ink;
  } verdicts[] = {
    [RJ_VERDICT_PASSED] = { "PASSED", RJ_INK_GOOD },
    [RJ_VERDICT_FAILED] = { "FAILED", RJ_INK_BAD },
    [RJ_VERDICT_INCONCLUSIVE] = { "INCONCLUSIVE", RJ_INK_DOUBT },
    [RJ_VERDICT_ENVIRONMENT] = { "NOTHING TESTED", RJ_INK_BAD },
  };
  const char *word = verdicts[verdict].word;
  g_autofree char *line = g_strdup_printf ("%s: %s", word, reason);
  g_autoptr (GString) wrapped = g_string_new (NULL);

  rj_ink_append (out, word, verdicts[verdict].ink, colour);
  rj_text_append_wrapped (wrapped, line, 2, RJ_TEXT_WIDTH);
  g_string_append (out, wrapped->str + strlen (word));
  g_string_append_c (out, '\n');
}

static void
add_run (RjText *text)
{
  const RjResult *r = text->result;
  g_autoptr (GString) line = g_string_new ("Run");

  if (*r->run != '\0')
    g_string_append_printf (line, " %s", r->run);
  if (r->name != NULL && *r->name != '\0' && !g_str_equal (r->name, r->run))
    g_string_append_printf (line, " \"%s\"", r->name);
  g_string_append_printf (line, ": %u %s", r->participants->len,
                          r->participants->len == 1 ? "participant" : "participants");
  if (rj_report_has_groups (r)) {
    g_autofree char *groups = rj_report_count_groups (r);

    g_string_append_printf (line, " (%s)", groups);
  }
  if (r->ended_us > 0)
    g_string_append_printf (line, ", %.1f s", (r->ended_us - r->started_us) / 1e6);
  if (r->flowing_us > 0)
    g_string_append_printf (line, ", everyone flowing after %.2f s (times below count from then)",
                            (r->flowing_us - r->started_us) / 1e6);
  g_string_append_printf (line, ". This machine was late by %.0f ms at most.",
                          fmax (r->max_loop_lag_ms, r->max_pacing_lag_ms));
  rj_text_append_wrapped (text->out, line->str, 2, RJ_TEXT_WIDTH);
  g_string_append_c (text->out, '\n');
}

static void
append_duration (GString *words, const char *before, double ms)
{
  g_autofree char *duration = rj_duration_to_text (ms);

  if (ms >= 0)
    g_string_append_printf (words, "%s%s", before, duration);
}

static char *
describe_fault (const RjFaultResult *fault)
{
  GString *words = g_string_new (NULL);

  if (fault->ended_us == 0) {
    g_string_append (words, "did not come to an end");
    return g_string_free (words, FALSE);
  }
  append_duration (words, fault->ok && fault->exit_code <= 0 ? "done in " : "FAILED in ",
                   (fault->ended_us - fault->started_us) / 1000.0);
  if (fault->exit_code >= 0)
    g_string_append_printf (words, ", exit code %d", fault->exit_code);
  if (fault->error != NULL)
    g_string_append_printf (words, ": %s", fault->error);
  if (fault->hit_session != NULL)
    g_string_append_printf (words, "; hit session %s", fault->hit_session);
  append_duration (words,
                   g_str_has_suffix (fault->what, "-master")
                     ? "; the front took it out after "
                     : "; the server declared the node dead after ",
                   fault->server_detection_ms);
  append_duration (words, "; everything was back after ", fault->back_ms);
  return g_string_free (words, FALSE);
}

#define MOST_OUTPUT_LINES 5

/* What a command wrote, where it failed */
static void
add_output (RjText *text, const RjFaultResult *fault)
{
  g_autofree char *output = g_strdup (fault->output);
  g_auto (GStrv) lines = NULL;

  if (output == NULL || (fault->ok && fault->exit_code <= 0))
    return;
  lines = g_strsplit (g_strchomp (output), "\n", MOST_OUTPUT_LINES + 1);
  for (guint i = 0; lines[i] != NULL && i < MOST_OUTPUT_LINES; i++)
    g_string_append_printf (text->out, "      | %s\n", lines[i]);
}

static void
add_expectations (RjText *text)
{
  static const struct {
    const char *sign;
    RjInk ink;
  } states[] = {
    [RJ_EXPECTATION_MET] = { "✓", RJ_INK_GOOD },
    [RJ_EXPECTATION_UNMET] = { "✗", RJ_INK_BAD },
    [RJ_EXPECTATION_UNDECIDED] = { "?", RJ_INK_DOUBT },
  };

  if (text->result->expectations->len == 0)
    return;
  rj_text_heading (text, "Expectations", NULL);
  for (guint i = 0; i < text->result->expectations->len; i++) {
    const RjExpectationResult *e = g_ptr_array_index (text->result->expectations, i);

    g_string_append (text->out, "  ");
    rj_ink_append (text->out, states[e->state].sign, states[e->state].ink, text->colour);
    g_string_append_printf (text->out, " %s: %s\n", e->text, e->found);
  }
  g_string_append_c (text->out, '\n');
}

static void
add_faults (RjText *text)
{
  if (text->result->faults->len == 0)
    return;
  rj_text_heading (text, "Faults", NULL);
  for (guint i = 0; i < text->result->faults->len; i++) {
    const RjFaultResult *fault = g_ptr_array_index (text->result->faults, i);
    g_autofree char *moment = rj_text_moment (text, fault->started_us);
    g_autofree char *words = describe_fault (fault);
    g_autofree char *line =
      g_strdup_printf ("%s  %s%s%s: %s", moment, fault->what, fault->target != NULL ? " " : "",
                       fault->target != NULL ? fault->target : "", words);

    g_string_append (text->out, "  ");
    rj_text_append_wrapped (text->out, line, 6, RJ_TEXT_WIDTH);
    add_output (text, fault);
  }
  g_string_append_c (text->out, '\n');
}

#define MOST_PROBLEMS 12

static void
add_problem (RjText *text, const RjParticipantResult *p, const char *before)
{
  g_autofree char *group = rj_report_has_groups (text->result) && p->group != NULL
                             ? g_strdup_printf (" (%s)", p->group)
                             : g_strdup ("");
  g_autofree char *line = g_strcmp0 (p->problem, before) == 0
                            ? g_strdup_printf ("%s%s: the same.", p->name, group)
                            : g_strdup_printf ("%s%s %s%s", p->name, group, p->problem,
                                               rj_sentence_get_stop (p->problem));

  g_string_append (text->out, "  ");
  rj_text_append_wrapped (text->out, line, 6, RJ_TEXT_WIDTH);
}

static void
add_problems (RjText *text)
{
  const char *before = NULL;
  guint n = 0;

  for (guint i = 0; i < text->result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (text->result->participants, i);

    if (p->problem == NULL)
      continue;
    if (n == 0)
      rj_text_heading (text, "What is wrong", NULL);
    if (n++ < MOST_PROBLEMS)
      add_problem (text, p, before);
    before = p->problem;
  }
  if (n > MOST_PROBLEMS)
    g_string_append_printf (text->out, "  … and %u more\n", n - MOST_PROBLEMS);
  if (n > 0)
    g_string_append_c (text->out, '\n');
}

static void
add_warnings (RjText *text)
{
  if (text->result->warnings->len == 0)
    return;
  rj_text_heading (text, "Warnings", NULL);
  for (guint i = 0; i < text->result->warnings->len; i++) {
    g_string_append (text->out, "  - ");
    rj_text_append_wrapped (text->out, g_ptr_array_index (text->result->warnings, i), 4,
                            RJ_TEXT_WIDTH);
  }
  g_string_append_c (text->out, '\n');
}

char *
rj_report_text (const RjResult *result, gboolean colour)
{
  RjText text = {
    .result = result,
    .out = g_string_new (NULL),
    .colour = colour,
    .base_us = result->flowing_us > 0 ? result->flowing_us : result->started_us,
  };

  rj_text_append_verdict (text.out, result->verdict, result->reason, colour);
  add_run (&text);
  add_expectations (&text);
  add_faults (&text);
  add_problems (&text);
  rj_text_add_ways (&text);
  rj_text_add_pictures (&text);
  rj_text_add_bystanders (&text);
  rj_text_add_detectors (&text);
  rj_text_add_ghosts (&text);
  rj_text_add_media (&text);
  rj_text_add_candidates (&text);
  rj_text_add_clocks (&text);
  add_warnings (&text);
  g_string_truncate (text.out, text.out->len - 1); /* the last empty line */
  return g_string_free (text.out, FALSE);
}
