#include "rjt-story.h"

#include <string.h>

#include "rj-json.h"

RjtStory *
rjt_story_new (const char *session)
{
  RjtStory *self = g_new0 (RjtStory, 1);

  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_event_free);
  self->session = g_strdup (session);
  return self;
}

void
rjt_story_free (RjtStory *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->events);
  g_free (self->session);
  g_free (self);
}

gint64
rjt_story_us (double ms)
{
  return RJT_STORY_START_US + (gint64) (ms * 1000 + 0.5);
}

static void
resolve_times (JsonObject *data)
{
  g_autoptr (GList) names = json_object_get_members (data);

  for (GList *i = names; i != NULL; i = i->next) {
    const char *name = i->data;

    if (g_str_has_suffix (name, "@")) {
      g_autofree char *plain = g_strndup (name, strlen (name) - 1);
      gint64 us = rjt_story_us (json_object_get_double_member (data, name));

      json_object_remove_member (data, name);
      json_object_set_int_member (data, plain, us);
    }
  }
}

static JsonObject *
parse_data (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *quoted = g_strdelimit (g_strdup (text), "'", '"');
  JsonObject *object;

  node = json_from_string (quoted, &error); /* a copy that may be changed */
  g_assert_no_error (error);
  object = json_node_dup_object (node);
  resolve_times (object);
  return object;
}

RjEvent *
rjt_tell (RjtStory *self,
          double ms,
          const char *type,
          const char *who,
          guint attempt,
          const char *peer,
          const char *data)
{
  RjEvent *event = rj_event_new_at (type, rjt_story_us (ms));

  event->source = g_intern_string ("runner");
  event->participant = g_strdup (who);
  event->attempt = attempt;
  if (who != NULL)
    event->session = g_strdup (self->session);
  if (peer != NULL && g_str_equal (peer, "publish")) {
    event->peer = g_strdup (peer);
  } else if (peer != NULL) {
    event->peer = g_strdup_printf ("subscribe:%s", peer);
    event->edge = g_strdup_printf ("%s>%s", peer, who);
  }
  if (data != NULL)
    event->data = parse_data (data);
  g_ptr_array_add (self->events, event);
  return event;
}

void
rjt_tell_start (RjtStory *self, const char *names)
{
  g_auto (GStrv) list = g_strsplit (names, " ", -1);
  g_autoptr (GString) data = g_string_new ("{'name':'story','seed':1,'plan':{},'versions':{},"
                                           "'expectations':{'within_ms':15000},'participants':[");

  for (guint i = 0; list[i] != NULL; i++)
    g_string_append_printf (data, "%s{'name':'%s','session':'%s'}", i > 0 ? "," : "", list[i],
                            self->session);
  g_string_append (data, "]}");
  rjt_tell (self, 0, RJ_EVENT_RUN_STARTED, NULL, 0, NULL, data->str);
}

void
rjt_tell_end (RjtStory *self, double ms, const char *reason)
{
  g_autofree char *data = g_strdup_printf ("{'reason':'%s'}", reason);

  rjt_tell (self, ms, RJ_EVENT_RUN_ENDED, NULL, 0, NULL, data);
}

static void
tell_publication (RjtStory *self, double ms, const char *who, guint attempt)
{
  rjt_tell (self, ms + 14, RJ_EVENT_PEER_CREATED, who, attempt, "publish",
            "{'direction':'publish','engine':'webrtcbin','why':'join'}");
  rjt_tell (self, ms + 20, RJ_EVENT_OFFER_SENT, who, attempt, "publish", NULL);
  rjt_tell (self, ms + 30, RJ_EVENT_ANSWER_RECEIVED, who, attempt, "publish", NULL);
  rjt_tell (self, ms + 50, RJ_EVENT_ICE_CONNECTED, who, attempt, "publish", NULL);
  rjt_tell (self, ms + 60, RJ_EVENT_DTLS_CONNECTED, who, attempt, "publish", NULL);
}

