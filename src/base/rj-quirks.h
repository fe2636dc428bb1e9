/* What the real server does wrong, by name: the embedded cluster does it on demand (--quirk), so that
 * participants can be seen to come back from it. Pure; any thread.
 * Source: OpenVidu 2 protocol, sections 4.4, 8.2 and 12, and what was seen on the real server. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  /* A media server that is back in time is not noticed: no session hears anything, each stays dead */
  RJ_QUIRK_DEAD_SESSION = 1 << 0,
  /* A session outlives its last participant, dead or not; only REST ends it */
  RJ_QUIRK_UNDYING_SESSION = 1 << 1,
  /* The media server of the first session hangs once, and nobody says so */
  RJ_QUIRK_FROZEN_MEDIA_SERVER = 1 << 2,
  /* Who is lost stays listed until the next notification for it */
  RJ_QUIRK_GHOSTS = 1 << 3,
  /* A joiner is told of somebody who left before its own answer, which lists that one */
  RJ_QUIRK_EARLY_LEAVERS = 1 << 4,
  /* The first answer to each of some methods never comes */
  RJ_QUIRK_LOST_ANSWERS = 1 << 5,
  /* Every answer comes twice */
  RJ_QUIRK_DOUBLE_ANSWERS = 1 << 6,
  /* A session that was closed, or whose media server died, is closing for a while before it is gone */
  RJ_QUIRK_SLOW_CLOSE = 1 << 7,
  /* Who leaves holds the session's lock until the media server has answered: joins wait for it */
  RJ_QUIRK_HELD_LOCK = 1 << 8,
  /* Who subscribes gets the stream of another publisher, where there is a third one */
  RJ_QUIRK_CROSSED_STREAMS = 1 << 9,
  /* Where a media node is lost, the stream of whoever publishes first in a session is passed on to nobody */
  RJ_QUIRK_DARK_STREAM = 1 << 10,
  /* Media nodes pass whole frames on, and every picture (of VP8) is black */
  RJ_QUIRK_BLACK_PICTURES = 1 << 11,
} RjQuirk;

/* Names, as choices of an option */
#define RJ_QUIRK_NAMES                                                                             \
  "dead-session|undying-session|frozen-media-server|ghosts|early-leavers|lost-answers|"            \
  "double-answers|slow-close|held-lock|crossed-streams|dark-stream|black-pictures"

/* The part of --help about them */
#define RJ_QUIRK_HELP                                                                              \
  "Quirks (what the real server does wrong; the embedded one does it on demand):\n"                \
  "  dead-session         a media server that is back in time is not noticed; the session is "     \
  "dead\n"                                                                                         \
  "  undying-session      a session outlives its last participant, until it is deleted over "      \
  "REST\n"                                                                                         \
  "  frozen-media-server  5 s after the first join the media server hangs for 12 s\n"              \
  "  ghosts               who is lost stays listed until the next notification for it fails\n"     \
  "  early-leavers        a joiner hears of a leaver before its own answer, which lists the "      \
  "leaver\n"                                                                                       \
  "  lost-answers         the first answer to joinRoom, publishVideo, receiveVideoFrom and\n"      \
  "                       leaveRoom never comes\n"                                                 \
  "  double-answers       every answer comes twice\n"                                              \
  "  slow-close           a session is closing for 2 s, and lets nobody in, before it is gone\n"   \
  "  held-lock            a leave waits for a media server that hangs, and holds up joins "        \
  "meanwhile\n"                                                                                    \
  "  crossed-streams      who subscribes gets the stream of another publisher\n"                   \
  "  dark-stream          after a crash nobody gets the stream of a session's first publisher\n"   \
  "  black-pictures       frames come as before, and every picture of VP8 is black"

/* @names: (element-type utf8). Returns: their bits; a name that there is not is left out */
guint rj_quirks_from_names (GPtrArray *names);

G_END_DECLS
