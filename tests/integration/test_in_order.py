#!/usr/bin/env python3
"""What an operator does in order, instead of a crash: media nodes are restarted one after the other, an OpenVidu
server is restarted. Everybody is thrown out with a word, and comes back."""
import harness


class InOrder(harness.Case):
    def run_one(self, name, *arguments):
        outcome = self.run_apart(name, *harness.SMALL, *arguments)
        self.assertEqual(outcome.code, 0, f"{name}: {outcome}")
        self.check_log(outcome.folder / "events.jsonl")
        for edge in outcome.summary["edges"]:
            self.assertFalse(edge["down_at_end"], f"{name}: {edge}")
        return outcome

    def check_causes(self, outcome, cause):
        """Everybody had to come back at least once, for that reason alone."""
        for participant in outcome.summary["participants"]:
            self.assertEqual({r["cause"] for r in participant["rejoins"]}, {cause}, str(outcome))
        self.assertEqual({e["data"]["reason"] for e in outcome.find("participant-evicted")}, {cause})
        self.assertEqual(outcome.find("node-crashed"), [])

    def media_nodes_one_after_the_other(self):
        outcome = self.run_one("nodes", "--participants", "2,2", "--fault", "roll-media-node:all@1s")
        self.check_causes(outcome, "mediaServerDisconnect")
        self.assertEqual([(e["type"], e["data"]["node"]) for e in outcome.events
                          if e["type"] in ("node-removed", "node-added")],
                         [("node-removed", 0), ("node-added", 0), ("node-removed", 1), ("node-added", 1)])
        started = [e["data"]["index"] for e in outcome.find("process-started", role="media-node")]
        self.assertEqual(started[2:], [0, 1])
        self.assertEqual([e["data"].get("signal") for e in outcome.find("process-ended", role="media-node")
                          if e["data"].get("signal") == 9], [])

    def the_server(self):
        outcome = self.run_one("server", "--participants", "2,1", "--fault", "roll-master@1s")
        self.check_causes(outcome, "openviduServerStopped")
        self.assertEqual(len(outcome.find("process-started", role="server")), 2)
        self.assertEqual(outcome.find("process-ended", role="server")[0]["data"].get("exit_code"), 0)

    def a_node_for_good(self):
        outcome = self.run_one("node", "--participants", "2", "--fault", "stop-media-node@1s")
        self.check_causes(outcome, "mediaServerDisconnect")
        self.assertEqual(len(outcome.find("process-started", role="media-node")), 2)

    def test_everybody_comes_back(self):
        self.together((self.media_nodes_one_after_the_other, self.the_server, self.a_node_for_good), 3)


if __name__ == "__main__":
    harness.main()
