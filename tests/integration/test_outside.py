#!/usr/bin/env python3
"""Marks and faults that come from outside while a run goes on."""
import json
import os
import re
import signal
import time
import urllib.error
import urllib.request

import harness


def post(url, text):
    """Returns: status, answer"""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=text.encode(), method="POST")) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


class Outside(harness.Case):
    def wait_for_event(self, kind, **data):
        harness.wait_for(f"{kind} {data}", lambda: any(
            e["type"] == kind and harness.has_data(e, data) for e in harness.read_events(self.folder / "events.jsonl")))

    def test_every_way_in(self):
        mark_file = self.folder / "mark"
        plan = self.folder / "plan.yaml"
        plan.write_text('steps:\n  - {name: freeze it, fault: freeze-media-node}\n'
                        '  - {name: greet, fault: {repair: "echo hello"}}\n', encoding="utf-8")
        process = self.start_run(plan, "--participants", "2", "--media-nodes", "1", "--marks", "3", "--mark-file", mark_file,
                                 "--control", "0", "--quiet", *harness.SMALL)
        self.addCleanup(harness.end_process, process)
        url = re.search(r"control at (\S+)", process.stderr.readline()).group(1)
        harness.wait_for("watching", lambda: json.loads(get(url + "/healthz")) == {"state": "watching"})
        self.assertEqual(post(url + "/fault", "run:true")[0], 403)
        self.assertEqual(post(url + "/fault", "leave:bot-9")[0], 400)
        self.assertEqual(post(url + "/fault", "freeze it"), (200, {"fault": "freeze it", "index": 0}))
        self.wait_for_event("detector-fired", detector="rtp-silence")
        # everything stays dark until it is thawed, so each mark has an effect
        signalled_us = time.monotonic() * 1e6
        os.kill(process.pid, signal.SIGUSR1)
        self.wait_for_event("fault-ended", fault=1)
        mark_file.touch()
        self.wait_for_event("fault-ended", fault=2)
        self.assertEqual(post(url + "/mark", "pulled the plug")[0], 200)
        self.assertIn("rejoin_participants 2", get(url + "/metrics"))
        self.assertEqual(post(url + "/fault", "greet")[0], 200)
        self.wait_for_event("fault-ended", fault=4)
        self.assertEqual(post(url + "/fault", "thaw-media-node")[0], 200)
        outcome = self.finish(process)
        self.check_passed_with_late_frames(outcome)
        self.check_log()
        started = outcome.find("fault-started")
        self.assertEqual([e["data"]["what"] for e in started],
                         ["freeze-media-node", "mark", "mark", "mark", "repair", "thaw-media-node"])
        by = [re.sub(r":\d+$|, .*", "", e["data"]["by"]) for e in started]
        self.assertEqual(by, ["http 127.0.0.1", "SIGUSR1", "file", "http 127.0.0.1", "http 127.0.0.1",
                              "http 127.0.0.1"])
        # a command only by its name
        self.assertEqual(outcome.find("fault-ended", what="repair", output="hello\n")[0]["data"]["exit_code"], 0)
        self.assertEqual(started[3]["data"]["target"], "pulled the plug")
        self.assertGreaterEqual(started[1]["mono_us"], signalled_us)
        self.assertGreaterEqual(started[2]["mono_us"], started[1]["mono_us"] - 20000)
        self.assertEqual(outcome.find("run-ended")[0]["data"]["reason"], "recovered")


if __name__ == "__main__":
    harness.main()
