#include "rj-candidate.h"
#include "rj-error.h"

typedef struct {
  const char *line;
  gboolean usable;
} Row;

static const Row rows[] = {
  { "candidate:1 1 UDP 2015364095 127.0.0.1 30473 typ host", TRUE },
  { "candidate:1 2 UDP 2015364094 127.0.0.1 30474 typ host", FALSE },
  { "candidate:2 1 TCP 1015022079 127.0.0.1 9 typ host tcptype active", FALSE },
  { "candidate:3 1 TCP 1010827775 127.0.0.1 40000 typ host tcptype passive", FALSE },
  { "candidate:3088768711 1 udp 2122194687 127.0.0.1 56898 typ host generation 0 ufrag 5HZm "
    "network-id 3 network-cost 50",
    TRUE },
  { "candidate:9 1 udp 2122262783 fd00::2 5000 typ host generation 0", TRUE },
  { "candidate:4 1 UDP 1677722111 203.0.113.7 5001 typ srflx raddr 10.0.0.2 rport 5000", TRUE },
  { "candidate:5 1 udp 41819903 203.0.113.9 57001 typ relay raddr 0.0.0.0 rport 0 generation 0",
    TRUE },
  { "candidate:6 1 udp 2113937151 4b1d2c3e-0000-4000-8000-000000000000.local 5000 typ host",
    FALSE },
  { "candidate:7 1 UDP 1 127.0.0.1 0 typ host", FALSE },
  { "candidate:a+/Z 256 UDP 0 1.2.3.4 65535 typ prflx raddr 1.1.1.1 rport 1", FALSE },
};

static void
test_lines_come_out_as_they_went_in (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (RjCandidate) candidate = rj_candidate_parse (rows[i].line, &error);
    g_autofree char *again = NULL;

    g_assert_no_error (error);
    again = rj_candidate_format (candidate);
    g_assert_cmpstr (again, ==, rows[i].line);
    g_assert_cmpint (rj_candidate_is_usable (candidate), ==, rows[i].usable);
  }
}

static void
test_parts_are_read (void)
{
  g_autoptr (RjCandidate) candidate = rj_candidate_parse (
    "a=candidate:4 1  UDP 1677722111 203.0.113.7 5001 typ srflx rport 5000 raddr 10.0.0.2\r\n",
    NULL);

  g_assert_cmpstr (candidate->foundation, ==, "4");
  g_assert_cmpuint (candidate->component, ==, 1);
  g_assert_cmpuint (candidate->priority, ==, 1677722111);
  g_assert_cmpstr (candidate->ip, ==, "203.0.113.7");
  g_assert_cmpuint (candidate->port, ==, 5001);
  g_assert_cmpint (candidate->type, ==, RJ_CANDIDATE_SRFLX);
  g_assert_cmpstr (rj_candidate_type_to_text (candidate->type), ==, "srflx");
  g_assert_cmpstr (candidate->related_ip, ==, "10.0.0.2");
  g_assert_cmpuint (candidate->related_port, ==, 5000);
  g_assert_null (candidate->extensions);
}

static char *
get_key (const char *line)
{
  g_autoptr (RjCandidate) candidate = rj_candidate_parse (line, NULL);

  return rj_candidate_get_key (candidate);
}

static void
test_the_key_ignores_what_differs_per_m_line (void)
{
  g_autofree char *a = get_key ("candidate:1 1 UDP 5 127.0.0.1 30473 typ host");
  g_autofree char *same = get_key ("candidate:7 1 udp 9 127.0.0.1 30473 typ host generation 0");
  g_autofree char *port = get_key ("candidate:1 1 UDP 5 127.0.0.1 30474 typ host");
  g_autofree char *component = get_key ("candidate:1 2 UDP 5 127.0.0.1 30473 typ host");
  g_autofree char *active = get_key ("candidate:1 1 TCP 5 127.0.0.1 9 typ host tcptype active");
  g_autofree char *passive = get_key ("candidate:1 1 TCP 5 127.0.0.1 9 typ host tcptype passive");

  g_assert_cmpstr (a, ==, same);
  g_assert_cmpstr (a, !=, port);
  g_assert_cmpstr (a, !=, component);
  g_assert_cmpstr (active, !=, passive);
}

static void
test_garbage_is_refused (void)
{
  static const char *const lines[] = {
    "",
    "candidate:",
    "candidate:1",
    "garbage",
    "candidate:1 1 UDP 5 127.0.0.1 30473 typ",
    "candidate:1 1 UDP 5 127.0.0.1 30473 tip host",
    "candidate:1 1 UDP 5 127.0.0.1 30473 typ hosts",
    "candidate:1 1 SCTP 5 127.0.0.1 30473 typ host",
    "candidate:1 0 UDP 5 127.0.0.1 30473 typ host",
    "candidate:1 257 UDP 5 127.0.0.1 30473 typ host",
    "candidate:1 1 UDP 4294967296 127.0.0.1 30473 typ host",
    "candidate:1 1 UDP -1 127.0.0.1 30473 typ host",
    "candidate:1 1 UDP 5 127.0.0.1 65536 typ host",
    "candidate:1 1 UDP 5 127.0.0.1 x typ host",
    "candidate:1 1 UDP 5 127.0.0.1 30473 typ srflx raddr",
    "candidate:1 1 UDP 5 127.0.0.1 30473 typ srflx rport 65536",
    "candidate:1 1 UDP 5 127.0.0.1 30473 typ host extension",
    "candidate:!! 1 UDP 5 127.0.0.1 30473 typ host",
    "candidate:123456789012345678901234567890123 1 UDP 5 127.0.0.1 30473 typ host",
    "candidate:1 1 UDP 5 127.0.0.\xff 30473 typ host",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autoptr (GError) error = NULL;

    if (rj_candidate_parse (lines[i], &error) != NULL)
      g_error ("taken: %s", lines[i]);
    g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  }
}

static void
test_an_endless_line_is_refused (void)
{
  g_autofree char *tail = g_strnfill (100 * 1000, 'x');
  g_autofree char *line =
    g_strconcat ("candidate:1 1 UDP 5 127.0.0.1 30473 typ host a ", tail, NULL);

  g_assert_null (rj_candidate_parse (line, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/candidate/round", test_lines_come_out_as_they_went_in);
  g_test_add_func ("/protocol/candidate/parts", test_parts_are_read);
  g_test_add_func ("/protocol/candidate/key", test_the_key_ignores_what_differs_per_m_line);
  g_test_add_func ("/protocol/candidate/garbage", test_garbage_is_refused);
  g_test_add_func ("/protocol/candidate/endless", test_an_endless_line_is_refused);
  return g_test_run ();
}
