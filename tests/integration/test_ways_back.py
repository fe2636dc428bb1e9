#!/usr/bin/env python3
"""Every loss of the main job on the embedded cluster with real media: who comes back, how, and who notices
nothing."""
import harness


class WaysBack(harness.Case):
    def test_killed_node_with_the_real_timing(self):
        outcome = self.run_rejoin("--participants", "4,2", "--fault", "kill-media-node@1s",
                                  "--name", "bot-{index}-{attempt}", "--expect", "rejoined == all")
        self.check_everybody_back(outcome, 4, "nodeCrashed")
        summary = outcome.summary
        self.check_names(outcome)
        for participant in summary["participants"][:4]:
            rejoin = participant["rejoins"][0]
            self.assertEqual(rejoin["detected_by"], "server-event")
            phases = [rejoin[name] for name in (
                "detect_ms", "wait_ms", "token_ms", "connect_ms", "join_ms", "publish_ms", "subscribe_ms",
                "ice_ms", "dtls_ms", "first_packet_ms", "first_key_frame_ms")]
            self.assertAlmostEqual(sum(phases), rejoin["total_ms"], delta=1.0)
            self.assertGreater(rejoin["detect_ms"], 3300)
            self.assertIsNotNone(rejoin["evicted_at_ms"])
        others = {p["session"] for p in summary["participants"][4:]}
        for participant in summary["participants"][4:]:
            self.assertEqual(participant["rejoins"], [])
        for edge in summary["edges"]:
            self.assertEqual(len(edge["outages_ms"]), 0 if edge["session"] in others else 1, edge)
        # the unaffected keep their connection
        for name in ("bot-5", "bot-6"):
            joined = [e for e in outcome.find("joined") if e["participant"] == name]
            self.assertEqual(len(joined), 1)

    def check_names(self, outcome):
        """The server heard another name in each attempt; in the run everybody has one."""
        everybody = {f"bot-{i}" for i in range(1, 7)}
        sent = {(e["participant"], e["attempt"]): e["data"]["client_data"] for e in outcome.find("join-sent")}
        self.assertEqual(sent, {(name, attempt): f"{name}-{attempt}" for name, attempt in sent})
        for i in range(1, 5):
            self.assertGreater(len([name for name, _ in sent if name == f"bot-{i}"]), 1)
            self.assertTrue(outcome.find("participant-evicted", name=f"bot-{i}-1"))
        self.assertEqual({p["name"] for p in outcome.summary["participants"]}, everybody)
        self.assertEqual({e["participant"] for e in outcome.events if "participant" in e}, everybody)
        self.assertLessEqual({e["from"] for e in outcome.summary["edges"]}, everybody)
        self.assertFalse(any(e["foreign"] for e in outcome.summary["edges"]))

    def test_node_back_within_the_window(self):
        outcome = self.run_rejoin("--participants", "3", "--media-nodes", "1", "--fault", "restart-media-node@1s")
        self.check_everybody_back(outcome, 3, "mediaServerReconnect")
        self.assertEqual(len(outcome.find("joined")), 3)
        self.assertEqual(outcome.find("participant-evicted"), [])

    def test_only_node_dead_for_a_while(self):
        outcome = self.run_rejoin("--participants", "3", "--media-nodes", "1", "--restart-after", "5s",
                                  "--fault", "kill-media-node@1s")
        self.check_everybody_back(outcome, 3, "nodeCrashed")
        tries = [p["rejoins"][0]["tries"] for p in outcome.summary["participants"]]
        self.assertGreater(min(tries), 1)
        self.assertTrue(outcome.find("attempt-failed", error_word="rpc-204"))

    def test_cut_websocket_is_resumed(self):
        for how in ("fin", "rst"):
            with self.subTest(how):
                outcome = self.run_rejoin("--participants", "3", "--fault", f"cut-websocket:{how}@1s")
                self.assertEqual(len(outcome.find("joined")), 3)
                self.assertEqual(len(outcome.find("resumed")), 3)
                for edge in outcome.summary["edges"]:
                    self.assertEqual(edge["outages_ms"], [])

    def test_cut_websocket_without_resume(self):
        outcome = self.run_rejoin("--participants", "3", "--resume", "never", "--fault", "cut-websocket@1s")
        self.check_everybody_back(outcome, 3, "networkDisconnect")
        self.assertEqual(len(outcome.find("joined")), 6)

    def test_frozen_node_that_goes_on_later(self):
        outcome = self.run_rejoin("--participants", "4,2", "--fault", "freeze-media-node@1s",
                                  "--fault", "thaw-media-node@21s", "--within", "20s")
        self.check_everybody_back(outcome, 4, "silence")
        for participant in outcome.summary["participants"][:4]:
            self.assertEqual(participant["rejoins"][0]["detected_by"], "rtp-silence")
        self.assertEqual(outcome.find("node-crashed"), [])

    def test_frozen_node_that_is_replaced(self):
        outcome = self.run_rejoin("--participants", "4,2", "--fault", "freeze-media-node@1s",
                                  "--fault", "restart-media-node:same@14s", "--within", "20s")
        self.check_everybody_back(outcome, 4, "silence")

    def test_short_freeze_is_sat_out(self):
        outcome = self.run_with_late_frames("--participants", "3", "--fault", "freeze-media-node@1s",
                                            "--fault", "thaw-media-node@4s")
        self.assertEqual(len(outcome.find("joined")), 3)
        for edge in outcome.summary["edges"]:
            # how fast a node works off what has queued up meanwhile is its own affair
            self.assertGreater(max(edge["outages_ms"]), 2500, edge)
            self.assertFalse(edge["down_at_end"], edge)

    def test_the_same_node_needs_a_fault_before(self):
        outcome = self.run_rejoin(*harness.SMALL, "--participants", "2", "--fault", "thaw-media-node@100ms", code=3)
        self.assertIn("no fault before this one has hit a single media node", outcome.stdout)


if __name__ == "__main__":
    harness.main()
