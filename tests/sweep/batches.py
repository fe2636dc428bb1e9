"""One lane of the sweep over sockets: a cluster, the proxy before it, and one batch of cases after the other, each in a
process of its own; and the judgement over a batch."""
import asyncio
import json
import os
import pathlib
import re
import signal
import sys
import time

TESTS = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "conformance")]

import wire
from growing import GrowingLog
from striker import Striker

SMALL = ["--resolution", "160x120", "--fps", "5", "--bitrate", "50k"]
JOIN_S = 60          # until everybody flows without a fault, on a slow machine
STORY_S = 6          # how long messages count after the story has begun: itself, and a ping
SETTLE_S = 150       # with all limits that can come one after the other
LATE_REST_S = 14     # what is late by 11 s
REST_S = 2
LEAVE_S = 30
GHOST_S = 100        # above the server's three missed pings and its grace time
LATE = ("delayed", "stalled", "dead", "gone", "cut", "cut-after")
SUBSCRIBING = ["> receiveVideoFrom", "> prepareReceiveVideoFrom", "> reconnectStream"]
# What a participant cannot know or may not repeat: its failure, or an edge that it never sees, is right
FATAL = {401: ["> publishVideo"], 800: ["> publishVideo", *SUBSCRIBING]}
DENIED = (102, 105)


class Tail:
    """The state of everybody, from the event log that a process is writing."""

    def __init__(self, path):
        self.log = GrowingLog(path)
        self.attempts = {}
        self.failed = {}
        self.placed = {}
        self.pids = {}
        self.ended = None

    def take(self, event):
        data, who = event.get("data", {}), event.get("participant")
        match event["type"]:
            case "attempt-state":
                self.attempts[who] = data["to"]
            case "participant-failed":
                self.failed[who] = data.get("reason", "")
            case "session-placed":
                self.placed[event["session"]] = data["node"]
            case "process-started" if data["role"] == "media-node":
                self.pids[data["index"]] = data["pid"]
            case "run-ended":
                self.ended = data["reason"]

    def read(self):
        for event in self.log.read():
            self.take(event)
        return self

    def is_settled(self, who, gone=()):
        return who in self.failed or (self.attempts.get(who) == "flowing" and who not in gone)


class Outcome:
    def __init__(self):
        self.problems = []  # of the whole batch
        self.summary = None
        self.failed = {}
        self.unsettled = []
        self.text = ""


def count_held(pid):
    base = pathlib.Path("/proc", str(pid))
    return {"threads": len(os.listdir(base / "task")), "descriptors": len(os.listdir(base / "fd"))}


async def wait_for(ask, limit_s):
    """Returns: what ask() has found, falsy after the limit"""
    end = time.monotonic() + limit_s
    while not (found := ask()) and time.monotonic() < end:
        await asyncio.sleep(0.05)
    return found


async def end_process(process, first=signal.SIGINT, limit_s=LEAVE_S):
    if process.returncode is None:
        process.send_signal(first)
    try:
        await asyncio.wait_for(process.wait(), limit_s)
        return True
    except asyncio.TimeoutError:
        process.kill()
        await process.wait()
        return False


