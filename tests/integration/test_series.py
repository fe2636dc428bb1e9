#!/usr/bin/env python3
"""The same run several times in one process: each is one of its own, nothing grows, and a signal ends the series."""
import json
import signal

import harness

RUNS = 5


class Series(harness.Case):
    def read(self):
        path = self.folder / "events.jsonl"
        lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
        return [json.loads(line) for line in lines]

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


if __name__ == "__main__":
    harness.main()
