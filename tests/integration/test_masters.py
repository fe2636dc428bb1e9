#!/usr/bin/env python3
"""Several OpenVidu servers behind a front, as in OpenVidu Enterprise HA: one dies, or hangs."""
import signal

import harness


class Masters(harness.Case):
    def check_masters(self, outcome, cause="nodeCrashed"):
        """The first session has moved to the other master; the second one has noticed nothing."""
        self.check_everybody_back(outcome, 4, cause)
        self.check_log()
        harness.validate(outcome.summary, "summary")
        first, second = outcome.summary["participants"][:4], outcome.summary["participants"][4:]
        homes = {e["session"]: e["data"]["master"] for e in reversed(outcome.find("session-placed"))}
        self.assertEqual(sorted(homes.values()), [0, 1])
        for participant in first:
            rejoin = participant["rejoins"][0]
            self.assertEqual(rejoin["master_before"], str(homes[participant["session"]]))
            self.assertEqual(rejoin["master_after"], str(homes[second[0]["session"]]))
        for participant in second:
            self.assertEqual(participant["rejoins"], [])
            self.assertEqual(len([e for e in outcome.find("joined") if e["participant"] == participant["name"]]), 1)
        for edge in outcome.summary["edges"]:
            if edge["session"] == second[0]["session"]:
                self.assertEqual(edge["outages_ms"], [], edge)
        self.assertEqual([e["data"]["master"] for e in outcome.find("master-lost")], [homes[first[0]["session"]]])

    def test_server_49_client_49_killed_master(self):
        outcome = self.run_rejoin(*harness.SMALL, "--masters", "2", "--participants", "4,2",
                                  "--fault", "kill-master@1s")
        self.check_masters(outcome)
        # two are told on the socket that they have, two are cut; of these one is told when it comes back, the
        # other one learns of it by the life of the master that it meets
        fired = outcome.find("detector-fired")
        self.assertEqual(len([e for e in fired if e["data"]["detector"] == "server-event"]), 3)
        self.assertEqual(len([e for e in fired if e["data"]["detector"] == "websocket-closed"]), 2)
        self.assertEqual(len([e for e in fired if e["data"]["detector"] == "resume-failed"]), 1)
        self.assertRegex(outcome.stdout, r"the front took it out after")
        self.assertRegex(outcome.stdout, r"from master \d to master \d")

    def test_frozen_master_that_goes_on_later(self):
        outcome = self.run_rejoin(*harness.SMALL, "--masters", "2", "--participants", "4,2", "--within", "20s",
                                  "--fault", "freeze-master@500ms", "--fault", "thaw-master@8s")
        self.check_masters(outcome)
        self.assertEqual(len(outcome.find("master-recovered")), 1)

    def test_the_only_master_is_restarted(self):
        outcome = self.run_rejoin(*harness.SMALL, "--participants", "2", "--fault", "restart-master@500ms")
        self.check_everybody_back(outcome, 2, "networkDisconnect")
        self.assertEqual(outcome.find("master-lost"), [])

    def test_the_only_master_cannot_be_killed(self):
        outcome = self.run_rejoin("--fault", "kill-master@1s", code=2)
        self.assertIn("--masters 2", outcome.stderr)

    def test_all_processes_end_with_the_cluster(self):
        for signal_number in (signal.SIGKILL, signal.SIGTERM):
            cluster = self.start_cluster("--masters", "2")
            pids = harness.find_descendants(cluster.process.pid)
            self.assertEqual(len(pids), 4)
            cluster.process.send_signal(signal_number)
            cluster.process.wait(timeout=harness.DEADLINE_S)
            for pid in pids:
                harness.wait_for(f"{pid} is gone", lambda pid=pid: harness.is_gone(pid))


if __name__ == "__main__":
    harness.main()
