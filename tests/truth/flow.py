"""RTP packets of one stream, put together to frames; what is missing, jitter. Headers only: RFC 3550."""
import dataclasses


@dataclasses.dataclass
class Frame:
    at_us: int  # when its last packet came
    timestamp: int
    size: int = 0
    follows: bool = True  # no packet is missing since the frame before


@dataclasses.dataclass
class Flow:
    """RTP packets with one SSRC between two addresses."""
    ssrc: int
    has_markers: bool  # a frame ends with one; without each packet is a frame
    packets: list = dataclasses.field(default_factory=list)  # (at_us, seq without wrapping, timestamp, marker, size)
    duplicates: int = 0
    holes: list = dataclasses.field(default_factory=list)  # (when it ended, packets that are missing)
    steps: int = 0  # over packets, whether they come later or not
    reordered: int = 0
    highest: int = 0
    frames: list = dataclasses.field(default_factory=list)

    @property
    def lost(self):
        return self.count_lost(None)

    def count_lost(self, until_us):
        return sum(n for at_us, n in self.holes if until_us is None or at_us <= until_us)

    def add(self, at_us, payload):
        seq = int.from_bytes(payload[2:4], "big")
        if self.packets:
            before = self.packets[-1][1]
            seq = before + (seq - before + 0x8000) % 0x10000 - 0x8000
            highest = max(self.highest, before)
            self.steps += seq > highest + 1
            self.reordered += seq < highest
            self.highest = highest
        self.packets.append((at_us, seq, int.from_bytes(payload[4:8], "big"), bool(payload[1] & 0x80), len(payload)))

    def estimate_jitter_ms(self, rate, until_us):
        """RFC 3550, 6.4.1. Returns: (mean, maximum) of the estimate, None without two packets"""
        estimate, sum_, count, most, before, seen = 0.0, 0.0, 0, 0.0, None, set()
        for at_us, seq, timestamp, _, _ in self.packets:
            if at_us > until_us or seq in seen:
                continue
            seen.add(seq)
            transit = at_us * rate / 1e6 - timestamp
            if before is not None:
                difference = abs((transit - before + 2 ** 31) % 2 ** 32 - 2 ** 31)
                estimate += (difference - estimate) / 16
                sum_, count, most = sum_ + estimate, count + 1, max(most, estimate)
            before = transit
        return (1000 / rate * sum_ / count, 1000 / rate * most) if count else None

    def assemble(self):
        """Fills in frames, the whole ones by the time at which they were, and counts what is missing."""
        seen = {}
        for packet in self.packets:
            self.duplicates += packet[1] in seen
            seen.setdefault(packet[1], packet)
        frames, parts, expected, follows = [], [], None, True
        for seq in sorted(seen):
            packet = seen[seq]
            if expected is not None and seq != expected:
                self.holes.append((packet[0], seq - expected))
                parts, follows = None, False  # until the next one begins, whatever comes is no whole frame
            expected = seq + 1
            if parts is None:
                before = seen.get(seq - 1)
                if self.has_markers and (before is None or not before[3]):
                    continue
                parts = []
            parts.append(packet)
            if packet[3] or not self.has_markers:
                frames.append(Frame(max(p[0] for p in parts), packet[2], sum(p[4] for p in parts), follows))
                parts, follows = [], True
        self.frames = sorted(frames, key=lambda f: f.at_us)
