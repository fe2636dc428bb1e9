#include "rjt-fuzz-corpus.h"

#include <glib/gstdio.h>
#include <string.h>

#include "rj-json.h"
#include "rj-rtcp.h"
#include "rj-rtp.h"
#include "rjt-fuzz-targets.h"
#include "rjt-vectors.h"

enum { EVERY_NTH_MESSAGE = 40 };

typedef struct {
  GPtrArray *seeds;
  guint n_messages;
} Corpus;

static void
seed_free (gpointer data)
{
  RjtFuzzSeed *seed = data;

  g_bytes_unref (seed->bytes);
  g_free (seed);
}

static void
add (Corpus *corpus, const char *target, const void *data, gsize size)
{
  RjtFuzzSeed *seed = g_new0 (RjtFuzzSeed, 1);

  seed->target = target;
  seed->bytes = g_bytes_new (data, size);
  g_ptr_array_add (corpus->seeds, seed);
}

static void
add_text (Corpus *corpus, const char *target, const char *text)
{
  add (corpus, target, text, strlen (text));
}

static void
collect_texts (Corpus *corpus, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node)) {
    g_autoptr (GList) values = json_object_get_values (json_node_get_object (node));

    for (GList *l = values; l != NULL; l = l->next)
      collect_texts (corpus, l->data);
  } else if (json_node_get_value_type (node) == G_TYPE_STRING) {
    const char *text = json_node_get_string (node);

    if (g_str_has_prefix (text, "v=0")) {
      add_text (corpus, "sdp", text);
      add_text (corpus, "munge", text);
      add_text (corpus, "answer", text);
    } else if (g_str_has_prefix (text, "candidate:")) {
      add_text (corpus, "candidate", text);
    } else if (g_str_has_prefix (text, "ws://")) {
      add_text (corpus, "token-url", text);
      add_text (corpus, "app-answer", text);
    }
  }
}

static void
collect (const RjtVector *vector, gpointer user_data)
{
  Corpus *corpus = user_data;
  JsonObject *message;
  JsonObject *params;

  if (vector->text == NULL || corpus->n_messages++ % EVERY_NTH_MESSAGE != 0)
    return;
  add_text (corpus, vector->media ? "kurento" : "frame", vector->text);
  if (vector->message == NULL)
    return;
  collect_texts (corpus, vector->message);
  message =
    JSON_NODE_HOLDS_OBJECT (vector->message) ? json_node_get_object (vector->message) : NULL;
  params = message == NULL ? NULL : rj_json_get_object (message, "params");
  if (params != NULL && !json_object_has_member (message, "id")) {
    g_autofree char *text = rj_json_object_to_text (params);

    add_text (corpus, "notification", text);
    add_text (corpus, "scrub", text);
  }
}

