#!/usr/bin/env python3
"""Life in a room on the embedded cluster with real media: both ways to subscribe, and what participants do on purpose."""
import harness


class Rooms(harness.Case):
    def test_the_server_makes_the_offers(self):
        outcome = self.run_rejoin("--participants", "3", "--media-server", "mediasoup", "--crash-after", "500ms",
                                  "--fault", "kill-media-node@1s", *harness.SMALL)
        self.check_everybody_back(outcome, 3, "nodeCrashed")
        self.check_log()
        self.assertEqual({e["data"]["media_server"] for e in outcome.find("joined")}, {"mediasoup"})
        # 3 participants publish, and see 2 others, before and after
        self.assertEqual(len(outcome.find("offer-sent")), 6)
        for kind in ("offer-requested", "offer-received", "answer-sent", "answer-accepted"):
            self.assertEqual(len(outcome.find(kind)), 12, kind)


if __name__ == "__main__":
    harness.main()
