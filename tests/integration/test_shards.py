#!/usr/bin/env python3
"""One run made by two processes on one cluster: each has a share of the participants, one kills a media node, and the
report over both logs is that of the run."""
import json
import sys

import harness

BOTS = [f"bot-{number}" for number in range(1, 7)]


def get_names(things):
    return sorted(thing["name"] for thing in things)


def get_edges(summary):
    return {f"{edge['from']}>{edge['to']}": edge for edge in summary["edges"]}


def cut(text, name, kind):
    """The log without what a participant told after its first event of that kind, if it tells of it. How busy this machine
    was is left out of it, too: that would excuse what is missing."""
    events = [json.loads(line) for line in text.splitlines()]
    since = next((e["seq"] for e in events if e["type"] == kind and e.get("participant") == name), None)
    rest = [e for e in events if since is None or e["seq"] <= since or e.get("participant") != name]
    for event in rest:
        if event["type"] == "self-check":
            event["data"]["overloaded"] = False
    return "".join(json.dumps({**e, "seq": number}) + "\n" for number, e in enumerate(rest))


class Shards(harness.Case):
    def start_shard(self, cluster, number):
        folder = self.folder / str(number)
        folder.mkdir()
        return folder, self.start_run(
            "--url", cluster.server_url, "--run-id", "job-7", "--shard", f"{number}/2", "--participants", "3,3",
            "--fault", f"run:kill -9 {cluster.node_pids[0]}@1500ms", "--within", "6s", "--duration", "8s",
            "--expect", "ghosts == 0", "--join-deadline", "60s", "--resolution", "160x120", "--fps", "25",
            folder=folder, env={"REJOIN_SECRET": cluster.secret})

    def report(self, *texts, code=0):
        paths = []
        for number, text in enumerate(texts):
            paths.append(self.folder / f"log-{number}.jsonl")
            paths[-1].write_text(text, encoding="utf-8")
        outcome = self.finish(self.start("report", *paths, "--json", self.folder / "summary.json"))
        self.assertEqual(outcome.code, code, str(outcome))
        harness.validate(outcome.summary, "summary")
        return outcome.summary

    def check_figures(self, merged, shards):
        """Whatever one shard counted is the same in the whole."""
        parts = {}
        for shard in shards:
            parts.update(get_edges(shard))
        whole = get_edges(merged)
        self.assertEqual(sorted(whole), sorted(
            f"{a}>{b}" for room in (BOTS[:3], BOTS[3:]) for a in room for b in room if a != b))
        self.assertEqual(sorted(parts), sorted(whole))
        for name, edge in whole.items():
            for figure in ("frames", "packets", "bytes", "outages_ms", "lost_packets", "wrong_frames", "down_at_end"):
                self.assertEqual(edge[figure], parts[name][figure], (name, figure))
            self.assertFalse(edge["foreign"], edge)
            self.assertEqual(edge["wrong_frames"], 0, edge)
            self.assertEqual(edge["foreign_frames"], 0, edge)
            self.assertGreater(edge["frames"], 0, edge)
        across = [name for name in whole if (int(name[4]) - int(name[-1])) % 2]
        self.assertEqual(len(across), 8)
        for name in across:  # while it ran the other end was not one of its own, and time in stamps is not ours
            self.assertTrue(parts[name]["foreign"], name)
            self.assertIsNone(whole[name]["latency_ms"], name)

    def check_ways_back(self, merged, shards):
        by_name = {p["name"]: p for shard in shards for p in shard["participants"]}
        self.assertEqual([get_names(shard["participants"]) for shard in shards], [BOTS[0::2], BOTS[1::2]])
        self.assertEqual([p["name"] for p in merged["participants"]], BOTS)
        hit = [p for p in merged["participants"] if p["rejoins"]]
        # one session was on that node, and has participants in both shards
        self.assertIn(get_names(hit), (BOTS[:3], BOTS[3:]))
        for participant in merged["participants"]:
            alone = by_name[participant["name"]]
            self.assertEqual([r["cause"] for r in participant["rejoins"]], ["nodeCrashed"] * (participant in hit))
            for figure in ("session", "connection", "attempts", "affected", "problem"):
                self.assertEqual(participant.get(figure), alone.get(figure), (participant["name"], figure))
        # the fault that one has made is that of the run
        self.assertEqual([len(shard["faults"]) for shard in shards], [1, 0])
        self.assertEqual([(f["what"], f["ok"]) for f in merged["faults"]], [("run", True)])
        self.assertIsNotNone(merged["faults"][0]["back_ms"])
        return get_names(hit)

    def test_two_processes_make_one_run(self):
        cluster = self.start_cluster("--crash-after", "500ms")
        started = [self.start_shard(cluster, number) for number in (1, 2)]
        outcomes = [self.finish(process, folder) for folder, process in started]
        for number, outcome in enumerate(outcomes, 1):
            self.assertEqual(outcome.code, 0, str(outcome))
            self.check_log(outcome.folder / "events.jsonl")
            self.assertIn(f"this is shard {number} of 2", "".join(outcome.summary["warnings"]))
            self.assertEqual(outcome.find("ghost-found"), [])
        texts = [(outcome.folder / "events.jsonl").read_text(encoding="utf-8") for outcome in outcomes]
        shards = [outcome.summary for outcome in outcomes]
        merged = self.report(*texts)
        self.assertEqual((merged["verdict"], merged["reason_word"], merged["run"]), ("passed", "all-back", "job-7"))
        self.assertEqual(merged["clocks"], [])  # one machine
        self.check_figures(merged, shards)
        hit = self.check_ways_back(merged, shards)
        self.assertEqual(self.report(*reversed(texts))["verdict"], "passed")
        # no log, no end, nobody back: each is found, whichever shard it is of
        self.assertEqual(self.report(texts[1], code=3)["reason_word"], "shard-missing")
        for torn in ([texts[0], texts[1].rstrip("\n").rsplit("\n", 1)[0] + "\n"], [texts[0][:-2], texts[1]]):
            self.assertEqual(self.report(*torn, code=3)["reason_word"], "log-without-end")
        for name in hit:
            failed = self.report(*(cut(text, name, "rejoin-started") for text in texts), code=1)
            self.assertEqual([p["name"] for p in failed["participants"] if p["problem"]], [name])


if __name__ == "__main__":
    harness.main()
