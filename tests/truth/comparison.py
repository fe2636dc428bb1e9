"""The report's figures beside the observer's: what differs, by how much, and what only one of them knows.

The report is the event log (as the runner wrote it) and the summary (as the report made it from that)."""
import collections
import datetime
import json
from typing import NamedTuple

import conclusions
import observer
from figures import EVENT_MS, FRAME_MS, JITTER_MS, LOSS_PERCENT, FigureRow, percentile

RATES = {"video": 90000, "audio": 48000}  # of RTP's clock
TAGS = (10, 16, 4)  # bytes by which SRTP makes a packet longer, by profile
RECEIVED, SENT = "received", "sent"

# events that stand for a message, and which way it went
MESSAGES = {
    "token-requested": SENT, "token-received": RECEIVED, "connect-started": SENT, "connected": RECEIVED,
    "join-sent": SENT, "joined": RECEIVED, "offer-sent": SENT, "answer-received": RECEIVED,
    "remote-published": RECEIVED, "remote-unpublished": RECEIVED, "remote-left": RECEIVED,
    "own-unpublished": RECEIVED, "evicted": RECEIVED, "websocket-lost": RECEIVED, "resumed": RECEIVED,
}


class EventRow(NamedTuple):
    kind: str
    who: str
    log_us: int
    seen_us: int
    direction: str
    lag_ms: float  # what the self-check had to say about that time

    @property
    def late_ms(self):
        """By how much the log is on the side where waiting puts it; less than 0: before it can have happened"""
        late_us = self.log_us - self.seen_us if self.direction == RECEIVED else self.seen_us - self.log_us
        return late_us / 1000

    @property
    def error_ms(self):
        return abs(self.late_ms)

    @property
    def beyond_lag_ms(self):
        """What the lag does not explain"""
        return max(0.0, self.late_ms - self.lag_ms) if self.late_ms > 0 else -self.late_ms


def read_log(path):
    with open(path, encoding="utf-8") as log:
        return [json.loads(line) for line in log]


def find_participants(lines):
    """Returns: {name: session}"""
    started = next(e for e in lines if e["type"] == "run-started")
    return {p["name"]: p["session"] for p in started["data"]["participants"]}


