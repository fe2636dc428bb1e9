#!/usr/bin/env python3
"""The sweep over sockets can fail: each of its judgements fires, and is silent when all is well."""
import asyncio
import unittest

import batches
import striker


def make_case(fault="doubled", struck="> publishVideo", story="join"):
    strike = striker.Strike(story, fault, 3)
    strike.struck, strike.session = struck, "b1-1"
    strike.victim, strike.witness = "bot-1", "bot-2"
    return strike


def make_edge(source, target, **different):
    return {"session": "b1-1", "from": source, "to": target, "flowed": True, "down_at_end": False, "wrong_frames": 0,
            **different}


def make_outcome(*edges, **members):
    outcome = batches.Outcome()
    outcome.summary = {"edges": edges or [make_edge("bot-1", "bot-2"), make_edge("bot-2", "bot-1")]}
    vars(outcome).update(members)
    return outcome


class Judge(unittest.TestCase):
    def judge(self, strike, outcome):
        return "\n".join(batches.check_batch([strike], outcome)[strike.name])

    def test_all_is_well(self):
        self.assertEqual(self.judge(make_case(), make_outcome()), "")

    def test_who_gives_up(self):
        gave_up = make_outcome(failed={"bot-1": "tired"})
        self.assertIn("bot-1 gave up: tired", self.judge(make_case(), gave_up))
        self.assertEqual(self.judge(make_case("gone"), gave_up), "")
        self.assertEqual(self.judge(make_case("error:401"), gave_up), "")
        self.assertIn("gave up", self.judge(make_case("error:401", "> joinRoom"), gave_up))
        self.assertIn("without a reason", self.judge(make_case("gone"), make_outcome(failed={"bot-1": ""})))
        self.assertIn("bot-2 gave up", self.judge(make_case("gone"), make_outcome(failed={"bot-1": "a", "bot-2": "b"})))

    def test_who_notices_nothing(self):
        self.assertIn("has not noticed", self.judge(make_case("gone"), make_outcome()))
        self.assertEqual(self.judge(make_case("gone", None), make_outcome()), "")

    def test_what_does_not_flow(self):
        down = make_outcome(make_edge("bot-2", "bot-1", down_at_end=True))
        self.assertIn("nothing flows from bot-2 to bot-1", self.judge(make_case(), down))
        self.assertIn("nothing flows", self.judge(make_case(), make_outcome(make_edge("bot-1", "bot-2", flowed=False))))
        self.assertIn("nothing settles for bot-2", self.judge(make_case(), make_outcome(unsettled=["bot-2"])))
        self.assertIn("4 wrong frames", self.judge(make_case(), make_outcome(make_edge("bot-1", "bot-2", wrong_frames=4))))
        untold = make_case("lost")
        untold.untold = ["participantPublished"]
        self.assertEqual(self.judge(untold, down), "")
        self.assertIn("nothing flows", self.judge(untold, make_outcome(make_edge("bot-1", "bot-2", down_at_end=True))))
        nameless = make_case("lost")
        nameless.untold = ["participantJoined"]
        never, seen = make_edge("bot-2", "bot-1", flowed=False), make_edge("con_1", "bot-1")
        self.assertEqual(self.judge(nameless, make_outcome(never, seen)), "")
        self.assertIn("nothing flows", self.judge(nameless, make_outcome(never)))
        denied = make_case("error:105", "> receiveVideoFrom")
        self.assertEqual(self.judge(denied, down), "")

    def test_what_is_wrong_with_the_process(self):
        self.assertIn("holds", self.judge(make_case(), make_outcome(problems=["holds too much"])))
        self.assertIn("ended", self.judge(make_case(), make_outcome(problems=["ended with 5"], summary=None)))


class Messages(unittest.TestCase):
    def test_the_nth_that_can_be_struck(self):
        strike = striker.Strike("join", "error:204", 2)
        request, answer, news = {"method": "ping", "id": 1}, {"result": {}, "id": 1}, {"method": "iceCandidate"}
        self.assertFalse(strike.meet(striker.UP, request))
        strike.armed = True
        messages = [(">", request), ("<", answer), ("<", news), (">", request), (">", request)]
        self.assertEqual([strike.meet(*message) for message in messages], [False, False, False, True, False])
        self.assertEqual(strike.struck, "> ping")

    def test_frames(self):
        async def read(data):
            reader = asyncio.StreamReader()
            reader.feed_data(data)
            return await striker.read_frame(reader)

        for size in (0, 5, 125, 126, 65535, 65536):
            for way in (striker.UP, striker.DOWN):
                whole = striker.pack_text(b"x" * size, way)
                self.assertEqual(asyncio.run(read(whole)), (striker.TEXT, b"x" * size, whole))
        masked = b"\x81\x85" + b"\1\2\3\4" + bytes(a ^ b for a, b in zip(b"hello", b"\1\2\3\4\1"))
        self.assertEqual(asyncio.run(read(masked))[1], b"hello")

    def test_errors_are_like_the_servers(self):
        error = striker.make_error({"id": 7, "method": "joinRoom"}, 204)
        self.assertEqual((error["id"], error["error"]["code"]), (7, 204))
        self.assertTrue(error["error"]["message"].endswith("Code: 204"))


unittest.main(verbosity=2)
