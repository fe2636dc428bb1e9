"""Runs the program under test and reads what it wrote. For the integration tests."""
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import jsonschema

PROGRAM = os.environ["RJ_TEST_PROGRAM"]
SCHEMAS = pathlib.Path(__file__).parents[2] / "data" / "schema"
# a small picture is encoded at once: for tests that are about something else
SMALL = ("--resolution", "160x120", "--fps", "10")
DEADLINE_S = 120


def environment(on_overload="warn"):
    """For a run: the machines of tests are busy with much else, so one that is back in spite of it passes. What is
    about overload itself wants None: the program's default."""
    rest = {name: value for name, value in os.environ.items() if name != "REJOIN_ON_OVERLOAD"}
    return rest if on_overload is None else {**rest, "REJOIN_ON_OVERLOAD": on_overload}


def wait_for(what, ask, deadline_s=DEADLINE_S):
    """The first value of ask() that is neither None nor False; fails after the deadline."""
    end = time.monotonic() + deadline_s
    while True:
        value = ask()
        if value is not None and value is not False:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s} s: {what}")
        time.sleep(0.01)


def is_gone(pid):
    """Whether a process has ended (a zombie has)."""
    try:
        return pathlib.Path("/proc", str(pid), "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def find_children(pid):
    """Processes whose parent is that one."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except OSError:
            pass
    return found


def find_descendants(pid):
    return [deeper for child in find_children(pid) for deeper in (child, *find_descendants(child))]


def read_events(path):
    """What a log that is being written has by now; its last line may not be whole."""
    lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
    return [json.loads(line) for line in lines]


def has_data(event, data):
    return all(event.get("data", {}).get(key) == value for key, value in data.items())


def validate(thing, schema):
    """Checks parsed JSON against data/schema/<schema>.schema.json."""
    validator = jsonschema.Draft202012Validator(
        json.loads((SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8")))
    for one in thing if isinstance(thing, list) else [thing]:
        problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(one)]
        if problems:
            raise AssertionError(f"{schema}: {problems} in {json.dumps(one)}")


class Outcome:
    """What a run left behind."""

    def __init__(self, folder, process, stdout, stderr):
        self.folder = folder
        self.code = process.returncode
        self.stdout = stdout
        self.stderr = stderr

    def __str__(self):
        return f"exit code {self.code}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"

    @property
    def events(self):
        path = self.folder / "events.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    @property
    def summary(self):
        return json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))

    def find(self, kind, **data):
        """Events of that type whose data has these members."""
        return [e for e in self.events if e["type"] == kind and has_data(e, data)]


def end_process(process):
    if process.poll() is None:
        process.kill()
    process.communicate()


class Cluster:
    """A running `rejoin cluster`, by what it says on its standard output."""

    def __init__(self, process):
        self.process = process
        self.text = ""
        while "Ctrl-C" not in self.text:
            line = process.stdout.readline()
            if not line:
                raise AssertionError(f"the cluster did not start: {self.text}{process.stderr and process.stderr.read()}")
            self.text += line
        self.server_url = re.search(r"OpenVidu server +(\S+)", self.text).group(1)
        self.app_url = re.search(r"app server +(\S+)", self.text).group(1)
        secret = re.search(r"secret +(\S+)", self.text)
        self.secret = secret and secret.group(1)
        # the only one, or the masters behind the front, which is in the process of the cluster itself
        self.server_pids = [int(pid) for pid in re.findall(r"(?:OpenVidu server|master \d+) .*\(pid (\d+)\)", self.text)]
        nodes = re.findall(r"media node \d+ +ws://127\.0\.0\.1:(\d+)/kurento +\(pid (\d+)\)", self.text)
        self.node_ports = [int(port) for port, _ in nodes]
        self.node_pids = [int(pid) for _, pid in nodes]
        self.pids = [*self.server_pids, *self.node_pids]


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="rejoin-test-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def start(self, *arguments, env=None, on_overload="warn", **options):
        runs = arguments[:1] in (("run",), ("doctor",))  # to the others the variable means nothing
        return subprocess.Popen([PROGRAM, *map(str, arguments)], text=True,
                                env={**environment(on_overload if runs else None), **(env or {})},
                                **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options})

    def finish(self, process, folder=None):
        """@folder: where the run has its files, if not in the test's own"""
        try:
            stdout, stderr = process.communicate(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            stdout, stderr = process.communicate()
            self.fail(f"did not end within {DEADLINE_S} s\n{stdout}\n{stderr}")
        return Outcome(folder or self.folder, process, stdout, stderr)

    def start_cluster(self, *arguments, **options):
        """A `rejoin cluster` on any ports. Returns: the process, what it printed as a Cluster."""
        process = self.start("cluster", "--port", "0", "--app-port", "0", "--node-port", "0", *arguments, **options)
        self.addCleanup(end_process, process)
        return Cluster(process)

    def check_log(self, path=None):
        """Every line is whole and valid, numbered without a gap. Returns: the events"""
        text = (path or self.folder / "events.jsonl").read_text(encoding="utf-8")
        self.assertTrue(text == "" or text.endswith("\n"), "the log ends within a line: " + text[-200:])
        events = [json.loads(line) for line in text.splitlines()]
        validate(events, "event")
        self.assertEqual([e["seq"] for e in events], list(range(len(events))))
        return events

    def start_run(self, *arguments, folder=None, **options):
        folder = folder or self.folder
        return self.start("run", "--events", folder / "events.jsonl", "--json", folder / "summary.json", "--junit",
                          folder / "junit.xml", *arguments, **options)

    def run_rejoin(self, *arguments, code=0, **options):
        outcome = self.finish(self.start_run(*arguments, **options))
        if code == 1 and outcome.code == 3:  # the machine was too busy, and would be blamed
            self.assertIn("so this may be its own fault: ", outcome.summary["reason"], str(outcome))
        else:
            self.assertEqual(outcome.code, code, str(outcome))
        return outcome

    def run_with_late_frames(self, *arguments, **options):
        """A run that passes, with a fault of which frames are late and nothing else comes: on a machine that is too busy
        they prove nothing, so the test has to look at their length itself."""
        outcome = self.finish(self.start_run(*arguments, **options))
        self.check_passed_with_late_frames(outcome)
        return outcome

    def check_passed_with_late_frames(self, outcome):
        summary = outcome.summary
        if summary["self"]["overloaded"] and outcome.code == 3:
            self.assertEqual((summary["reason_word"], summary["otherwise_word"]), ("overloaded", "all-back"), str(outcome))
            self.assertIn("nothing else tells of an effect of the fault", summary["reason"])
        else:
            self.assertEqual(outcome.code, 0, str(outcome))

    def run_apart(self, name, *arguments, **options):
        """A run in a folder of its own, so that several can go on at once. It may end with any code."""
        folder = self.folder / name.replace(" ", "-")
        folder.mkdir()
        return self.finish(self.start_run(*arguments, folder=folder, **options), folder)

    def together(self, cases, at_once=6):
        """Some at once: they mostly wait. @cases: functions without arguments, by name or with names of their own"""
        if not isinstance(cases, dict):
            cases = {case.__name__: case for case in cases}
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            futures = {name: pool.submit(case) for name, case in cases.items()}
        for name, future in futures.items():
            with self.subTest(name):
                future.result()

    def check_everybody_back(self, outcome, session_size, cause, rejoins=1):
        """Every participant of the first session has come back once, every edge has had one outage."""
        summary = outcome.summary
        first = summary["participants"][0]["session"]
        hit = [p for p in summary["participants"] if p["session"] == first]
        self.assertEqual(len(hit), session_size)
        for participant in hit:
            self.assertEqual([r["cause"] for r in participant["rejoins"]], [cause] * rejoins,
                             participant["name"] + "\n" + str(outcome))
        edges = [e for e in summary["edges"] if e["session"] == first]
        self.assertEqual(len(edges), session_size * (session_size - 1))
        for edge in summary["edges"]:
            self.assertFalse(edge["down_at_end"], edge)
            self.assertEqual(edge["wrong_frames"], 0, edge)


def main():
    program = unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[1:]], exit=False, verbosity=2)
    sys.exit(not program.result.wasSuccessful() or bool(program.result.skipped))
