/* Tables of texts that are refused, and of what is said then. */
#pragma once

#include <string.h>

#include "rj-error.h"

G_BEGIN_DECLS

typedef struct {
  const char *text;
  const char *begin; /* of the message */
  const char *part;  /* of it */
} RjtRefusal;

/* Asserts that @error is a RJ_ERROR_USAGE that says so */
static inline void
rjt_refusal_check (const RjtRefusal *self, const GError *error)
{
  g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
  if (!g_str_has_prefix (error->message, self->begin) ||
      strstr (error->message, self->part) == NULL)
    g_error ("%s: %s", self->text, error->message);
}

G_END_DECLS
