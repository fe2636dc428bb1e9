"""What one socket was told in the recording, and what ours was told: compared as order of messages, with
candidates as a set, and with runs of participantLeft and participantEvicted as multisets.

A browser does several things at once, and our media node answers faster than the recorded one: there the
order is compared of answers and of notifications, each by itself."""

import json

from compare import Difference, same

GOING = ("participantLeft", "participantEvicted")
# Everybody goes, one after the other, in an order that the server is free to choose (7.6)
LOOPS = ("nodeCrashed", "sessionClosedByServer", "openviduServerStopped")


def is_candidate(message):
    return message.get("method") == "iceCandidate"


def is_loop(message):
    return message.get("method") in GOING and message["params"]["reason"] in LOOPS


def is_going(message):
    return message.get("method") in GOING and not is_loop(message)


def runs_together(message, other):
    """Whether the server may choose the order of the two."""
    if is_going(message):
        return is_going(other)
    resets = [m.get("params", {}).get("reason") == "mediaServerReconnect" for m in (message, other)]
    return all(resets)


def is_keepalive(message):
    """Answers to the pings with which the recorded client kept itself alive, at moments of its own"""
    return "id" in message and message["id"] >= 100000


class Transcript:
    """What a socket heard."""

    """@strict: one order for all. @extra: ids of answers that only ours gives."""

    def __init__(self, name, strict, extra):
        self.name = name
        self.strict = strict
        self.extra = extra
        self.expected = []
        self.heard = []
        self.n_matched = [0, 0]

    def expect(self, message):
        if not is_keepalive(message):
            self.expected.append(message)

    def hear(self, message):
        if not is_keepalive(message) and message.get("id") not in self.extra:
            self.heard.append(message)

    def n_due(self):
        """How many messages, candidates and loops aside, should have come by now."""
        return sum(not is_candidate(m) and not is_loop(m) for m in self.expected)

    def n_come(self):
        return sum(not is_candidate(m) and not is_loop(m) for m in self.heard)

    def n_ends(self, connection):
        """Whether the recording has this client's own end in a loop"""
        return count_ends(self.expected, connection)

    def n_ends_heard(self, connection):
        return count_ends(self.heard, connection)

    def parts(self, messages):
        """The sequences whose order counts, each as blocks."""
        if self.strict:
            return [blocks(messages)]
        answers = [m for m in messages if "id" in m]
        return [blocks(answers), blocks([m for m in messages if "id" not in m])]

    def learn(self, names):
        """Binds ids as far as both sides agree, so that later requests can be translated."""
        for part, (theirs, ours) in enumerate(zip(self.parts(self.expected), self.parts(self.heard))):
            for one, other in list(zip(theirs, ours))[self.n_matched[part] :]:
                try:
                    same(one, other, names, self.name)
                except Difference:
                    break
                self.n_matched[part] += 1

    def compare(self, names):
        """Returns a list of texts."""
        wrong = []
        for theirs, ours in zip(self.parts(self.expected), self.parts(self.heard)):
            wrong += self.compare_part(theirs, ours, names)
        return wrong + self.compare_candidates(names) + self.check_loops()

    def compare_part(self, theirs, ours, names):
        wrong = []
        for i, (one, other) in enumerate(zip(theirs, ours)):
            try:
                same(one, other, names, f"{self.name}[{i}]")
            except Difference as difference:
                wrong.append(str(difference))
        for extra in theirs[len(ours) :]:
            wrong.append(f"{self.name}: never came: {brief(extra)}")
        for extra in ours[len(theirs) :]:
            wrong.append(f"{self.name}: too many: {brief(extra)}")
        return wrong

    def compare_candidates(self, names):
        def keys(messages, translate):
            found = set()
            for m in messages:
                if is_candidate(m):
                    p = m["params"]
                    found.add(
                        (
                            translate(p["senderConnectionId"]),
                            translate(p["endpointName"]),
                            p["sdpMLineIndex"],
                        )
                    )
            return found

        theirs = keys(self.expected, names.translate)
        ours = keys(self.heard, lambda text: text)
        return [f"{self.name}: no candidate for {one}" for one in sorted(theirs - ours)]

    def check_loops(self):
        """Whoever was in the loop hears of his own end once, and of each other's left before evicted."""
        theirs = [m for m in self.expected if is_loop(m)]
        ours = [m for m in self.heard if is_loop(m)]
        wrong = []
        if bool(theirs) != bool(ours):
            return [f"{self.name}: end of the session: {len(theirs)} messages are {len(ours)}"]
        left = [m["params"]["connectionId"] for m in ours if m["method"] == GOING[0]]
        evicted = [m["params"]["connectionId"] for m in ours if m["method"] == GOING[1]]
        reasons = {m["params"]["reason"] for m in ours}
        if len(set(evicted)) != len(evicted) or (ours and not set(left) < set(evicted)):
            wrong.append(f"{self.name}: left {left}, evicted {evicted}")
        if ours and len(set(evicted) - set(left)) != 1:
            wrong.append(f"{self.name}: not exactly one end of its own in {evicted}")
        if reasons != {m["params"]["reason"] for m in theirs}:
            wrong.append(f"{self.name}: reasons {reasons}")
        return wrong


def count_ends(messages, connection):
    return sum(
        is_loop(m) and m["method"] == GOING[1] and m["params"]["connectionId"] == connection
        for m in messages
    )


def blocks(messages):
    """Messages in order, runs whose order is free drawn together; candidates and loops left out."""
    found = []
    for message in messages:
        if is_candidate(message) or is_loop(message):
            continue
        if found and runs_together(message, found[-1][0]):
            found[-1].append(message)
        else:
            found.append([message])
    return found


def brief(block):
    return json.dumps(block)[:300]
