#include "rj-json.h"
#include "rj-openvidu2-names.h"
#include "rj-rest-json.h"
#include "rj-rest.h"
#include "rj-sdp-munge.h"
#include "rj-server-closing.h"
#include "rj-server-evict.h"
#include "rj-server-nodes.h"
#include "rj-server-record.h"

static const char *const media_modes[] = { "ROUTED", "RELAYED", NULL };
static const char *const recording_modes[] = { "ALWAYS", "MANUAL", NULL };
static const char *const codecs[] = {
  "MEDIA_SERVER_PREFERRED", "NONE", "VP8", "VP9", "H264", NULL
};

/* What a new session is to be */
typedef struct {
  char *node; /* id of a media node */
  char *custom_id;
  char *media_mode;
  char *recording_mode;
  char *codec;
  gboolean transcoding;
} Wish;

static void
wish_clear (Wish *wish)
{
  g_free (wish->node);
  g_free (wish->custom_id);
  g_free (wish->media_mode);
  g_free (wish->recording_mode);
  g_free (wish->codec);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wish, wish_clear)

/* The clustered editions let the client choose */
static gboolean
read_node (RjRestRequest *request, Wish *wish)
{
  JsonObject *node = rj_json_get_object (request->body, "mediaNode");
  const char *id = rj_json_get_string (node, "id", NULL);

  if (node == NULL || !rj_server_core_is_cluster (request->core))
    return TRUE;
  if (id == NULL || rj_server_find_node (request->core, id) == NULL) {
    rj_rest_reply_error (request, SOUP_STATUS_NOT_FOUND,
                         "Parameter 'mediaNode': there is no such media node");
    return FALSE;
  }
  wish->node = g_strdup (id);
  return TRUE;
}

static gboolean
read_wish (RjRestRequest *request, Wish *wish)
{
  if (!rj_rest_read_string (request, "customSessionId", NULL, &wish->custom_id) ||
      !rj_rest_read_string (request, "mediaMode", media_modes, &wish->media_mode) ||
      !rj_rest_read_string (request, "recordingMode", recording_modes, &wish->recording_mode) ||
      !rj_rest_read_string (request, "forcedVideoCodec", codecs, &wish->codec) ||
      !rj_rest_read_bool (request, "allowTranscoding", &wish->transcoding))
    return FALSE;
  if (wish->custom_id != NULL &&
      !g_regex_match_simple ("^[a-zA-Z0-9_-]*$", wish->custom_id, G_REGEX_DOLLAR_ENDONLY,
                             G_REGEX_MATCH_DEFAULT)) {
    rj_rest_reply_error (request, SOUP_STATUS_BAD_REQUEST,
                         "Parameter 'customSessionId' must be made of [a-zA-Z0-9_-]");
    return FALSE;
  }
  return read_node (request, wish);
}

static void
replace (char **where, char **value)
{
  if (*value == NULL)
    return;
  g_free (*where);
  *where = g_steal_pointer (value);
}

/* Resolved only when there is a body (OpenVidu 2 protocol, 2.3): without one, offers pass untouched. mediasoup
 * prefers none (10.1) */
static char *
resolve_codec (RjRestRequest *request, const char *forced)
{
  if (request->body == NULL || g_str_equal (forced, "NONE"))
    return NULL;
  if (!g_str_equal (forced, "MEDIA_SERVER_PREFERRED"))
    return g_strdup (forced);
  return g_str_equal (request->core->config->media_server, "mediasoup")
           ? NULL
           : g_strdup (RJ_SDP_DEFAULT_CODEC);
}

typedef struct {
  RjServerCore *core;
  SoupServerMessage *message;
  char *path;
} Again;

static void
on_end (gboolean ended, gpointer data)
{
  Again *again = data;

  if (ended)
    rj_rest_handle (again->core, again->message, again->path, NULL);
  else
    soup_server_message_set_status (again->message, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
  soup_server_message_unpause (again->message);
  g_object_unref (again->message);
  g_object_unref (again->core);
  g_free (again->path);
  g_free (again);
}

/* A request about a session that is closing, and that needs no query */
static void
ask_again_at_the_end (RjRestRequest *request, RjServerSession *session)
{
  Again *again = g_new (Again, 1);

  *again = (Again){ g_object_ref (request->core), g_object_ref (request->message),
                    g_strdup (request->path) };
  soup_server_message_pause (request->message);
  rj_server_wait_for_end (session, on_end, again);
}

void
rj_rest_create_session (RjRestRequest *request)
{
  RjServerCore *core = request->core;
  g_auto (Wish) wish = { 0 };
  RjServerSession *session;
  gboolean named;

  if (!read_wish (request, &wish))
    return;
  named = wish.custom_id != NULL && *wish.custom_id != '\0';
  session = named ? g_hash_table_lookup (core->sessions, wish.custom_id) : NULL;
  if (session != NULL && session->closing) {
    ask_again_at_the_end (request, session);
    return;
  }
  if (session != NULL) {
    rj_rest_reply_empty (request, SOUP_STATUS_CONFLICT);
    return;
  }
  session = rj_server_session_new (core, named ? g_strdup (wish.custom_id)
                                               : rj_server_make_session_id (core->dice));
  session->wanted_node = g_steal_pointer (&wish.node);
  replace (&session->custom_id, &wish.custom_id);
  replace (&session->media_mode, &wish.media_mode);
  replace (&session->recording_mode, &wish.recording_mode);
  replace (&session->forced_codec, &wish.codec);
  session->allow_transcoding = wish.transcoding;
  session->codec = resolve_codec (request, session->forced_codec);
  json_object_unref (session->recording_properties);
  session->recording_properties =
    rj_rest_recording_properties (rj_json_get_object (request->body, "defaultRecordingProperties"));
  rj_server_record_session_created (session);
  rj_rest_reply_json (request, SOUP_STATUS_OK, rj_rest_session_to_json (session, 0));
}

void
rj_rest_list_sessions (RjRestRequest *request)
{
  guint show = rj_rest_get_show (request, FALSE);
  JsonArray *array = json_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, request->core->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    json_array_add_object_element (array, rj_rest_session_to_json (value, show));
  rj_rest_reply_json (request, SOUP_STATUS_OK, rj_rest_list (array));
}

void
rj_rest_get_session (RjRestRequest *request)
{
  guint show = rj_rest_get_show (request, FALSE);

  rj_rest_reply_json (request, SOUP_STATUS_OK, rj_rest_session_to_json (request->session, show));
}

void
rj_rest_delete_session (RjRestRequest *request)
{
  if (request->session->closing) {
    ask_again_at_the_end (request, request->session);
    return;
  }
  rj_server_close_session (request->session,
                           rj_ov2_reason_to_text (RJ_OV2_REASON_SESSION_CLOSED_BY_SERVER), TRUE);
  rj_rest_reply_empty (request, SOUP_STATUS_NO_CONTENT);
}
