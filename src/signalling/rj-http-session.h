/* The one HTTP session of the process: token requests and websockets go through it. Home thread.
 *
 * Room for one connection per participant (libsoup's default of two per host would make our own queue look
 * like the server's), no cookies, no proxy for loopback, its own CA file or no verification at all. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* @ca_file: (nullable): PEM file that replaces the system's CAs. @insecure: accept any certificate.
 * @user_agent: (nullable). Returns: (transfer full) (nullable): NULL with RJ_ERROR_USAGE when the CA file
 * cannot be read */
SoupSession *rj_http_session_new (guint n_participants,
                                  const char *ca_file,
                                  gboolean insecure,
                                  const char *user_agent,
                                  GError **error);

/* Returns: (transfer full) (nullable): a message for @url that obeys the session's TLS settings and opens a
 * connection of its own: participants are separate users, and a kept connection that the server has just
 * closed would look like a failure. NULL with RJ_ERROR_USAGE when @url is none. */
SoupMessage *
rj_http_message_new (SoupSession *session, const char *method, const char *url, GError **error);

/* Translates an error of libsoup, GIO or TLS into a sentence with a remedy. @url: shown without query and
 * user. @message: (nullable): for the certificate's faults. Returns: (transfer full) */
GError *rj_http_explain (const GError *error, const char *url, SoupMessage *message);

/* Returns: (transfer full): @url without user, password, query and fragment, for error texts */
char *rj_http_show_url (const char *url);

G_END_DECLS