class Lane:
    N_NODES = 4

    def __init__(self, program, folder, media_server="kurento"):
        self.program = program
        self.folder = folder
        self.media_server = media_server
        self.n_batches = 0
        self.sessions = {}  # what has been played, by session

    async def launch(self, name, *arguments):
        out = open(self.folder / f"{name}.out", "w", encoding="utf-8")
        with out:
            return await asyncio.create_subprocess_exec(
                self.program, *map(str, arguments), stdout=out, stderr=asyncio.subprocess.STDOUT,
                env={**os.environ, "RJ_DEBUG": "fleet:debug"})

    async def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "cluster.jsonl"
        log.unlink(missing_ok=True)
        self.cluster = await self.launch(
            "cluster", "cluster", "--port", 0, "--app-port", 0, "--node-port", 0, "--media-nodes", self.N_NODES,
            "--crash-after", "300ms", "--restart-after", "1s", "--media-server", self.media_server, "--events", log)
        said = self.folder / "cluster.out"
        text = await wait_for(lambda: "Ctrl-C" in said.read_text() and said.read_text(), JOIN_S)
        if not text:
            raise RuntimeError(f"the cluster did not start: {said.read_text()}")
        self.server_url = re.search(r"OpenVidu server +(\S+)", text)[1]
        self.app_url = re.search(r"app server +(\S+)", text)[1]
        self.secret = re.search(r"secret +(\S+)", text)[1]
        self.nodes = Tail(log)
        self.striker = Striker(self.app_url, self.server_url)
        await self.striker.start()

    async def stop(self):
        self.striker.stop()
        await end_process(self.cluster)

    # --- one batch ---

    def kill(self, nodes):
        for node in nodes:
            try:
                os.kill(self.nodes.read().pids[node], signal.SIGKILL)
            except (KeyError, ProcessLookupError):
                pass  # it is dead, and not back yet

    def crash(self, session):
        self.kill([self.nodes.read().placed.get(session, 0)])

    def arm(self, strikes, armed=True):
        for strike in strikes:
            strike.armed = armed

    async def begin(self, story, strikes, prefix, guests):
        match story:
            case "rejoin":
                self.kill(list(self.nodes.read().pids))
            case "resume":
                for strike in strikes:
                    strike.cut()
            case "subscribe":
                guests.append(await self.launch(
                    f"{prefix}guests", "run", "--app", self.app_url, "--participants", 1, "--sessions", len(strikes),
                    "--session", prefix + "-{session}", "--name", "guest-{index}", "--duration", "2s",
                    "--join-deadline", f"{JOIN_S}s", "--quiet", *SMALL))

    async def play(self, strikes, quick):
        story = strikes[0].story
        self.n_batches += 1
        prefix = f"b{self.n_batches}"
        folder = self.folder / prefix
        folder.mkdir(exist_ok=True)
        names = [f"bot-{i}" for i in range(1, 2 * len(strikes) + 1)]
        for i, strike in enumerate(strikes, 1):
            session = f"{prefix}-{i}"
            strike.session, strike.victim, strike.witness = session, f"bot-{2 * i - 1}", f"bot-{2 * i}"
            strike.on_crash = lambda session=session: self.crash(session)
            self.sessions[session] = strike.name
        self.striker.victims = {strike.session: strike for strike in strikes}
        self.arm(strikes, story == "join")
        (folder / "events.jsonl").unlink(missing_ok=True)
        process = await self.launch(
            prefix, "run", "--app", f"http://{self.striker.own}", "--participants", 2, "--sessions",
            len(strikes), "--session", prefix + "-{session}", "--events", folder / "events.jsonl", "--json",
            folder / "summary.json", "--duration", "1h", "--timeout", "2h", "--join-deadline", "1h", "--quiet", *SMALL)
        outcome, guests = Outcome(), []
        try:
            await self.follow(process, strikes, names, Tail(folder / "events.jsonl"), outcome, guests, quick)
        finally:
            for one in [process, *guests]:
                await end_process(one, signal.SIGKILL)
            for strike in strikes:
                strike.cut()  # TCP gives up at last, where nothing was told
        self.read(process, folder, prefix, outcome)
        return outcome

    async def follow(self, process, strikes, names, tail, outcome, guests, quick):
        story = strikes[0].story

        def are_settled():
            gone = {strike.victim for strike in strikes if strike.gone}
            tail.read()
            return process.returncode is not None or all(tail.is_settled(name, gone) for name in names)

        held = None
        if story != "join":
            if not await wait_for(are_settled, JOIN_S) or process.returncode is not None:
                outcome.problems.append("does not even join without a fault")
                return
            await asyncio.sleep(REST_S)
            held = count_held(process.pid)
            if story != "leave":
                self.arm(strikes)
                await self.begin(story, strikes, strikes[0].session.rpartition("-")[0], guests)
        if story != "leave":
            await wait_for(lambda: all(strike.struck for strike in strikes), STORY_S)
            await wait_for(lambda: all(strike.struck for strike in strikes) or are_settled(), JOIN_S)
            self.arm(strikes, False)
            await wait_for(are_settled, SETTLE_S)
            late = any(strike.fault in LATE for strike in strikes)
            await asyncio.sleep(0.5 if quick else LATE_REST_S if late else REST_S)
            await wait_for(are_settled, SETTLE_S)
            for guest in guests:
                if not await end_process(guest, signal.SIGINT):
                    outcome.problems.append("a guest does not leave")
            await wait_for(are_settled, SETTLE_S)
        outcome.unsettled = [name for name in names if not tail.is_settled(name)]
        outcome.failed = dict(tail.failed)
        await self.check_held(process, held, outcome)
        if process.returncode is not None:
            return
        if story == "leave":
            self.arm(strikes)
        if not await end_process(process, signal.SIGINT):
            outcome.problems.append(f"does not leave within {LEAVE_S} s")

    async def check_held(self, process, held, outcome):
        """Threads of pools that idle go after a while."""
        if held is None or process.returncode is not None:
            return
        if not await wait_for(lambda: all(count_held(process.pid)[key] <= held[key] for key in held), LEAVE_S):
            outcome.problems.append(f"holds {count_held(process.pid)}, and {held} before")

    def read(self, process, folder, prefix, outcome):
        outcome.text = (self.folder / f"{prefix}.out").read_text(encoding="utf-8")
        summary = folder / "summary.json"
        if summary.exists():
            outcome.summary = json.loads(summary.read_text(encoding="utf-8"))
        else:
            outcome.problems.append(f"ended with {process.returncode}, without a summary: {outcome.text[-500:]}")
        if process.returncode not in (0, 1, 3, 128 + signal.SIGINT):
            outcome.problems.append(f"ended with {process.returncode}")
        census = re.search(r"census of webrtcbin: (\d+) made, (\d+) finalized, (\d+) hung", outcome.text)
        late = outcome.summary is not None and outcome.summary["self"]["overloaded"]  # and given up waiting
        if census is None or census[3] != "0" or (census[1] != census[2] and not late):
            outcome.problems.append(census[0] if census else "no census of webrtcbin")
        if re.search(r"(?i)\bcritical\b|Sanitizer|runtime error:", outcome.text):
            outcome.problems.append(re.search(r"(?i).*(\bcritical\b|Sanitizer|runtime error:).*", outcome.text)[0])

    # --- the end ---

    async def list_sessions(self):
        _, _, text = await wire.request(int(self.server_url.rpartition(":")[2]), "GET", "/openvidu/api/sessions",
                                        password=self.secret)
        return [session["id"] for session in json.loads(text)["content"]]

    async def check_nothing_left(self):
        """Nobody lives on at the server. Returns: cases, and what is left of them"""
        end = time.monotonic() + GHOST_S
        while (left := await self.list_sessions()) and time.monotonic() < end:
            await asyncio.sleep(0.2)
        return [(self.sessions.get(session, session), "it left, but its ghost stays") for session in left]


