#include "rj-output.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
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
fail (const char *path, const char *what, const char *reason, GError **error)
{
  g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
               "cannot write the %s %s: %s; give a file in a folder that you may write to", what,
               path, reason);
  return FALSE;
}

static gboolean
write_file (const char *path, const char *what, const char *text, GError **error)
{
  g_autoptr (GError) problem = NULL;
  const char *reason;

  if (g_file_set_contents (path, text, -1, &problem))
    return TRUE;
  reason = strrchr (problem->message, ':'); /* before it stands the name of a temporary file */
  return fail (path, what, reason != NULL ? reason + 2 : problem->message, error);
}

static gboolean
check_folder (const char *path, const char *what, GError **error)
{
  g_autofree char *folder = path == NULL ? NULL : g_path_get_dirname (path);

  if (folder == NULL || g_access (folder, W_OK | X_OK) == 0)
    return TRUE;
  return fail (path, what, g_strerror (errno), error);
}

gboolean
rj_output_check (const char *summary, const char *junit, GError **error)
{
  return check_folder (summary, "summary", error) && check_folder (junit, "JUnit report", error);
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
