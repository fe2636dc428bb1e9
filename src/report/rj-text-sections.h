/* The parts of the text report. Private to report. Each writes a heading and what belongs to it, followed by
 * an empty line, or nothing where there is nothing to say. */
#pragma once

#include "rj-measure.h"
#include "rj-table.h"

G_BEGIN_DECLS

#define RJ_TEXT_WIDTH 100

typedef struct {
  const RjResult *result;
  GString *out;
  gboolean colour;
  gint64 base_us; /* zero of the times that are shown */
} RjText;

void rj_text_add_ways (RjText *text); /* rj-text-ways.c: ways back, the slowest, detectors */
void rj_text_add_detectors (RjText *text);
void rj_text_add_pictures (RjText *text); /* rj-text-edges.c: outages */
void rj_text_add_bystanders (RjText *text);
void rj_text_add_ghosts (RjText *text);     /* rj-text-ghosts.c */
void rj_text_add_media (RjText *text);      /* rj-text-media.c */
void rj_text_add_candidates (RjText *text); /* rj-text-candidates.c */

void rj_text_add_clocks (RjText *text); /* rj-text-clocks.c: of other machines */

/* The first paragraph of a report */
void rj_text_append_verdict (GString *out, RjVerdict verdict, const char *reason, gboolean colour);
void rj_text_heading (RjText *text, const char *heading, const char *explanation);
/* Returns: (transfer full): milliseconds without decimals, "–" for unknown */
char *rj_text_ms (double ms);
/* Returns: (transfer full): "+4.00 s" */
char *rj_text_moment (const RjText *text, gint64 us);

G_END_DECLS
