"""What Chromium saw of our participants, beside packets and report.

The page notes each frame that it shows (requestVideoFrameCallback): its RTP timestamp, and when Chromium had its last
packet (receiveTime). So a frame is known to both sides by its timestamp. Compared are

- each frame: Chromium's receiveTime, and when the observer saw the frame whole on the wire: is the observer right?
- each outage of an edge from one of ours to the page: Chromium's, and the observer's
- its begin, and the report's for the same publisher at one of ours: the media node dies for all of them at once
- that no frame of a publisher is shown before the report has it publishing again

Where it ends differs for each subscriber; of edges to the page our report says nothing."""
import collections

import comparison
import observer


class BrowserComparison:
    def __init__(self, watched, page):
        self.watched = watched
        self.ahead_ms = page["clocks"]["ahead"]
        self.uncertain_ms = page["clocks"]["took"] / 2
        self.figures = []
        self.complaints = [f"the page: {error}" for error in page["errors"]]
        self.frames = collections.defaultdict(list)  # publisher -> [(received µs, RTP timestamp)]
        for frame in page["frames"]:
            if frame["received"] is not None:
                received_us = round(1000 * (frame["received"] - self.ahead_ms))
                self.frames[frame["name"]].append((received_us, frame["timestamp"], frame["stream"]))
        edges = watched.seen.find_edges()
        for name, frames in sorted(self.frames.items()):
            peers = next((p for key, p in edges.items() if key[1:] == (name, "witness")), [])
            self.compare_frames(name, frames, peers)
            self.compare_outages(name, sorted(frames), peers)

    def add(self, kind, who, report, seen):
        self.figures.append(comparison.FigureRow(kind, who, report, seen))

    def compare_frames(self, name, frames, peers):
        seen = {(peer.stream, frame.timestamp): frame.at_us for peer in peers for frame in peer.frames}
        for received_us, timestamp, stream in frames:
            at_us = seen.get((stream, timestamp))
            if at_us is None:
                self.complaints.append(f"Chromium showed a frame of {name} that was not on the wire: {timestamp}")
            else:
                self.add("frame: Chromium less wire", name, received_us / 1000, at_us / 1000)

    def compare_outages(self, name, frames, peers):
        shown = [observer.Outage(a[0], b[0]) for a, b in zip(frames, frames[1:]) if b[0] - a[0] > observer.OUTAGE_US]
        seen = self.watched.seen.find_outages(peers)
        if len(shown) != 1 or len(seen) != 1:
            self.complaints.append(f"{name}: {len(shown)} outages in the browser, {len(seen)} in the capture, not 1")
            return
        who = f"{name}>witness"
        self.add("outage: Chromium, wire", who, shown[0].length_ms, seen[0].length_ms)
        self.add("outage begins: Chromium, wire", who, shown[0].from_us / 1000, seen[0].from_us / 1000)
        self.add("outage ends: Chromium, wire", who, shown[0].to_us / 1000, seen[0].to_us / 1000)
        self.compare_report(name, shown[0])

    def compare_report(self, name, shown):
        for edge in self.watched.summary["edges"]:
            if edge["from"] == name and len(edge["outages_at_ms"]) == 1:
                began_ms = (shown.from_us - self.watched.comparison.began_us) / 1000
                self.add("outage begins: report, Chromium", f"{name}>{edge['to']}", edge["outages_at_ms"][0], began_ms)
        published = [e["mono_us"] for e in self.watched.lines if e["type"] == "answer-received"
                     and e["participant"] == name and e["peer"] == "publish"]
        if published[-1] > shown.to_us:
            self.complaints.append(f"Chromium had a frame of {name} before the report had it publishing again")

    def get_figures(self):
        def worst(*kinds):
            return max((row.error for row in self.figures if row.kind.startswith(kinds)), default=0.0)
        errors = [row.error for row in self.figures if row.kind.startswith("frame")]
        return {
            "browser_frame_error_p95_ms": (comparison.percentile(errors, 95), "ms", comparison.FRAME_MS),
            "browser_outage_error_max_ms": (worst("outage: Chromium", "outage begins: Chromium", "outage ends"), "ms",
                                            comparison.FRAME_MS),
            "browser_report_error_max_ms": (worst("outage begins: report"), "ms", comparison.FRAME_MS),
        }