static void
add_answers (Corpus *corpus)
{
  static const char *const answers[] = {
    "{\"token\":\"wss://ov.example.com?sessionId=SessionA&token=tok_T7aB9cD2eF4gH6iJ\"}",
    "\"wss://ov.example.com?sessionId=SessionA&token=tok_T7aB9cD2eF4gH6iJ\"",
    "{\"id\":\"SessionA\",\"createdAt\":1777400000000}",
    "{\"0\":\"wss://ov.example.com?sessionId=A&token=tok_A\"}",
    "{\"timestamp\":1,\"status\":500,\"error\":\"Internal Server Error\",\"path\":\"/api\"}",
    "<html><body>404</body></html>",
    "SessionA\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    add_text (corpus, "app-answer", answers[i]);
}

/* A length in bytes times eight, then the packet: a key frame of two packets, and a delta frame */
static void
add_rtp (Corpus *corpus)
{
  static const guint8 frames[] = {
    4,    0x80, 0x60, 0,    1,    0,    0, 0, 9,    0,    0,    0, 7,    0x90, 0x80, 0x01, 0x10,
    0x02, 0,    0x9d, 0x01, 42,   8,    0, 8, 0,    1,    2,    3, 4,    5,    6,    7,    8,
    3,    0x80, 0xe0, 0,    2,    0,    0, 0, 9,    0,    0,    0, 7,    0x80, 0x80, 0x01, 1,
    2,    3,    4,    5,    6,    7,    8, 9, 3,    0x90, 0xe0, 0, 3,    0,    0,    0x0b, 0xc1,
    0,    0,    0,    7,    0xbe, 0xde, 0, 1, 0x31, 1,    2,    3, 0x10, 1,    1,    1,
  };
  static const guint8 h264[] = {
    3,    0x80, 0xe1, 0,    1, 0, 0,    0,    9,    0,    0, 0, 7, 0x67, 0x42, 0xe0, 0x1f, 1, 2,
    3,    4,    5,    6,    7, 8, 3,    0x80, 0x61, 0,    2, 0, 0, 0,    9,    0,    0,    0, 7,
    0x18, 0,    3,    0x68, 1, 2, 0,    4,    0x65, 0x88, 1, 2, 3, 0x80, 0xe1, 0,    3,    0, 0,
    0,    9,    0,    0,    0, 7, 0x7c, 0x85, 0x88, 1,    2, 3, 4, 5,    6,    7,    8,    9,
  };

  add (corpus, "packet", frames, sizeof frames);
  add (corpus, "packet", frames + 1, 32);
  add (corpus, "packet", h264, sizeof h264);
}

static void
add_rtcp (Corpus *corpus)
{
  const RjRtcpSenderInfo info = { .ntp = 77, .rtp_timestamp = 9, .n_packets = 3, .n_octets = 300 };
  const RjRtcpReportBlock block = { .ssrc = 7, .fraction_lost = 3, .total_lost = -1 };
  const guint16 lost[] = { 5, 6, 9, 40 };
  const guint32 ssrcs[] = { 7, 8 };
  guint8 buffer[512];
  gsize n = 0;

  n += rj_rtcp_write_sr (buffer, sizeof buffer, 1, &info, &block, 1);
  n += rj_rtcp_write_sdes (buffer + n, sizeof buffer - n, 1, "cname");
  n += rj_rtcp_write_pli (buffer + n, sizeof buffer - n, 1, 7);
  n += rj_rtcp_write_fir (buffer + n, sizeof buffer - n, 1, 7, 3);
  n += rj_rtcp_write_nack (buffer + n, sizeof buffer - n, 1, 7, lost, G_N_ELEMENTS (lost));
  n += rj_rtcp_write_remb (buffer + n, sizeof buffer - n, 1, 300000, ssrcs, G_N_ELEMENTS (ssrcs));
  n += rj_rtcp_write_bye (buffer + n, sizeof buffer - n, 1);
  add (corpus, "packet", buffer, n);
  n = rj_rtcp_write_rr (buffer, sizeof buffer, 1, &block, 1);
  add (corpus, "packet", buffer, n);
}

GPtrArray *
rjt_fuzz_corpus_new (void)
{
  Corpus corpus = { g_ptr_array_new_with_free_func (seed_free), 0 };

  rjt_vectors_each (collect, &corpus);
  add_answers (&corpus);
  add_rtp (&corpus);
  add_rtcp (&corpus);
  return corpus.seeds;
}

static gboolean
is_for (const RjtFuzzSeed *seed, const char *target)
{
  if (g_str_equal (seed->target, "packet"))
    return g_str_equal (target, "rtp") || g_str_equal (target, "forward") ||
           g_str_equal (target, "rtcp");
  return g_str_equal (seed->target, target);
}

void
rjt_fuzz_corpus_write (const char *folder)
{
  g_autoptr (GPtrArray) seeds = rjt_fuzz_corpus_new ();

  for (const RjtFuzzTarget *target = rjt_fuzz_targets; target->name != NULL; target++) {
    g_autofree char *own = g_build_filename (folder, target->name, NULL);
    guint n = 0;

    g_assert_cmpint (g_mkdir_with_parents (own, 0755), ==, 0);
    for (guint i = 0; i < seeds->len; i++) {
      const RjtFuzzSeed *seed = g_ptr_array_index (seeds, i);
      g_autofree char *name = g_strdup_printf ("%s/seed-%04u", own, n);
      gsize size;
      const char *data = g_bytes_get_data (seed->bytes, &size);
      g_autoptr (GError) error = NULL;

      if (!is_for (seed, target->name))
        continue;
      g_file_set_contents (name, data, (gssize) size, &error);
      g_assert_no_error (error);
      n++;
    }
    if (n == 0)
      g_error ("nothing recorded for %s", target->name);
  }
}
