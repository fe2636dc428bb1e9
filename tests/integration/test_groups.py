#!/usr/bin/env python3
"""Groups of participants: who publishes what, who sees whom, with tokens by a request of the plan."""
import base64
import csv
import http.server
import json
import threading

import harness


class Webhook(http.server.BaseHTTPRequestHandler):
    """Remembers what it is told."""

    def do_POST(self):
        self.server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *unused):
        pass


def find_names(webhook):
    """What those who joined have told the server, and what whoever asked for their tokens has."""
    return {(json.loads(e["clientData"])["clientData"], e["serverData"].split()[1])
            for e in list(webhook.told) if e["event"] == "participantJoined"}


class Groups(harness.Case):
    def start_webhook(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
        server.told = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def test_two_groups_come_back_and_see_whom_they_want(self):
        webhook = self.start_webhook()
        cluster = self.start_cluster("--media-nodes", "1", "--crash-after", "300ms", "--restart-after", "1s",
                                     "--webhook", f"http://127.0.0.1:{webhook.server_port}/")
        login = base64.b64encode(f"OPENVIDUAPP:{cluster.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {login}"}
        sessions = f"{cluster.server_url}/openvidu/api/sessions"
        plan = self.folder / "plan.json"
        plan.write_text(json.dumps({
            "name": "groups",
            "deployment": {"app": {"request": {
                "create": {"url": sessions, "headers": headers, "body": {"customSessionId": "{session}"}},
                "url": sessions + "/{id}/connection", "headers": headers, "token": "/token",
                "body": {"role": "{role}", "data": "{group} {name}"}}}},
            "participants": [
                {"group": "stage", "count": 2, "name": "{group}-{index}-{attempt}",
                 "publish": {"video": "160x120@10", "bitrate": "100k"}},
                {"group": "crowd", "count": 2, "role": "subscriber", "subscribe": ["stage-1"], "ramp": "20/s"}],
            "expect": ["rejoined == all"],
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
        self.check_names(outcome, webhook)
        self.assertIn("4 participants (stage 2, crowd 2)", " ".join(outcome.stdout.split()))
        with open(self.folder / "edges.csv", encoding="utf-8", newline="") as file:
            self.assertEqual({row["to_group"] for row in csv.DictReader(file)}, {"stage", "crowd"})
        for path in self.folder.iterdir():
            if path != plan:
                self.assertNotIn(login, path.read_text(encoding="utf-8"), path.name)
        self.assertNotIn(login, outcome.stdout + outcome.stderr)

    def check_names(self, outcome, webhook):
        """Of each stay the server has heard what the participant told it, and the same with its token."""
        stays = [(e["participant"], e["attempt"]) for e in outcome.find("joined")]
        names = {name if name.startswith("crowd") else f"{name}-{attempt}" for name, attempt in stays}
        self.assertLess({"stage-1-1", "stage-2-1", "crowd-1", "crowd-2"}, names)
        harness.wait_for("the server's word of all joins", lambda: {(name, name) for name in names} <= find_names(webhook))


if __name__ == "__main__":
    harness.main()
