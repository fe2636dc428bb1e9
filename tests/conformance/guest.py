"""A raw client of the server, a stage of real processes for it, and the programs that prove statements about
the server with them (prove.py). Knows the protocol by its text alone, nothing of our own code."""

import asyncio
import json
import pathlib
import signal

import wire

SECRET = "MY_SECRET"
DEADLINE_S = 60
VECTORS = pathlib.Path(__file__).parents[1] / "vectors" / "openvidu2"
# everything that any guest has ever heard, for statements about everything that is sent
EVER_HEARD = []


class Refused(AssertionError):
    """An error came where a result was wanted."""


async def until(ask, what):
    """The first true value of ask()."""
    loop = asyncio.get_event_loop()
    end = loop.time() + DEADLINE_S
    while not (value := ask()):
        if loop.time() > end:
            raise AssertionError(f"not within {DEADLINE_S} s: {what}")
        await asyncio.sleep(0.002)
    return value


def matches(params, wanted):
    return all(params.get(key) == value for key, value in wanted.items())


class Guest:
    """Says what it is told to say, and remembers what it hears, in order."""

    def __init__(self, stage):
        self.stage = stage
        self.heard = []
        self.last_id = 0
        self.close_frame = None
        self.socket = wire.Websocket(self._on_text, self._on_close)
        self.joined = {}  # the join answer
        stage.guests.append(self)

    def _on_text(self, text):
        message = json.loads(text)
        self.heard.append(message)
        EVER_HEARD.append(message)

    def _on_close(self, code, reason):
        self.close_frame = (code, reason)

    async def open(self, path="/openvidu?sessionId=x", **more):
        await self.socket.open(self.stage.port, path, **more)
        return self

    def say(self, text):
        self.socket.send_text(text if isinstance(text, str) else json.dumps(text))

    def send(self, method, params=None, **more):
        """@more: members of the request itself, over what is usual. Returns the id."""
        self.last_id += 1
        message = {"jsonrpc": "2.0", "method": method, "id": self.last_id}
        if params is not None:
            message["params"] = params
        self.say({**message, **more})
        return self.last_id

    def answers(self, number):
        return [m for m in self.heard if "method" not in m and m.get("id") == number]

    async def answer(self, number):
        await until(lambda: self.answers(number) or self.close_frame, f"answer {number}")
        return self.answers(number)[0]

    async def ask(self, method, params=None):
        return await self.answer(self.send(method, params))

    async def call(self, method, **params):
        answer = await self.ask(method, params)
        if "result" not in answer:
            raise Refused(f"{method}: {answer}")
        return answer["result"]

    async def refused(self, method, **params):
        """The error"""
        answer = await self.ask(method, params)
        assert "error" in answer, f"{method} was not refused: {answer}"
        return answer["error"]

    async def code(self, method, **params):
        """0: it worked"""
        answer = await self.ask(method, params)
        return answer["error"]["code"] if "error" in answer else 0

    async def stays_unanswered(self, number):
        """Requests are worked on in order: what comes after a later one never came."""
        await self.call("echo")
        assert not self.answers(number), self.answers(number)

    def told(self, method, **wanted):
        """params of such notifications so far"""
        return [m["params"] for m in self.heard if m.get("method") == method and matches(m["params"], wanted)]

    async def hear(self, method, **wanted):
        return (await until(lambda: self.told(method, **wanted), f"{method} {wanted}"))[0]

    def story(self, since=0):
        """What came, candidates aside: methods of notifications, ids of answers"""
        return [m.get("method", m.get("id")) for m in self.heard[since:] if m.get("method") != "iceCandidate"]

    async def closed(self):
        return await until(lambda: self.close_frame, "the end of the socket")

    async def close(self, code=None, reason=""):
        self.socket.close(code, reason)
        await self.closed()

    def terminate(self):
        self.socket.terminate()

    @property
    def con(self):
        return self.joined["id"]

    @property
    def rpc(self):
        return self.joined["sessionId"]

    async def join(self, session, token, **more):
        params = {"token": token, "session": session, "platform": "raw", "metadata": "", "secret": ""}
        self.joined = await self.call("joinRoom", **{**params, **more})
        return self.joined

    async def publish(self, **more):
        """The whole result"""
        return await self.call("publishVideo", **{**PUBLICATION, "sdpOffer": publisher_offer(), **more})

    async def receive(self, sender, **more):
        return await self.call("receiveVideoFrom", **{"sender": sender, "sdpOffer": receiver_offer(), **more})


