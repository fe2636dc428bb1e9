"""The observer of packets beside the report, once in every `make test`: a node is killed, and both say the same.
Then the observer has to fail: its material is falsified, and it must notice."""
import copy
import os
import socket
import struct
import tempfile
import unittest

import capture
import comparison
import conclusions
import dissector
import flow
import observer
import watching

ARGUMENTS = ("--participants", "3,1", "--fault", "kill-media-node@1s", "--crash-after", "700ms")
STAYS, OUTAGES = 7, 6
# What a thread may be late on a busy machine, of which ours hand a packet to each other
THREADS = 4
MANY = 10 ** 6


def shift(lines, by_us):
    """All moments of a log, later"""
    def shift_data(data):
        return {key: value + by_us if key.endswith("_us") and value and key not in ("receiving_us", "playing_us")
                else value for key, value in data.items()}
    return [{**line, "mono_us": line["mono_us"] + by_us,
             **({"data": shift_data(line["data"])} if "data" in line else {})} for line in lines]


def make_rtp(n, seq, last=None):
    """@last: last byte of one with padding, which is encrypted"""
    body = bytes(39) + bytes([last or 0])
    return struct.pack(">BBHII", 0x80 if last is None else 0xA0, 111, seq, 960 * n, 0xCAFE) + body


def write_rtp(path, packets):
    """A capture of RTP packets, each (port that it comes from, packet), 20 ms apart."""
    with open(path, "wb") as pcap:
        pcap.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for n, (port, rtp) in enumerate(packets):
            udp = struct.pack(">HHHH", port, 5004, dissector.UDP_HEADER + len(rtp), 0) + rtp
            loopback = bytes((127, 0, 0, 1))
            ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), n, 0, 64, capture.UDP, 0) + 2 * loopback + udp
            frame = bytes(12) + capture.ETHERNET_IPV4 + ip
            pcap.write(struct.pack("<IIII", 1, 20000 * n, len(frame), len(frame)) + frame)


def read_flow(packets):
    """The same as the observer reads it"""
    read = flow.Flow(0xCAFE, has_markers=False)
    for n, (_, rtp) in enumerate(packets):
        read.add(20000 * n, rtp)
    read.assemble()
    return read


class TruthTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # where it may stay, so that a disagreement can be looked at
        folder = os.environ.get("RJ_TRUTH_FOLDER") or cls.enterClassContext(tempfile.TemporaryDirectory())
        # 3: the run may call itself overloaded; what it reports must be true nevertheless
        cls.watched = watching.watch(os.environ["RJ_TEST_PROGRAM"], folder, *ARGUMENTS, codes=(0, 3))
        cls.slack_ms = THREADS * max(cls.watched.late_ms, cls.watched.comparison.longest_lag_ms)
        cls.honest = comparison.Comparison(cls.watched.lines, cls.watched.summary, cls.watched.seen,
                                           slack_ms=cls.slack_ms)

    def compare(self, lines=None, summary=None):
        return comparison.Comparison(lines or self.watched.lines, summary or self.watched.summary, self.watched.seen,
                                     slack_ms=self.slack_ms)

    def count(self, kind):
        return sum(e["type"] == kind for e in self.watched.lines)

    def test_report_agrees(self):
        result = self.honest
        if result.overloads:
            # packets that the kernel dropped at starved sockets are on the wire, and nowhere else
            print(f"# the run says itself that it was overloaded ({', '.join(result.overloads)})")
            return
        self.assertEqual(result.complaints, [])
        self.assertEqual(self.watched.contradictions, [])
        self.assertGreaterEqual(len(self.watched.seen.stays), STAYS)
        self.assertGreaterEqual(len(result.errors("outage")), OUTAGES)
        self.assertGreater(len(result.events), 60)
        for name, (value, unit, limit) in result.get_figures().items():
            slack = self.slack_ms if unit == "ms" else 0
            print(f"# {name} {value:.2f} {unit}, limit {limit}, late {slack:.1f}")
            self.assertLessEqual(value, limit + slack, name)

    def test_finds_a_shifted_log(self):
        result = self.compare(lines=shift(self.watched.lines, 50000))
        honest = self.honest.get_figures()
        figures = result.get_figures()
        self.assertGreater(figures["event_error_p95_ms"][0], comparison.EVENT_MS)
        self.assertGreater(figures["event_error_beyond_lag_max_ms"][0], comparison.EVENT_MS)
        self.assertGreater(figures["first_key_frame_error_max_ms"][0], 49)
        self.assertGreater(figures["last_frame_error_max_ms"][0], honest["last_frame_error_max_ms"][0] + 40)

    def test_finds_a_missing_outage(self):
        summary = copy.deepcopy(self.watched.summary)
        edge = next(e for e in summary["edges"] if e["outages_ms"])
        edge["outages_ms"], edge["outages_at_ms"] = [], []
        found = comparison.Comparison(self.watched.lines, summary, self.watched.seen).complaints
        self.assertRegex("\n".join(found), "is in the capture, and not in the report")

    def test_finds_a_shortened_outage(self):
        summary = copy.deepcopy(self.watched.summary)
        edge = next(e for e in summary["edges"] if e["outages_ms"])
        edge["outages_ms"][0] -= 300
        self.assertGreater(self.compare(summary=summary).get_figures()["outage_error_max_ms"][0], comparison.FRAME_MS)

    def test_finds_a_wrong_edge(self):
        summary = copy.deepcopy(self.watched.summary)
        summary["edges"][0]["from"] = "bot-9"
        self.assertEqual(len(self.compare(summary=summary).complaints), 3)  # one too many, one too few, and an outage
        lines = copy.deepcopy(self.watched.lines)
        line = next(e for e in lines if e["type"] == "first-key-frame")
        line["edge"], line["peer"] = "bot-9>" + line["participant"], "subscribe:bot-9"
        self.assertNotEqual(self.compare(lines=lines).complaints, [])

    def test_finds_an_invented_and_a_missing_message(self):
        lines = [e for e in self.watched.lines if e["type"] != "joined"]
        self.assertEqual(len(self.compare(lines=lines).complaints), self.count("joined"))
        lines = self.watched.lines + [e for e in self.watched.lines if e["type"] == "joined"]
        self.assertEqual(len(self.compare(lines=lines).complaints), self.count("joined"))

    def falsify(self, name, change):
        """Returns: (the comparison with a summary that @change has been at, how much worse than it was figure @name is)"""
        summary = copy.deepcopy(self.watched.summary)
        change(summary)
        result = self.compare(summary=summary)
        value, _, limit = result.get_figures()[name]
        return result, value - max(limit, self.honest.get_figures()[name][0])

    def find_whole_edge(self):
        """Returns: number of the edge that was compared in everything; packets on their way at the end hinder that"""
        kinds = [f"edge: {kind}" for kind in (*conclusions.COUNTS.values(), "loss", "jitter, mean", "longest gap")]
        kinds += ["bit rate, as time", "frame rate, as time"]
        compared = {(row.kind, row.who) for row in self.honest.figures}
        for n, edge in enumerate(self.watched.summary["edges"]):
            if all((kind, f"{edge['from']}>{edge['to']}") in compared for kind in kinds):
                return n
        return self.skipTest("of each edge there was a packet on its way when it ended")

    def test_finds_each_wrong_figure_of_an_edge(self):
        at = self.find_whole_edge()
        for key, name, more, times in (
                ("packets", "count_errors", MANY, 1), ("frames", "count_errors", MANY, 1), ("bytes", "count_errors", MANY, 1),
                ("lost_packets", "count_errors", MANY, 1), ("sequence_gaps", "count_errors", MANY, 1),
                ("duplicates", "count_errors", MANY, 1), ("reordered", "count_errors", MANY, 1),
                ("loss_percent", "loss_error_max_percent", 50, 1), ("jitter_ms", "jitter_error_max_ms", 500, 1),
                ("bitrate_bps", "rate_error_max_ms", 0, 0.1), ("fps", "rate_error_max_ms", 0, 0.1),
                ("longest_gap_ms", "longest_gap_error_max_ms", 5000, 1)):
            def change(summary):
                summary["edges"][at][key] = summary["edges"][at][key] * times + more
            with self.subTest(key):
                self.assertGreater(self.falsify(name, change)[1], 0)

    def find_way_back(self):
        """Returns: number of the participant whose way back was compared"""
        known = {row.who for row in self.honest.figures if row.kind == "whole way"}
        if not known:
            self.skipTest("everybody needed more than one try on this machine, so no way back could be compared")
        return next(n for n, p in enumerate(self.watched.summary["participants"]) if p["name"] in known)

    def test_finds_each_wrong_figure_of_a_way_back(self):
        at = self.find_way_back()
        keys = [phase + "_ms" for phase in conclusions.PHASES] + ["own_ms", "server_ms", "total_ms", "flowing_at_ms"]
        names = {"own_ms": "own_part_error_max_ms", "server_ms": "own_part_error_max_ms",
                 "total_ms": "own_part_error_max_ms", "flowing_at_ms": "flowing_again_error_max_ms"}
        for key in keys:
            def change(summary):
                summary["participants"][at]["rejoins"][0][key] += 5000
            with self.subTest(key):
                self.assertGreater(self.falsify(names.get(key, "phase_error_max_ms"), change)[1], 0)

    def test_finds_each_wrong_figure_of_the_run(self):
        for place, key, name in ((("statistics", "outage"), "p50_ms", "outage_error_max_ms"),
                                 (("faults", 0), "started_at_ms", "fault_error_max_ms")):
            def change(summary):
                summary[place[0]][place[1]][key] -= 5000
            with self.subTest(key):
                self.assertGreater(self.falsify(name, change)[1], 0)

    def test_finds_each_wrong_fact_of_the_summary(self):
        """What is no figure is a complaint, and only one."""
        edge = next(n for n, e in enumerate(self.watched.summary["edges"]) if e["outages_ms"])
        at = self.find_way_back()
        foe = {"connection": "con_nobodys"}
        for place, key, value, says in (
                (("edges", edge, "candidates"), "remote", "relay/udp", "candidates of "),
                (("participants", at, "candidates"), "local", "relay/udp", "candidates of the publication"),
                (("participants", at), "connection", "con_nobodys", "connection of "),
                (("participants", at), "same_connection", True, "same_connection of "),
                (("participants", at), "attempts", 1, "in 1 attempts of the report"),
                (("participants", at, "rejoins", 0), "last_edge", "bot-9>bot-1", "was not the last that flowed"),
                (("participants", at, "rejoins", 0), "own_ms", None, "the report does not know it"),
                (("participants", at, "rejoins", 0), "node_before", "7", "node_before of "),
                (("participants", at, "rejoins", 0), "node_after", "7", "node_after of "),
                (("faults", 0), "started_at_ms", 10 ** 6, "kill-media-node is in the report, and nothing of it"),
                (("census",), "answered", 1000, "and told 1000 times"),
                (("census",), "asked", 1, "by the report it was asked 1 times"),
                (("census",), "ghosts", [foe], "ghosts .*con_nobodys.* in the report"),
                (("statistics", "outage"), "count", 1000, "1000 values of outage")):
            def change(summary):
                for step in place:
                    summary = summary[step]
                summary[key] = value
            with self.subTest(f"{place} {key}"):
                found = self.falsify("count_errors", change)[0].complaints
                new = [text for text in found if text not in self.honest.complaints]
                self.assertEqual(len(new), 1, new)
                self.assertRegex(new[0], says)

    def test_finds_a_ghost_that_is_not_reported(self):
        seen = copy.copy(self.watched.seen)
        stay = next(s for s in seen.stays if s.ended_us and s.connection)
        server = next(seen.servers[number] for number, owner in seen.by_connection.items() if owner is stay)
        seen.lists = [*seen.lists, (stay.ended_us + conclusions.GHOST_US, server, {stay.connection})]
        found = comparison.Comparison(self.watched.lines, self.watched.summary, seen).complaints
        self.assertIn(f"ghosts [] in the report, ['{stay.connection}'] in the capture", found)

    def tell_of_silence(self, detector, peer, last_us):
        """Returns: figures of the same log, in which a detector says when it heard @peer last"""
        stay = peer.stay
        attempt = next(a for (name, a), n in self.honest.ordinals.items() if (name, n) == (stay.participant, stay.number))
        line = {"mono_us": max(peer.packets[-1][0], *peer.control) + 10 ** 6, "type": "detector-fired", "source": "runner",
                "participant": stay.participant, "attempt": attempt, "peer": observer.label(peer),
                "data": {"detector": detector, "from": peer.publisher, "acted": False, "last_packet_us": last_us}}
        return self.compare(lines=[*self.watched.lines, line]).get_figures()["last_frame_error_max_ms"][0]

    def test_finds_a_silence_that_began_otherwise(self):
        """In this run the server is quicker than silence, so it is told of as it was, and as it was not."""
        peers = [p for s in self.watched.seen.stays for p in s.peers if p.control and p.packets]
        honest = self.honest.get_figures()["last_frame_error_max_ms"][0]
        for detector, direction in (("rtp-silence", "subscribe"), ("rtcp-silence", "publish")):
            peer = next(p for p in peers if p.direction == direction)
            heard_us = peer.packets[-1][0] if direction == "subscribe" else peer.control[-1]
            with self.subTest(detector):
                self.assertLessEqual(self.tell_of_silence(detector, peer, heard_us), honest)
                self.assertGreater(self.tell_of_silence(detector, peer, heard_us - 5000000), honest + 4000)

    def test_finds_wrong_counts(self):
        lines = copy.deepcopy(self.watched.lines)
        for line in lines:
            if line["type"] == "peer-stats":
                line["data"]["frames"] += 1
                line["data"]["packets"] -= 40
        self.assertGreater(self.compare(lines=lines).get_figures()["count_errors"][0], 0)

    def test_finds_what_joins_and_evictions_were_not(self):
        for kind in ("participant-joined", "participant-evicted"):
            with self.subTest(kind):
                lines = copy.deepcopy(self.watched.lines)
                line = next(e for e in lines if e["type"] == kind)
                line["data"]["name"] = "bot-9"
                self.assertEqual(len(self.compare(lines=lines).complaints), 1)

    def test_lateness_excuses_few_figures(self):
        excused = ("ice", "dtls", "browser_outage")
        figures = {f"{kind}_error_max_ms": (48.0, "ms", 34) for kind in (*excused, "outage", "browser_report")}
        for late_ms, left in ((40.0, 8.0), (5.0, 43.0), (50.0, 0.0)):
            lasting = comparison.beyond_lateness(figures, late_ms)
            self.assertEqual(lasting, {
                "outage_error_max_ms": (48.0, "ms", 34), "browser_report_error_max_ms": (48.0, "ms", 34),
                **{f"{kind}_error_beyond_lateness_max_ms": (left, "ms", 34) for kind in excused}})

    def test_finds_when_the_server_wrote_another_time(self):
        for kind, word in (("participant-joined", "join"), ("participant-evicted", "eviction")):
            lines = copy.deepcopy(self.watched.lines)
            line = next(e for e in lines if e["type"] == kind)
            line["mono_us"] -= 5000000
            for where in ("wire", "runner"):
                with self.subTest(kind, where=where):
                    errors = [r.beyond_lag_ms for r in self.compare(lines=lines).server if r.kind == f"{word}, server to {where}"]
                    self.assertEqual(sum(error > 3000 for error in errors), 1, errors)

    def test_tshark_agrees_with_what_is_there(self):
        """A sender that takes another address for a while has lost nothing; padding that is encrypted is no riddle."""
        there = [(4000 if n < 10 or n >= 30 else 4001, make_rtp(n, (65516 + n) % 65536)) for n in range(40)]
        there[3] = 4000, make_rtp(3, 65519, last=0)
        there[4] = 4000, make_rtp(4, 65520, last=200)
        there[12] = 4001, make_rtp(12, 65528, last=200)
        there = there[:9] + there[10:12] + there[13:] + there[-1:]  # two are missing, one comes twice
        read = read_flow(there)
        self.assertEqual((len(read.packets), read.lost, read.duplicates), (39, 2, 1))
        with tempfile.TemporaryDirectory() as folder:
            write_rtp(f"{folder}/rtp.pcap", there)
            self.assertIsNone(dissector.contradict_flow(read, dissector.read_rtp(f"{folder}/rtp.pcap")[0xCAFE]))

    def test_finds_that_tshark_read_other_packets(self):
        read = read_flow([(4000, make_rtp(n, n)) for n in range(20)])
        told = [(n, 960 * n, False, 52) for n in range(20)]
        self.assertIsNone(dissector.contradict_flow(read, told))
        for name, other in (("missing", told[:7] + told[8:]), ("last missing", told[:-1]), ("none", []),
                            ("one more", [*told, (20, 19200, False, 52)]), ("order", [*told[:5], *reversed(told[5:])]),
                            ("number", [(99, 0, False, 52), *told[1:]]), ("timestamp", [(0, 7, False, 52), *told[1:]]),
                            ("marker", [(0, 0, True, 52), *told[1:]]), ("size", [(0, 0, False, 53), *told[1:]])):
            with self.subTest(name):
                self.assertRegex(dissector.contradict_flow(read, other), "SSRC 0xcafe: 20 packets, 0 lost, by tshark")
        read.holes.append((0, 1))
        self.assertRegex(dissector.contradict_flow(read, told), "20 packets, 1 lost, by tshark 20, 0;")

    def test_finds_that_tshark_read_other_messages(self):
        seen, texts, connections = self.watched.seen, self.watched.messages, self.watched.connections
        told = {(c.client[1], c.server[1]): sum(m.connection == c.number and m.opcode == 1 for m in texts)
                for c in connections}
        self.assertEqual(list(dissector.contradict_messages(told, seen, texts, connections)), [])
        lacking = next(m for m in texts if m.opcode == 1 and m.connection in seen.by_connection)
        texts = [m for m in texts if m is not lacking]
        found = list(dissector.contradict_messages(told, seen, texts, connections))
        self.assertEqual(len(found), 1)
        self.assertRegex(found[0], "websocket .* texts, by tshark")

    def test_sees_until_the_end(self):
        """What is sent before the end of a capture is in it, however soon before."""
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("127.0.0.1", 0))
            with capture.Capture(f"{folder}/end.pcap") as taken:
                for n in range(100):
                    sender.sendto(b"%d" % n, sender.getsockname())
            taken.check()
            seen = [d.payload for d in taken.read()[1] if d.source == sender.getsockname()]
            self.assertEqual(seen, [b"%d" % n for n in range(100)])

    def test_says_when_it_cannot_see(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(capture.CaptureError, "dumpcap cannot capture here"):
                with capture.Capture(f"{folder}/nothing.pcap", interface="there-is-none"):
                    self.fail("it captures")
            taken = capture.Capture(f"{folder}/nothing.pcap")
            taken.captured, taken.dropped = 1000, 3
            with self.assertRaisesRegex(capture.CaptureError, "void: 3 of 1000 packets were dropped"):
                taken.check()


if __name__ == "__main__":
    unittest.main(verbosity=2)
