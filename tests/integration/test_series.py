#!/usr/bin/env python3
"""The same run several times in one process: each is one of its own, nothing grows, and a signal ends the series."""
import json
import os
import signal
import subprocess

import harness

RUNS = 5


class Series(harness.Case):
    def read(self):
        return harness.read_events(self.folder / "events.jsonl")

    def test_runs_are_alike_until_a_signal(self):
        process = self.start_run("--participants", "2", "--duration", "1100ms", "--repeat", "100", "--seed", "7")
        self.addCleanup(harness.end_process, process)
        harness.wait_for("run after the last", lambda: [e for e in self.read() if e["type"] == "run-started"][RUNS:] or process.poll())
        process.send_signal(signal.SIGINT)
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 130, str(outcome))

        events = self.read()
        harness.validate(events, "event")
        started = [e for e in events if e["type"] == "run-started"]
        runs = [e["run"] for e in started]
        self.assertEqual(len(set(runs)), RUNS + 1)
        self.assertEqual([e["data"]["seed"] for e in started], [7 + i for i in range(RUNS + 1)])
        self.assertEqual([e["data"]["series"] for e in started],
                         [{"id": runs[0], "number": i + 1, "of": 100} for i in range(RUNS + 1)])
        sessions = [{p["session"] for p in e["data"]["participants"]} for e in started]
        self.assertEqual(len(set.union(*sessions)), RUNS + 1, "sessions of their own")
        for run in runs:
            of_run = [e for e in events if e["run"] == run]
            self.assertEqual([e["seq"] for e in of_run], list(range(len(of_run))))
            self.assertEqual([e["type"] for e in of_run].count("run-ended"), 1, run)

        summary = outcome.summary
        harness.validate(summary, "summary")
        self.assertEqual(summary["exit_code"], 130)
        series = summary["series"]
        self.assertEqual((series["wanted"], series["made"], series["passed"], series["inconclusive"]),
                         (100, RUNS + 1, RUNS, 1), outcome)
        self.assertIn("94 not made", outcome.stdout)

        # the first run starts what stays; a peer that a run leaves behind would be three threads and three files at
        # least in each of the others. Threads of GLib's pools come and go.
        for what, limit in (("threads", 3 * (RUNS - 2)), ("files", RUNS - 2)):
            most = [max(e["data"][what] for e in events if e["run"] == run and e["type"] == "self-check")
                    for run in runs[1:RUNS]]
            self.assertLess(most[-1] - most[0], limit, f"{what}: {most}")


class Bundle(harness.Case):
    """What a run leaves behind that did not pass"""

    PLANTED = {"secret": "Pl4ntedSecret", "turn": "Pl4ntedTurn", "command": "Pl4ntedWord"}

    def test_nobody_comes_back(self):
        bundle = self.folder / "bundle"
        process = self.start_run("--participants", "2", "--media-nodes", "1", "--crash-after", "300ms", "--within", "1s",
                                 "--fault", "kill-media-node@500ms", "--fault", f"run:echo password={self.PLANTED['command']}@100ms",
                                 "--turn", f"user:{self.PLANTED['turn']}@127.0.0.1:9", "--bundle", bundle,
                                 env={"REJOIN_SECRET": self.PLANTED["secret"]})
        outcome = self.finish(process)
        self.assertIn(outcome.code, (1, 3), outcome)  # on a machine that is too busy it is inconclusive
        self.assertIn(f"Bundle: {bundle}", outcome.stdout)
        run = outcome.summary["run"]
        files = {str(path.relative_to(bundle)): path.read_text(encoding="utf-8") for path in bundle.rglob("*") if path.is_file()}
        self.assertLessEqual({"events.jsonl", "plan.json", "repeat.sh", "report.html", "report.txt", "summary.json",
                              "versions.txt", *(f"run-{run}/bot-{i}/{name}" for i in (1, 2)
                                                for name in ("state.txt", "messages.jsonl", "events.jsonl"))}, set(files))
        sdps = {name: text for name, text in files.items() if name.endswith(".sdp")}
        for words in ("sent-publishVideo", "received-publishVideo", "sent-receiveVideoFrom", "received-receiveVideoFrom"):
            self.assertTrue([name for name in sdps if words in name], f"{words}: {list(sdps)}")
        for name, text in sdps.items():
            self.assertRegex(text, r"a=fingerprint:\S+ [0-9A-F]{2}:", name)
            self.assertRegex(text, r"a=ice-pwd:<[0-9a-f]{8}>", name)

        for name, text in [*files.items(), ("stdout", outcome.stdout), ("stderr", outcome.stderr),
                           ("--events", (self.folder / "events.jsonl").read_text(encoding="utf-8"))]:
            for planted in self.PLANTED.values():
                self.assertNotIn(planted, text, name)
            self.assertNotRegex(text, r"tok_[A-Za-z0-9]{4}", name)
            self.assertNotRegex(text, r"ice-pwd:[A-Za-z0-9+/]", name)

        harness.validate(json.loads(files["summary.json"]), "summary")
        state = files[f"run-{run}/bot-1/state.txt"]
        self.assertIn("problem: is not back", state)
        self.assertIn("bot-2: dark at the end", state)
        seed = outcome.find("run-started")[0]["data"]["seed"]
        self.assertIn(f"--seed={seed}", files["repeat.sh"])

        # the command as the shell makes it of the file
        env = {"REJOIN": "/bin/echo", "REJOIN_SECRET": "x", "REJOIN_TURN": "y", "PATH": os.environ["PATH"]}
        said = subprocess.run([bundle / "repeat.sh", "--quiet"], env=env, capture_output=True, text=True, check=True)
        self.assertTrue(said.stdout.startswith("run --participants=2 --media-nodes=1"), said.stdout)
        self.assertTrue(said.stdout.endswith(f"--seed={seed} --quiet\n"), said.stdout)
        env.pop("REJOIN_SECRET")
        asked = subprocess.run([bundle / "repeat.sh"], env=env, capture_output=True, text=True)
        self.assertNotEqual(asked.returncode, 0)
        self.assertIn("REJOIN_SECRET", asked.stderr)

        # what is there already is not touched
        again = self.finish(self.start("run", "--bundle", bundle))
        self.assertEqual(again.code, 2)
        self.assertIn("there is something already", again.stderr)

    def test_a_run_that_passes_leaves_none(self):
        bundle = self.folder / "bundle"
        self.run_rejoin("--participants", "1", "--duration", "0s", "--bundle", bundle)
        self.assertFalse(bundle.exists())
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["events.jsonl", "junit.xml", "summary.json"])

    def test_a_folder_that_cannot_be_is_an_error_at_once(self):
        for folder in ("/proc/bundle", "/there/is/none"):
            outcome = self.finish(self.start("run", "--bundle", folder))
            self.assertEqual(outcome.code, 4, outcome)
            self.assertIn("--bundle", outcome.stderr)
            self.assertEqual(outcome.stdout, "")


if __name__ == "__main__":
    harness.main()
