/* A plan file as JSON: YAML 1.2, of which JSON is a part, with the line of every key, so that a complaint can name
 * it. Anchors, aliases and merge keys (<<) are resolved. Places are written as "participants[0].publish.video".
 * Pure, but for reading the file. Any thread. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _RjPlanDocument RjPlanDocument;

/* Errors of both: RJ_ERROR_USAGE with file, line and remedy: no such file, no UTF-8, no YAML, not a mapping, a key
 * twice, larger than a plan can be */
RjPlanDocument *rj_plan_document_load (const char *path, GError **error);
/* @name: of the file, for messages */
RjPlanDocument *
rj_plan_document_parse (const char *name, const char *text, gsize length, GError **error);
void rj_plan_document_free (RjPlanDocument *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjPlanDocument, rj_plan_document_free)

/* Returns: (transfer none): what stands in the file. Numbers too large for an integer are doubles. */
JsonObject *rj_plan_document_get_root (const RjPlanDocument *self);
const char *rj_plan_document_get_name (const RjPlanDocument *self);

/* What the first one says of a place counts. @line: 0: it is not known */
void rj_plan_document_note_line (RjPlanDocument *self, const char *place, guint line);
/* Returns: from 1; of the nearest place around @place that has one */
guint rj_plan_document_get_line (const RjPlanDocument *self, const char *place);

/* Puts "plan.yaml:14: place: " before the message. Where that begins with a key inside @place and a colon
 * ("publish.video: ", "[2]: "), the key becomes part of the place. */
void rj_plan_document_blame (const RjPlanDocument *self, const char *place, GError **error);

/* Returns: (transfer full): the place of @key in @place, which may be "" */
char *rj_plan_place (const char *place, const char *key);

G_END_DECLS
