/* How the real server reads params: a number or true where a string is wanted is taken as its text, and a
 * boolean as text is understood; null and objects are refused. What is optional keeps "absent" apart from
 * "false", because a recorded message must come out as it went in. Pure; any thread.
 * Source: OpenVidu 2 protocol, sections 4.4, 5 and 12. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* An optional boolean; zero is absent */
typedef enum {
  RJ_OV2_UNSET,
  RJ_OV2_NO,
  RJ_OV2_YES,
} RjOv2Flag;

/* Errors of all parsers of this dialect: RJ_ERROR_PROTOCOL. A missing member reads "Request element 'x' is
 * missing in RPC method 'y'", as the real server words it (which answers with code -1). Outputs are
 * untouched on error. @params: (nullable) */
gboolean rj_ov2_read_string (
  JsonObject *params, const char *method, const char *name, char **out, GError **error);
gboolean rj_ov2_read_int (
  JsonObject *params, const char *method, const char *name, gint64 *out, GError **error);
gboolean rj_ov2_read_bool (
  JsonObject *params, const char *method, const char *name, gboolean *out, GError **error);
RjOv2Flag rj_ov2_get_flag (JsonObject *params, const char *name);
/* Returns: (transfer full) (nullable): text of a string, number or boolean */
char *rj_ov2_dup_string (JsonObject *params, const char *name);

/* Nothing is set for UNSET or NULL */
void rj_ov2_set_flag (JsonObject *object, const char *name, RjOv2Flag flag);
void rj_ov2_set_string (JsonObject *object, const char *name, const char *value);

/* UNSET becomes @fallback */
gboolean rj_ov2_flag_get (RjOv2Flag flag, gboolean fallback);
RjOv2Flag rj_ov2_flag_from (gboolean value);

G_END_DECLS
