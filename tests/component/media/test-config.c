/* What an engine makes of a peer's configuration, and when it refuses. */
#include "rjt-call.h"

#include <string.h>

#include "rj-error.h"

static RjtStudio *studio;

static GPtrArray *
make_list (const char *only)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (list, g_strdup (only));
  return list;
}

static RjPeerConfig
make_config (RjDirection direction)
{
  return (RjPeerConfig){
    .direction = direction, .has_audio = TRUE, .has_video = TRUE, .loopback = RJ_LOOPBACK_ONLY
  };
}

static void
test_a_turn_server_that_is_none_is_refused (void)
{
  RjPeerConfig config = make_config (RJ_DIRECTION_RECEIVE);
  g_autoptr (GPtrArray) servers = make_list ("turn://user:topsecret");
  g_autoptr (GError) error = NULL;

  config.turn_servers = servers;
  g_assert_null (rj_peer_factory_create (RJ_PEER_FACTORY (studio->engine), &config, &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  g_assert_null (strstr (error->message, "topsecret"));
}

/* Collects the candidates of one peer */
typedef struct {
  RjtOutcome *offer;
  GPtrArray *candidates;
  GSocket *stun, *turn; /* (nullable): servers that must have been asked */
} Gathering;

static void
on_candidate (RjPeer *peer, guint mline, const char *mid, const char *text, Gathering *gathering)
{
  g_ptr_array_add (gathering->candidates, g_strdup (text));
}

static gboolean
was_asked (GSocket *server)
{
  return server == NULL || g_socket_condition_check (server, G_IO_IN) != 0;
}

static gboolean
has_candidates (gpointer data)
{
  const Gathering *gathering = data;

  return gathering->offer->is_there && gathering->candidates->len > 0 &&
         was_asked (gathering->stun) && was_asked (gathering->turn);
}

static void
gather (const RjPeerConfig *config, Gathering *gathering)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjPeer) peer =
    rj_peer_factory_create (RJ_PEER_FACTORY (studio->engine), config, &error);

  g_assert_no_error (error);
  gathering->offer = rjt_outcome_new ();
  gathering->candidates = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (peer, "candidate", G_CALLBACK (on_candidate), gathering);
  rj_peer_create_offer_async (peer, NULL, rjt_outcome_take_offer, gathering->offer);
  rjt_wait_until (has_candidates, gathering, "candidates are gathered");
  g_assert_no_error (gathering->offer->error);
  rj_peer_close (peer);
}

static void
gathering_clear (Gathering *gathering)
{
  rjt_outcome_free (gathering->offer);
  g_ptr_array_unref (gathering->candidates);
}

static void
test_the_embedded_cluster_sees_the_loopback_only (void)
{
  RjPeerConfig config = make_config (RJ_DIRECTION_SEND);
  Gathering gathering = { 0 };

  gather (&config, &gathering);
  for (guint i = 0; i < gathering.candidates->len; i++) {
    const char *text = gathering.candidates->pdata[i];

    g_assert_nonnull (strstr (text, " UDP "));
    g_assert_nonnull (strstr (text, " 127.0.0.1 "));
    g_assert_nonnull (strstr (text, "typ host"));
  }
  gathering_clear (&gathering);
}

/* A server that is asked and does not answer. Returns: (transfer full) */
static GSocket *
make_deaf_server (guint *port)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  GSocket *socket =
    g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);

  g_assert_no_error (error);
  g_socket_bind (socket, any, FALSE, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return socket;
}

/* Servers that do not answer neither hold the offer up nor spoil it */
static void
test_stun_and_turn_servers_are_taken (void)
{
  RjPeerConfig config = make_config (RJ_DIRECTION_SEND);
  guint stun_port, turn_port;
  g_autoptr (GSocket) stun_server = make_deaf_server (&stun_port);
  g_autoptr (GSocket) turn_server = make_deaf_server (&turn_port);
  g_autofree char *stun_url = g_strdup_printf ("stun://127.0.0.1:%u", stun_port);
  g_autofree char *turn_url =
    g_strdup_printf ("turn://1700000000%%3Abot:a%%2Bb%%3D@127.0.0.1:%u", turn_port);
  g_autoptr (GPtrArray) stun = make_list (stun_url);
  g_autoptr (GPtrArray) turn = make_list (turn_url);
  Gathering gathering = { .stun = stun_server, .turn = turn_server };

  config.stun_servers = stun;
  config.turn_servers = turn;
  gather (&config, &gathering);
  g_assert_null (strstr (gathering.offer->offer, "a%2Bb"));
  gathering_clear (&gathering);
}

