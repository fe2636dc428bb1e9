/* Media through a real node: websocket, ICE, DTLS and SRTP on the loopback */
#include <string.h>

#include "rj-node.h"
#include "rjt-client.h"

typedef struct {
  RjNode *node;
  RjtControl *control;
  const char *pipeline;
  const char *pass;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  RjNodeConfig config = { .loopback_only = TRUE };
  g_autoptr (GError) error = NULL;

  f->node = rj_node_new (&config);
  rj_node_listen (f->node, &error);
  g_assert_no_error (error);
  f->control = rjt_control_new (rj_node_get_port (f->node));
  rjt_control_greet (f->control);
  f->pipeline = rjt_control_create (f->control, RJ_KMS_PIPELINE, NULL);
  f->pass = rjt_control_create (f->control, RJ_KMS_PASS_THROUGH, f->pipeline);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rjt_control_free (f->control);
  rj_node_close (f->node);
  g_object_unref (f->node);
  RJT_WAIT (rj_ice_peer_count_agents () == 0);
}

static RjtClient *
join (Fixture *f, RjtClient *client)
{
  rjt_client_negotiate (client, f->pipeline);
  if (client->publishes)
    rjt_control_connect (f->control, client->endpoint, f->pass);
  else
    rjt_control_connect (f->control, f->pass, client->endpoint);
  rjt_client_wait_connected (client);
  RJT_WAIT (rjt_control_count (f->control, RJ_KMS_EVENT_CONNECTION_STATE, client->endpoint,
                               "CONNECTED") == 1);
  return client;
}

static RjtClient *
publish (Fixture *f)
{
  return join (f, rjt_client_new (f->control, TRUE, 111, 96));
}

static RjtClient *
subscribe (Fixture *f)
{
  return join (f, rjt_client_new (f->control, FALSE, 109, 120));
}

static void
release (Fixture *f, const char *object)
{
  rjt_control_do (f->control, RJ_KMS_RELEASE, rj_kms_release (f->control->session, object));
}

/* Under the SSRC of the answer, with the subscriber's payload types, without a gap */
static void
test_packets_arrive (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) publisher = publish (f);
  g_autoptr (RjtClient) subscriber = subscribe (f);
  const RjtStream *video;
  const RjtStream *audio;
  guint16 sequence = 65530; /* wraps */

  RJT_PUBLISH_UNTIL (publisher, sequence,
                     rjt_client_get_stream (subscriber, subscriber->video_ssrc)->n_packets >= 20);
  video = rjt_client_get_stream (subscriber, subscriber->video_ssrc);
  audio = rjt_client_get_stream (subscriber, subscriber->audio_ssrc);
  g_assert_cmpuint (video->payload_type, ==, 120);
  g_assert_cmpuint (video->n_gaps, ==, 0);
  g_assert_cmpuint (audio->payload_type, ==, 109);
  g_assert_cmpuint (audio->n_gaps, ==, 0);
  g_assert_cmpuint (audio->n_packets, >=, 15);
  g_assert_cmpuint (subscriber->streams->len, ==, 2);
  g_assert_cmpuint (video->ssrc, !=, publisher->video_ssrc);
}

/* Nobody gets the middle of a picture: video begins with a key frame, audio at once. */
static void
test_video_begins_with_key_frame (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) publisher = publish (f);
  g_autoptr (RjtClient) subscriber = subscribe (f);
  const RjtStream *stream;

  for (guint16 i = 0; i < 10; i++)
    rjt_client_send_video (publisher, i, FALSE);
  rjt_client_send_audio (publisher, 1);
  RJT_WAIT (rjt_client_get_stream (subscriber, subscriber->audio_ssrc)->n_packets == 1);
  g_assert_cmpuint (rjt_client_get_stream (subscriber, subscriber->video_ssrc)->n_packets, ==, 0);
  rjt_client_send_video (publisher, 10, TRUE);
  rjt_client_send_video (publisher, 11, FALSE);
  RJT_WAIT (rjt_client_get_stream (subscriber, subscriber->video_ssrc)->n_packets == 2);
  stream = rjt_client_get_stream (subscriber, subscriber->video_ssrc);
  g_assert_cmpuint (stream->last_payload[3], ==, 11);
  g_assert_cmpuint (stream->n_gaps, ==, 0);
}

static void
test_publisher_is_asked_for_key_frames (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) publisher = publish (f);
  g_autoptr (RjtClient) subscriber = NULL;

  g_assert_cmpuint (publisher->n_fir, ==, 0);
  subscriber = subscribe (f);
  RJT_WAIT (publisher->n_fir == 2); /* once, and once more */
  g_assert_cmpuint (publisher->n_pli, ==, 0);
}

