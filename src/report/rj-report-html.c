#include "rj-report.h"

#include <string.h>

#include "rj-report-resources.h"

static GBytes *
load (const char *name)
{
  GBytes *bytes =
    g_resource_lookup_data (rj_report_get_resource (), name, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_assert (bytes != NULL); /* linked into this program */
  return bytes;
}

/* The end of a script element must not stand in the data. */
static char *
make_inline (const char *json)
{
  GString *out = g_string_new (NULL);

  for (const char *i = json; *i != '\0'; i++) {
    if (*i == '<')
      g_string_append (out, "\\u003c");
    else
      g_string_append_c (out, *i);
  }
  return g_string_free (out, FALSE);
}

/* Copies @from up to @mark and puts @text in its place. Returns: what follows the mark */
static const char *
fill_in (GString *out, const char *from, const char *end, const char *mark, const char *text)
{
  const char *at = g_strstr_len (from, end - from, mark);

  g_assert (at != NULL);
  g_string_append_len (out, from, at - from);
  g_string_append (out, text);
  return at + strlen (mark);
}

static char *
dup_text (const char *name)
{
  g_autoptr (GBytes) bytes = load (name);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return g_strndup (data, size);
}

char *
rj_report_series_html (const RjSeries *series)
{
  g_autofree char *summary = rj_report_series_summary (series);
  g_autofree char *page = dup_text ("/rejoin/report.html");
  g_autofree char *css = dup_text ("/rejoin/report.css");
  g_autofree char *js = dup_text ("/rejoin/report.js");
  g_autofree char *json = make_inline (summary);
  const char *end = page + strlen (page);
  const char *rest = page;
  GString *out = g_string_new (NULL);

  rest = fill_in (out, rest, end, "@CSS@", css);
  rest = fill_in (out, rest, end, "@JSON@", json);
  rest = fill_in (out, rest, end, "@JS@", js);
  g_string_append (out, rest);
  return g_string_free (out, FALSE);
}
