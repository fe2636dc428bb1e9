"""Hundreds of rejoins in one process leave nothing behind, in it and in the servers that live as long.

`make soak`; SEED=N repeats an order of faults, FAULTS=N makes it shorter or longer, SOAK_FOLDER=DIR keeps
the event log."""
import json
import os
import pathlib
import secrets
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "integration"), str(HERE.parent / "lib")]

import harness
import rejoins

KILLS = 60
EARLY_KILL = 20
REST_S = 10
RSS_MB = 5  # a cycle makes 16 webrtcbins: one that is kept would be more

PARTICIPANTS = int(os.environ.get("PARTICIPANTS", "4"))
FAULTS = int(os.environ.get("FAULTS", "280"))
REST_EVERY = 25
MIX_REST_S = 20  # a ghost of a lost websocket goes after 10 s
# each fault makes 16 webrtcbins anew: one that is kept each time would be 200 MB
MIX_RSS_MB = 12
# against a machine that gets slower while we look
SLOWER = 1.5
SLOWER_MS = 1500


def say(text):
    print(text, file=sys.stderr, flush=True)


def median(values):
    return sorted(values)[len(values) // 2] if values else None


class Rejoins(harness.Case):
    def check_growth(self, early, late, rss_mb):
        for name in early:
            say(f"{name}: {early[name]} -> {late[name]}")
            with self.subTest(process=name):
                self.assertLessEqual(late[name]["threads"], early[name]["threads"])
                self.assertLessEqual(late[name]["fds"], early[name]["fds"])
                self.assertLessEqual(late[name]["rss_mb"], early[name]["rss_mb"] + rss_mb)

    def test_nothing_grows(self):
        schedule = rejoins.plan_kills(KILLS, [EARLY_KILL, KILLS], REST_S)
        run = rejoins.Run(harness.PROGRAM, self.folder, schedule)
        self.addCleanup(run.stop)
        early, late = (run.sample_after(n) for n in schedule.rests)
        code, output = run.finish()
        self.assertIn(code, [0, 3], output)  # 3: the machine was too slow to judge the times
        self.assertGreater(run.n_rejoins, 3 * KILLS, "too few to say anything")
        self.check_growth(early, late, RSS_MB)

    def check_everybody_back(self, summary, harms):
        """After each fault, before the next one began."""
        times = {}
        for fault, kind in zip(summary["faults"], harms):
            if kind is None:
                continue
            with self.subTest(fault=fault["what"], number=fault["fault"]):
                self.assertTrue(fault["ok"], fault)
                self.assertIsNotNone(fault["back_ms"], fault)
                times.setdefault(kind, []).append(fault["back_ms"])
        for participant in summary["participants"]:
            self.assertIsNone(participant["failure"], participant["name"])
        for edge in summary["edges"]:
            self.assertFalse(edge["down_at_end"], edge)
            self.assertEqual(edge["wrong_frames"], 0, edge)
        return times

    def check_flat(self, times):
        """What a kind of fault costs in the last third, against the first."""
        for kind, values in times.items():
            third = max(1, len(values) // 3)
            first, last = median(values[:third]), median(values[-third:])
            say(f"{kind:20} {len(values):3} times: {min(values):6.0f} {median(values):6.0f} {max(values):6.0f} ms "
                f"(least, median, most); first third {first:.0f}, last third {last:.0f}")
            with self.subTest(kind=kind):
                self.assertLess(last, first * SLOWER + SLOWER_MS)

    def test_mixed_faults(self):
        self.run_mix(FAULTS)

    def test_mixed_faults_of_masters(self):
        self.run_mix(max(FAULTS // 4, 1), rejoins.MASTER_KINDS, rejoins.LIVING_BESIDE_MASTERS, "--masters", "2")

    def run_mix(self, n_faults, kinds=None, living=None, *options):
        seed = int(os.environ.get("SEED") or secrets.randbelow(2**31) + 1)
        schedule = rejoins.plan_mix(n_faults, REST_EVERY, MIX_REST_S, seed, kinds)
        say(f"SEED={seed} FAULTS={n_faults}: {schedule.at_ms / 60000:.0f} minutes")
        keep = os.environ.get("SOAK_FOLDER")
        folder = pathlib.Path(keep) if keep else self.folder
        run = rejoins.Run(harness.PROGRAM, folder, schedule, PARTICIPANTS, [
            "--seed", str(seed), "--session", "soak", "--within", "20s", "--json", folder / "summary.json",
            "--resolution", "160x120", "--fps", "10", *options], living)
        self.addCleanup(run.stop)
        samples = []
        for n_done in schedule.rests:
            samples.append(run.sample_after(n_done))
            connections = run.list_connections()
            say(f"after fault {n_done}: {run.n_rejoins} ways back, {connections}, {samples[-1]['run']}")
            with self.subTest(ghosts_after=n_done):
                self.assertEqual(connections, {"soak": PARTICIPANTS})
        code, output = run.finish()
        say(output)
        self.assertIn(code, [0, 3], output)
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        times = self.check_everybody_back(summary, schedule.harms)
        self.check_flat(times)
        if len(samples) > 1:
            self.check_growth(samples[0], samples[-1], MIX_RSS_MB)
        say(f"{run.n_rejoins} ways back, seed {seed}")
        self.assertGreaterEqual(run.n_rejoins, PARTICIPANTS * n_faults * 9 // 10, "too few to say anything")


harness.main()
