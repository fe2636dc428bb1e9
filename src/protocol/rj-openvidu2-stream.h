/* A published stream and a connection, as join results and notifications describe them. Pure; any thread.
 * Source: OpenVidu 2 protocol, sections 5.1, 6.1, 6.4. */
#pragma once

#include "rj-openvidu2-params.h"

G_BEGIN_DECLS

typedef struct {
  char *id; /* "str_CAM_XXXX_con_…" */
  gint64 created_at_ms;
  gboolean has_audio;
  gboolean has_video;
  RjOv2Flag audio_active; /* absent when there is no audio */
  RjOv2Flag video_active;
  char *type_of_video; /* (nullable) CAMERA, SCREEN, CUSTOM, IPCAM */
  gboolean has_frame_rate;
  gint64 frame_rate;      /* -1: unknown */
  char *video_dimensions; /* (nullable) JSON text {"width":…,"height":…} */
  JsonObject *filter;     /* (nullable) {} when there is none */
} RjOv2Stream;

RjOv2Stream *rj_ov2_stream_parse (JsonObject *object, GError **error);
JsonObject *rj_ov2_stream_build (const RjOv2Stream *self);
RjOv2Stream *rj_ov2_stream_copy (const RjOv2Stream *self);
void rj_ov2_stream_free (RjOv2Stream *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Stream, rj_ov2_stream_free)

/* Stream ids: "str_<type>_<4 characters>_<connection>". @unique: made by the caller from its dice.
 * Returns: (transfer full) */
char *rj_ov2_stream_make_id (gboolean has_video,
                             const char *type_of_video,
                             const char *unique,
                             const char *connection);

/* The connection id inside a stream id, or the text itself when it is one already; NULL when there is none
 * ("con_" or "ipc_" missing). Returns: (transfer none) (nullable) */
const char *rj_ov2_stream_get_connection (const char *stream_id);

/* {"width":W,"height":H} as text and back. Returns: (transfer full) / FALSE: no such text */
char *rj_ov2_dimensions_build (gint64 width, gint64 height);
gboolean rj_ov2_dimensions_parse (const char *text, gint64 *width, gint64 *height);

/* An entry of the join result's value, or the params of participantJoined */
typedef struct {
  char *id; /* connection id */
  gint64 created_at_ms;
  char *metadata;     /* (nullable) */
  GPtrArray *streams; /* (nullable) of RjOv2Stream; NULL: not publishing, the member is left out */
} RjOv2Connection;

RjOv2Connection *rj_ov2_connection_parse (JsonObject *object, GError **error);
JsonObject *rj_ov2_connection_build (const RjOv2Connection *self);
void rj_ov2_connection_free (RjOv2Connection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Connection, rj_ov2_connection_free)

/* Arrays of streams. Returns: (transfer full) (nullable) */
GPtrArray *rj_ov2_streams_parse (JsonArray *array, GError **error);
JsonArray *rj_ov2_streams_build (GPtrArray *streams);

G_END_DECLS
