/* Errors of this program, and what follows from them. Any thread.
 *
 * RJ_ERROR holds our own findings; RJ_RPC_ERROR keeps the server's number as its code and the server's
 * text as its message (OpenVidu error codes, for instance 204 "no media node"). Errors of GIO, GStreamer
 * and TLS pass through unchanged, with a prefix that names the step. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RJ_ERROR (rj_error_quark ())
GQuark rj_error_quark (void);

#define RJ_RPC_ERROR (rj_rpc_error_quark ())
GQuark rj_rpc_error_quark (void);

/* RJ_HTTP_ERROR: the code is the HTTP status of a token source that refused */
#define RJ_HTTP_ERROR (rj_http_error_quark ())
GQuark rj_http_error_quark (void);

typedef enum {
  RJ_ERROR_PROTOCOL,    /* the other side said something that the protocol does not allow */
  RJ_ERROR_TIMEOUT,     /* no answer in time */
  RJ_ERROR_UNREACHABLE, /* nobody there: refused, unknown host, closed socket */
  RJ_ERROR_REJECTED,    /* understood and refused */
  RJ_ERROR_NO_MEDIA,    /* joined, but media does not flow: ICE, DTLS or RTP failed */
  RJ_ERROR_USAGE,       /* the user asked for something impossible; the message has the remedy */
  RJ_ERROR_ENVIRONMENT, /* this machine lacks something; the message has the remedy */
  RJ_ERROR_LOST,        /* the stay in the session ended: evicted, or the resume failed */
  RJ_ERROR_CLOSED,      /* the object was closed by its owner */
} RjErrorCode;

/* Sets RJ_ERROR_USAGE. @sentence: with the remedy. Returns: FALSE */
gboolean rj_error_refuse (GError **error, const char *sentence);

/* What a participant does after an error. The only place with an opinion is rj_error_get_retry(). */
typedef enum {
  RJ_RETRY_NEVER,          /* give up, tell the user */
  RJ_RETRY_WITH_NEW_TOKEN, /* whole token + join cycle again, after backoff */
  RJ_RETRY_LATER,          /* the same, but the other side was away (does not count as our part) */
} RjRetry;

RjRetry rj_error_get_retry (const GError *error);

/* Returns: a short word for reports and events, for instance "timeout", "rpc-204", "http-500" */
char *rj_error_get_word (const GError *error);

G_END_DECLS
