#include "rj-limits.h"

#include <sys/resource.h>

#include "rj-error.h"

/* measured: a webrtcbin without ICE-TCP has 7 to 8; during a rejoin the old ones may still be open */
#define FILES_PER_PEER        8
#define FILES_PER_PARTICIPANT 4
#define FILES_OF_THE_REST     128

gboolean
rj_limits_raise_files (guint n_participants, guint per_session, GError **error)
{
  guint64 needed = FILES_OF_THE_REST + (guint64) n_participants * FILES_PER_PARTICIPANT +
                   2 * (guint64) n_participants * per_session * FILES_PER_PEER;
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
    return TRUE;
  if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < needed) {
    g_set_error (
      error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
      "%u participants need about %" G_GUINT64_FORMAT
      " open files, and this process may have %" G_GUINT64_FORMAT
      "; raise the limit (ulimit -Hn, LimitNOFILE=, docker run --ulimit nofile=%" G_GUINT64_FORMAT
      ") or use fewer participants",
      n_participants, needed, (guint64) limit.rlim_max, needed);
    return FALSE;
  }
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? needed : limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  return TRUE;
}
