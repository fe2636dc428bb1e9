#!/usr/bin/env python3
"""H.264, and media through a TURN server: the way back is the same with another codec and another path."""
import socket
import subprocess

import harness

USER, PASSWORD = "rejoin", "kJ7!relay:secret"


class Turn:
    """Debian's coturn on a loopback address of this test's own, where nobody else takes ports."""

    def __init__(self, case):
        self.address = f"127.77.{harness.os.getpid() // 250 % 250}.{harness.os.getpid() % 250 + 1}"
        with socket.socket() as probe:
            probe.bind((self.address, 0))
            self.port = probe.getsockname()[1]
        self.log = case.folder / "turn.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                ["turnserver", "-n", "--listening-ip", self.address, "--relay-ip", self.address, "--listening-port",
                 str(self.port), "--user", f"{USER}:{PASSWORD}", "--lt-cred-mech", "--realm", "rejoin.test",
                 "--allow-loopback-peers", "--no-cli", "--no-tls", "--no-dtls", "--verbose", "--log-file", "stdout",
                 "--simple-log", "--userdb", str(case.folder / "turn.db"), "--pidfile", str(case.folder / "turn.pid")],
                stdout=log, stderr=subprocess.STDOUT, cwd=case.folder)
        case.addCleanup(harness.end_process, self.process)
        harness.wait_for("coturn listens", self.listens)

    def listens(self):
        if self.process.poll() is not None:
            raise AssertionError("coturn has ended: " + self.log.read_text()[-2000:])
        with socket.socket() as probe:
            return probe.connect_ex((self.address, self.port)) == 0

    def count(self, text):
        return self.log.read_text(errors="replace").count(text)


class MediaPaths(harness.Case):
    def check_decoded_stream(self, outcome):
        for edge in outcome.summary["edges"]:
            self.assertGreater(edge["frames"], 0, edge)
            self.assertEqual(edge["foreign_frames"], 0, edge)

    def test_h264_comes_back_from_a_killed_node(self):
        outcome = self.run_rejoin("--participants", "3,1", "--video-codec", "h264", "--crash-after", "500ms",
                                  "--fault", "kill-media-node@1s", *harness.SMALL)
        self.check_everybody_back(outcome, 3, "nodeCrashed")
        self.check_decoded_stream(outcome)
        answers = outcome.find("answer-received")
        self.assertGreater(len(answers), 0)
        self.assertEqual({e["data"].get("video_codec") for e in answers}, {"H264"})

    def check_sent_as(self, codec, cluster, *options):
        outcome = self.run_rejoin("--app", cluster.app_url, "--participants", "2", "--duration", "1s",
                                  *harness.SMALL, *options)
        self.check_decoded_stream(outcome)
        sent = [e["data"]["video_codec"] for e in outcome.find("answer-received") if e["peer"] == "publish"]
        self.assertEqual(sent, [codec] * 2)

    def test_participants_follow_the_codec_of_the_server(self):
        """They prefer VP8, the server forces H.264: nobody has told them."""
        self.check_sent_as("H264", self.start_cluster("--forced-video-codec", "H264", "--media-nodes", "1"))

    def test_participants_choose_where_the_server_does_not(self):
        """The server makes the offers, with both codecs; a publisher's own choice decides."""
        self.check_sent_as("H264", self.start_cluster("--media-server", "mediasoup", "--media-nodes", "1"),
                           "--video-codec", "h264")

    def check_relayed(self, turn, query, pair):
        outcome = self.run_rejoin("--participants", "2,1", "--ice", "relay", "--turn",
                                  f"{USER}:{PASSWORD}@{turn.address}:{turn.port}{query}", "--crash-after", "500ms",
                                  "--fault", "kill-media-node@1s", *harness.SMALL)
        self.check_everybody_back(outcome, 2, "nodeCrashed")
        summary = outcome.summary
        pairs = [thing["candidates"] for thing in summary["participants"] + summary["edges"]]
        self.assertEqual(pairs, [pair] * 5)
        self.assertEqual({e["data"]["local"] for e in outcome.find("ice-connected")}, {pair["local"]})
        self.assertIn(f"{pair['local']} → {pair['remote']}: 5 of", outcome.stdout)
        harness.validate(summary, "summary")
        self.check_log()
        written = outcome.stdout + outcome.stderr + "".join(
            path.read_text() for path in self.folder.iterdir() if path.suffix in (".jsonl", ".json", ".xml"))
        self.assertNotIn(PASSWORD, written)
        self.assertNotIn("relay%3Asecret", written)
        self.assertNotIn("libnice", outcome.stderr)

    def test_relayed_over_udp_and_tcp(self):
        turn = Turn(self)
        self.check_relayed(turn, "", {"local": "relay/udp", "remote": "host/udp"})
        self.check_relayed(turn, "?transport=tcp", {"local": "relay/tcp", "remote": "host/udp"})
        # what was allocated was given back, not left to expire
        made = turn.count(": new, realm=<rejoin.test>")
        self.assertGreater(made, 10)
        harness.wait_for("every allocation is given back", lambda: turn.count(": delete: realm=<rejoin.test>") == made,
                         deadline_s=60)

    def test_relay_without_a_turn_server(self):
        cluster = self.start_cluster("--media-nodes", "1")
        outcome = self.run_rejoin("--app", cluster.app_url, "--participants", "1", "--ice", "relay",
                                  "--join-deadline", "20s", *harness.SMALL, code=4)
        self.assertIn("the join answer names none", outcome.stdout)
        wrong = self.finish(self.start("run", "--ice", "relay"))
        self.assertEqual(wrong.code, 2)
        self.assertIn("--ice relay needs --turn", wrong.stderr)
        wrong = self.finish(self.start("run", "--turn", "me:hidden@nowhere"))
        self.assertEqual(wrong.code, 2)
        self.assertIn("USER:PASSWORD@HOST:PORT", wrong.stderr)
        self.assertNotIn("hidden", wrong.stderr)


if __name__ == "__main__":
    harness.main()
