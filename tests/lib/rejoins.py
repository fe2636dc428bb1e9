"""Many rejoins in one process, and what each of the processes holds before and after. For bench and soak."""
import base64
import json
import os
import pathlib
import random
import subprocess
import time
import urllib.request

from growing import GrowingLog

SAMPLES = 5
SECRET = "soaksecret"
LIVING = ["run", "internal-server", "internal-cluster"]  # those that live as long as the run
LIVING_BESIDE_MASTERS = ["run", "internal-cluster"]

# What is done, and how long until the next one begins. The times are generous: they have to hold for a
# machine that does much else, and nothing waits when they are too long.
KINDS = {
    "kill": (5000, ["kill-media-node@{0}ms"]),
    "restart": (5000, ["restart-media-node@{0}ms"]),
    "cut": (5000, ["cut-websocket:rst@{0}ms"]),
    "blackhole-media": (16000, ["blackhole-media/9s@{0}ms"]),
    "blackhole-signalling": (17000, ["blackhole-signalling/12s@{0}ms"]),
    "freeze": (17000, ["freeze-media-node@{0}ms", "thaw-media-node:same@{9000}ms"]),
}
# Needs --masters 2
MASTER_KINDS = {
    "kill-media-node": KINDS["kill"],
    "cut-websocket": KINDS["cut"],
    "restart-master": (12000, ["restart-master@{0}ms"]),
    "freeze-master": (25000, ["freeze-master@{0}ms", "thaw-master:same@{9000}ms"]),
    "roll-master": (15000, ["roll-master@{0}ms"]),
}


class Schedule:
    """Faults one after another, with rests: what is held is compared at rest, not while some are on their way
    back."""

    def __init__(self, rest_s, kinds=None):
        self.rest_s = rest_s
        self.kinds = kinds or KINDS
        self.at_ms = 500
        self.arguments = []
        self.harms = []  # kind of each fault that hurts somebody, by its number in the event log
        self.rests = []  # after so many faults of the event log

    def add(self, kind, slot_ms=None):
        usual_ms, faults = self.kinds[kind]
        for fault in faults:
            head, _, rest = fault.partition("{")
            delay, _, tail = rest.partition("}")
            self.harms.append(None if fault.startswith("thaw") else kind)
            self.arguments += ["--fault", f"{head}{self.at_ms + int(delay)}{tail}"]
        self.at_ms += slot_ms or usual_ms

    def rest(self):
        self.rests.append(len(self.harms))
        self.at_ms += 1000 * (self.rest_s + 2)


def plan_kills(cycles, rests, rest_s, slot_ms=1500):
    schedule = Schedule(rest_s)
    for cycle in range(1, cycles + 1):
        schedule.add("kill", slot_ms)
        if cycle in rests:
            schedule.rest()
    return schedule


def plan_mix(cycles, rest_every, rest_s, seed, all_kinds=None):
    """Every kind about as often, in an order that the seed gives."""
    schedule = Schedule(rest_s, all_kinds)
    kinds = [list(schedule.kinds)[i % len(schedule.kinds)] for i in range(cycles)]
    random.Random(seed).shuffle(kinds)
    for cycle, kind in enumerate(kinds, 1):
        schedule.add(kind)
        if cycle % rest_every == 0 or cycle == cycles:
            schedule.rest()
    return schedule


def read_usage(pid):
    base = pathlib.Path("/proc", str(pid))
    status = dict(line.split(":", 1) for line in (base / "status").read_text().splitlines() if ":" in line)
    return {
        "threads": int(status["Threads"]),
        "fds": len(os.listdir(base / "fd")),
        "rss_mb": int(status["VmRSS"].split()[0]) / 1024,
    }


def find_descendants(pid):
    """Their process ids, by the subcommand that they run; of several the first."""
    found = {}
    for children in pathlib.Path("/proc", str(pid), "task").glob("*/children"):
        for child in children.read_text().split():
            try:
                words = pathlib.Path("/proc", child, "cmdline").read_text().split("\0")
                found = {words[1]: int(child), **find_descendants(child), **found}
            except (OSError, IndexError):
                pass  # it has just ended
    return found


class Run:
    """A run of @participants with the faults of a schedule."""

    def __init__(self, program, folder, schedule, participants=4, options=(), living=None):
        log = pathlib.Path(folder) / "rejoins.jsonl"
        log.unlink(missing_ok=True)
        self.log = GrowingLog(log)
        self.schedule = schedule
        self.n_ended = 0
        self.n_rejoins = 0
        self.living = living or LIVING
        self.server_ports = {}  # by master
        self.process = subprocess.Popen(
            [program, "run", "--quiet", "--participants", str(participants), "--crash-after", "300ms",
             "--restart-after", "100ms", "--duration", f"{schedule.at_ms}ms", "--join-deadline", "10m", "--timeout", "3h",
             "--events", log, *options, *schedule.arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "REJOIN_SECRET": SECRET})

    def read_log(self):
        for event in self.log.read():
            self.take(event)
        return self.n_ended

    def take(self, event):
        self.n_ended += event["type"] == "fault-ended"
        self.n_rejoins += event["type"] in ("rejoin-ended", "resumed")
        if event["type"] == "process-started" and event["data"]["role"] == "server":
            self.server_ports[event["data"]["index"]] = event["data"]["port"]

    def list_connections(self):
        """Of each session that a server's REST API lists, how many connections it has."""
        found = {}
        for port in self.server_ports.values():
            for session, n in self.ask_server(port).items():
                found[session] = found.get(session, 0) + n
        return found

    def ask_server(self, port):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/openvidu/api/sessions?pendingConnections=true")
        request.add_header("Authorization",
                           "Basic " + base64.b64encode(f"OPENVIDUAPP:{SECRET}".encode()).decode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            sessions = json.load(answer)["content"]
        return {session["id"]: session["connections"]["numberOfElements"] for session in sessions}

    def wait_for_rest(self, n_faults):
        while self.read_log() < n_faults:
            if self.process.poll() is not None:
                raise RuntimeError(f"ended with {self.process.returncode} before fault {n_faults}:\n"
                                   f"{self.process.stdout.read()}")
            time.sleep(0.2)

    def sample_after(self, n_faults):
        """The least of some samples at rest, of the program ("run") and of those that live as long."""
        self.wait_for_rest(n_faults)
        least = {}
        for _ in range(SAMPLES):
            time.sleep(self.schedule.rest_s / SAMPLES)
            pids = {"run": self.process.pid, **find_descendants(self.process.pid)}
            for name in self.living:
                usage = read_usage(pids[name])
                least[name] = {key: min(value, least.get(name, usage)[key]) for key, value in usage.items()}
        return least

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.log.close()

    def finish(self):
        output, _ = self.process.communicate()
        self.read_log()
        return self.process.returncode, output
