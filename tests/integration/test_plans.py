#!/usr/bin/env python3
"""Every example plan is run. Their expectations about time are for a machine that has time, so those that remain here
count; that each plan can be read as it stands is tested elsewhere."""
import os
import pathlib

import yaml

import harness

PLANS = pathlib.Path(__file__).parents[2] / "data" / "plans"
# an answer within time is another test's business
PATIENT = ("--within", "60s", "--join-deadline", "60s")


class Plans(harness.Case):
    def run_plan(self, name, *arguments, **options):
        """Runs it with those of its expectations that count."""
        path = PLANS / f"{name}.yaml"
        counting = [e for e in yaml.safe_load(path.read_text(encoding="utf-8"))["expect"]
                    if "==" in e and "outages" not in e]
        outcome = self.run_apart(name, path, *PATIENT, *harness.SMALL, *(f"--expect={e}" for e in counting), *arguments,
                                 **options)
        self.assertEqual(outcome.code, 0, name + str(outcome))
        self.assertEqual(outcome.summary["verdict"], "passed", name + str(outcome))
        started = outcome.find("run-started")[0]["data"]
        self.assertEqual(started["plan_file"]["name"], started["name"])
        self.assertIn(f'"{started["name"]}"', outcome.stdout)
        self.assertEqual(started["expectations"]["expect"], counting)
        return outcome

    def media_node_crash(self):
        outcome = self.run_plan("media-node-crash", "--crash-after", "300ms")
        people = outcome.summary["participants"]
        self.assertEqual([len(p["rejoins"]) for p in people], [1, 1, 1, 1, 0, 0])
        self.assertEqual([e["data"]["what"] for e in outcome.find("fault-started")][0], "kill-media-node")

    def frozen_media_node(self):
        outcome = self.run_plan("frozen-media-node")
        self.assertEqual({len(p["rejoins"]) for p in outcome.summary["participants"]}, {1})

    def rolling_restart(self):
        outcome = self.run_plan("rolling-restart")
        self.assertGreaterEqual(min(len(p["rejoins"]) for p in outcome.summary["participants"]), 1)

    def master_crash(self):
        outcome = self.run_plan("master-crash")
        self.assertEqual({len(p["rejoins"]) for p in outcome.summary["participants"]}, {1})

    def audio_lecture(self):
        outcome = self.run_plan("audio-lecture")
        summary = outcome.summary
        self.assertEqual([p["name"] for p in summary["participants"]],
                         ["speaker-1", "speaker-2", "listener-1", "listener-2", "listener-3", "listener-4"])
        self.assertEqual({e["from"] for e in summary["edges"]}, {"speaker-1", "speaker-2"})
        self.assertEqual({e["participant"] for e in outcome.find("resumed")}, {"speaker-1", "speaker-2"})

    def deployment(self):
        """A deployment of one's own, played by a cluster with a single media node that somebody starts again, and a
        docker that kills the process of that number."""
        cluster = self.start_cluster("--media-nodes", "1", "--restart-after", "1s")
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "docker").write_text('#!/bin/sh\n[ "$1" = kill ] && kill -KILL "$2" && echo "killed $2"\n',
                                      encoding="utf-8")
        (tools / "docker").chmod(0o755)
        env = {"APP_URL": cluster.app_url, "OPENVIDU_URL": cluster.server_url, "OPENVIDU_SECRET": cluster.secret,
               "KMS": f"000000{cluster.node_pids[0]}", "PATH": f"{tools}:{os.environ['PATH']}"}
        doctor = self.finish(self.start("doctor", PLANS / "deployment.yaml", *PATIENT, *harness.SMALL, env=env))
        self.assertEqual(doctor.code, 0, str(doctor))
        self.assertIn("✓ join        All 2 participants joined", doctor.stdout)
        outcome = self.run_plan("deployment", env=env)
        self.assertEqual({len(p["rejoins"]) for p in outcome.summary["participants"]}, {1})
        self.assertEqual(outcome.find("fault-ended")[0]["data"]["exit_code"], 0)
        # what came from the environment is in no output
        written = "".join(path.read_text(encoding="utf-8") for path in outcome.folder.iterdir())
        for text in (str(outcome), str(doctor), written):
            self.assertNotIn(cluster.secret, text)
            self.assertNotIn(env["KMS"], text)
        self.assertIn("docker kill ${KMS}", written)
        started = outcome.find("run-started")[0]["data"]
        self.assertEqual(started["plan_file"]["deployment"]["openvidu"]["secret"], "${OPENVIDU_SECRET}")

    def test_examples(self):
        cases = [self.rolling_restart, self.frozen_media_node, self.master_crash, self.media_node_crash,
                 self.deployment, self.audio_lecture]
        self.assertEqual(len(cases), len(list(PLANS.glob("*.yaml"))))
        self.together(cases, 2)

    def test_mistakes(self):
        plan = self.folder / "plan.yaml"
        plan.write_text("name: x\nparticipants:\n  - count: 2\n    rolle: publisher\n", encoding="utf-8")
        for command in ("run", "doctor"):
            outcome = self.finish(self.start(command, plan))
            self.assertEqual((outcome.code, outcome.stdout), (2, ""), str(outcome))
            self.assertIn(f"rejoin: {plan}:4: participants[0].rolle: there is no such key", outcome.stderr)
            outcome = self.finish(self.start(command, plan, plan))
            self.assertEqual(outcome.code, 2, str(outcome))
            self.assertIn("takes one plan", outcome.stderr)
            outcome = self.finish(self.start(command, self.folder / "none.yaml"))
            self.assertEqual(outcome.code, 2, str(outcome))
            self.assertIn("there is no plan", outcome.stderr)


if __name__ == "__main__":
    harness.main()
