/* A server on the loopback, a fake clock, and what became of a token that was asked for: what the tests of token
 * sources have in common. */
#pragma once

#include "rj-token-sources.h"
#include "rjt-scripted-server.h"

G_BEGIN_DECLS

typedef struct {
  RjtServer *server;
  RjClock *clock; /* an RjFakeClock */
  SoupSession *http;
  gboolean answered;
  char *token;
  GError *error;
} RjtTokenDesk;

/* For g_test_add() */
void rjt_token_desk_set_up (RjtTokenDesk *self, gconstpointer unused);
/* Asserts that no timer is left. */
void rjt_token_desk_tear_down (RjtTokenDesk *self, gconstpointer unused);

/* Asks for the token of "bot", whose name the server will be told is @name, in the session "room", its third; the one
 * before is forgotten. @cancellable: (nullable) */
void rjt_token_desk_start (RjtTokenDesk *self,
                           RjTokenSource *source,
                           const char *name,
                           GCancellable *cancellable);

/* Asserts this error, that it says @text, and that neither a token nor @secret is in it */
void rjt_token_desk_expect_error (
  RjtTokenDesk *self, GQuark domain, int code, const char *text, const char *secret);

G_END_DECLS
