"""The observer of packets beside the report, once in every `make test`: a node is killed, and both say the same.
Then the observer has to fail: its material is falsified, and it must notice."""
import copy
import os
import struct
import tempfile
import unittest

import capture
import comparison
import dissector
import flow
import watching

ARGUMENTS = ("--participants", "3,1", "--fault", "kill-media-node@1s", "--crash-after", "700ms")
STAYS, OUTAGES = 7, 6
# What a thread may be late on a busy machine, of which ours hand a packet to each other
THREADS = 4


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
        self.assertEqual(len(self.compare(summary=summary).complaints), 2)  # one too many, one too few
        lines = copy.deepcopy(self.watched.lines)
        line = next(e for e in lines if e["type"] == "first-key-frame")
        line["edge"], line["peer"] = "bot-9>" + line["participant"], "subscribe:bot-9"
        self.assertNotEqual(self.compare(lines=lines).complaints, [])

    def test_finds_an_invented_and_a_missing_message(self):
        lines = [e for e in self.watched.lines if e["type"] != "joined"]
        self.assertEqual(len(self.compare(lines=lines).complaints), self.count("joined"))
        lines = self.watched.lines + [e for e in self.watched.lines if e["type"] == "joined"]
        self.assertEqual(len(self.compare(lines=lines).complaints), self.count("joined"))

    def test_finds_wrong_counts(self):
        lines = copy.deepcopy(self.watched.lines)
        for line in lines:
            if line["type"] == "peer-stats":
                line["data"]["frames"] += 1
                line["data"]["packets"] -= 40
        self.assertGreater(self.compare(lines=lines).get_figures()["count_errors"][0], 0)

    def test_finds_what_an_eviction_was_not(self):
        lines = copy.deepcopy(self.watched.lines)
        line = next(e for e in lines if e["type"] == "participant-evicted")
        line["data"]["name"] = "bot-9"
        self.assertEqual(len(self.compare(lines=lines).complaints), 1)

    def contradict(self, packets, told):
        """What tshark says, who gets the packets @told, of those that the observer has read"""
        with tempfile.TemporaryDirectory() as folder:
            write_rtp(f"{folder}/rtp.pcap", told)
            return dissector.contradict_flow(read_flow(packets), dissector.read_rtp(f"{folder}/rtp.pcap")[0xCAFE])

    def test_tshark_agrees_with_what_is_there(self):
        """A sender that takes another address for a while has lost nothing; padding that is encrypted is no riddle."""
        there = [(4000 if n < 10 or n >= 30 else 4001, make_rtp(n, (65516 + n) % 65536)) for n in range(40)]
        there[3] = 4000, make_rtp(3, 65519, last=0)
        there[4] = 4000, make_rtp(4, 65520, last=200)
        there[12] = 4001, make_rtp(12, 65528, last=200)
        self.assertIsNone(self.contradict(there, there))
        holes = there[:9] + there[10:12] + there[14:] + there[-1:]  # and one twice
        self.assertIsNone(self.contradict(holes, holes))
        self.assertEqual((read_flow(holes).lost, read_flow(holes).duplicates), (3, 1))

    def test_tshark_contradicts_the_observer(self):
        there = [(4000, make_rtp(n, n)) for n in range(20)]
        other = [*there[:7], (4000, make_rtp(8, 7)), *there[8:]]
        for name, told in (("missing", there[:7] + there[8:]), ("more", there + [(4000, make_rtp(20, 20))]),
                           ("timestamp", other), ("order", there[:7] + [there[8], there[7]] + there[9:]), ("none", [])):
            with self.subTest(name):
                self.assertRegex(self.contradict(there, told), "SSRC 0xcafe: 20 packets, 0 lost, by tshark")

    def test_tshark_contradicts_a_count_of_messages(self):
        told = list(self.watched.messages)
        told.remove(next(m for m in told if m.opcode == 1 and m.connection in self.watched.seen.by_connection))
        found = dissector.find_contradictions(self.watched.path, self.watched.seen, told, self.watched.connections)
        self.assertEqual(len(found), 1)
        self.assertRegex(found[0], "websocket .* texts, by tshark")

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
