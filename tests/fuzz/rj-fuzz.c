/* One program for libFuzzer (clang): --target=NAME says which kind of input. See the script "fuzz". */
#include <stdlib.h>
#include <string.h>

#include "rjt-fuzz-targets.h"

#define OPTION "--target="

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const RjtFuzzTarget *chosen;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  for (int i = 1; i < *argc; i++) {
    const char *name = (*argv)[i] + strlen (OPTION);

    if (!g_str_has_prefix ((*argv)[i], OPTION))
      continue;
    for (const RjtFuzzTarget *target = rjt_fuzz_targets; target->name != NULL; target++) {
      if (g_str_equal (target->name, name))
        chosen = target;
    }
  }
  if (chosen != NULL)
    return 0;
  g_printerr ("Say which target: --target=frame, …\n");
  exit (2);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* of its exact size, so that reading behind it is noticed */
  g_autofree guint8 *copy = g_malloc (MAX (size, 1));

  memcpy (copy, data, size);
  chosen->run (copy, size);
  return 0;
}
