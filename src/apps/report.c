/* rejoin report: renders event logs again. */
#include <stddef.h>
#include <stdio.h>

#include "rj-apps.h"
#include "rj-log-reader.h"
#include "rj-output.h"
#include "rj-run-options.h"

typedef struct {
  RjConditions conditions;
  RjOutputFiles files;
  gboolean quiet;
} Options;

#define AT(member)           offsetof (Options, member)
#define AT_CONDITION(member) AT (conditions.member)
#define AT_FILE(member)      AT (files.member)

static const RjOption options[] = {
  RJ_CONDITION_OPTIONS (AT_CONDITION),
  RJ_OUTPUT_FILE_OPTIONS (AT_FILE),
  { "quiet", RJ_OPTION_FLAG, AT (quiet), NULL, NULL, "no text report" },
};

static const RjOptionTable table = {
  options,
  G_N_ELEMENTS (options),
  "[OPTION…] EVENTS.jsonl…",
  "Judges and renders event logs: those of several machines of one run are put together, different "
  "runs\n"
  "are those of a series.",
  "The exit code is that of the run or the series: 0 passed, 1 failed, 3 inconclusive, 4 "
  "environment.",
};

static int
render (Options *values, char **paths)
{
  g_autoptr (RjSeries) series = NULL;
  g_autoptr (GError) error = NULL;

  if (!rj_output_read_conditions (&values->conditions, &error) ||
      !rj_output_check (&values->files, &error))
    return rj_apps_fail (error);
  series = rj_log_read ((const char *const *) paths, values->conditions.expect, &error);
  if (series == NULL)
    return rj_apps_fail (error);
  if (!values->quiet && !rj_output_print (series, stdout, &error))
    return rj_apps_fail (error);
  if (!rj_output_write (series, &values->files, &error))
    return rj_apps_fail (error);
  return rj_series_get_exit_code (series);
}

int
rj_report_main (int argc, char **argv)
{
  Options values = { 0 };
  g_auto (GStrv) rest = NULL;
  int code = rj_apps_parse (&table, "report", argc, argv, &values, &rest);

  if (code < 0 && rest[0] == NULL) {
    fputs ("rejoin: report needs the file that \"rejoin run --events FILE\" wrote\n", stderr);
    code = RJ_EXIT_USAGE;
  }
  if (code < 0)
    code = render (&values, rest);
  rj_option_table_clear (&table, &values);
  return code;
}