static void
test_pli_where_fir_is_not_offered (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) publisher = rjt_client_new (f->control, TRUE, 111, 96);
  g_autoptr (RjtClient) subscriber = NULL;

  publisher->video_feedback = "a=rtcp-fb:96 nack pli\r\n";
  join (f, publisher);
  subscriber = subscribe (f);
  RJT_WAIT (publisher->n_pli == 2);
  g_assert_cmpuint (publisher->n_fir, ==, 0);
  g_assert_cmpuint (publisher->n_remb, ==, 0);
}

/* As with Kurento 7.3: whoever lost a reference waits for the next key frame. */
static void
test_subscribers_pli_stays_here (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) publisher = publish (f);
  g_autoptr (RjtClient) subscriber = subscribe (f);
  guint8 pli[12];
  guint n_reports;

  RJT_WAIT (publisher->n_fir == 2);
  /* one packet: of a flood some could be lost, and that asks for a key frame as well */
  rjt_client_send_video (publisher, 1, TRUE);
  RJT_WAIT (publisher->n_rr > 0);
  rj_rtcp_write_pli (pli, sizeof pli, 1, subscriber->video_ssrc);
  rj_ice_peer_send_rtcp (subscriber->peer, pli, sizeof pli);
  n_reports = publisher->n_rr;
  RJT_WAIT (publisher->n_rr > n_reports + 1);
  g_assert_cmpuint (publisher->n_fir, ==, 2);
  g_assert_cmpuint (publisher->n_pli, ==, 0);
}

static void
test_undeclared_ssrc_is_dropped (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) publisher = publish (f);
  g_autoptr (RjtClient) subscriber = subscribe (f);

  rjt_client_send_as (publisher, publisher->video_ssrc + 1, 96, 1, TRUE);
  rjt_client_send_as (publisher, publisher->video_ssrc, 97, 2, TRUE); /* not negotiated */
  rjt_client_send_as (publisher, publisher->video_ssrc, 96, 3, TRUE);
  RJT_WAIT (rjt_client_count_packets (subscriber) == 1);
  g_assert_cmpuint (rjt_client_get_stream (subscriber, subscriber->video_ssrc)->last_payload[3], ==,
                    3);
}

/* reconnectStream of a publisher: a new endpoint at the same PassThrough. The subscriber's stream goes on. */
static void
test_publisher_is_replaced (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) old = publish (f);
  g_autoptr (RjtClient) subscriber = subscribe (f);
  g_autoptr (RjtClient) new = NULL;
  const RjtStream *stream;
  guint16 sequence = 100;
  guint32 timestamp;
  guint before;

  RJT_PUBLISH_UNTIL (old, sequence,
                     rjt_client_get_stream (subscriber, subscriber->video_ssrc)->n_packets >= 5);
  rjt_control_do (
    f->control, RJ_KMS_INVOKE,
    rj_kms_invoke_text (f->control->session, old->endpoint, RJ_KMS_UNLINK, "sink", f->pass));
  release (f, old->endpoint);
  timestamp = rjt_client_get_stream (subscriber, subscriber->video_ssrc)->last_timestamp;
  before = rjt_client_get_stream (subscriber, subscriber->video_ssrc)->n_packets;

  new = join (f, rjt_client_new (f->control, TRUE, 96, 100));
  RJT_WAIT (new->n_fir > 0);
  sequence = 40000;
  rjt_client_send_video (new, sequence++, FALSE);
  RJT_PUBLISH_UNTIL (new, sequence,
                     rjt_client_get_stream (subscriber, subscriber->video_ssrc)->n_packets >=
                       before + 5);
  stream = rjt_client_get_stream (subscriber, subscriber->video_ssrc);
  g_assert_cmpuint (stream->n_gaps, ==, 0);
  g_assert_cmpuint (stream->payload_type, ==, 120);
  g_assert_cmpint ((gint32) (stream->last_timestamp - timestamp), >, 0);
  g_assert_cmpint ((gint32) (stream->last_timestamp - timestamp), <, 90000 * 20);
  g_assert_cmpuint (rjt_client_get_stream (subscriber, subscriber->audio_ssrc)->n_gaps, ==, 0);
  g_assert_cmpuint (subscriber->streams->len, ==, 2);
}

