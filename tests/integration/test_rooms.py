#!/usr/bin/env python3
"""Life in a room on the embedded cluster with real media: both ways to subscribe, and what participants do on purpose."""
import sys

import harness


class Rooms(harness.Case):
    def test_the_server_makes_the_offers(self):
        outcome = self.run_rejoin("--participants", "3", "--media-server", "mediasoup", "--crash-after", "500ms",
                                  "--fault", "kill-media-node@1s", *harness.SMALL)
        self.check_everybody_back(outcome, 3, "nodeCrashed")
        self.check_log()
        self.assertEqual({e["data"]["media_server"] for e in outcome.find("joined")}, {"mediasoup"})
        # 3 participants publish, and see 2 others, before and after
        self.assertEqual(len(outcome.find("offer-sent")), 6)
        for kind in ("offer-requested", "offer-received", "answer-sent", "answer-accepted"):
            self.assertEqual(len(outcome.find(kind)), 12, kind)

    def test_one_silent_stream_is_reconnected(self):
        # bot-2's packets vanish for a while: for each of the others one stream of two is silent
        for server in ("kurento", "mediasoup"):
            with self.subTest(server):
                outcome = self.run_with_late_frames("--participants", "3", "--media-server", server,
                                                    "--fault", "blackhole-media:bot-2/2s@500ms", *harness.SMALL)
                again = [e for e in outcome.find("peer-created", why="reconnect", direction="subscribe")
                         if e["participant"] != "bot-2"]
                self.assertEqual(sorted(e["edge"] for e in again), ["bot-2>bot-1", "bot-2>bot-3"], str(outcome))
                for peer in again:
                    after = [e["type"] for e in outcome.events if e.get("edge") == peer["edge"]
                             and e["participant"] == peer["participant"] and e["mono_us"] >= peer["mono_us"]]
                    for kind in ("answer-received" if server == "kurento" else "answer-accepted", "first-key-frame"):
                        self.assertIn(kind, after)
                self.assertEqual(len(outcome.find("joined")), 3)
                self.assertEqual([e for e in outcome.summary["edges"] if e["down_at_end"]], [])

    def test_what_participants_do_on_purpose(self):
        outcome = self.run_rejoin(
            "--participants", "4", "--role", "MODERATOR:bot-1", "--role", "SUBSCRIBER:bot-4",
            "--fault", "unpublish:bot-2@500ms", "--fault", "signal:bot-1@500ms", "--fault", "mute:bot-3@500ms",
            "--fault", "publish:bot-2@1500ms", "--fault", "unmute:bot-3@1700ms",
            "--fault", "force-unpublish:bot-2@2500ms", "--fault", "publish:bot-2@3s",
            "--fault", "leave:bot-3@3500ms", "--fault", "join:bot-3@4s",
            "--fault", "force-disconnect:bot-2@5s", "--fault", "join:bot-2@5500ms", *harness.SMALL)
        self.check_log()
        summary = outcome.summary
        self.assertEqual({e["data"].get("ok") for e in outcome.find("fault-ended")}, {True})
        # nobody sees the subscriber; everybody sees the others, until the end
        self.assertEqual(sorted(f"{e['from']}>{e['to']}" for e in summary["edges"]), sorted(
            f"bot-{a}>bot-{b}" for a in (1, 2, 3) for b in (1, 2, 3, 4) if a != b))
        for edge in summary["edges"]:
            self.assertEqual((edge["outages_ms"], edge["down_at_end"]), ([], False), edge)
        for participant in summary["participants"]:
            self.assertEqual(participant["rejoins"], [], participant)
        self.assertEqual([e["data"]["reason"] for e in outcome.find("own-unpublished")],
                         ["unpublish", "forceUnpublishByUser"])
        heard = [e["participant"] for e in outcome.find("signal-received", **{"from": "bot-1"})]
        self.assertEqual(sorted(heard), ["bot-1", "bot-2", "bot-3", "bot-4"])
        muted = outcome.find("remote-property", property="videoActive", value=False)
        self.assertEqual({e["edge"] for e in muted}, {"bot-3>bot-1", "bot-3>bot-2", "bot-3>bot-4"})
        self.assertIn("forceDisconnectByUser", outcome.find("participant-failed")[0]["data"]["reason"])
        joined = [e["participant"] for e in outcome.find("joined")]
        self.assertEqual(sorted(joined), ["bot-1", "bot-2", "bot-2", "bot-3", "bot-3", "bot-4"])

    def test_what_was_wished_survives_a_crash(self):
        outcome = self.run_rejoin(
            "--participants", "3", "--crash-after", "500ms", "--fault", "unpublish:bot-2@300ms",
            "--fault", "mute:bot-3:video@300ms", "--fault", "kill-media-node@1s", *harness.SMALL)
        self.assertEqual([[r["cause"] for r in p["rejoins"]] for p in outcome.summary["participants"]],
                         [["nodeCrashed"]] * 3)
        self.assertEqual(len([e for e in outcome.find("peer-created", direction="publish")
                              if e["participant"] == "bot-2"]), 1)
        again = [e for e in outcome.find("remote-published") if e["edge"] == "bot-3>bot-1"][-1]
        self.assertEqual((again["data"]["video_active"], again["data"]["audio_active"]), (False, True))

    def test_sound_alone(self):
        outcome = self.run_rejoin("--participants", "3", "--no-video", "--crash-after", "500ms",
                                  "--fault", "kill-media-node@500ms", *harness.SMALL)
        self.check_everybody_back(outcome, 3, "nodeCrashed")
        self.check_media(outcome, (True, False))

    def test_pictures_alone_by_the_servers_offer(self):
        outcome = self.run_rejoin("--participants", "2", "--no-audio", "--media-server", "mediasoup", *harness.SMALL)
        self.check_media(outcome, (False, True))

    def check_media(self, outcome, wanted):
        published = outcome.find("remote-published")
        self.assertEqual({(e["data"]["has_audio"], e["data"]["has_video"]) for e in published}, {wanted})

    def test_a_session_that_is_closed_by_rest(self):
        # whoever closes the session throws everybody out: that is told, and nobody comes back
        script = self.folder / "close.py"
        script.write_text(
            "import base64, os, urllib.request\n"
            "key = base64.b64encode(b'OPENVIDUAPP:' + os.environ['SECRET'].encode()).decode()\n"
            "request = urllib.request.Request(os.environ['URL'] + '/openvidu/api/sessions/the-room', method='DELETE',\n"
            "                                 headers={'Authorization': 'Basic ' + key})\n"
            "print(urllib.request.urlopen(request).status, end='')\n", encoding="utf-8")
        close = f"{sys.executable} {script}"
        cluster = self.start_cluster()
        outcome = self.run_rejoin(
            "--url", cluster.server_url, "--participants", "2", "--session", "the-room",
            "--fault", f"run:{close}@500ms", *harness.SMALL, code=1,
            env={"REJOIN_SECRET": cluster.secret, "SECRET": cluster.secret, "URL": cluster.server_url})
        self.assertEqual(outcome.find("fault-ended")[0]["data"]["output"], "204", str(outcome))
        for participant in outcome.summary["participants"]:
            self.assertIn("sessionClosedByServer", participant["failure"])
            self.assertEqual(participant["problem_words"], ["gave-up"])
            self.assertEqual(participant["rejoins"], [])


if __name__ == "__main__":
    harness.main()