void
rjt_tell_join (RjtStory *self, double ms, const char *who, guint attempt, gboolean publishes)
{
  g_autofree char *joined =
    g_strdup_printf ("{'connection':'con_%s%u','others':0,'server_version':'2.32.2',"
                     "'media_server':'kurento'}",
                     who, attempt);

  rjt_tell (self, ms, RJ_EVENT_PARTICIPANT_STATE, who, 0, NULL, "{'from':'idle','to':'joining'}");
  rjt_tell (self, ms, RJ_EVENT_ATTEMPT_STARTED, who, attempt, NULL,
            attempt == 1 ? "{'try':1,'rejoin':false}" : "{'try':1,'rejoin':true}");
  rjt_tell (self, ms, RJ_EVENT_TOKEN_REQUESTED, who, attempt, NULL, "{'source':'app'}");
  rjt_tell (self, ms + 4, RJ_EVENT_TOKEN_RECEIVED, who, attempt, NULL, NULL);
  rjt_tell (self, ms + 4, RJ_EVENT_CONNECT_STARTED, who, attempt, NULL, NULL);
  rjt_tell (self, ms + 6, RJ_EVENT_CONNECTED, who, attempt, NULL, NULL);
  rjt_tell (self, ms + 6, RJ_EVENT_JOIN_SENT, who, attempt, NULL, NULL);
  rjt_tell (self, ms + 12, RJ_EVENT_JOINED, who, attempt, NULL, joined);
  rjt_tell (self, ms + 12, RJ_EVENT_PARTICIPANT_STATE, who, 0, NULL,
            "{'from':'joining','to':'joined'}");
  if (publishes)
    tell_publication (self, ms, who, attempt);
}

void
rjt_tell_watch (RjtStory *self, double ms, const char *who, guint attempt, const char *whom)
{
  g_autofree char *published =
    g_strdup_printf ("{'from':'%s','foreign':false,'stream':'str_%s','at_join':false,"
                     "'has_audio':true,'has_video':true,'audio_active':true,"
                     "'video_active':true}",
                     whom, whom);
  g_autofree char *created =
    g_strdup_printf ("{'direction':'subscribe','from':'%s','foreign':false,"
                     "'engine':'webrtcbin','why':'join'}",
                     whom);

  rjt_tell (self, ms, RJ_EVENT_REMOTE_PUBLISHED, who, attempt, whom, published);
  rjt_tell (self, ms, RJ_EVENT_PEER_CREATED, who, attempt, whom, created);
  rjt_tell (self, ms + 5, RJ_EVENT_OFFER_SENT, who, attempt, whom, NULL);
  rjt_tell (self, ms + 15, RJ_EVENT_ANSWER_RECEIVED, who, attempt, whom, NULL);
  rjt_tell (self, ms + 35, RJ_EVENT_ICE_CONNECTED, who, attempt, whom, NULL);
  /* told late: it happened on another thread */
  rjt_tell (self, ms + 48, RJ_EVENT_FIRST_PACKET, who, attempt, whom, NULL);
  rjt_tell (self, ms + 45, RJ_EVENT_DTLS_CONNECTED, who, attempt, whom, NULL);
  rjt_tell (self, ms + 60, RJ_EVENT_FIRST_KEY_FRAME, who, attempt, whom, NULL);
}

void
rjt_tell_unwatch (
  RjtStory *self, double ms, const char *who, guint attempt, const char *whom, double last_ms)
{
  g_autofree char *stats =
    g_strdup_printf ("{'frames':90,'key_frames':3,'packets':400,'bytes':300000,"
                     "'wrong_frames':0,'foreign_frames':0,'stamped_frames':90,"
                     "'first_frame_us':0,'last_frame_us@':%.3f,'longest_gap_ms':41.5,"
                     "'longest_gap_at_us':0,'frame_interval_ms':33.333,'latency_ms':2.5,"
                     "'open':false}",
                     last_ms);

  rjt_tell (self, ms, RJ_EVENT_PEER_STATS, who, attempt, whom, stats);
  rjt_tell (self, ms, RJ_EVENT_PEER_CLOSED, who, attempt, whom, "{'reason':'closed'}");
}