/* What was lost on the way to the node is asked of the publisher, and its answer passed on. */
static void
test_packet_lost_before_the_node (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) publisher = publish (f);
  g_autoptr (RjtClient) subscriber = subscribe (f);
  const RjtStream *stream;
  guint8 nack[16];
  guint16 missed;
  gsize size;

  rjt_client_send_video (publisher, 10, TRUE);
  rjt_client_send_video (publisher, 12, FALSE);
  RJT_WAIT (rjt_client_count_packets (subscriber) == 2);
  stream = rjt_client_get_stream (subscriber, subscriber->video_ssrc);
  g_assert_cmpuint (stream->n_gaps, ==, 1); /* the subscriber sees what was lost */
  missed = (guint16) (stream->first_sequence + 1);
  size = rj_rtcp_write_nack (nack, sizeof nack, 1, subscriber->video_ssrc, &missed, 1);
  rj_ice_peer_send_rtcp (subscriber->peer, nack, size);
  RJT_WAIT (publisher->n_nack == 1);
  rjt_client_send_video (publisher, 11, FALSE);
  RJT_WAIT (rjt_client_count_packets (subscriber) == 3);
  g_assert_cmpuint (rjt_client_get_stream (subscriber, subscriber->video_ssrc)->last_sequence, ==,
                    missed);
}

static void
test_reports_in_both_directions (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) publisher = publish (f);
  g_autoptr (RjtClient) subscriber = subscribe (f);
  guint16 sequence = 1;

  RJT_PUBLISH_UNTIL (publisher, sequence,
                     publisher->n_rr > 0 && publisher->n_remb > 0 && subscriber->n_sr > 0);
  g_assert_cmpint (publisher->remb_bps, >=, 990000);
  g_assert_cmpint (publisher->remb_bps, <=, 1000000);
  g_assert_cmpuint (subscriber->n_rr, ==, 0);
}

static void
test_release_stops (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) publisher = publish (f);
  g_autoptr (RjtClient) gone = subscribe (f);
  g_autoptr (RjtClient) stays = subscribe (f);
  guint16 sequence = 1;
  guint before;
  guint n_before;

  RJT_PUBLISH_UNTIL (publisher, sequence, rjt_client_count_packets (gone) > 4);
  release (f, gone->endpoint);
  rjt_control_fail (
    f->control, RJ_KMS_INVOKE,
    rj_kms_invoke (f->control->session, gone->endpoint, RJ_KMS_GATHER_CANDIDATES, NULL),
    RJ_KMS_CODE_OBJECT_NOT_FOUND);
  RJT_PUBLISH_UNTIL (publisher, sequence, rjt_client_count_packets (stays) > 8);
  RJT_WAIT (gone->ended);
  before = rjt_client_count_packets (gone);
  n_before = rjt_client_count_packets (stays);
  RJT_PUBLISH_UNTIL (publisher, sequence, rjt_client_count_packets (stays) > n_before + 8);
  g_assert_cmpuint (rjt_client_count_packets (gone), ==, before);

  release (f, f->pipeline);
  g_assert_cmpuint (rj_node_count_objects (f->node), ==, 0);
  rjt_control_fail (f->control, RJ_KMS_RELEASE,
                    rj_kms_release (f->control->session, publisher->endpoint),
                    RJ_KMS_CODE_OBJECT_NOT_FOUND);
}

/* Whoever publishes with doLoopback hears itself. */
static void
test_endpoint_to_itself (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) client = rjt_client_new (f->control, TRUE, 111, 96);
  g_autofree char *offer = rjt_client_make_offer (client);
  guint16 sequence = 1;

  rjt_client_negotiate (client, f->pipeline);
  rjt_control_connect (f->control, client->endpoint, client->endpoint);
  rjt_client_wait_connected (client);
  /* sendonly: nothing may come back, and nothing may go round in circles */
  RJT_PUBLISH_UNTIL (client, sequence, client->n_rr > 1);
  g_assert_cmpuint (rjt_client_count_packets (client), ==, 0);
}

static void
test_selected_pair (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) publisher = publish (f);

  g_assert_nonnull (publisher);
  for (guint i = 0; i < f->control->events->len; i++) {
    const RjKmsEvent *event = g_ptr_array_index (f->control->events, i);

    if (!g_str_equal (event->type, RJ_KMS_EVENT_PAIR_SELECTED))
      continue;
    g_assert_cmpint (event->stream_id, ==, 1);
    g_assert_true (g_str_has_prefix (event->local_candidate, "candidate:"));
    g_assert_nonnull (strstr (event->local_candidate, " 1 UDP "));
    g_assert_true (g_str_has_suffix (event->local_candidate, " typ host"));
    g_assert_nonnull (strstr (event->remote_candidate, " 127.0.0.1 "));
    return;
  }
  g_assert_not_reached ();
}

