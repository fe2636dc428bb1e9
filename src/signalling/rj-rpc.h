/* The table of open requests of one stay in a session. It numbers them, hands answers to those who asked,
 * and gives up after a limit. Texts in and out are its owner's business, so a stay can move to another
 * socket. Home thread.
 *
 * Ids are integers, unique and increasing in the order of writing, and go on after a resume (OpenVidu 2
 * protocol, section 4.1). Answers to unknown ids, second answers, and what is no frame are dropped. */
#pragma once

#include <json-glib/json-glib.h>

#include "rj-clock.h"

G_BEGIN_DECLS

#define RJ_TYPE_RPC (rj_rpc_get_type ())
G_DECLARE_FINAL_TYPE (RjRpc, rj_rpc, RJ, RPC, GObject)

/* Default limit of a request (the official client's) */
#define RJ_RPC_LIMIT_US (10 * G_USEC_PER_SEC)

typedef enum {
  RJ_RPC_PLAIN = 0,
  RJ_RPC_URGENT = 1 << 0,     /* is written even while the table is held */
  RJ_RPC_REPEATABLE = 1 << 1, /* harmless when done twice: written again after a resume */
} RjRpcFlags;

/* Exactly once per call, never before rj_rpc_call() returned: @result (nullable: the answer was no object),
 * or @error: RJ_RPC_ERROR, RJ_ERROR_TIMEOUT, RJ_ERROR_LOST (socket gone), RJ_ERROR_CLOSED,
 * RJ_ERROR_PROTOCOL (longer than the server takes: not written).
 * @read_us: when the answer was read */
typedef void (*RjRpcFunc) (JsonObject *result,
                           const GError *error,
                           gint64 read_us,
                           gpointer user_data);

/* @text: to be written now */
typedef void (*RjRpcWriteFunc) (const char *text, gpointer user_data);
typedef void (*RjRpcNotifyFunc) (const char *method,
                                 JsonObject *params,
                                 gint64 read_us,
                                 gpointer user_data);

/* Returns: (transfer full) */
RjRpc *
rj_rpc_new (RjClock *clock, RjRpcWriteFunc write, RjRpcNotifyFunc notify, gpointer user_data);

/* @params: (transfer full) (nullable). @func: (nullable): nobody waits for the answer. @limit_us: counts from
 * now, also while the table is held */
void rj_rpc_call (RjRpc *self,
                  const char *method,
                  JsonObject *params,
                  RjRpcFlags flags,
                  gint64 limit_us,
                  RjRpcFunc func,
                  gpointer user_data);

/* Reads what came in. */
void rj_rpc_take (RjRpc *self, const char *text, gint64 read_us);

/* Held: requests are kept, in order, except urgent ones. Released: they are written. */
void rj_rpc_set_held (RjRpc *self, gboolean held);

/* The socket is gone: what was written and not answered fails with RJ_ERROR_LOST, except repeatable
 * requests, which are kept for the next socket. Also holds the table. */
void rj_rpc_lose (RjRpc *self, const char *why);

/* Fails everything with RJ_ERROR_CLOSED; nothing is called back afterwards. Idempotent. */
void rj_rpc_close (RjRpc *self);

guint rj_rpc_count_open (RjRpc *self);

G_END_DECLS
