/* What strangers can send, one function per kind of input. Each must survive any bytes: no crash, no critical,
 * and what it takes must come out as something that it takes again. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *name;
  void (*run) (const guint8 *data, gsize size);
} RjtFuzzTarget;

/* Ends with a NULL name */
extern const RjtFuzzTarget rjt_fuzz_targets[];

/* --- of its other files --- */
void rjt_fuzz_run_rtp (const guint8 *data, gsize size);
void rjt_fuzz_run_forward (const guint8 *data, gsize size);
void rjt_fuzz_run_rtcp (const guint8 *data, gsize size);

G_END_DECLS
