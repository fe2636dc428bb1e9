/* The operations that invoke knows, as a table: for which objects, with which argument, what becomes of it. Home
 * thread only. */
#pragma once

#include "rj-kurento.h"
#include "rj-node-object.h"

G_BEGIN_DECLS

typedef enum {
  RJ_OPERATION_GET_NAME,
  RJ_OPERATION_SET_NAME,
  RJ_OPERATION_ACCEPT, /* answered with null, without effect here */
  RJ_OPERATION_ORDER,  /* goes to the media half */
} RjOperationKind;

typedef struct {
  const char *name;
  guint objects; /* bits 1 << RjNodeKind */
  RjOperationKind kind;
  RjOrderKind order;
  const char *text;   /* (nullable) name of a required argument that is a text */
  const char *number; /* (nullable) of a required argument that is a number */
  gboolean links;     /* arguments sink and mediaType */
} RjOperation;

/* Returns: (transfer none) (nullable): NULL when this kind of object has no such operation */
const RjOperation *rj_operation_find (const char *name, RjNodeKind kind);

/* Makes the order out of the arguments; of a link without its sink. Errors: RJ_ERROR_PROTOCOL: an argument is
 * missing or wrong. Returns: (transfer full) (nullable) */
RjOrder *rj_operation_make_order (const RjOperation *self,
                                  const RjNodeObject *object,
                                  const RjKmsParams *params,
                                  GError **error);

G_END_DECLS
