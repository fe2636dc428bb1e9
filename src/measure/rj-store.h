/* Memory for records that live as long as the facts, taken in large pieces: hundreds of small ones among what
 * comes and goes on the heap would keep a page each from being given back. Private to measure. One thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RjStore RjStore;

RjStore *rj_store_new (void);
/* Ends the life of every record. */
void rj_store_free (RjStore *self);

/* @size: bytes, at most RJ_STORE_MAX. Returns: (transfer none): zeroed, aligned for any number or pointer */
#define RJ_STORE_MAX 4096
gpointer rj_store_take (RjStore *self, gsize size);

G_END_DECLS