# --- judging ---

def may_fail(strike):
    return strike.fault == "gone" or strike.struck in FATAL.get(strike.code, [])


def may_miss(strike):
    """Nobody told it of the stream, or it was denied: nobody can know."""
    if "participantPublished" in strike.untold:
        return True
    return strike.code in DENIED and strike.struck in SUBSCRIBING


def sees_nameless(strike, edges):
    """Of whom only the name was lost, it sees the stream."""
    return "participantJoined" in strike.untold and any(
        edge["from"].startswith("con_") and edge["to"] == strike.victim and edge["flowed"] and not edge["down_at_end"]
        for edge in edges)


def check_case(strike, outcome):
    """Yields what is wrong."""
    for name in (strike.victim, strike.witness):
        if name in outcome.failed and (name != strike.victim or not may_fail(strike)):
            yield f"{name} gave up: {outcome.failed[name]}"
        elif name in outcome.failed and not outcome.failed[name]:
            yield f"{name} gave up without a reason"
        elif name in outcome.unsettled and strike.fault != "gone" and not (name == strike.victim and may_miss(strike)):
            yield f"nothing settles for {name}"
    if strike.struck and strike.fault == "gone" and strike.story != "leave" and strike.victim not in outcome.failed:
        yield "nobody is there any more, and it has not noticed"
    edges = [edge for edge in outcome.summary["edges"] if edge["session"] == strike.session]
    for edge in edges:
        ends = (edge["from"], edge["to"])
        if ends not in ((strike.victim, strike.witness), (strike.witness, strike.victim)):
            continue
        if edge["wrong_frames"]:
            yield f"{edge['wrong_frames']} wrong frames from {ends[0]} to {ends[1]}"
        excused = strike.victim in outcome.failed or strike.fault == "gone" or \
            (edge["to"] == strike.victim and (may_miss(strike) or sees_nameless(strike, edges)))
        if not excused and (not edge["flowed"] or edge["down_at_end"]):
            yield f"nothing flows from {ends[0]} to {ends[1]} at the end"


def check_batch(strikes, outcome):
    """Returns: what is wrong, by the names of the cases"""
    if outcome.summary is None:
        return {strike.name: list(outcome.problems) for strike in strikes}
    problems = {strike.name: list(check_case(strike, outcome)) for strike in strikes}
    problems[strikes[0].name] += [f"the process of {len(strikes)} cases {problem}" for problem in outcome.problems]
    return problems