static void
test_events_of_a_life (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) publisher = publish (f);
  g_autoptr (RjtClient) subscriber = subscribe (f);
  RjtControl *control = f->control;
  const char *from = publisher->endpoint;
  const char *to = subscriber->endpoint;
  guint16 sequence = 1;

  RJT_PUBLISH_UNTIL (publisher, sequence,
                     rjt_control_count (control, RJ_KMS_EVENT_MEDIA_STATE, from, "CONNECTED") ==
                         1 &&
                       rjt_control_count (control, RJ_KMS_EVENT_FLOW_IN, to, "FLOWING") == 2);
  g_assert_cmpuint (rjt_control_count (control, RJ_KMS_EVENT_FLOW_OUT, from, "FLOWING"), ==, 2);
  g_assert_cmpuint (rjt_control_count (control, RJ_KMS_EVENT_FLOW_IN, from, NULL), ==, 0);
  g_assert_cmpuint (rjt_control_count (control, RJ_KMS_EVENT_FLOW_OUT, to, NULL), ==, 0);
  g_assert_cmpuint (rjt_control_count (control, RJ_KMS_EVENT_TRANSCODING, from, "NOT_TRANSCODING"),
                    ==, 2);
  g_assert_cmpuint (rjt_control_count (control, RJ_KMS_EVENT_ICE_STATE, to, "GATHERING"), ==, 2);
  g_assert_cmpuint (rjt_control_count (control, RJ_KMS_EVENT_ICE_STATE, to, "CONNECTING"), ==, 1);
  g_assert_cmpuint (rjt_control_count (control, RJ_KMS_EVENT_ICE_STATE, to, "CONNECTED"), ==, 1);
  g_assert_cmpuint (rjt_control_count (control, RJ_KMS_EVENT_ICE_STATE, to, "READY"), ==, 1);
  g_assert_cmpuint (rjt_control_count (control, RJ_KMS_EVENT_GATHERING_DONE, to, NULL), ==, 1);
  g_assert_cmpuint (rjt_control_count (control, RJ_KMS_EVENT_PAIR_SELECTED, to, NULL), ==, 1);
  /* one address, two components, two m-lines */
  g_assert_cmpuint (rjt_control_count (control, RJ_KMS_EVENT_CANDIDATE, to, NULL), ==, 4);

  RJT_WAIT (rjt_control_count (control, RJ_KMS_EVENT_FLOW_OUT, from, "NOT_FLOWING") == 2 &&
            rjt_control_count (control, RJ_KMS_EVENT_FLOW_IN, to, "NOT_FLOWING") == 2);
}

/* Server-offer mode: the node offers, is ICE controlling, and DTLS server where the answer says active. */
static void
test_node_offers (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtClient) publisher = publish (f);
  g_autoptr (RjtClient) subscriber = join (f, rjt_client_new_answering (f->control));
  const char *session = f->control->session;
  const RjtStream *video;
  guint16 sequence = 1;

  RJT_PUBLISH_UNTIL (publisher, sequence,
                     rjt_client_get_stream (subscriber, subscriber->video_ssrc)->n_packets >= 5 &&
                       rjt_client_get_stream (subscriber, subscriber->audio_ssrc)->n_packets >= 5);
  video = rjt_client_get_stream (subscriber, subscriber->video_ssrc);
  g_assert_cmpuint (video->payload_type, ==, 100);
  g_assert_cmpuint (video->n_gaps, ==, 0);
  rjt_control_fail (f->control, RJ_KMS_INVOKE,
                    rj_kms_invoke (session, subscriber->endpoint, RJ_KMS_GENERATE_OFFER, NULL),
                    40208);
  rjt_control_fail (
    f->control, RJ_KMS_INVOKE,
    rj_kms_invoke_text (session, subscriber->endpoint, RJ_KMS_PROCESS_ANSWER, "answer", "v=0\r\n"),
    40210);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/node/media/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("packets-arrive", test_packets_arrive);
  ADD ("video-begins-with-key-frame", test_video_begins_with_key_frame);
  ADD ("publisher-is-asked-for-key-frames", test_publisher_is_asked_for_key_frames);
  ADD ("pli-where-fir-is-not-offered", test_pli_where_fir_is_not_offered);
  ADD ("subscribers-pli-stays-here", test_subscribers_pli_stays_here);
  ADD ("undeclared-ssrc-is-dropped", test_undeclared_ssrc_is_dropped);
  ADD ("publisher-is-replaced", test_publisher_is_replaced);
  ADD ("packet-lost-before-the-node", test_packet_lost_before_the_node);
  ADD ("reports-in-both-directions", test_reports_in_both_directions);
  ADD ("release-stops", test_release_stops);
  ADD ("endpoint-to-itself", test_endpoint_to_itself);
  ADD ("selected-pair", test_selected_pair);
  ADD ("events-of-a-life", test_events_of_a_life);
  ADD ("node-offers", test_node_offers);
  return g_test_run ();
}