static void
test_relays_need_a_turn_server (void)
{
  RjPeerConfig config = make_config (RJ_DIRECTION_RECEIVE);
  g_autoptr (GError) error = NULL;
  g_autoptr (RjPeer) ahead = NULL;

  config.relay_only = TRUE;
  g_assert_null (rj_peer_factory_create (RJ_PEER_FACTORY (studio->engine), &config, &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "--ice relay"));
  g_clear_error (&error);
  /* one that is made ahead learns later which there are */
  config.ahead = TRUE;
  ahead = rj_peer_factory_create (RJ_PEER_FACTORY (studio->engine), &config, &error);
  g_assert_no_error (error);
  config.ahead = FALSE;
  g_assert_false (rj_peer_assign (ahead, &config, &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
  rj_peer_close (ahead);
}

static void
test_no_sender_before_the_clip_is_there (void)
{
  RjPeerConfig config = make_config (RJ_DIRECTION_SEND);
  RjMediaEngineConfig engine_config = { .run = "early",
                                        .format = RJ_CLIP_FORMAT_DEFAULT,
                                        .clock = studio->clock };
  g_autoptr (RjMediaEngine) engine = rj_media_engine_new (&engine_config);
  g_autoptr (GError) error = NULL;

  g_assert_null (rj_peer_factory_create (RJ_PEER_FACTORY (engine), &config, &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT);
}

static void
on_started (GObject *engine, GAsyncResult *result, gpointer user_data)
{
  GError **error = user_data;

  g_assert_false (rj_media_engine_start_finish (RJ_MEDIA_ENGINE (engine), result, error));
}

static gboolean
has_error (gpointer data)
{
  return *(GError **) data != NULL;
}

static void
test_an_impossible_format_does_not_start (void)
{
  RjMediaEngineConfig config = { .run = "impossible",
                                 .format = { 1, 1, 1, 1, RJ_CLIP_PICTURE_TEST },
                                 .clock = studio->clock };
  g_autoptr (RjMediaEngine) engine = rj_media_engine_new (&config);
  g_autoptr (GError) error = NULL;

  rj_media_engine_start_async (engine, NULL, on_started, &error);
  rjt_wait_until (has_error, &error, "the start fails");
  g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
}

static void
on_several_started (GObject *engine, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rj_media_engine_start_finish (RJ_MEDIA_ENGINE (engine), result, &error));
  *(gboolean *) user_data = TRUE;
}

static gboolean
is_set (gpointer data)
{
  return *(gboolean *) data;
}

static void
expect_sender (RjMediaEngine *engine, const RjClipFormat *format, gboolean is_there)
{
  RjPeerConfig config = make_config (RJ_DIRECTION_SEND);
  g_autoptr (GError) error = NULL;
  g_autoptr (RjPeer) peer = NULL;

  config.format = format;
  peer = rj_peer_factory_create (RJ_PEER_FACTORY (engine), &config, &error);
  g_assert_true ((peer != NULL) == is_there);
  if (peer != NULL)
    rj_peer_close (peer);
  else
    g_assert_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT);
}

/* Each group of participants shows something else. */
static void
test_several_formats (void)
{
  const RjClipFormat formats[] = {
    { 96, 96, 5, 50000, RJ_CLIP_PICTURE_TEST, RJ_VIDEO_VP8 },
    { 96, 96, 5, 50000, RJ_CLIP_PICTURE_TEST, RJ_VIDEO_H264 },
    { 96, 96, 10, 50000, RJ_CLIP_PICTURE_TEST, RJ_VIDEO_VP8 },
  };
  RjMediaEngineConfig config = { .run = "several",
                                 .format = formats[0],
                                 .formats = formats,
                                 .n_formats = 2,
                                 .clock = studio->clock };
  g_autoptr (RjMediaEngine) engine = rj_media_engine_new (&config);
  gboolean started = FALSE;

  rj_media_engine_start_async (engine, NULL, on_several_started, &started);
  rjt_wait_until (is_set, &started, "the start");
  expect_sender (engine, NULL, TRUE);
  expect_sender (engine, &formats[0], TRUE);
  expect_sender (engine, &formats[1], TRUE);
  expect_sender (engine, &formats[2], FALSE); /* of which it was not told */
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  studio = rjt_studio_new (0);
  g_test_add_func ("/media/config/bad-turn", test_a_turn_server_that_is_none_is_refused);
  g_test_add_func ("/media/config/loopback", test_the_embedded_cluster_sees_the_loopback_only);
  g_test_add_func ("/media/config/stun-and-turn", test_stun_and_turn_servers_are_taken);
  g_test_add_func ("/media/config/relay", test_relays_need_a_turn_server);
  g_test_add_func ("/media/config/no-clip", test_no_sender_before_the_clip_is_there);
  g_test_add_func ("/media/config/impossible", test_an_impossible_format_does_not_start);
  g_test_add_func ("/media/config/several-formats", test_several_formats);
  result = g_test_run ();
  rjt_studio_free (studio);
  return result;
}
