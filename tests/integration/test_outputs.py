#!/usr/bin/env python3
"""What a run leaves behind: event log, summary, JUnit, text, progress; and that no secret is in any of it."""
import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import tempfile
import xml.etree.ElementTree

import harness

ROOT = pathlib.Path(__file__).parents[2]
COLOUR = re.compile(r"\033\[[0-9;]*m")
PLAIN = {"NO_COLOR": "1"}


class WithKill(harness.Case):
    """All of these look at the same run."""

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="rejoin-test-")
        cls.addClassCleanup(temporary.cleanup)
        case = cls("run")
        case.folder = pathlib.Path(temporary.name)
        cls.outcome = case.run_rejoin("--participants", "3,2", "--crash-after", "500ms", "--decode", "--fault",
                                      "kill-media-node@1s", env={"RJ_DEBUG": "all:debug"})
        cls.kept = case.folder

    def test_events(self):
        events = self.check_log(self.kept / "events.jsonl")
        kinds = {e["type"] for e in events}
        self.assertLessEqual({"run-started", "run-ended", "fault-started", "fault-ended", "rejoin-started",
                              "rejoin-ended", "node-crashed", "participant-evicted", "picture-checked"}, kinds)
        self.assertEqual(events[0]["type"], "run-started")

    def test_summary(self):
        summary = self.outcome.summary
        harness.validate(summary, "summary")
        self.assertEqual(summary["verdict"], "passed")
        self.assertEqual(len(summary["participants"]), 5)
        self.assertEqual(len(summary["edges"]), 3 * 2 + 2)

    def test_junit(self):
        root = xml.etree.ElementTree.parse(self.kept / "junit.xml").getroot()
        cases = root.findall(".//testcase")
        self.assertEqual([c.get("name") for c in cases], [f"bot-{i}" for i in range(1, 6)])
        self.assertEqual(root.findall(".//failure") + root.findall(".//error"), [])

    def test_pictures(self):
        checks = self.outcome.find("picture-checked")
        self.assertGreater(len(checks), 0)
        for check in checks:
            self.assertTrue(check["data"]["ok"], check)
        back = max(e["mono_us"] for e in self.outcome.find("rejoin-ended"))
        self.assertTrue([check for check in checks if check["mono_us"] > back], "none since everybody was back")

    def test_report(self):
        again, junit = self.folder / "summary.json", self.folder / "junit.xml"
        others = {"html": "<!DOCTYPE html>", "markdown": "### ✅ passed", "csv": "run,session,from,to", "prometheus": "# HELP"}
        outcome = self.finish(self.start(
            "report", self.kept / "events.jsonl", "--json", again, "--junit", junit,
            *(word for name in others for word in ("--" + name, self.folder / name))))
        self.assertEqual(outcome.code, 0, str(outcome))
        self.assertEqual(outcome.stdout, self.outcome.stdout)
        self.assertEqual(json.loads(again.read_text(encoding="utf-8")), self.outcome.summary)
        self.assertEqual(junit.read_text(encoding="utf-8"), (self.kept / "junit.xml").read_text(encoding="utf-8"))
        for name, begin in others.items():
            self.assertTrue((self.folder / name).read_text(encoding="utf-8").startswith(begin), name)

    def test_baseline(self):
        # a busy machine is another test's affair
        lines = (self.kept / "events.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        log, baseline = self.folder / "log.jsonl", self.folder / "baseline.json"
        log.write_text("".join(line.replace('"overloaded":true', '"overloaded":false') for line in lines),
                       encoding="utf-8")
        summary = self.outcome.summary
        baseline.write_text(json.dumps(summary), encoding="utf-8")
        outcome = self.finish(self.start("report", log, "--baseline", baseline, "--json", self.folder / "summary.json"))
        self.assertEqual(outcome.code, 0, str(outcome))
        self.assertEqual({e["state"] for e in outcome.summary["expectations"]}, {"met"})
        summary["statistics"]["outage"]["p95_ms"] /= 2
        baseline.write_text(json.dumps(summary), encoding="utf-8")
        outcome = self.finish(self.start("report", log, "--baseline", baseline))
        self.assertEqual(outcome.code, 1, str(outcome))
        self.assertIn("Not as expected: outage.p95 <= ", outcome.stdout)
        outcome = self.finish(self.start("report", log, "--baseline", baseline, "--worse-percent", "150"))
        self.assertEqual(outcome.code, 0, str(outcome))
        for text, words in ((None, "is not there"), ("[]", "no JSON object"), ("{}", "no summary"), ("{", "cannot be read"),
                            ('{"schema":"rejoin-summary-1","verdict":"failed"}', "did not pass"),
                            ('{"schema":"rejoin-summary-1","verdict":"passed"}', "no figure")):
            baseline.unlink()
            if text is not None:
                baseline.write_text(text, encoding="utf-8")
            outcome = self.finish(self.start("report", log, "--baseline", baseline))
            self.assertEqual(outcome.code, 2, str(outcome))
            self.assertIn(words, outcome.stderr)
            self.assertIn("rejoin run --json FILE", outcome.stderr)
            baseline.touch()

    def test_expectations(self):
        outcome = self.run_rejoin(
            *harness.SMALL, "--participants", "2", "--duration", "500ms", "--expect", "joined == all", "--expect",
            "outage.max < 1s", "--expect", "dark > 0", code=1)
        self.assertEqual([e["state"] for e in outcome.summary["expectations"]], ["met", "undecided", "unmet"])
        self.assertIn("Not as expected: dark > 0 (found: 0 of 2 edges).", " ".join(outcome.stdout.split()))
        self.assertIn("✓ joined == all: 2 of 2 participants", outcome.stdout)
        root = xml.etree.ElementTree.parse(self.folder / "junit.xml").getroot()
        self.assertEqual([root.get(n) for n in ("tests", "failures", "errors")], ["5", "1", "1"])
        failed = [c.get("name") for c in root.findall(".//testcase") if c.find("failure") is not None]
        self.assertEqual(failed, ["dark > 0"])

    def test_plain_text(self):
        self.assertNotIn("\033", self.outcome.stdout)
        for line in self.outcome.stdout.splitlines():
            self.assertLessEqual(len(line), 100, line)

    def test_no_secret(self):
        self.assertRegex(self.outcome.stderr, "rj-session debug")  # the log of the run itself
        texts = {"stdout": self.outcome.stdout, "stderr": self.outcome.stderr}
        for path in self.kept.iterdir():
            texts[path.name] = path.read_text(encoding="utf-8")
        for name, text in texts.items():
            self.assertEqual(re.findall(r"tok_[A-Za-z0-9]{4,}", text), [], name)
            self.assertEqual(re.findall(r"ice-pwd[:=]\s*[^<\s][^\s\\\"]*", text), [], name)
            self.assertEqual(re.findall(r"\"(?:turnC|c)redential\\*\"\s*:\s*\\*\"[^<\\\"]+", text), [], name)


class Runs(harness.Case):
    def test_killed_runner(self):
        process = self.start_run("--participants", "2", "--duration", "60s", *harness.SMALL)
        self.addCleanup(harness.end_process, process)
        events = self.folder / "events.jsonl"
        harness.wait_for("everybody", lambda: events.exists() and "everyone-flowing" in events.read_text())
        process.kill()
        process.communicate()
        outcome = self.finish(self.start("report", events, "--json", self.folder / "summary.json"))
        self.assertEqual(outcome.code, 3, str(outcome))
        self.assertIn("The event log ends without run-ended", outcome.stdout)
        harness.validate(outcome.summary, "summary")

    def test_no_secret_of_a_real_deployment(self):
        debug = {"RJ_DEBUG": "all:debug"}
        log_path = self.folder / "cluster.log"  # a pipe that nobody reads would stop the cluster
        with log_path.open("w", encoding="utf-8") as log_file:
            cluster = self.start_cluster(env=debug, stderr=log_file)
        outcome = self.run_rejoin("--url", cluster.server_url, "--participants", "2", *harness.SMALL,
                                  env={**debug, "REJOIN_SECRET": cluster.secret})
        cluster.process.send_signal(signal.SIGINT)
        cluster.process.communicate(timeout=20)
        log = log_path.read_text(encoding="utf-8")
        self.assertRegex(log, "rj-server debug")
        self.assertRegex(log, "rj-node debug")
        events = (self.folder / "events.jsonl").read_text(encoding="utf-8")
        for text in (str(outcome), events, log):
            self.assertNotIn(cluster.secret, text)
            self.assertEqual(re.findall(r"tok_[A-Za-z0-9]{4,}", text), [])
            self.assertEqual(re.findall(r"ice-pwd[:=]\s*[^<\s][^\s\\\"]*", text), [])

    def test_options(self):
        def quiet():
            outcome = self.finish(self.start("run", "--quiet", "--participants", "2", *harness.SMALL))
            self.assertEqual((outcome.code, outcome.stderr), (0, ""), str(outcome))
            self.assertIn("PASSED", outcome.stdout)

        def events_on_stdout():
            outcome = self.finish(self.start("run", "--events", "-", "--participants", "2", *harness.SMALL))
            self.assertEqual(outcome.code, 0, str(outcome))
            events = [json.loads(line) for line in outcome.stdout.splitlines()]
            harness.validate(events, "event")
            self.assertIn("run-ended", [e["type"] for e in events])
            self.assertIn("PASSED", outcome.stderr)

        def environment():
            outcome = self.finish(self.start("run", *harness.SMALL, env={
                "REJOIN_PARTICIPANTS": "2", "REJOIN_QUIET": "1", "REJOIN_NONSENSE": "7"}))
            self.assertEqual(outcome.code, 0, str(outcome))
            self.assertIn("REJOIN_NONSENSE", outcome.stderr)
            self.assertIn("2 participants", outcome.stdout)

        def small_picture():
            outcome = self.finish(self.start(
                "run", "--participants", "2", "--resolution", "320x240", "--fps", "15", "--decode", "--events",
                self.folder / "small.jsonl"))
            self.assertEqual(outcome.code, 0, str(outcome))
            events = self.check_log(self.folder / "small.jsonl")
            stats = [e["data"] for e in events if e["type"] == "peer-stats"]
            self.assertEqual({round(s["frame_interval_ms"]) for s in stats}, {67})
            for one in stats:
                self.assertGreater(one["frames"], 15)
            self.assertEqual({e["data"]["ok"] for e in events if e["type"] == "picture-checked"}, {True})

        def video_only():
            outcome = self.finish(self.start("run", "--participants", "2", "--no-audio", *harness.SMALL))
            self.assertEqual(outcome.code, 0, str(outcome))

        def only_watch():
            outcome = self.finish(self.start("run", "--participants", "2", "--no-publish", *harness.SMALL))
            self.assertEqual(outcome.code, 0, str(outcome))
            self.assertIn("nobody to see", outcome.stdout)

        self.together((quiet, events_on_stdout, environment, small_picture, video_only, only_watch), 2)


class Terminal(harness.Case):
    def run_on_terminal(self, env):
        """Returns: all that a run of two writes on a terminal."""
        leader, follower = pty.openpty()
        process = subprocess.Popen([harness.PROGRAM, "run", "--participants", "2", *harness.SMALL], stdout=follower,
                                   stderr=follower, stdin=follower, env=env)
        os.close(follower)
        data = b""
        while True:
            try:
                more = os.read(leader, 65536)
            except OSError:  # the last one has closed it
                break
            if not more:
                break
            data += more
        os.close(leader)
        self.assertEqual(process.wait(), 0, data.decode())
        return data.decode()

    def test_colours(self):
        env = {name: value for name, value in harness.environment().items() if name != "NO_COLOR"}
        text = self.run_on_terminal(env)
        self.assertRegex(text, r"\033\[[0-9]+A")  # drawn again
        self.assertRegex(text, COLOUR)
        self.assertRegex(text, r"2 of 2 flow")
        self.assertEqual(text.count("\033[?7l"), text.count("\033[?7h"))
        text = self.run_on_terminal({**env, **PLAIN})
        self.assertRegex(text, r"\033\[[0-9]+A")
        self.assertNotRegex(text, COLOUR)

    def test_lines(self):
        outcome = self.finish(self.start("run", "--participants", "2", *harness.SMALL))
        self.assertNotIn("\033", outcome.stdout + outcome.stderr)
        self.assertRegex(outcome.stderr, r"bot-1 +flows")
        self.assertIn("everybody sees everybody", outcome.stderr)


class Usage(harness.Case):
    def ask(self, *arguments):
        outcome = self.finish(self.start(*arguments))
        self.assertEqual((outcome.code, outcome.stderr), (0, ""), str(outcome))
        return outcome.stdout

    def test_version(self):
        self.assertRegex(self.ask("--version"), r"^rejoin \d+\.\d+\.\d+\n$")
        self.assertEqual(self.ask("run", "--version"), self.ask("--version"))

    def test_help_and_man_page(self):
        page = self.folder / "rejoin.1.scd"
        # without scdoc: what would be given to it
        subprocess.run([ROOT / "data/man/build", harness.PROGRAM, "/bin/cat", ROOT / "data/man/rejoin.1.scd", page],
                       check=True)
        text = page.read_text(encoding="utf-8")
        self.assertNotIn("_OPTIONS@", text)
        for subcommand in ("run", "cluster", "report"):
            chapter = text.split(f"# OPTIONS OF {subcommand.upper()}\n")[1].split("\n# ")[0]
            help_text = self.ask(subcommand, "--help")
            options = re.findall(r"^  (--[a-z-]+)", help_text, re.MULTILINE)
            self.assertGreater(len(options), 3)
            self.assertEqual(re.findall(r"^\*(--[a-z-]+)\*", chapter, re.MULTILINE), options)
            self.assertEqual(self.ask(subcommand, "-h"), help_text)
            for line in help_text.splitlines():
                self.assertLessEqual(len(line), 140, line)
        for option in ("--participants", "--fault", "--within", "--json"):
            self.assertIn(option, self.ask("run", "--help"))

    def test_mistakes(self):
        for arguments, words in (
                ((), "Usage: rejoin"), (("dance",), 'no subcommand "dance"'), (("run", "now"), "now"),
                (("run", "--particpants", "3"), "--help lists"), (("report",), "rejoin run --events FILE"),
                (("run", "--fault", "explode@1s"), "explode")):
            outcome = self.finish(self.start(*arguments))
            self.assertEqual(outcome.code, 2, str(outcome))
            self.assertIn(words, outcome.stderr)
        outcome = self.finish(self.start("report", self.folder / "none.jsonl"))
        self.assertEqual(outcome.code, 2, str(outcome))
        self.assertIn("none.jsonl", outcome.stderr)


if __name__ == "__main__":
    harness.main()
