#!/usr/bin/env python3
"""What must not pass: trouble of each kind is made on purpose with real processes, and the run finds and names it.

That each reason of a verdict can fire, and does not fire without need, is proven by tests/unit/measure/test-reasons.c;
here is proven that the program notices at all. Elsewhere: interrupted (test_trouble.py), gave-up (test_rooms.py), unmet
(test_outputs.py), shard-missing (test_shards.py), and those that pass. Only told in stories: sends-nothing, shards-apart.
"""
import json
import os
import signal
import time
import urllib.request
import xml.etree.ElementTree

from fake_openvidu import SILENT, FakeOpenVidu, RpcError
import harness

PASSED, FAILED, INCONCLUSIVE, ENVIRONMENT = 0, 1, 3, 4
ENOUGH = "10s"  # for everybody to flow, on a machine that is ten times slower
OF_THE_RUN = ("join-deadline", "unmet")  # the others are somebody's
QUICK = ("--join-deadline", "1500ms", *harness.SMALL)


def refuse(_socket, _params):
    raise RpcError(401, "Unable to join the session: token not valid")


class NoFalsePass(harness.Case):
    def run_one(self, name, word, code, *arguments, **options):
        """@word: why it ends as it does; where the machine was too busy that is told beside the overload"""
        outcome = self.run_apart(name, *arguments, **options)
        summary = outcome.summary
        if summary["reason_word"] == "overloaded":
            self.assertTrue(summary["self"]["overloaded"], f"{name}: {outcome}")
            self.assertEqual(outcome.code, INCONCLUSIVE, f"{name}: {outcome}")
            # its own late frames may look like an effect, and are told as such
            words = (word, "all-back") if word == "no-effect" else (word,)
            self.assertIn(summary["otherwise_word"], words, f"{name}: {outcome}")
        else:
            self.assertEqual((outcome.code, summary["reason_word"]), (code, word), f"{name}: {outcome}")
            self.assertIsNone(summary["otherwise_word"])
        if code == FAILED and word not in OF_THE_RUN:
            found = {word for participant in summary["participants"] for word in participant["problem_words"]}
            self.assertIn(word, found, f"{name}: {outcome}")
        self.assertEqual(outcome.code, summary["exit_code"], f"{name}: {outcome}")
        self.check_green(outcome.folder, summary)
        return outcome

    def check_green(self, folder, summary):
        """No report of a run that has not passed looks green, and none of one that has looks red."""
        bad = [*xml.etree.ElementTree.parse(folder / "junit.xml").iter("failure"),
               *xml.etree.ElementTree.parse(folder / "junit.xml").iter("error")]
        self.assertEqual(bad == [], summary["verdict"] == "passed", summary["reason"])
        harness.validate(summary, "summary")

    def fake(self, http=None, **rpc):
        fake = FakeOpenVidu()
        self.addCleanup(fake.stop)
        fake.rpc.update(rpc)
        if http is not None:
            fake.http["/api/get-token"] = http
        return fake

    @staticmethod
    def ask(cluster, body):
        """What the cluster's own app server says."""
        request = urllib.request.Request(cluster.app_url + "/api/get-token", body.encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=harness.DEADLINE_S) as answer:
            return answer.status, answer.read().decode()

    @property
    def there(self):
        """Where the runs join that do nothing to their deployment: one for all of them is less work."""
        return "--app", self.cluster.app_url

    # --- nobody joins ---

    def refused(self):
        self.run_one("refused", "nobody-joined", ENVIRONMENT, "--app", self.fake(joinRoom=refuse).url,
                               "--participants", "2", *QUICK)

    def app_server_is_down(self):
        self.run_one("down", "nobody-joined", ENVIRONMENT, "--app", self.fake(lambda body: (503, "busy")).url, *QUICK)

    def nobody_answers(self):
        self.run_one("silent", "nobody-joined", ENVIRONMENT, "--app",
                     self.fake(joinRoom=lambda client, params: SILENT).url, "--participants", "2", *QUICK)

    def media_never_come(self):
        """Joins are answered, offers too, by a media server that is not there."""
        self.run_one("no media", "no-media", ENVIRONMENT, "--app", self.fake().url, "--participants", "2",
                     "--join-deadline", "4s", *harness.SMALL)

    def token_of_another_server(self):
        other = self.fake(joinRoom=refuse)
        here = self.fake(lambda body: (200, json.dumps({"token": other.make_token(body)})))
        self.run_one("other server", "nobody-joined", ENVIRONMENT, "--app", here.url, *QUICK)
        self.assertNotIn("joinRoom", [method for method, _ in here.requests])

    def only_one_can(self):
        """Of three, each alone: one gets a token of a server without media, one gets none."""
        other = self.fake()

        def hand_on(body):
            session = json.loads(body)["sessionId"]
            if session.endswith("-1"):
                return self.ask(self.cluster, body)
            return (200, json.dumps({"token": other.make_token(body)})) if session.endswith("-2") else (503, "busy")

        outcome = self.run_one("only one", "never-flowed", FAILED, "--app", self.fake(hand_on).url, "--participants",
                               "1,1,1", "--join-deadline", ENOUGH, *harness.SMALL)
        self.assertEqual([p["problem_words"] for p in outcome.summary["participants"]],
                         [[], ["never-flowed"], ["never-joined"]])

    def foreign_publisher_never_comes(self):
        self.run_one("foreign", "join-deadline", FAILED, *self.there, "--participants", "2", "--foreign", "1",
                     "--join-deadline", ENOUGH, *harness.SMALL)

    def never_seen(self):
        """A node is lost before anybody joins, and with that quirk nobody gets the first publisher's stream then."""
        log = self.folder / "cluster.jsonl"
        cluster = self.start_cluster("--quirk", "dark-stream", "--crash-after", "100ms", "--events", log)
        os.kill(cluster.node_pids[0], signal.SIGKILL)
        harness.wait_for("the crash", lambda: "node-crashed" in [e["type"] for e in harness.read_events(log)])
        outcome = self.run_one("never seen", "never-seen", FAILED, "--app", cluster.app_url, "--participants", "2",
                               "--join-deadline", ENOUGH, *harness.SMALL)
        dark, = [e for e in outcome.summary["edges"] if e["down_at_end"]]
        self.assertIn(f"{dark['to']} never saw {dark['from']}", outcome.summary["reason"])

    # --- who comes back, and to what ---

    def wrong_session(self):
        """The app server hands out a token of the other session on the second request: alone in each, so that
        nobody misses anybody."""
        asked = []

        def hand_on(body):
            session = json.loads(body)["sessionId"]
            asked.append(session)
            if asked.count(session) > 1:
                session = next(other for other in asked if other != session)
            return self.ask(self.cluster, json.dumps({**json.loads(body), "sessionId": session}))

        outcome = self.run_one(
            "wrong session", "wrong-session", FAILED, "--app", self.fake(hand_on).url, "--participants", "1,1", "--resume", "never",
            "--fault", "cut-websocket@500ms", "--within", "3s", *harness.SMALL)
        summary = outcome.summary
        strayed = summary["participants"][0]
        self.assertIn(f"is in the session {summary['participants'][1]['session']} instead of {strayed['session']}",
                      summary["reason"])
        self.assertNotIn("wrong-session", summary["participants"][1]["problem_words"])

    def dead_edges(self):
        """Everybody is back, every request succeeds, and one stream reaches nobody."""
        outcome = self.run_one(
            "dead edges", "not-back", FAILED, "--participants", "3", "--quirk", "dark-stream", "--crash-after", "300ms",
            "--within", "3s", "--fault", "kill-media-node@300ms", *harness.SMALL)
        dead = [e["from"] for e in outcome.summary["edges"] if e["down_at_end"]]
        silent = [name for name in dead if dead.count(name) == 2]
        self.assertTrue(silent, str(outcome))
        for participant in outcome.summary["participants"]:
            if participant["name"] != silent[0]:
                self.assertIn("not-back", participant["problem_words"], str(outcome))

    def crossed_streams(self):
        outcome = self.run_one("crossed", "wrong-frames", FAILED, "--participants", "3", "--quirk", "crossed-streams",
                               "--duration", "1s", *harness.SMALL)
        wrong = [e for e in outcome.summary["edges"] if e["wrong_frames"] > 0]
        self.assertTrue(wrong, str(outcome))
        for edge in wrong:
            self.assertIn(f"of somebody else as the stream of {edge['from']}", " ".join(outcome.stdout.split()))

    def nobody_is_back(self):
        """The only node dies for good."""
        self.run_one("not back", "not-back", FAILED, "--media-nodes", "1", "--participants", "2",
                     "--crash-after", "300ms", "--within", "1s", "--fault", "kill-media-node@300ms", *harness.SMALL)

    def back_too_late(self):
        self.run_one("back late", "back-late", FAILED, "--participants", "2", "--crash-after", "300ms", "--within", "1ms",
                     "--fault", "kill-media-node@300ms", "--duration", "5s", *harness.SMALL)

    def seen_too_late(self):
        self.run_one("seen late", "seen-late", FAILED, *self.there, "--participants", "2", "--within", "1ms",
                     "--fault", "blackhole-media:bot-1/2s@300ms", "--duration", "5s", *harness.SMALL)

    def dark_at_the_end(self):
        """A media server that hangs, while nobody has given up waiting for it yet"""
        self.run_one("dark", "dark-edge", FAILED, "--participants", "2", "--within", "1s", "--fault",
                     "freeze-media-node@300ms", "--duration", "3s", *harness.SMALL)

    def black_pictures(self):
        """Whole frames of the right publisher, key frames even, that decoders take."""
        outcome = self.run_one("black", "bad-picture", FAILED, "--participants", "2", "--decode", "--quirk", "black-pictures",
                               "--resolution", "160x120", "--duration", "2500ms")
        checks = outcome.find("picture-checked")
        self.assertTrue(checks)
        for check in checks:
            self.assertEqual((check["data"]["black"], check["data"]["detail"]), (True, "the picture is black"))
        for edge in outcome.summary["edges"]:
            self.assertEqual((edge["wrong_frames"], edge["foreign_frames"], edge["down_at_end"]), (0, 0, False), edge)

    # --- faults that are none ---

    def command_fails(self):
        self.run_one("fails", "fault-exit-code", INCONCLUSIVE, *self.there, "--participants", "1", "--duration", "1s",
                     "--fault", "run:exit 7@200ms", *harness.SMALL)

    def command_is_not_there(self):
        self.run_one("not there", "fault-exit-code", INCONCLUSIVE, *self.there, "--participants", "1", "--duration", "1s", "--fault",
                     "run:no-such-command-anywhere@200ms", *harness.SMALL)

    def command_hangs(self):
        plan = self.folder / "hangs.json"
        plan.write_text(json.dumps({"steps": [{"at": "200ms", "fault": {"run": "sleep 60", "timeout": "300ms"}}]}),
                        encoding="utf-8")
        outcome = self.run_one("hangs", "fault-timed-out", INCONCLUSIVE, plan, *self.there, "--participants", "1",
                               "--duration", "1s", *harness.SMALL)
        self.assertEqual(len(outcome.find("fault-ended", timed_out=True)), 1)

    def command_hangs_until_the_end(self):
        self.run_one("unfinished", "fault-unfinished", INCONCLUSIVE, *self.there, "--participants", "1", "--fault",
                     "run:sleep 60@0s", "--timeout", ENOUGH, *harness.SMALL)

    def command_does_nothing(self):
        self.run_one("no effect", "no-effect", INCONCLUSIVE, *self.there, "--participants", "2", "--duration", "1s", "--fault",
                     "run:true@200ms", *harness.SMALL)

    def node_that_is_dead_already(self):
        self.run_one("no node", "fault-failed", INCONCLUSIVE, "--participants", "2", "--fault", "thaw-media-node:7@200ms",
                     *harness.SMALL)

    # --- runs that are over too soon ---

    def too_early_to_tell(self):
        self.run_one("early", "timed-out-early", INCONCLUSIVE, "--participants", "2", "--media-nodes", "1", "--crash-after",
                     "300ms", "--fault", "kill-media-node@0s", "--timeout", ENOUGH, *harness.SMALL)

    def timeout(self):
        self.run_one("timeout", "timed-out", INCONCLUSIVE, *self.there, "--participants", "1", "--duration", "60s",
                     "--timeout", ENOUGH, *harness.SMALL)

    def mark_never_comes(self):
        self.run_one("mark", "mark-missing", INCONCLUSIVE, *self.there, "--participants", "1", "--marks", "1",
                     "--timeout", ENOUGH, *harness.SMALL)

    def logs_that_are_not_whole(self):
        """A run that passes, and what is left of its log"""
        outcome = self.run_apart("whole", *self.there, "--participants", "2", "--duration", "300ms", *harness.SMALL)
        self.assertEqual((outcome.code, outcome.summary["verdict"]), (PASSED, "passed"), str(outcome))
        lines = (outcome.folder / "events.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        for word, rest in (("log-without-start", lines[1:]), ("log-without-end", lines[:-1]),
                           ("log-incomplete", lines[:-9] + lines[-8:])):
            folder = outcome.folder / word
            folder.mkdir()
            (folder / "events.jsonl").write_text("".join(rest), encoding="utf-8")
            report = self.finish(self.start("report", folder / "events.jsonl", "--json", folder / "summary.json", "--junit",
                                            folder / "junit.xml"), folder)
            self.assertEqual((report.code, report.summary["reason_word"]), (INCONCLUSIVE, word), str(report))
            self.check_green(folder, report.summary)

    def cluster_dies(self):
        """The run's own, and not what it tests: nobody is to blame for not coming back."""
        folder = self.folder / "dies"
        folder.mkdir()
        log = folder / "events.jsonl"
        process = self.start_run("--participants", "1", "--duration", "60s", *harness.SMALL, folder=folder)
        self.addCleanup(harness.end_process, process)
        harness.wait_for("flowing", lambda: "everyone-flowing" in [e["type"] for e in harness.read_events(log)])
        server, = [e["data"]["pid"] for e in harness.read_events(log) if e["type"] == "process-started"
                   and e["data"]["role"] == "server"]
        os.kill(server, signal.SIGKILL)
        outcome = self.finish(process, folder)
        self.assertEqual((outcome.code, outcome.summary["reason_word"]), (INCONCLUSIVE, "broke-off"), str(outcome))
        self.assertIn("the embedded OpenVidu server has ended", outcome.summary["reason"])
        self.check_green(folder, outcome.summary)

    # --- what was never measured ---

    def expectation_of_nothing(self):
        self.run_one("nothing measured", "undecided", INCONCLUSIVE, *self.there, "--participants", "2", "--duration", "300ms",
                     "--expect", "rejoin.p95 < 6s", *harness.SMALL)

    def nothing_to_decode(self):
        self.run_one("no picture", "no-picture", INCONCLUSIVE, *self.there, "--participants", "2", "--duration", "300ms", "--decode",
                     *harness.SMALL)

    # --- the tester itself ---

    def freeze(self, name, since, *arguments):
        """Stands still for a second, as on a machine that has no time for it: it sees frames late, and nobody but
        itself is to blame. @since: type of the event after which it does"""
        folder = self.folder / name.replace(" ", "-")
        folder.mkdir()
        log = folder / "events.jsonl"
        process = self.start_run(*self.there, "--participants", "2", "--duration", "3s", *arguments, *harness.SMALL,
                                 folder=folder, on_overload=None)
        self.addCleanup(harness.end_process, process)
        harness.wait_for(since, lambda: since in [e["type"] for e in harness.read_events(log)])
        os.kill(process.pid, signal.SIGSTOP)
        until = time.monotonic() + 1.2
        harness.wait_for("a standstill of 1.2 s", lambda: time.monotonic() > until)
        os.kill(process.pid, signal.SIGCONT)
        outcome = self.finish(process, folder)
        self.assertGreater(outcome.summary["self"]["loop_lag_ms"], 1000)
        self.check_overloaded(outcome)
        self.check_green(folder, outcome.summary)
        return outcome

    def check_overloaded(self, outcome):
        self.assertEqual((outcome.code, outcome.summary["reason_word"]), (INCONCLUSIVE, "overloaded"), str(outcome))
        self.assertIn("INCONCLUSIVE: This machine was overloaded (", " ".join(outcome.stdout.split()))
        self.assertNotIn("PASSED", outcome.stdout)

    def judge_with_warning(self, outcome):
        """The same log, as if it were one of --on-overload warn, which had expected nothing."""
        folder = outcome.folder / "warned"
        folder.mkdir()
        events = outcome.events
        events[0]["data"]["expectations"].update(on_overload="warn", expect=[])
        log = folder / "events.jsonl"
        log.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
        return self.finish(self.start("report", log, "--json", folder / "summary.json"), folder)

    def frozen_tester(self):
        outcome = self.freeze("frozen", "everyone-flowing", "--expect", "affected == 0")
        self.assertEqual(outcome.summary["otherwise_word"], "unmet")
        self.assertEqual([e["state"] for e in outcome.summary["expectations"]], ["unmet"])
        warned = self.judge_with_warning(outcome)
        self.assertEqual((warned.code, warned.summary["reason_word"]), (PASSED, "all-back"), str(warned))
        self.assertIn("this machine was overloaded", " ".join(warned.summary["warnings"]))

    def frozen_tester_that_would_pass(self):
        """A command does nothing, and the gap of frames after it is nobody's but the tester's."""
        outcome = self.freeze("frozen well", "fault-ended", "--fault", "run:true@0s")
        self.assertEqual(outcome.summary["otherwise_word"], "all-back")
        self.assertIn("otherwise all was well", outcome.summary["reason"])
        warned = self.judge_with_warning(outcome)
        self.check_overloaded(warned)
        self.assertIn("nothing else tells of an effect of the fault (run at", warned.summary["reason"])

    def report_nobody_reads(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            process = self.start("run", *self.there, "--participants", "1", "--duration", "200ms", *harness.SMALL, stdout=full)
            outcome = self.finish(process)
        self.assertEqual(outcome.code, ENVIRONMENT, str(outcome))
        self.assertIn("cannot write the report to standard output: No space left", outcome.stderr)

    def test_none_passes(self):
        self.cluster = self.start_cluster()
        self.together((
            # those that wait longest first
            self.too_early_to_tell, self.timeout, self.mark_never_comes, self.command_hangs_until_the_end,
            self.foreign_publisher_never_comes, self.only_one_can, self.never_seen, self.back_too_late, self.seen_too_late,
            self.dark_at_the_end, self.dead_edges, self.black_pictures, self.nobody_is_back, self.frozen_tester,
            self.frozen_tester_that_would_pass, self.media_never_come, self.wrong_session, self.node_that_is_dead_already,
            self.crossed_streams, self.refused, self.app_server_is_down, self.nobody_answers, self.token_of_another_server,
            self.command_fails, self.command_is_not_there, self.command_hangs, self.command_does_nothing,
            self.logs_that_are_not_whole, self.cluster_dies, self.expectation_of_nothing, self.nothing_to_decode,
            self.report_nobody_reads), 10)


if __name__ == "__main__":
    harness.main()
