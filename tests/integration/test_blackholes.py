#!/usr/bin/env python3
"""Packets of our own that vanish without a word, with real media."""
import harness


class Blackholes(harness.Case):
    def test_media_of_one_for_a_while(self):
        outcome = self.run_with_late_frames("--participants", "3", "--fault", "blackhole-media:bot-1/3s@1s",
                                            "--fault", "freeze-participant:bot-2/2s@recovered",
                                            "--fault", "expect-recovered/15s@+0s", *harness.SMALL)
        self.check_log()
        self.assertEqual(len(outcome.find("joined")), 3)
        started = outcome.find("fault-started")[0]
        ended = outcome.find("fault-ended")[0]
        self.assertEqual(started["data"]["length_ms"], 3000)
        self.assertGreaterEqual(ended["mono_us"] - started["mono_us"], 3000000)
        for edge in outcome.summary["edges"]:
            if "bot-1" in (edge["from"], edge["to"]):
                self.assertGreater(max(edge["outages_ms"], default=0), 2500, edge)
            if "bot-2" in (edge["from"], edge["to"]):
                self.assertGreater(max(edge["outages_ms"], default=0), 1500, edge)
        # who sleeps notices nothing by itself while it does
        asleep, awake = [outcome.find(f"fault-{word}")[1]["mono_us"] for word in ("started", "ended")]
        self.assertGreaterEqual(awake - asleep, 2000000)
        noticed = [e for e in outcome.find("detector-fired") if e["participant"] == "bot-2" and asleep < e["mono_us"] < awake]
        self.assertEqual(noticed, [])
        self.assertEqual([e["data"]["after"] for e in outcome.find("step-checked", ok=True)], ["freeze-participant:bot-2"])
        # what a deaf socket drops is no overload
        self.assertEqual(outcome.find("self-check", what="receive queues"), [])
        # its own edges are all silent, the others lose one each
        silent = {(e["participant"], e["data"]["from"]) for e in outcome.find("detector-fired", detector="rtp-silence")}
        self.assertLessEqual({("bot-1", "bot-2"), ("bot-1", "bot-3"), ("bot-2", "bot-1"), ("bot-3", "bot-1")}, silent)


if __name__ == "__main__":
    harness.main()
