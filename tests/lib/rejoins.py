"""Many rejoins in one process, and what each of the processes holds before and after. For bench and soak."""
import os
import pathlib
import subprocess
import time

CYCLE_MS = 1500
SAMPLES = 5


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
    """Kills the media node of four participants again and again, with a rest after the cycles in @rests: what
    is held is compared at rest, not while some are on their way back."""

    def __init__(self, program, folder, cycles, rests, rest_s):
        self.log = pathlib.Path(folder) / "rejoins.jsonl"
        self.rest_s = rest_s
        self.n_ended = 0
        self.n_rejoins = 0
        self.lines = None
        at_ms = 500
        faults = []
        for cycle in range(1, cycles + 1):
            faults += ["--fault", f"kill-media-node@{at_ms}ms"]
            at_ms += CYCLE_MS + (1000 * (rest_s + 2) if cycle in rests else 0)
        self.process = subprocess.Popen(
            [program, "run", "--quiet", "--participants", "4", "--crash-after", "300ms", "--restart-after", "100ms",
             "--duration", f"{at_ms}ms", "--join-deadline", "10m", "--timeout", "1h", "--events", self.log, *faults],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def count_ended(self):
        if self.lines is None and self.log.exists():
            self.lines = open(self.log, encoding="utf-8")
        for line in self.lines or []:
            self.n_ended += '"fault-ended"' in line
            self.n_rejoins += '"rejoin-ended"' in line
        return self.n_ended

    def sample_after(self, cycle):
        """The least of some samples at rest, of the program ("run") and of those that it started."""
        while self.count_ended() < cycle:
            if self.process.poll() is not None:
                raise RuntimeError(f"ended with {self.process.returncode} before cycle {cycle}:\n"
                                   f"{self.process.stdout.read()}")
            time.sleep(0.2)
        least = {}
        for _ in range(SAMPLES):
            time.sleep(self.rest_s / SAMPLES)
            pids = {"run": self.process.pid, **find_descendants(self.process.pid)}
            for name, pid in pids.items():
                usage = read_usage(pid)
                least[name] = {key: min(value, least.get(name, usage)[key]) for key, value in usage.items()}
        return least

    def finish(self):
        output, _ = self.process.communicate()
        self.count_ended()
        self.lines.close()
        return self.process.returncode, output
