"""Figures that are compared, and by how much they may be apart."""
from typing import NamedTuple

FRAME_MS = 34  # one frame at 30 a second, rounded up
EVENT_MS = 5
JITTER_MS = 5
LOSS_PERCENT = 0.01


def percentile(values, percent):
    """Exact, nearest rank."""
    ordered = sorted(values)
    return ordered[max(1, -(-len(ordered) * percent // 100)) - 1] if ordered else 0.0


class FigureRow(NamedTuple):
    """A figure of the report, and the same from packets."""
    kind: str
    who: str
    report: float
    seen: float

    @property
    def error(self):
        return abs(self.report - self.seen)