class Comparison:
    def __init__(self, lines, summary, seen, server_lines=None, slack_ms=0.0):
        """@server_lines: of a cluster that is a process of its own; the runner's log has its lines otherwise.
        @slack_ms: by which threads of the program may have been late"""
        self.slack_ms = slack_ms
        self.lines = lines
        self.server_lines = lines if server_lines is None else server_lines
        self.summary = summary
        self.seen = seen
        own = find_participants(lines)
        self.stays = [stay for stay in seen.stays if stay.participant in own]  # of the others nothing is reported
        self.complaints = []
        self.events = []
        self.server = []
        self.figures = []
        self.ignored = collections.Counter()
        self.sums = collections.defaultdict(lambda: collections.defaultdict(list))  # edge -> kind -> of each peer
        self.outages = []  # that the report ought to have
        self.began_us = next(e["mono_us"] for e in lines if e["type"] == "run-started")
        self.wall_offset_us = read_wall_us(lines[0]) - lines[0]["mono_us"]
        self.checks = [(e["mono_us"], e["data"]["loop_lag_ms"]) for e in lines if e["type"] == "self-check"]
        self.left_us = {e["participant"]: e["mono_us"] for e in lines
                        if e["type"] == "participant-state" and e["data"]["to"] in ("leaving", "failed")}
        self.ordinals = self.number_stays()
        self.compare_messages()
        self.compare_peers()
        self.compare_outages()
        self.compare_detectors()
        self.compare_server()
        conclusions.compare(self)

    def complain(self, text):
        self.complaints.append(text)

    def add(self, kind, who, report, seen):
        if report is None:
            self.complain(f"{kind} of {who}: the report does not know it, and it was {seen:.1f}")
        else:
            self.figures.append(FigureRow(kind, who, report, seen))

    def find_lag_ms(self, a_us, b_us):
        """The longest that the self-check reported for the time between the two"""
        first, last = min(a_us, b_us), max(a_us, b_us)
        lags = []
        for at_us, lag_ms in self.checks:
            if at_us < first:
                continue
            lags.append(lag_ms)
            if at_us >= last:
                break
        return max(lags, default=self.checks[-1][1] if self.checks else 0.0)

    @property
    def overloads(self):
        """What the program says it was overloaded in: then it says itself that its times are not to be trusted"""
        return sorted({e["data"].get("what", "?") for e in self.lines
                       if e["type"] == "self-check" and e["data"]["overloaded"]} - {"receive queues"})

    @property
    def dropped(self):
        """Datagrams that the kernel dropped at the program's sockets, by its own word: on the wire, and in no count"""
        return sum(e["data"].get("receive_drops", 0) for e in self.lines if e["type"] == "self-check")

    @property
    def longest_lag_ms(self):
        return max((lag_ms for _, lag_ms in self.checks), default=0.0)

    def number_stays(self):
        """Attempts that have sent a joinRoom, as the capture counts them. Returns: {(participant, attempt): n}"""
        ordinals, counts = {}, collections.Counter()
        for event in sorted((e for e in self.lines if e["type"] == "join-sent"), key=lambda e: e["mono_us"]):
            counts[event["participant"]] += 1
            ordinals[event["participant"], event["attempt"]] = counts[event["participant"]]
        for stay in self.stays:
            if stay.number > counts[stay.participant]:
                self.complain(f"{stay.participant} has joined {stay.number} times in the capture, "
                              f"{counts[stay.participant]} times in the log")
        return ordinals

    # --- messages

    def name_message(self, event):
        """Returns: (kind, participant, stay, subject) as the observer calls it, or None"""
        kind, subject, data = event["type"], "", event.get("data", {})
        if kind == "detector-fired" and data["detector"] == "server-event" and data.get("detail") != "mediaServerReconnect":
            kind = "evicted"
        elif kind == "resume-started":
            kind = "websocket-lost"
        if kind not in MESSAGES:
            return None
        stay = self.ordinals.get((event.get("participant"), event.get("attempt")))
        if stay is None:
            self.ignored[kind] += 1
            return None
        if kind == "joined":
            subject = data["connection"]
        elif kind in ("offer-sent", "answer-received"):
            subject = event["peer"]
        elif kind.startswith("remote-"):
            subject = data["from"]
        elif kind == "own-unpublished":
            subject = data.get("reason", "")
        return kind, event["participant"], stay, subject

    def compare_messages(self):
        waiting = collections.defaultdict(list)
        own = {stay.participant for stay in self.stays}
        for moment in (m for m in self.seen.moments if m.participant in own):
            subject = "" if moment.kind == "evicted" else moment.subject
            waiting[moment.kind, moment.participant, moment.stay, subject].append(moment.at_us)
        for event in sorted(self.lines, key=lambda e: e["mono_us"]):
            name = self.name_message(event)
            if name is None:
                continue
            kind, participant, stay, subject = name
            who = " ".join(filter(None, (participant, f"stay {stay}", subject)))
            if not waiting[name]:
                self.complain(f"{kind} of {who} is in the log, and nowhere in the capture")
                continue
            at_us = waiting[name].pop(0)
            self.events.append(EventRow(kind, who, event["mono_us"], at_us, MESSAGES[kind],
                                        self.find_lag_ms(event["mono_us"], at_us)))
        ends = {(s.participant, s.number): s.ended_us for s in self.stays}
        for (kind, participant, stay, subject), left in waiting.items():
            for at_us in left if kind in MESSAGES else ():
                if not self.may_be_unread(at_us, ends[participant, stay], participant):
                    self.complain(f"{kind} of {participant} stay {stay} {subject} is in the capture, not in the log")

    def may_be_unread(self, at_us, ended_us, participant, slack_ms=EVENT_MS):
        """Who leaves reads no more; what was on its way just then is nobody's."""
        ends = [us for us in (ended_us, self.left_us.get(participant)) if us]
        return any(us - at_us <= 1000 * (slack_ms + self.find_lag_ms(at_us, us)) for us in ends)

    # --- peers

    def find_events(self, kind):
        """Returns: {(participant, stay, peer, edge): [event]}, of peers of the same name one after the other"""
        found = collections.defaultdict(list)
        for event in self.lines:
            if event["type"] == kind and "peer" in event and event.get("data", {}).get("open") is not True:
                stay = self.ordinals.get((event["participant"], event["attempt"]))
                found[event["participant"], stay, event["peer"], event.get("edge")].append(event)
        return found

    def compare_peers(self):
        tables = {kind: self.find_events(kind) for kind in
                  ("ice-connected", "dtls-connected", "first-packet", "first-key-frame", "peer-stats")}
        for stay in self.stays:
            for label in sorted({observer.label(peer) for peer in stay.peers}):
                peers = [peer for peer in stay.peers if observer.label(peer) == label]
                edge = f"{peers[0].publisher}>{stay.participant}" if peers[0].direction == "subscribe" else None
                found = {kind: table[stay.participant, stay.number, label, edge] for kind, table in tables.items()}
                for n, peer in enumerate(peers):
                    until_us = peers[n + 1].asked_us if n + 1 < len(peers) else None
                    self.compare_peer(peer, f"{edge or label + ' ' + stay.participant} stay {stay.number}",
                                      choose(found, n, peer.asked_us, until_us))
        known = {(s.participant, s.number, observer.label(p)) for s in self.stays for p in s.peers}
        for kind, table in tables.items():
            for participant, stay, label, edge in table:
                if stay and (participant, stay, label) not in known:
                    self.complain(f"{kind} of {edge or label} of {participant} stay {stay} is in the log, and nobody "
                                  "asked for such a peer in the capture")

    def compare_peer(self, peer, who, mine):
        packets = peer.packets
        seen = {"ice-connected": peer.ice_us, "dtls-connected": peer.dtls_us}
        if peer.direction == "subscribe":
            seen["first-packet"] = packets and packets[0][0]
            seen["first-key-frame"] = peer.frames and peer.frames[0].at_us
        for kind, at_us in seen.items():
            if kind in mine and at_us:
                self.add(kind, who, mine[kind]["mono_us"] / 1000, at_us / 1000)
            elif kind in mine or (at_us and not self.may_be_unread(at_us, peer.ended_us, peer.stay.participant, FRAME_MS)):
                self.complain(f"{kind} of {who}: only {'the log' if kind in mine else 'the capture'} has it")
        if "peer-stats" in mine:
            before = len(self.figures)
            self.compare_counts(peer, who, mine["peer-stats"])
            edge = self.sums[peer.stay.session, peer.publisher, peer.stay.participant]
            for row in self.figures[before:]:
                edge[row.kind].append(row.seen)

    def compare_counts(self, peer, who, event):
        """Counters are read when a peer is closed; what was on its way then may be in them or not."""
        stats, closed_us = event["data"], event["mono_us"]
        slack_us = FRAME_MS * 1000

        def compare_count(kind, report, count, more=0):
            self.add(kind, who, report, min(max(report, count(closed_us - slack_us)), count(closed_us) + more))

        packets, flows = peer.packets, peer.flows.values()
        # whether the first packet behind a hole begins a frame stands where SRTP hides it
        holes = sum(len(flow.holes) for flow in flows)
        compare_count("packets", stats["packets"], lambda until_us: sum(p[0] <= until_us for p in packets))
        compare_count("frames", stats["frames"], lambda until_us: sum(f.at_us <= until_us for f in peer.frames), holes)
        compare_count("lost packets", stats.get("lost_packets", 0),
                      lambda until_us: sum(flow.count_lost(until_us) for flow in flows))
        if "jitter_ms" in stats:
            self.compare_quality(peer, who, stats, closed_us)
        if stats["packets"] == len(packets):
            bare = [sum(p[4] - tag for p in packets) for tag in TAGS]
            self.add("bytes", who, stats["bytes"], min(bare, key=lambda b: abs(b - stats["bytes"])))
        frames = [f.at_us for f in peer.frames if f.at_us <= closed_us]
        if frames:
            self.add("first frame", who, stats["first_frame_us"] / 1000, frames[0] / 1000)
            # one that came while the statistics were read may be in them or not
            lasts = [f for f in frames if f > closed_us - slack_us] + [f for f in frames if f <= closed_us - slack_us][-1:]
            self.add("last frame", who, stats["last_frame_us"] / 1000,
                     min(lasts, key=lambda f: abs(f - stats["last_frame_us"])) / 1000)
            gaps = [b - a for a, b in zip(frames, frames[1:])]
            self.add("longest gap", who, stats["longest_gap_ms"], max(gaps, default=0) / 1000)

    def compare_quality(self, peer, who, stats, closed_us):
        medium = "video" if "video" in peer.flows else "audio"
        jitter = peer.flows[medium].estimate_jitter_ms(RATES[medium], closed_us) if peer.flows else None
        if jitter is None:
            self.complain(f"jitter of {who}: only the log has it")
            return
        self.add("jitter, mean", who, stats["jitter_ms"], jitter[0])
        self.add("jitter, maximum", who, stats["jitter_max_ms"], jitter[1])
        if stats["packets"] != len(peer.packets):
            return  # the end of it was not in the statistics
        for kind, name in (("sequence gaps", "steps"), ("duplicates", "duplicates"), ("reordered", "reordered")):
            self.add(kind, who, stats[kind.replace(" ", "_")], sum(getattr(f, name) for f in peer.flows.values()))
        pauses = [(b[0] - a[0]) / 1000 for a, b in zip(peer.packets, peer.packets[1:])]
        self.add("receiving", who, stats["receiving_ms"], sum(p for p in pauses if p <= observer.OUTAGE_US / 1000))
        if medium == "video" and not any(flow.holes for flow in peer.flows.values()):
            pauses = [(b.at_us - a.at_us) / 1000 for a, b in zip(peer.frames, peer.frames[1:])]
            played = [p for p in pauses if p <= observer.OUTAGE_US / 1000]
            self.add("playing", who, stats["playing_ms"], sum(played))
            self.add("played frames", who, stats["played_frames"], len(played))

    # --- the summary

    def compare_outages(self):
        own = {stay.participant for stay in self.stays}
        edges = {key: peers for key, peers in self.seen.find_edges().items() if key[2] in own}
        told = {(e["session"], e["from"], e["to"]): e for e in self.summary["edges"]}
        for key in sorted(set(edges) - set(told)):
            self.complain(f"edge {key[1]}>{key[2]} of {key[0]} is in the capture, and not in the report")
        for key, edge in sorted(told.items()):
            name = f"{key[1]}>{key[2]}"
            if key not in edges:
                self.complain(f"edge {name} of {key[0]} is in the report, and not in the capture")
                continue
            self.compare_edge(name, edge, self.seen.find_outages(edges[key]))

    def compare_edge(self, name, edge, seen):
        """Outages of both that overlap are the same one."""
        begun = [self.began_us + 1000 * at_ms for at_ms in edge["outages_at_ms"]]
        told = [observer.Outage(from_us, from_us + 1000 * ms) for from_us, ms in zip(begun, edge["outages_ms"])]
        # who is leaving when it could see again has not seen that
        left_us = self.left_us.get(edge["to"])
        left = [o for o in seen if left_us is None or o.to_us < left_us - 1000 * (FRAME_MS + self.slack_ms)
                or any(o.from_us < t.to_us and t.from_us < o.to_us for t in told)]
        for outage in told:
            same = next((o for o in left if o.from_us < outage.to_us and outage.from_us < o.to_us), None)
            if same is None:
                if not self.complain_of_outage(name, outage, "the report, and not in the capture"):
                    self.outages.append(outage)
                continue
            left.remove(same)
            self.outages.append(same)
            self.add("outage", name, outage.length_ms, same.length_ms)
            self.add("outage begins", name, outage.from_us / 1000, same.from_us / 1000)
            self.add("outage ends", name, outage.to_us / 1000, same.to_us / 1000)
        for outage in left:
            self.complain_of_outage(name, outage, "the capture, and not in the report")

    def complain_of_outage(self, name, outage, where):
        """One that just passes for an outage where somebody was late is none for the other. Returns: whether that is no
        excuse"""
        if outage.length_ms <= observer.OUTAGE_US / 1000 + self.slack_ms:
            return False
        at_s = (outage.from_us - self.began_us) / 1e6
        self.complain(f"{name}: an outage of {outage.length_ms:.0f} ms at {at_s:.1f} s is in {where}")
        return True

    def compare_detectors(self):
        """What was the last to come before silence: a packet of the publisher, RTCP on the own publication"""
        for event in self.lines:
            data = event.get("data", {})
            if event["type"] != "detector-fired" or "last_packet_us" not in data:
                continue
            stay = self.ordinals.get((event["participant"], event["attempt"]))
            peers = [p for s in self.seen.stays if s.participant == event["participant"] and s.number == stay
                     for p in s.peers]
            if data["detector"] == "rtp-silence":
                kind, times = "last packet", [packet[0] for p in peers if p.publisher == data["from"] for packet in p.packets]
            else:
                kind, times = "last RTCP", [at_us for p in peers if observer.label(p) == event["peer"] for at_us in p.control]
            who = event.get("edge") or f"{event['peer']} {event['participant']}"
            # one that came while the detector looked may have been seen or not
            sure_us = event["mono_us"] - 1000 * (FRAME_MS + self.slack_ms)
            before = [at_us for at_us in times if at_us <= sure_us]
            lasts = [at_us for at_us in times if sure_us < at_us <= event["mono_us"]] + ([max(before)] if before else [])
            if lasts:
                self.add(kind, who, data["last_packet_us"] / 1000,
                         min(lasts, key=lambda at_us: abs(at_us - data["last_packet_us"])) / 1000)
            else:
                self.complain(f"{data['detector']} of {who}: nothing came before it in the capture")

    # --- the server's own word

    def compare_server(self):
        """What the server wrote down itself, beside the messages that it sent then, and the runner's events."""
        stays = {s.connection: s for s in self.stays if s.connection}
        told, answered = ({(m.participant, m.stay): m.at_us for m in self.seen.moments if m.kind == kind}
                          for kind in ("evicted", "joined"))
        read = {}
        for event in self.lines:
            name = self.name_message(event)
            if name and name[0] == "evicted":
                read[name[1], name[2]] = event["mono_us"]
        foreign = {s.connection for s in self.seen.stays} - set(stays)
        joined = {(e["participant"], self.ordinals.get((e["participant"], e["attempt"]))): e["mono_us"]
                  for e in self.lines if e["type"] == "joined"}
        words = {"participant-joined": ("join", answered, joined), "participant-evicted": ("eviction", told, read)}
        for event in self.server_lines:
            if event["source"] != "cluster" or event["type"] not in words or event["data"]["connection"] in foreign:
                continue
            kind, on_wire, at_runner = words[event["type"]]
            stay = stays.get(event["data"]["connection"])
            if stay is None or stay.participant != event["data"]["name"]:
                self.complain(f"the server's {kind} of {event['data']}, whom nobody saw join")
                continue
            key = stay.participant, stay.number
            if key in on_wire:
                self.add_server(f"{kind}, server to wire", stay, event["mono_us"], on_wire[key])
            if key in at_runner:
                self.add_server(f"{kind}, server to runner", stay, event["mono_us"], at_runner[key])
        for stay in self.stays:
            if stay.joined and stay.created_ms and (stay.participant, stay.number) in joined:
                # whole milliseconds, cut off
                created_us = stay.created_ms * 1000 + 500 - self.wall_offset_us
                self.add_server("join, createdAt to runner", stay, created_us, joined[stay.participant, stay.number])

    def add_server(self, kind, stay, first_us, then_us):
        self.server.append(EventRow(kind, f"{stay.participant} stay {stay.number}", then_us, first_us, RECEIVED,
                                    self.find_lag_ms(first_us, then_us)))

    # --- the verdict

    def errors(self, *kinds):
        return [row.error for row in self.figures if row.kind in kinds]

    def find_worst(self, *kinds):
        return max(self.errors(*kinds), default=0.0)

    def count_errors(self):
        kinds = conclusions.COUNTS.values()
        counts = self.errors(*kinds, "played frames")
        # each dropped datagram is a packet less, one more lost, a gap, and a frame
        peers = max(0, sum(counts) - 4 * self.dropped)
        return peers + max(0, sum(self.errors(*(f"edge: {kind}" for kind in kinds))) - 4 * self.dropped)

    def get_figures(self):
        """Returns: {name: (value, unit, limit)}"""
        return {
            "outage_error_max_ms": (self.find_worst("outage", "outage begins", "outage ends", "outage, percentiles"),
                                    "ms", FRAME_MS),
            "event_error_p95_ms": (percentile([r.error_ms for r in self.events], 95), "ms", EVENT_MS),
            "event_error_beyond_lag_max_ms": (max((r.beyond_lag_ms for r in self.events), default=0.0), "ms",
                                              EVENT_MS),
            "server_event_error_p95_ms": (percentile([r.beyond_lag_ms for r in self.server], 95), "ms", EVENT_MS),
            "first_packet_error_max_ms": (self.find_worst("first-packet"), "ms", FRAME_MS),
            "first_key_frame_error_max_ms": (self.find_worst("first-key-frame", "first frame"), "ms", FRAME_MS),
            "last_frame_error_max_ms": (self.find_worst("last frame", "last packet", "last RTCP"), "ms", FRAME_MS),
            "longest_gap_error_max_ms": (self.find_worst("longest gap", "edge: longest gap"), "ms", FRAME_MS),
            "flowing_again_error_max_ms": (self.find_worst("flowing again"), "ms", FRAME_MS),
            "phase_error_max_ms": (self.find_worst(*(f"phase: {p}".replace("_", " ") for p in conclusions.PHASES)),
                                   "ms", FRAME_MS),
            "own_part_error_max_ms": (self.find_worst("own part", "server's part", "whole way"), "ms", FRAME_MS),
            "fault_error_max_ms": (self.find_worst("fault, to what it broke"), "ms", FRAME_MS),
            "dtls_error_max_ms": (self.find_worst("dtls-connected"), "ms", FRAME_MS),
            "ice_error_max_ms": (self.find_worst("ice-connected"), "ms", FRAME_MS),
            "jitter_error_max_ms": (self.find_worst("jitter, mean", "edge: jitter, mean"), "ms", JITTER_MS),
            "loss_error_max_percent": (self.find_worst("edge: loss"), "percent", LOSS_PERCENT),
            "time_base_error_max_ms": (self.find_worst("receiving", "playing"), "ms", FRAME_MS),
            "rate_error_max_ms": (self.find_worst("bit rate, as time", "frame rate, as time"), "ms", FRAME_MS),
            "count_errors": (self.count_errors(), "packets, frames, bytes", 0),
            "disagreements": (len(self.complaints), "facts that only one side has", 0),
        }


def beyond_lateness(figures, late_ms):
    """ICE and DTLS are stamped by threads of their own, and the frames of the browser by the browser, whose lateness
    nobody reports: less what this machine was late meanwhile. All other figures stay as they are.
    Returns: {name: (value, unit, limit)}"""
    lasting = {}
    for name, (value, unit, limit) in figures.items():
        if name in ("ice_error_max_ms", "dtls_error_max_ms", "browser_outage_error_max_ms"):
            name, value = name.replace("_max_", "_beyond_lateness_max_"), max(0.0, value - late_ms)
        lasting[name] = value, unit, limit
    return lasting


def choose(found, n, from_us, until_us):
    """Of the events of peers with the same name, one after the other, those of the nth"""
    chosen = {kind: events[n] for kind, events in found.items() if kind == "peer-stats" and len(events) > n}
    for kind, events in found.items():
        within = [e for e in events if e["mono_us"] >= from_us and (until_us is None or e["mono_us"] < until_us)]
        if kind != "peer-stats" and within:
            chosen[kind] = within[0]
    return chosen


def read_wall_us(event):
    text = event["wall"]
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (since.days * 86400 + since.seconds) * 1000000 + since.microseconds
