#!/usr/bin/env python3
"""A run leaves nothing behind: no webrtcbin, nothing that GStreamer counts, nothing that a sanitizer sees in any
process of it. The sanitizers only look when the program is built with them (make asan)."""
import os
import re

import harness

# What GStreamer 1.22 itself keeps until the end; HACKING.md says why
KEPT_BY_GSTREAMER = {"GstDtlsAgent": 1}

SANITIZERS = re.compile(r"(Address|Leak|UndefinedBehavior|Thread)Sanitizer|runtime error:")


class Clean(harness.Case):
    def run_with_a_dead_node(self, *arguments, env=None):
        process = self.start_run("--participants", "3", "--crash-after", "300ms", "--fault", "kill-media-node@500ms",
                                 "--within", "60s", "--join-deadline", "60s", "--timeout", "100s", "--quiet",
                                 *arguments, env={"RJ_DEBUG": "fleet:debug", **(env or {})})
        outcome = self.finish(process)
        # sanitizers can make the program too slow to judge others (3); that is not what this is about
        self.assertIn(outcome.code, (0, 3) if "ASAN_OPTIONS" in os.environ else (0,), str(outcome))
        return outcome

    def check_census(self, outcome):
        found = re.findall(r"census of webrtcbin: (\d+) made, (\d+) finalized, (\d+) hung", outcome.stderr)
        self.assertEqual(len(found), 1, str(outcome))
        made, finalized, hung = map(int, found[0])
        # 3 streams sent and 6 received, before and after
        self.assertGreaterEqual(made, 2 * 9)
        self.assertEqual((finalized, hung), (made, 0))
        self.assertEqual([e for e in outcome.find("warning") if "media connections" in e["data"]["message"]], [])

    def check_processes(self, outcome):
        """All that were started have ended: one was killed, a sanitizer would have let the others fail."""
        started = [e["data"]["pid"] for e in outcome.find("process-started")]
        ended = {e["data"]["pid"]: e["data"] for e in outcome.find("process-ended")}
        self.assertEqual(sorted(started), sorted(ended))
        self.assertEqual([e["exit_code"] for e in ended.values() if "exit_code" in e],
                         [0] * (len(started) - 1), ended)

    def test_every_process_ends_clean_and_every_webrtcbin_is_finalized(self):
        outcome = self.run_with_a_dead_node()
        self.assertIsNone(SANITIZERS.search(outcome.stderr), outcome.stderr)
        self.assertEqual([line for line in outcome.stderr.splitlines() if " rj-fleet debug: " not in line], [])
        self.check_census(outcome)
        self.check_processes(outcome)

    def test_gstreamer_counts_nothing_but_its_own(self):
        outcome = self.run_with_a_dead_node("--decode", env={
            "GST_TRACERS": "leaks", "GST_DEBUG": "GST_TRACER:7", "GST_DEBUG_NO_COLOR": "1"})
        alive = {}
        for name in re.findall(r"object-alive, type-name=\(string\)(\w+),", outcome.stderr):
            alive[name] = alive.get(name, 0) + 1
        self.assertEqual(alive, KEPT_BY_GSTREAMER, "\n".join(outcome.stderr.splitlines()[-20:]))
        self.check_census(outcome)


if __name__ == "__main__":
    harness.main()
