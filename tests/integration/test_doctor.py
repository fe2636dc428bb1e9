#!/usr/bin/env python3
"""rejoin doctor: says that all is well only when it is, and what would cure the rest."""
import socket

import harness


class Doctor(harness.Case):
    def look(self, *arguments, code, **options):
        outcome = self.finish(self.start("doctor", *arguments, **options))
        self.assertEqual(outcome.code, code, str(outcome))
        return outcome

    def test_all_is_well(self):
        cluster = self.start_cluster()
        plan = self.folder / "plan.yaml"
        plan.write_text("participants: [{count: 3}]\ncontrol: {mark-file: mark, marks: 2}\nrepeat: 2\n", encoding="utf-8")
        outcome = self.look(plan, *harness.SMALL, "--url", cluster.server_url, "--fault", "run:false@1s", "--marks", "3",
                            "--events", self.folder / "none.jsonl", code=0, env={"REJOIN_SECRET": cluster.secret})
        self.assertIn("✓ join        All 2 participants joined", outcome.stdout)
        self.assertTrue(outcome.stdout.endswith("All is well.\n"), outcome.stdout)
        outcome = self.look(*harness.SMALL, "--url", cluster.server_url, "--participants", "3", "--shard", "1/2", "--run-id",
                            "job", "--duration", "9s", code=0, env={"REJOIN_SECRET": cluster.secret})
        self.assertIn("enough for 2 participants", outcome.stdout)  # that share
        self.assertIn("✓ join        All 2 participants joined", outcome.stdout)
        # it only looks: no fault was made, and no file of the run was touched
        self.assertFalse((self.folder / "none.jsonl").exists())
        self.assertNotIn(cluster.secret, str(outcome))

    def test_wrong_secret(self):
        cluster = self.start_cluster()
        outcome = self.look(*harness.SMALL, "--url", cluster.server_url, code=4, env={"REJOIN_SECRET": "not-the-one"})
        self.assertIn("✗ join", outcome.stdout)
        self.assertIn("401", outcome.stdout)
        self.assertNotIn("All is well", outcome.stdout)

    def test_nobody_there(self):
        with socket.socket() as bound:  # and does not listen: nobody else gets the port meanwhile
            bound.bind(("127.0.0.1", 0))
            outcome = self.look(*harness.SMALL, "--app", f"http://127.0.0.1:{bound.getsockname()[1]}",
                                "--bundle", self.folder / "bundle", code=4)
        self.assertIn("nobody listens there", outcome.stdout)
        self.assertFalse((self.folder / "bundle").exists())

    def test_missing_plugins(self):
        outcome = self.look(code=4, env={"GST_PLUGIN_SYSTEM_PATH_1_0": "/nonexistent", "GST_PLUGIN_PATH_1_0": "",
                                         "GST_REGISTRY": str(self.folder / "registry.bin")})
        self.assertIn("✗ plugins", outcome.stdout)
        self.assertIn("apt install gstreamer1.0-plugins-bad", outcome.stdout)
        self.assertNotIn(" join ", outcome.stdout)

    def test_bad_option(self):
        outcome = self.look("--fault", "kill-node@1s", code=2)
        self.assertIn("✗ options", outcome.stdout)


if __name__ == "__main__":
    harness.main()
