#!/usr/bin/env python3
"""Groups of participants: who publishes what, who sees whom, with tokens by a request of the plan."""
import base64
import csv
import json

import harness


class Groups(harness.Case):
    def test_two_groups_come_back_and_see_whom_they_want(self):
        cluster = self.start_cluster("--media-nodes", "1", "--crash-after", "300ms", "--restart-after", "1s")
        login = base64.b64encode(f"OPENVIDUAPP:{cluster.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {login}"}
        sessions = f"{cluster.server_url}/openvidu/api/sessions"
        plan = self.folder / "plan.json"
        plan.write_text(json.dumps({
            "name": "groups",
            "deployment": {"app": {"request": {
                "create": {"url": sessions, "headers": headers, "body": {"customSessionId": "{session}"}},
                "url": sessions + "/{id}/connection", "headers": headers, "token": "/token",
                "body": {"role": "{role}", "data": "{group} {attempt}"}}}},
            "participants": [
                {"group": "stage", "count": 2, "publish": {"video": "160x120@10", "bitrate": "100k"}},
                {"group": "crowd", "count": 2, "role": "subscriber", "subscribe": ["stage-1"], "ramp": "20/s"}],
            "steps": [{"at": "500ms", "fault": {"run": f"kill -KILL {cluster.node_pids[0]}"}}],
        }), encoding="utf-8")
        outcome = self.run_rejoin(plan, "--csv", self.folder / "edges.csv")
        self.check_log()
        summary = outcome.summary
        harness.validate(summary, "summary")
        self.assertEqual([(p["name"], p["group"], len(p["rejoins"])) for p in summary["participants"]],
                         [("stage-1", "stage", 1), ("stage-2", "stage", 1), ("crowd-1", "crowd", 1), ("crowd-2", "crowd", 1)])
        self.assertEqual({(e["from"], e["to"]) for e in summary["edges"]},
                         {("stage-1", "stage-2"), ("stage-2", "stage-1"), ("stage-1", "crowd-1"), ("stage-1", "crowd-2")})
        self.assertEqual({e["participant"] for e in outcome.find("peer-created", direction="publish")}, {"stage-1", "stage-2"})
        self.assertFalse([e for e in outcome.find("peer-created") if e.get("edge", "").startswith("stage-2>crowd")])
        self.assertIn("4 participants (stage 2, crowd 2)", " ".join(outcome.stdout.split()))
        with open(self.folder / "edges.csv", encoding="utf-8", newline="") as file:
            self.assertEqual({row["to_group"] for row in csv.DictReader(file)}, {"stage", "crowd"})
        for path in self.folder.iterdir():
            if path != plan:
                self.assertNotIn(login, path.read_text(encoding="utf-8"), path.name)
        self.assertNotIn(login, outcome.stdout + outcome.stderr)


if __name__ == "__main__":
    harness.main()
