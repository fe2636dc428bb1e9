"""Runs the program while the loopback is captured, and puts both stories side by side."""
import json
import os
import pathlib
import subprocess
import threading
import time
from typing import NamedTuple

import capture
import comparison
import dissector
import messages
import observer

RUN_DEADLINE_S = 180
YARDSTICK_S = 0.005


class Yardstick:
    """How late this machine lets somebody be who wants to run now, measured while the `with` lasts: what threads
    of the program that nobody watches may be late, too."""

    def __enter__(self):
        self.late_ms = 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.measure)
        self.thread.start()
        return self

    def measure(self):
        while not self.ended.is_set():
            due = time.monotonic() + YARDSTICK_S
            self.ended.wait(YARDSTICK_S)
            self.late_ms = max(self.late_ms, 1000 * (time.monotonic() - due))

    def __exit__(self, *unused):
        self.ended.set()
        self.thread.join()


class Watched(NamedTuple):
    """A run, with what was seen of it."""
    lines: list
    summary: dict
    seen: observer.Observer
    comparison: comparison.Comparison
    packets: int
    messages: list
    connections: list
    contradictions: list  # between tshark's reading of the capture and ours
    late_ms: float = 0.0  # by which this machine was late meanwhile


def watch(program, folder, *arguments, codes=(0,)):
    """Runs `rejoin run` with these arguments. Raises CaptureError when it cannot be observed, RuntimeError when
    the run did not end as expected."""
    folder = pathlib.Path(folder)
    events, summary = folder / "events.jsonl", folder / "summary.json"
    with capture.Capture(folder / "loopback.pcap") as taken, Yardstick() as yardstick:
        done = subprocess.run(
            [program, "run", "--quiet", "--on-overload", "warn", "--events", events, "--json", summary, *arguments],
            capture_output=True, text=True, check=False, timeout=RUN_DEADLINE_S)
    if done.returncode not in codes:
        raise RuntimeError(f"rejoin run {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    taken.check()
    watched = look(taken, comparison.read_log(events), read_json(summary))
    return watched._replace(late_ms=yardstick.late_ms)


def watch_browser(program, folder):
    """The same with openvidu-browser in Chromium as one more participant. Returns: (Watched, what the page saw)"""
    folder = pathlib.Path(folder)
    with capture.Capture(folder / "loopback.pcap") as taken, Yardstick() as yardstick:
        done = subprocess.run(
            ["node", pathlib.Path(__file__).parent / "with-browser.mjs", folder],
            env={**os.environ, "RJ_TEST_PROGRAM": str(pathlib.Path(program).resolve())},
            capture_output=True, text=True, check=False, timeout=RUN_DEADLINE_S)
    if done.returncode:
        raise RuntimeError(f"the run with a browser ended with {done.returncode}\n{done.stdout}{done.stderr}")
    taken.check()
    watched = look(taken, comparison.read_log(folder / "events.jsonl"), read_json(folder / "summary.json"),
                   comparison.read_log(folder / "cluster.jsonl"))
    return watched._replace(late_ms=yardstick.late_ms), read_json(folder / "browser.json")


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def look(taken, lines, summary, server_lines=None):
    segments, datagrams = taken.read()
    texts, calls, connections = messages.read_conversations(segments)
    seen = observer.Observer(texts, calls, connections, datagrams, set(comparison.find_participants(lines).values()))
    if not seen.stays:
        raise capture.CaptureError("the observation is void: nobody was seen to join")
    return Watched(lines, summary, seen, comparison.Comparison(lines, summary, seen, server_lines), taken.captured,
                   texts, connections, dissector.find_contradictions(taken.path, seen, texts, connections))
