#!/usr/bin/env python3
"""The embedded cluster as processes: what it prints, how it ends, what it leaves behind."""
import os
import pathlib
import signal
import socket
import urllib.request

import harness


def listens(port):
    with socket.socket() as client:
        client.settimeout(5)
        return client.connect_ex(("127.0.0.1", port)) == 0


class ClusterTest(harness.Case):
    def check_gone(self, pids):
        harness.wait_for(f"the end of {pids}", lambda: all(map(harness.is_gone, pids)), 10)

    def test_what_it_prints(self):
        cluster = self.start_cluster("--media-nodes", "3")
        self.assertEqual(len(cluster.node_pids), 3)
        self.assertEqual(sorted(harness.find_children(cluster.process.pid)), sorted(cluster.pids))
        self.assertIn(f'var APPLICATION_SERVER_URL = "{cluster.app_url}/";', cluster.text)
        self.assertIn(f"rejoin run --app {cluster.app_url}", cluster.text)
        self.assertRegex(cluster.secret, "^[A-Za-z0-9]{16,}$")
        request = urllib.request.Request(cluster.app_url + "/api/get-token", data=b'{"sessionId": "s"}', method="POST",
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            self.assertIn(cluster.server_url.replace("http", "ws") + "?sessionId=s&token=tok_", answer.read().decode())
        for pid in (cluster.process.pid, *cluster.pids):  # others can see them
            self.assertNotIn(cluster.secret, pathlib.Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8"))

    def test_given_secret_is_not_printed(self):
        cluster = self.start_cluster(env={"REJOIN_SECRET": "given-by-the-user"})
        self.assertIsNone(cluster.secret)
        cluster.process.send_signal(signal.SIGINT)
        stdout, stderr = cluster.process.communicate(timeout=20)
        self.assertNotIn("given-by-the-user", cluster.text + stdout + stderr)

    def test_ends_on_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name):
                events = self.folder / f"{number.name}.jsonl"
                cluster = self.start_cluster("--events", events)
                cluster.process.send_signal(number)
                outcome = self.finish(cluster.process)
                self.assertEqual(outcome.code, 0, str(outcome))
                self.assertEqual(outcome.stderr, "")
                self.check_gone(cluster.pids)
                log = self.check_log(events)
                for kind in ("process-started", "process-ended"):
                    self.assertEqual(sorted(e["data"]["pid"] for e in log if e["type"] == kind), sorted(cluster.pids))

    def test_frozen_node_does_not_hold_it_up(self):
        cluster = self.start_cluster()
        os.kill(cluster.node_pids[0], signal.SIGSTOP)
        cluster.process.send_signal(signal.SIGTERM)
        outcome = self.finish(cluster.process)
        self.assertEqual(outcome.code, 0, str(outcome))
        self.check_gone(cluster.pids)

    def test_killed_itself(self):
        cluster = self.start_cluster()
        os.kill(cluster.node_pids[0], signal.SIGSTOP)
        cluster.process.kill()
        self.check_gone(cluster.pids)

    def test_killed_run(self):
        process = self.start_run("--participants", "2", "--duration", "60s", *harness.SMALL)
        self.addCleanup(harness.end_process, process)
        events = self.folder / "events.jsonl"
        harness.wait_for("everybody", lambda: events.exists() and "everyone-flowing" in events.read_text())
        below = harness.find_descendants(process.pid)
        self.assertEqual(len(below), 4)  # supervisor, server, two nodes
        node = next(e["data"]["pid"] for e in harness.read_events(events) if e["type"] == "process-started")
        os.kill(node, signal.SIGSTOP)
        process.kill()
        self.check_gone(below)

    def test_nodes(self):
        events = self.folder / "events.jsonl"
        cluster = self.start_cluster("--restart-after", "1500ms", "--events", events)
        os.kill(cluster.node_pids[1], signal.SIGKILL)
        harness.wait_for("the death", lambda: "process-ended" in events.read_text())
        # nobody holds its port meanwhile
        self.assertFalse(listens(cluster.node_ports[1]))
        self.assertTrue(listens(cluster.node_ports[0]))
        again = harness.wait_for("the restart", lambda: [
            e for e in harness.read_events(events) if e["type"] == "process-started"][3:] or None)[0]["data"]
        self.assertEqual((again["role"], again["index"], again["port"]), ("media-node", 1, cluster.node_ports[1]))
        self.assertNotIn(again["pid"], cluster.pids)
        self.assertTrue(listens(cluster.node_ports[1]))

    def test_dead_server_ends_it(self):
        cluster = self.start_cluster()
        os.kill(cluster.server_pids[0], signal.SIGKILL)
        outcome = self.finish(cluster.process)
        self.assertEqual(outcome.code, 4, str(outcome))
        self.assertIn("the embedded OpenVidu server has ended", outcome.stderr)
        self.check_gone(cluster.pids)

    def test_usage(self):
        for arguments, words in ((("--port", "70000"), "--port"), (("--media-nodes", "0"), "--media-nodes"),
                                 (("--nonsense",), "--nonsense"), (("what",), "what")):
            outcome = self.finish(self.start("cluster", *arguments))
            self.assertEqual(outcome.code, 2, str(outcome))
            self.assertIn(words, outcome.stderr)


if __name__ == "__main__":
    harness.main()
