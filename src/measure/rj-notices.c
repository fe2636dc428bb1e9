#include "rj-notices.h"

#include "rj-flow.h"
#include "rj-json.h"

/* A notice must have come when the other one was there for so long after what it is about */
#define RJ_NOTICE_GRACE_US (1500 * 1000)
/* The server keeps a connection that is lost for 10 s (OpenVidu 2 protocol, 3.3) */
#define RJ_LEFT_GRACE_US (12 * G_USEC_PER_SEC)
#define RJ_MOST_WARNINGS 6

void
rj_taking_notice (const RjTaking *t)
{
  RjNotice notice = { .us = t->us, .kind = RJ_NOTICE_JOINED };
  const char *connection = rj_json_get_string (t->data, "connection", NULL);

  if (connection == NULL) /* of an older version's log */
    return;
  if (g_str_equal (t->event->type, RJ_EVENT_REMOTE_PUBLISHED))
    notice.kind = RJ_NOTICE_PUBLISHED;
  else if (g_str_equal (t->event->type, RJ_EVENT_REMOTE_LEFT))
    notice.kind = RJ_NOTICE_LEFT;
  notice.connection = g_intern_string (connection);
  rj_stamped_insert (t->member->notices, &notice);
}

void
rj_taking_double_notice (const RjTaking *t)
{
  t->member->n_double++;
}

/* --- what never came --- */

static gboolean
was_told (const RjMember *member, RjNoticeKind kind, const char *connection)
{
  for (guint i = 0; i < member->notices->len; i++) {
    const RjNotice *notice = &g_array_index (member->notices, RjNotice, i);

    if (notice->kind == kind && notice->connection == connection)
      return TRUE;
  }
  return FALSE;
}

/* Of a stay that has joined; G_MAXINT64: it goes on */
static gint64
get_stay_end (const RjFacts *facts, const RjMember *member, const RjAttemptFacts *attempt)
{
  gint64 end_us = rj_facts_get_end (facts);

  if (attempt->failed_us > 0)
    end_us = MIN (end_us, attempt->failed_us);
  if (attempt->closed_us > 0)
    end_us = MIN (end_us, attempt->closed_us);
  if (member->left_us > attempt->joined_us)
    end_us = MIN (end_us, member->left_us);
  return MIN (end_us, rj_stamped_next (member->rejoin_starts, attempt->us));
}

/* When the own stream of that stay was accepted. 0: never */
static gint64
get_published (const RjMember *member, const RjAttemptFacts *attempt)
{
  for (guint i = 0; i < member->publications->len; i++) {
    const RjPeerFacts *peer = g_ptr_array_index (member->publications, i);

    if (peer->attempt == attempt && peer->answer_us > 0)
      return peer->answer_us;
  }
  return 0;
}

typedef struct {
  const RjFacts *facts;
  RjResult *result;
  RjParticipantResult *p;
  const RjMember *member;
  guint n_warnings;
} RjSearch;

static void
miss (RjSearch *s, const RjMember *other, const char *connection, const char *words)
{
  s->p->n_missing++;
  if (s->n_warnings++ < RJ_MOST_WARNINGS)
    g_ptr_array_add (s->result->warnings,
                     g_strdup_printf ("%s was never told that %s %s (connection %s)",
                                      s->member->name, other->name, words, connection));
}

/* @mine: a stay of the member, @its: one of the other */
static void
compare_stays (RjSearch *s,
               const RjAttemptFacts *mine,
               const RjMember *other,
               const RjAttemptFacts *its)
{
  gint64 my_end_us = get_stay_end (s->facts, s->member, mine);
  gint64 its_end_us = get_stay_end (s->facts, other, its);
  gint64 both_us = MAX (mine->joined_us, its->joined_us);
  gint64 published_us = get_published (other, its);
  gint64 last_us = MIN (my_end_us, its_end_us);

  if (last_us - both_us >= RJ_NOTICE_GRACE_US &&
      !was_told (s->member, RJ_NOTICE_JOINED, its->connection))
    miss (s, other, its->connection, "had joined");
  if (published_us > 0 && last_us - MAX (both_us, published_us) >= RJ_NOTICE_GRACE_US &&
      rj_member_sees (s->member, other->name) &&
      !was_told (s->member, RJ_NOTICE_PUBLISHED, its->connection))
    miss (s, other, its->connection, "had published");
  if (its_end_us > both_us && my_end_us - its_end_us >= RJ_LEFT_GRACE_US &&
      !was_told (s->member, RJ_NOTICE_LEFT, its->connection))
    miss (s, other, its->connection, "had left");
}

static gboolean
has_joined (const RjAttemptFacts *attempt)
{
  return attempt->joined_us > 0 && attempt->connection != NULL;
}

static void
search_stay (RjSearch *s, const RjAttemptFacts *mine)
{
  for (guint i = 0; i < s->facts->members->len; i++) {
    const RjMember *other = g_ptr_array_index (s->facts->members, i);

    for (guint k = 0;
         other != s->member && other->session == s->member->session && k < other->attempts->len;
         k++)
      if (has_joined (g_ptr_array_index (other->attempts, k)))
        compare_stays (s, mine, other, g_ptr_array_index (other->attempts, k));
  }
}

static gboolean
has_notices (const RjFacts *facts)
{
  for (guint i = 0; i < facts->members->len; i++)
    if (((RjMember *) g_ptr_array_index (facts->members, i))->notices->len > 0)
      return TRUE;
  return FALSE;
}

void
rj_notices_conclude (const RjFacts *facts, RjResult *result)
{
  RjSearch s = { .facts = facts, .result = result };

  result->has_notices = has_notices (facts);
  for (guint i = 0; i < facts->members->len; i++) {
    s.member = g_ptr_array_index (facts->members, i);
    s.p = g_ptr_array_index (result->participants, i);
    s.p->n_double = s.member->n_double;
    if (s.p->n_double > 0)
      g_ptr_array_add (result->warnings,
                       g_strdup_printf ("%s was told %u times of others what it had been told",
                                        s.member->name, s.p->n_double));
    for (guint k = 0; k < s.member->attempts->len && result->has_notices; k++)
      if (has_joined (g_ptr_array_index (s.member->attempts, k)))
        search_stay (&s, g_ptr_array_index (s.member->attempts, k));
  }
}
