#include "rj-output.h"

#include <unistd.h>

#include "rj-apps.h"
#include "rj-error.h"
#include "rj-report.h"

void
rj_output_print (const RjResult *result, FILE *stream)
{
  const char *no_color = g_getenv ("NO_COLOR");
  gboolean plain = no_color != NULL && *no_color != '\0';
  g_autofree char *text = rj_report_text (result, !plain && isatty (fileno (stream)));

  fputs (text, stream);
  fflush (stream);
}

static gboolean
write_file (const char *path, const char *what, const char *text, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (g_file_set_contents (path, text, -1, &problem))
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
               "cannot write the %s: %s; give a file in a folder that you may write to", what,
               problem->message);
  return FALSE;
}

gboolean
rj_output_write (const RjResult *result, const char *summary, const char *junit, GError **error)
{
  g_autofree char *summary_text = rj_report_summary (result);
  g_autofree char *junit_text = rj_report_junit (result);

  if (summary != NULL && !write_file (summary, "summary", summary_text, error))
    return FALSE;
  return junit == NULL || write_file (junit, "JUnit report", junit_text, error);
}