PUBLICATION = {
    "doLoopback": False, "hasAudio": True, "hasVideo": True, "audioActive": True, "videoActive": True,
    "typeOfVideo": "CAMERA", "frameRate": 30, "videoDimensions": '{"width":640,"height":480}',
}


def recorded_offer(method):
    """What Chromium offered"""
    with open(VECTORS / "browser-basic.jsonl", encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            message = line.get("msg") if line.get("from") == "client" else None
            message = json.loads(message) if isinstance(message, str) else message
            if message and message["method"] == method:
                return message["params"]["sdpOffer"]
    raise KeyError(method)


def publisher_offer():
    return recorded_offer("publishVideo")


def receiver_offer():
    return recorded_offer("receiveVideoFrom")


def without_codec(offer, name):
    """An offer in which a codec has another name"""
    return offer.replace(f" {name}/90000", " X-OTHER/90000")


class Program:
    """A process whose first line is its port, and each other line an event."""

    def __init__(self, *command):
        self.command = [str(part) for part in command]
        self.process = None
        self.port = None
        self.events = []
        self.reading = None

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(*self.command, stdout=asyncio.subprocess.PIPE)
        self.port = int(await asyncio.wait_for(self.process.stdout.readline(), DEADLINE_S))
        self.reading = asyncio.ensure_future(self._read())
        return self

    async def _read(self):
        while line := await self.process.stdout.readline():
            self.events.append(json.loads(line)["type"])

    async def knows(self, event):
        await until(lambda: event in self.events, event)

    def hit(self, number):
        if self.process.returncode is None:
            self.process.send_signal(number)

    async def freeze(self):
        """Stands still when this returns"""
        self.hit(signal.SIGSTOP)
        stat = pathlib.Path("/proc", str(self.process.pid), "stat")
        await until(lambda: stat.read_text().rsplit(")", 1)[1].split()[0] == "T", "a process that stands still")

    def thaw(self):
        self.hit(signal.SIGCONT)

    async def end(self, number=signal.SIGTERM):
        """The exit code"""
        self.hit(number)
        return await asyncio.wait_for(self.process.wait(), DEADLINE_S)


class Stage:
    """A server and a media node of the test's own, or of several tests that do each other no harm."""

    def __init__(self, programs):
        self.programs = programs
        self.server = self.node = None
        self.guests = []
        self.n_sessions = 0

    async def start(self, *options):
        """@options: of the server, before its media nodes"""
        self.node = await Program(self.programs["node"], 0).start()
        url = f"ws://127.0.0.1:{self.node.port}/kurento"
        self.server = await Program(self.programs["server"], *(options or (3500,)), url).start()
        return self

    async def end(self):
        """The exit code of the server"""
        for guest in self.guests:
            guest.terminate()
        self.node.thaw()
        code = await self.server.end()
        await self.node.end(signal.SIGKILL)
        return code

    async def kill_node(self):
        await self.node.end(signal.SIGKILL)

    async def revive_node(self):
        self.node = await Program(self.programs["node"], self.node.port).start()

    @property
    def port(self):
        return self.server.port

    async def rest(self, method, path, body=None, password=SECRET, **more):
        """status, body: parsed when it is JSON"""
        status, _, text = await wire.request(self.port, method, "/openvidu/api" + path, body, password=password, **more)
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    async def session(self, **wishes):
        """The name of a new one"""
        self.n_sessions += 1
        name = f"room{self.n_sessions}"
        status, _ = await self.rest("POST", "/sessions", {"customSessionId": name, **wishes})
        assert status == 200, status
        return name

    async def token(self, session, **wishes):
        status, connection = await self.rest("POST", f"/sessions/{session}/connection", wishes)
        assert status == 200, (status, connection)
        return connection["token"]

    async def guest(self):
        return await Guest(self).open()

    async def join(self, session, metadata="", **wishes):
        """A guest in that session"""
        guest = await self.guest()
        await guest.join(session, await self.token(session, **wishes), metadata=metadata)
        return guest

    async def join_room(self, n, **wishes):
        """A new session with so many in it"""
        session = await self.session()
        return [session, *[await self.join(session, **wishes) for _ in range(n)]]
