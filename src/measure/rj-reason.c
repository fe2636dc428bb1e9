#include "rj-reason.h"

static const struct {
  const char *word;
  RjVerdict verdict;
} rows[RJ_N_REASONS] = {
  [RJ_REASON_ALL_FLOWED] = { "all-flowed", RJ_VERDICT_PASSED },
  [RJ_REASON_NOBODY_TO_SEE] = { "nobody-to-see", RJ_VERDICT_PASSED },
  [RJ_REASON_ALL_BACK] = { "all-back", RJ_VERDICT_PASSED },
  [RJ_REASON_LOG_WITHOUT_START] = { "log-without-start", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_LOG_WITHOUT_END] = { "log-without-end", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_LOG_INCOMPLETE] = { "log-incomplete", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_SHARD_MISSING] = { "shard-missing", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_INTERRUPTED] = { "interrupted", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_NOBODY_JOINED] = { "nobody-joined", RJ_VERDICT_ENVIRONMENT },
  [RJ_REASON_NO_MEDIA] = { "no-media", RJ_VERDICT_ENVIRONMENT },
  [RJ_REASON_BROKE_OFF] = { "broke-off", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_FAULT_UNFINISHED] = { "fault-unfinished", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_FAULT_TIMED_OUT] = { "fault-timed-out", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_FAULT_EXIT_CODE] = { "fault-exit-code", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_FAULT_FAILED] = { "fault-failed", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_OVERLOADED] = { "overloaded", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_TIMED_OUT_EARLY] = { "timed-out-early", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_JOIN_DEADLINE] = { "join-deadline", RJ_VERDICT_FAILED },
  [RJ_REASON_MARK_MISSING] = { "mark-missing", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_SHARDS_APART] = { "shards-apart", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_NO_EFFECT] = { "no-effect", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_TIMED_OUT] = { "timed-out", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_NO_PICTURE] = { "no-picture", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_UNMET] = { "unmet", RJ_VERDICT_FAILED },
  [RJ_REASON_UNDECIDED] = { "undecided", RJ_VERDICT_INCONCLUSIVE },
  [RJ_REASON_WRONG_SESSION] = { "wrong-session", RJ_VERDICT_FAILED },
  [RJ_REASON_WRONG_FRAMES] = { "wrong-frames", RJ_VERDICT_FAILED },
  [RJ_REASON_BAD_PICTURE] = { "bad-picture", RJ_VERDICT_FAILED },
  [RJ_REASON_GAVE_UP] = { "gave-up", RJ_VERDICT_FAILED },
  [RJ_REASON_NOT_BACK] = { "not-back", RJ_VERDICT_FAILED },
  [RJ_REASON_BACK_LATE] = { "back-late", RJ_VERDICT_FAILED },
  [RJ_REASON_SEEN_LATE] = { "seen-late", RJ_VERDICT_FAILED },
  [RJ_REASON_NEVER_SEEN] = { "never-seen", RJ_VERDICT_FAILED },
  [RJ_REASON_DARK_EDGE] = { "dark-edge", RJ_VERDICT_FAILED },
  [RJ_REASON_NEVER_JOINED] = { "never-joined", RJ_VERDICT_FAILED },
  [RJ_REASON_NEVER_FLOWED] = { "never-flowed", RJ_VERDICT_FAILED },
  [RJ_REASON_SENDS_NOTHING] = { "sends-nothing", RJ_VERDICT_FAILED },
};

G_STATIC_ASSERT (RJ_N_REASONS <= 64); /* they are bits of RjParticipantResult.problems */

const char *
rj_reason_get_word (RjReason reason)
{
  g_return_val_if_fail (reason < RJ_N_REASONS, "unknown");

  return rows[reason].word;
}

RjVerdict
rj_reason_get_verdict (RjReason reason)
{
  g_return_val_if_fail (reason < RJ_N_REASONS, RJ_VERDICT_INCONCLUSIVE);

  return rows[reason].verdict;
}

RjReason
rj_reason_get_first (guint64 bits)
{
  RjReason reason = 0;

  g_return_val_if_fail (bits != 0, RJ_REASON_NEVER_FLOWED);

  while ((bits & RJ_REASON_BIT (reason)) == 0)
    reason++;
  return reason;
}
