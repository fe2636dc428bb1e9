#!/usr/bin/env python3
"""What the real server does wrong, done on demand by the embedded one: everybody comes back from each."""
import json

import harness

ROOM = ("--participants", "3", *harness.SMALL)


class Quirks(harness.Case):
    def run_one(self, name, *arguments):
        outcome = self.run_apart(name, *ROOM, *arguments)
        self.assertEqual(outcome.code, 0, f"{name}: {outcome}")
        for edge in outcome.summary["edges"]:
            self.assertFalse(edge["down_at_end"], f"{name}: {edge}")
        return outcome

    def check_causes(self, outcome, cause):
        for participant in outcome.summary["participants"]:
            self.assertEqual([r["cause"] for r in participant["rejoins"]], [cause], str(outcome))

    def answers_joins_and_closes(self):
        outcome = self.run_one("double", "--quirk", "double-answers", "--quirk", "early-leavers", "--quirk", "slow-close",
                               "--crash-after", "300ms", "--fault", "kill-media-node@1s")
        self.check_causes(outcome, "nodeCrashed")
        # nobody waits for those who were gone already: each sees the two others
        self.assertEqual(len(outcome.summary["edges"]), 6)

    def ghosts(self):
        outcome = self.run_one("ghosts", "--quirk", "ghosts", "--resume", "never", "--fault", "cut-websocket@1s")
        self.check_causes(outcome, "networkDisconnect")
        # each ghost was removed by the news of the next joiner
        self.assertEqual(len(outcome.find("participant-evicted", reason="")), 3, str(outcome))
        self.assertEqual(outcome.find("participant-evicted", reason="networkDisconnect"), [])

    def dead_session(self):
        outcome = self.run_one("dead", "--quirk", "dead-session", "--media-nodes", "1", "--silence-leave", "2s",
                               "--fault", "restart-media-node@1s")
        self.check_causes(outcome, "silence")
        self.assertEqual(outcome.find("participant-evicted"), [])

    def session_that_stays_dead(self):
        outcome = self.run_one("undying", "--quirk", "dead-session", "--quirk", "undying-session", "--media-nodes", "1",
                               "--silence-leave", "2s", "--delete-dead-session", "--fault", "restart-media-node@1s")
        self.check_causes(outcome, "silence")
        said = json.dumps(outcome.find("warning"))
        self.assertIn("has been deleted over REST (status 204)", said)
        self.assertEqual(said.count("has been deleted over REST"), 1, said)
        self.assertIn("deleted over REST", outcome.stdout)  # and the report says so

    def held_lock(self):
        outcome = self.run_one("held", "--quirk", "held-lock", "--silence-leave", "2s", "--fault", "freeze-media-node@1s",
                               "--fault", "thaw-media-node@4s")
        self.check_causes(outcome, "silence")

    def ghost_that_stays(self):
        """Its leaveRoom never reaches the server, which goes on listing it: the only one that is found."""
        outcome = self.run_apart("ghost", *ROOM, "--fault", "blackhole-signalling:bot-2/6s@1s", "--fault",
                                 "leave:bot-2@1.2s", "--duration", "7.5s", "--expect", "ghosts == 0", "--expect",
                                 "joined == all")
        ghosts = outcome.summary["census"]["ghosts"]
        self.assertEqual([g["name"] for g in ghosts], ["bot-2"], str(outcome))
        self.assertGreaterEqual(ghosts[0]["lifetime_ms"], 1000)
        joined = [e for e in outcome.find("joined") if e["participant"] == "bot-2"]
        self.assertEqual(ghosts[0]["connection"], joined[0]["data"]["connection"])
        self.assertEqual({e["text"]: e["state"] for e in outcome.summary["expectations"]},
                         {"ghosts == 0": "unmet", "joined == all": "met"})
        self.assertIn("Ghosts", outcome.stdout)

    def test_everybody_comes_back(self):
        self.together((self.ghost_that_stays, self.held_lock, self.session_that_stays_dead, self.dead_session,
                       self.answers_joins_and_closes, self.ghosts), 3)

    def test_usage(self):
        for arguments, words in (
                (("run", "--quirk", "nonsense"), ('--quirk: "nonsense" is not one of', "ghosts", "double-answers")),
                (("run", "--quirk", "ghosts", "--app", "http://127.0.0.1:1"), ("--quirk is for the embedded cluster",)),
                (("cluster", "--quirk", "nonsense"), ('--quirk: "nonsense" is not one of', "dead-session")),
                (("cluster", "--webhook", "nonsense"), ("--webhook: that is no http or https URL",)),
                (("cluster", "--webhook-header", "A: b"), ("--webhook-header needs --webhook",)),
                (("cluster", "--webhook", "http://a/", "--webhook-header", "A"), ("write NAME: VALUE",))):
            outcome = self.finish(self.start(*arguments))
            self.assertEqual(outcome.code, 2, str(outcome))
            for word in words:
                self.assertIn(word, outcome.stderr)


if __name__ == "__main__":
    harness.main()
