"""Prints what was compared."""
import collections

import comparison


def print_outages(rows):
    """@rows: FigureRows of the kinds outage, outage begins, outage ends, in this order for each outage"""
    if not rows:
        print("  no outage, in the report nor in the capture")
        return
    print(f"  {'edge':22} {'report':>11} {'observer':>11} {'length':>9} {'begins':>9} {'ends':>9}   (ms; differences)")
    for length, begins, ends in zip(*[iter(rows)] * 3):
        print(f"  {length.who:22} {length.report:11.1f} {length.seen:11.1f} {length.report - length.seen:+9.2f} "
              f"{begins.report - begins.seen:+9.2f} {ends.report - ends.seen:+9.2f}")


def print_spread(title, rows, unit="ms"):
    """@rows: [(kind, difference, lag or None)]"""
    kinds = collections.defaultdict(list)
    for kind, difference, lag_ms in rows:
        kinds[kind].append((difference, lag_ms))
    if not kinds:
        return
    print(f"  {title:32} {'n':>4} {'least':>9} {'median':>9} {'p95':>9} {'most':>9}   lag then ({unit})")
    for kind, pairs in kinds.items():
        values = [difference for difference, _ in pairs]
        worst = max(pairs, key=lambda pair: abs(pair[0]))
        lag = "" if worst[1] is None else f"{worst[1]:.1f}"
        print(f"  {kind:32} {len(values):4} {min(values):+9.2f} {comparison.percentile(values, 50):+9.2f} "
              f"{comparison.percentile(values, 95):+9.2f} {max(values):+9.2f}   {lag}")


def print_watched(title, watched):
    result = watched.comparison
    stays = len(watched.seen.stays)
    print(f"\n{title}\n  {watched.packets} packets, none dropped; {stays} stays, {len(result.events)} messages and "
          f"{len(result.figures)} figures compared; this machine was late by {watched.late_ms:.1f} ms")
    if result.ignored:
        print("  not compared, of attempts that did not come to joinRoom: "
              + ", ".join(f"{kind} {n}" for kind, n in sorted(result.ignored.items())))
    outages = ("outage", "outage begins", "outage ends")
    print_outages([row for row in result.figures if row.kind in outages])
    print_spread("message: log after the wire", [(r.kind, (r.log_us - r.seen_us) / 1000, r.lag_ms)
                                                 for r in result.events])
    print_spread("the server's own word", [(r.kind, (r.log_us - r.seen_us) / 1000, r.lag_ms) for r in result.server])
    print_spread("figure: report less observer", [(r.kind, r.report - r.seen, None) for r in result.figures
                                                  if r.kind not in outages], "ms; packets, frames, bytes")


def print_browser(compared):
    """What is compared with Chromium stands in browser.py"""
    print_spread(f"Chromium (clock +- {compared.uncertain_ms:.1f} ms)",
                 [(row.kind, row.report - row.seen, None) for row in compared.figures])
