#!/usr/bin/env python3
"""Each way to learn of a dead media node, with real sockets: what fires, when, and what must not."""
import harness

ICMP_LIMIT_MS = 100


class Detectors(harness.Case):
    def check_icmp(self, outcome, hit):
        """The publishers' own packets are answered by the kernel of a machine without that process."""
        fault = outcome.find("fault-started")[0]["mono_us"]
        fired = outcome.find("detector-fired", detector="icmp")
        first = {e["participant"]: e for e in reversed(fired) if e.get("peer") == "publish"}
        self.assertEqual(sorted(first), hit, str(outcome))
        for name, event in first.items():
            self.assertGreater(event["mono_us"], fault)
            self.assertLess((event["mono_us"] - fault) / 1000, ICMP_LIMIT_MS, name)

    def test_closed_port_is_told_by_icmp(self):
        outcome = self.run_rejoin("--participants", "3,2", "--detect", "icmp", "--fault", "kill-media-node@1s")
        self.check_icmp(outcome, ["bot-1", "bot-2", "bot-3"])
        # nobody waits for the server to notice; on a slow machine it may be sooner than one of them
        started = outcome.find("rejoin-started")
        self.assertEqual(sorted(e["participant"] for e in started), ["bot-1", "bot-2", "bot-3"])
        self.assertIn(("portClosed", "icmp"), {(e["data"]["cause"], e["data"]["detected_by"]) for e in started})
        self.assertEqual(len(outcome.find("rejoin-ended")), 3)
        self.assertIn("icmp", outcome.stdout)

    def test_not_asked_for(self):
        outcome = self.run_rejoin("--participants", "3", "--fault", "kill-media-node@1s")
        self.check_everybody_back(outcome, 3, "nodeCrashed")
        self.assertEqual(outcome.find("detector-fired", detector="icmp"), [])
        self.assertEqual(outcome.find("detector-fired", detector="ice-failed"), [])
        # what we publish: no word of the media server
        silent = {e["participant"]: e for e in outcome.find("detector-fired", detector="rtcp-silence")}
        self.assertEqual(sorted(silent), ["bot-1", "bot-2", "bot-3"])
        for event in silent.values():
            self.assertEqual(event["peer"], "publish")
            self.assertEqual(event["mono_us"] - event["data"]["last_packet_us"], 2500000)

    def test_frozen_node_closes_no_port(self):
        outcome = self.run_with_late_frames("--participants", "3", "--detect", "icmp", "--fault",
                                            "freeze-media-node@1s", "--fault", "thaw-media-node@5s")
        self.assertEqual(outcome.find("detector-fired", detector="icmp"), [])
        self.assertEqual(len(outcome.find("joined")), 3)
        self.assertEqual({e["participant"] for e in outcome.find("detector-fired", detector="rtcp-silence")},
                         {"bot-1", "bot-2", "bot-3"})

    def test_nothing_happens(self):
        outcome = self.run_rejoin("--participants", "3", "--detect", "icmp", "--duration", "8s")
        self.assertEqual(outcome.find("detector-fired"), [])


if __name__ == "__main__":
    harness.main()
