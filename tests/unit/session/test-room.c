#include "rj-room.h"

static RjRoomNews
publish (RjRoom *room, const char *connection, const char *stream, const char *name)
{
  RjRemoteStream news = { .connection = (char *) connection,
                          .stream = (char *) stream,
                          .name = (char *) name,
                          .has_audio = TRUE,
                          .audio_active = TRUE };

  return rj_room_publish (room, &news);
}

static void
test_a_stream_is_seen_once (void)
{
  g_autoptr (RjRoom) room = rj_room_new ("me");
  g_autoptr (GPtrArray) streams = NULL;

  g_assert_cmpint (publish (room, "c1", "s1", "bob"), ==, RJ_ROOM_NEW);
  g_assert_cmpint (publish (room, "c1", "s1", "bob"), ==, RJ_ROOM_KNOWN);
  g_assert_cmpstr (rj_room_get_name (room, "c1"), ==, "bob");
  streams = rj_room_list_streams (room);
  g_assert_cmpuint (streams->len, ==, 1);
}

static void
test_a_second_stream_replaces_the_first (void)
{
  g_autoptr (RjRoom) room = rj_room_new ("me");

  publish (room, "c1", "s1", "bob");
  g_assert_cmpint (publish (room, "c1", "s2", "bob"), ==, RJ_ROOM_NEW);
  g_assert_cmpstr (rj_room_get_stream (room, "c1")->stream, ==, "s2");
}

static void
test_who_left_early_is_not_seen (void)
{
  g_autoptr (RjRoom) room = rj_room_new ("me");

  g_assert_false (rj_room_leave (room, "c1"));
  g_assert_cmpint (publish (room, "c1", "s1", "bob"), ==, RJ_ROOM_GONE);
  g_assert_null (rj_room_get_stream (room, "c1"));
}

static void
test_the_own_ghost_is_not_seen (void)
{
  g_autoptr (RjRoom) room = rj_room_new ("me");

  g_assert_cmpint (publish (room, "c1", "s1", "me"), ==, RJ_ROOM_SELF);
  g_assert_null (rj_room_get_stream (room, "c1"));
}

static void
test_leaving_and_unpublishing (void)
{
  g_autoptr (RjRoom) room = rj_room_new ("me");

  g_assert_true (rj_room_enter (room, "c1", "bob"));
  g_assert_false (rj_room_enter (room, "c1", "bob"));
  g_assert_false (rj_room_unpublish (room, "c1"));
  publish (room, "c1", "s1", "bob");
  g_assert_true (rj_room_unpublish (room, "c1"));
  g_assert_cmpint (publish (room, "c1", "s1", "bob"), ==, RJ_ROOM_NEW);
  g_assert_true (rj_room_leave (room, "c1"));
  g_assert_false (rj_room_leave (room, "c1"));
  g_assert_false (rj_room_unpublish (room, "c1"));
}

static void
test_muting (void)
{
  g_autoptr (RjRoom) room = rj_room_new ("me");
  RjRemoteStream muted = { .connection = (char *) "c1", .stream = (char *) "s1" };

  g_assert_false (rj_room_change (room, &muted));
  publish (room, "c1", "s1", "bob");
  g_assert_true (rj_room_get_stream (room, "c1")->audio_active);
  g_assert_true (rj_room_change (room, &muted));
  g_assert_false (rj_room_get_stream (room, "c1")->audio_active);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/room/a-stream-is-seen-once", test_a_stream_is_seen_once);
  g_test_add_func ("/session/room/a-second-stream-replaces-the-first",
                   test_a_second_stream_replaces_the_first);
  g_test_add_func ("/session/room/who-left-early-is-not-seen", test_who_left_early_is_not_seen);
  g_test_add_func ("/session/room/the-own-ghost-is-not-seen", test_the_own_ghost_is_not_seen);
  g_test_add_func ("/session/room/leaving-and-unpublishing", test_leaving_and_unpublishing);
  g_test_add_func ("/session/room/muting", test_muting);
  return g_test_run ();
}