void
rjt_tell_lost (RjtStory *self, double ms, const char *who, guint attempt, const char *cause)
{
  g_autofree char *start = g_strdup_printf ("{'cause':'%s','detected_by':'server-event'}", cause);

  rjt_tell (self, ms, RJ_EVENT_DETECTOR_FIRED, who, attempt, NULL,
            "{'detector':'server-event','acted':true}");
  rjt_tell (self, ms, RJ_EVENT_REJOIN_STARTED, who, 0, NULL, start);
  rjt_tell (self, ms, RJ_EVENT_ATTEMPT_FAILED, who, attempt, NULL,
            "{'step':'media','error':'evicted','error_word':'lost','retry':'with-new-token'}");
  rjt_tell (self, ms, RJ_EVENT_ATTEMPT_CLOSED, who, attempt, NULL, "{'reason':'lost'}");
}

static guint
count_faults (RjtStory *self)
{
  guint n = 0;

  for (guint i = 0; i < self->events->len; i++)
    n +=
      g_str_equal (((RjEvent *) g_ptr_array_index (self->events, i))->type, RJ_EVENT_FAULT_STARTED);
  return n;
}

void
rjt_tell_fault (RjtStory *self, double ms, const char *what, const char *target)
{
  guint index = count_faults (self);
  g_autofree char *started =
    g_strdup_printf ("{'fault':%u,'what':'%s','target':'%s','at_ms':%g}", index, what, target, ms);
  g_autofree char *ended = g_strdup_printf ("{'fault':%u,'what':'%s','ok':true}", index, what);

  rjt_tell (self, ms, RJ_EVENT_FAULT_STARTED, NULL, 0, NULL, started);
  rjt_tell (self, ms + 3, RJ_EVENT_FAULT_ENDED, NULL, 0, NULL, ended);
}

void
rjt_tell_all_join (RjtStory *self, const char *const *names, guint n, double ms, guint attempt)
{
  for (guint i = 0; i < n; i++)
    rjt_tell_join (self, ms + 10 * i, names[i], attempt, TRUE);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      if (i != j)
        rjt_tell_watch (self, ms + 60 + 10 * MAX (i, j), names[i], attempt, names[j]);
}

void
rjt_tell_all_unwatch (
  RjtStory *self, const char *const *names, guint n, double ms, guint attempt, double last_ms)
{
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      if (i != j)
        rjt_tell_unwatch (self, ms, names[i], attempt, names[j], last_ms);
}

void
rjt_tell_crash (RjtStory *self, const char *names)
{
  g_auto (GStrv) split = g_strsplit (names, " ", -1);
  const char *const *list = (const char *const *) split;
  guint n = g_strv_length (split);

  rjt_tell_start (self, names);
  rjt_tell_all_join (self, list, n, 500, 1);
  rjt_tell (self, 1000, RJ_EVENT_EVERYONE_FLOWING, NULL, 0, NULL, NULL);
  rjt_tell_fault (self, 4000, "kill-media-node", "1");
  for (guint i = 0; list[i] != NULL; i++)
    rjt_tell_lost (self, 7500 + i, list[i], 1, "nodeCrashed");
  rjt_tell_all_unwatch (self, list, n, 7505, 1, 3990);
  rjt_tell_all_join (self, list, n, 7510, 2);
  for (guint i = 0; list[i] != NULL; i++)
    rjt_tell (self, 10000, RJ_EVENT_PARTICIPANT_STATE, list[i], 0, NULL,
              "{'from':'joined','to':'leaving'}");
  rjt_tell_all_unwatch (self, list, n, 10001, 2, 9990);
  rjt_tell_end (self, 10010, "recovered");
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const RjEvent *left = *(RjEvent *const *) a, *right = *(RjEvent *const *) b;

  return (left->mono_us > right->mono_us) - (left->mono_us < right->mono_us);
}

void
rjt_story_feed (RjtStory *self, RjEventSink *sink, gboolean sorted)
{
  g_autoptr (GPtrArray) events = g_ptr_array_copy (self->events, NULL, NULL);

  g_ptr_array_set_free_func (events, NULL);
  if (sorted)
    g_ptr_array_sort (events, compare_times); /* stable */
  for (guint i = 0; i < events->len; i++)
    RJ_EVENT_SINK_GET_IFACE (sink)->take (sink, g_ptr_array_index (events, i));
}
