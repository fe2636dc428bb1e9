/* Takes the place of GnuTLS's own gnutls_rnd() in this process. libnice draws the id of each STUN message with
 * it, and GnuTLS 3.7 makes a generator for each thread that draws, which it keeps until the process ends:
 * webrtcbin has such threads, so every peer connection would leave one behind, each in a page of its own. The
 * kernel's generator is as good, and keeps nothing; what GnuTLS needs for TLS comes from it too. */
#include <errno.h>
#include <gmodule.h>
#include <sys/random.h>

#define RANDOM_FAILED (-206) /* GNUTLS_E_RANDOM_FAILED */

G_MODULE_EXPORT int gnutls_rnd (int level, void *data, size_t length);

/* Any thread. @level: how good; the kernel's is the best. Returns: 0, or GnuTLS's error code */
int
gnutls_rnd (int level, void *data, size_t length)
{
  for (size_t done = 0; done < length;) {
    ssize_t n = getrandom ((char *) data + done, length - done, 0);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return RANDOM_FAILED;
    done += (size_t) n;
  }
  return 0;
}
