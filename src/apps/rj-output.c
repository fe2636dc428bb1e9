#include "rj-output.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "rj-apps.h"
#include "rj-baseline.h"
#include "rj-error.h"
#include "rj-report.h"

typedef struct {
  gsize offset; /* in RjOutputFiles */
  const char *what;
  char *(*render) (const RjSeries *series);
} Format;

static const Format formats[] = {
  { offsetof (RjOutputFiles, json), "summary", rj_report_series_summary },
  { offsetof (RjOutputFiles, junit), "JUnit report", rj_report_series_junit },
  { offsetof (RjOutputFiles, html), "HTML report", rj_report_series_html },
  { offsetof (RjOutputFiles, markdown), "Markdown report", rj_report_series_markdown },
  { offsetof (RjOutputFiles, csv), "CSV report", rj_report_series_csv },
  { offsetof (RjOutputFiles, prometheus), "metrics", rj_report_series_prometheus },
};

static const char *
get_path (const RjOutputFiles *files, guint format)
{
  return G_STRUCT_MEMBER (const char *, files, formats[format].offset);
}

gboolean
rj_output_print (const RjSeries *series, FILE *stream, GError **error)
{
  const char *no_color = g_getenv ("NO_COLOR");
  gboolean plain = no_color != NULL && *no_color != '\0';
  g_autofree char *text = rj_report_series_text (series, !plain && isatty (fileno (stream)));

  if (fputs (text, stream) != EOF && fflush (stream) == 0)
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
               "cannot write the report to standard %s: %s; is the disk full?",
               stream == stderr ? "error" : "output", g_strerror (errno));
  return FALSE;
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
rj_output_read_conditions (RjConditions *conditions, GError **error)
{
  g_autoptr (GPtrArray) texts = NULL;

  if (!rj_conditions_check (conditions, error))
    return FALSE;
  if (conditions->baseline == NULL)
    return TRUE;
  texts = rj_baseline_read (conditions->baseline, conditions->worse_percent / 100.0, error);
  for (guint i = 0; texts != NULL && i < texts->len; i++)
    g_ptr_array_add (conditions->expect, g_strdup (g_ptr_array_index (texts, i)));
  return texts != NULL;
}

gboolean
rj_output_check (const RjOutputFiles *files, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (!check_folder (get_path (files, i), formats[i].what, error))
      return FALSE;
  return TRUE;
}

gboolean
rj_output_write (const RjSeries *series, const RjOutputFiles *files, GError **error)
{
  gboolean ok = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    const char *path = get_path (files, i);
    g_autofree char *text = path == NULL ? NULL : formats[i].render (series);

    if (path != NULL && !write_file (path, formats[i].what, text, ok ? error : NULL))
      ok = FALSE;
  }
  return ok;
}
