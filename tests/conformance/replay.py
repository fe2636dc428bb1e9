#!/usr/bin/python3
"""Plays recorded conversations with the real server against ours, at the recorded pace, all at once.

    replay.py SERVER NODE VECTORS [NAME…]      prints TAP

What the clients said is said again, in our ids; what they heard is compared (compare.py, conversation.py).
Conversations in which the media server dies get a server and a node of their own."""

import asyncio
import json
import os
import signal
import sys
import traceback

import slow
import wire
from compare import Difference, Names, same
from conversation import Transcript

SECRET = "MY_SECRET"
LEAD_S = 0.02  # a REST call is recorded at its end, a little after its effects
SLACK_S = 5.0  # for a message that is due before the next request
SETTLE_S = 1.0  # after the last line
NO_PING = "Close for not receive ping from client"
CANDIDATES_S = 0.15  # candidates that come late
LATE = ("raw-zombie",)
# Moments that hang on when the server looks for a media server that was away: ours looks 0.5, 1.0, … s after
# the death, the recorded one was up to 0.1 s later; raw-crash: the lock (see EXTRA_ANSWERS) shifted its rhythm.
# SHIFTS: (from, until, by), ms: refused in the recording, so it is said well before our server looks.
# KNOWN: from this moment on, ms: not refused in the recording, so it is said when our server knows.
SHIFTS = {
    ("browser-node-crash-back-at-3s", "A"): (10330, 10500, -300),
    ("browser-node-crash", "A"): (14030, 14100, -200),
    ("browser-node-crash", "B"): (14040, 14100, -200),
}
KNOWN = {
    "browser-node-crash-back-at-3s": 10600,
    "browser-node-crash": 14600,
    "raw-crash": 15426,
}
FAULTS = ("crash", "node-crash", "restart")
# Where ours answers and the recorded one did not: it was killed while it worked on this very request, and the
# lock on its stream held the server up for 10 s. A request a moment later gets 303 from both (12.20).
EXTRA_ANSWERS = {("raw-crash", "B"): {3}}


class Process:
    """One of the programs of the test; its first line is its port."""

    def __init__(self, *command):
        self.command = [str(c) for c in command]
        self.process = None
        self.port = None
        self.events = set()  # types of those that it wrote

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(
            *self.command, stdout=asyncio.subprocess.PIPE
        )
        line = await asyncio.wait_for(self.process.stdout.readline(), 20)
        self.port = int(line)
        self.reading = asyncio.ensure_future(self._read())
        return self.port

    async def _read(self):
        while line := await self.process.stdout.readline():
            self.events.add(json.loads(line)["type"])

    async def knows(self, event):
        for _ in range(int(SLACK_S * 200)):
            if event in self.events:
                return
            await asyncio.sleep(0.01)

    async def stop(self, how=signal.SIGTERM):
        if self.process and self.process.returncode is None:
            self.process.send_signal(how)
            await asyncio.wait_for(self.process.wait(), 20)
        return self.process.returncode if self.process else 0


class Cluster:
    """@late: candidates come late; such a node is not to be killed."""

    def __init__(self, server, node, late):
        self.programs = (server, node)
        self.late = late
        self.proxy = None

    async def start(self):
        self.node = Process(self.programs[1], 0)
        port = await self.node.start()
        if self.late:
            self.proxy, port = await slow.serve(port, CANDIDATES_S)
        self.server = Process(self.programs[0], 3500, f"ws://127.0.0.1:{port}/kurento")
        await self.server.start()

    async def kill_node(self):
        await self.node.stop(signal.SIGKILL)

    async def start_node(self):
        self.node = Process(self.programs[1], self.node.port)
        await self.node.start()

    async def stop(self):
        code = await self.server.stop()
        await self.node.stop()
        if self.proxy:
            self.proxy.close()
        return code


class Client:
    """Everything that one "who" of the recording did, on one socket after the other."""

    def __init__(self, name, replay):
        self.name = name
        self.replay = replay
        self.sockets = []
        scripted = replay.name.startswith("raw-")
        self.transcript = Transcript(name, scripted, EXTRA_ANSWERS.get((replay.name, name), ()))
        self.closes = []  # by the server
        self.n_missing = 0  # not waited for again
        self.con = None
        self.left = False

    async def open(self):
        def on_close(code, reason):
            if not socket.leaving:
                self.closes.append((code, reason))

        socket = wire.Websocket(self.on_text, on_close)
        self.sockets.append(socket)
        deflate = self.name in self.replay.deflating
        await socket.open(self.replay.names.port, "/openvidu?sessionId=x", deflate=deflate)
        if socket.is_compressed() != deflate:
            self.replay.wrong.append(f"{self.name}: compression: {socket.headers}")

    def on_text(self, text):
        self.transcript.hear(json.loads(text))
        self.transcript.learn(self.replay.names)

    async def catch_up(self):
        """Waits until everything that was due has come."""
        own = self.replay.names.live.get(self.con)
        for _ in range(int(SLACK_S * 100)):
            come = self.transcript.n_come() + self.n_missing >= self.transcript.n_due()
            if come and (self.transcript.n_ends(self.con) <= self.transcript.n_ends_heard(own)):
                return
            await asyncio.sleep(0.01)
        self.n_missing = self.transcript.n_due() - self.transcript.n_come()

    async def send(self, message):
        await self.replay.catch_up(self)
        self.left = self.left or '"leaveRoom"' in message
        if message == "[binary]":
            self.sockets[-1].send_binary(b"{}")
        else:
            self.sockets[-1].send_text(self.replay.names.translate(message))


class Replay:
    def __init__(self, name, lines, cluster):
        self.name = name
        self.lines = lines
        self.cluster = cluster
        self.names = Names(cluster.server.port)
        self.clients = {}
        self.wrong = []
        self.gone = set()  # connections that were evicted or left
        self.deleted = False
        self.session = None  # of the last page that asked for a token
        self.deflating = set(find_deflating(lines))

    def client(self, line):
        who = line["who"] + (f"/{line['socket']}" if "socket" in line else "")
        if who not in self.clients:
            self.clients[who] = Client(who, self)
        return self.clients[who]

    async def catch_up(self, client):
        """A script waits for what it did through any client, a page only for its own."""
        scripted = self.name.startswith("raw-")
        for one in list(self.clients.values()) if scripted else [client]:
            await one.catch_up()

    async def run(self):
        loop = asyncio.get_event_loop()
        start = loop.time()
        killed = False

        def begin(line):
            since, until, by = SHIFTS.get((self.name, line.get("who")), (0, 0, 0))
            shift = by if since <= line["t_ms"] < until else 0
            return (line["t_ms"] + shift) / 1000 - (LEAD_S if "rest" in line else 0)

        for line in sorted(self.lines, key=begin):
            due = begin(line)
            if self.name in KNOWN and line["t_ms"] >= KNOWN[self.name]:
                await self.cluster.server.knows("node-recovered")
            await asyncio.sleep(max(0, start + due - loop.time()))
            if self.is_kill(line) and not killed:
                killed = True
                start = loop.time() - due  # what comes after is timed from the death
            await self.step(line)
        await asyncio.sleep(SETTLE_S)
        for client in self.clients.values():
            self.wrong += client.transcript.compare(self.names)
            for socket in client.sockets:
                socket.terminate()
        return self.wrong

    @staticmethod
    def is_kill(line):
        return "killed" in str(line.get("fault", line.get("note", "")))

    async def step(self, line):
        if "media" in line:
            return
        if "rest" in line:
            await self.rest(line["rest"])
        elif self.is_kill(line):
            await self.cluster.kill_node()
        elif "started again" in line.get("fault", ""):
            await self.cluster.start_node()
        elif line.get("event") == "media node listens again" and self.name == "raw-crash":
            await self.cluster.start_node()
        elif "page" in line:
            await self.page(line)
        elif "msg" in line:
            await self.message(line)
        elif "event" in line and "who" in line:
            await self.event(line)

    async def page(self, line):
        """The page fetched a token from its application server."""
        if line["page"] != "token":
            return
        session = self.session = line["token"].split("sessionId=")[1].split("&")[0]
        await self.call("POST", "/openvidu/api/sessions", {"customSessionId": session})
        _, _, text = await self.call("POST", f"/openvidu/api/sessions/{session}/connection", {})
        same(line["token"], json.loads(text)["token"], self.names, "token")

    async def call(self, method, path, body, **more):
        return await wire.request(self.names.port, method, path, body, password=SECRET, **more)

    async def rest(self, rest):
        where = f"{rest['method']} {rest['path']}"
        await self.catch_up(None)
        body = rest.get("body")
        kind = "application/json"
        if body == "{}":
            kind = "text/plain"  # the recorded client lied about the type
        password = None if rest["status"] == 401 or "publicurl" in where else SECRET
        status, headers, text = await wire.request(
            self.names.port, rest["method"], self.names.translate(rest["path"]), body, kind, password
        )
        try:
            same(rest["status"], status, self.names, where)
            if "www-authenticate" in rest and "www-authenticate" not in headers:
                raise Difference(f"{where}: no challenge")
            self.rest_body(rest, text, where)
        except Difference as difference:
            self.wrong.append(str(difference))

    def rest_body(self, rest, text, where):
        recorded = rest["response"]
        if where == "GET /openvidu/api/sessions" and isinstance(recorded, dict):
            live = json.loads(text)
            same(len(live["content"]), live["numberOfElements"], self.names, where)
        elif isinstance(recorded, (dict, list)):
            same(recorded, json.loads(text), self.names, where)
        else:
            same(recorded, text, self.names, where)

    async def message(self, line):
        client = self.client(line)
        message = line["msg"]
        if line["from"] == "client":
            text = message if isinstance(message, str) else json.dumps(message)
            await client.send(text)
            return
        await self.before(message)
        client.transcript.expect(message)
        client.transcript.learn(self.names)
        if message.get("method") in ("participantEvicted", "participantLeft"):
            self.gone.add(message["params"]["connectionId"])
        if isinstance(message.get("result"), dict) and "finalUserId" in message["result"]:
            client.con = message["result"]["id"]
        if message.get("result") == "bye":
            self.gone.add(client.con)

    async def before(self, message):
        """browser-session-closed does not show the REST call that closed the session."""
        params = message.get("params", {})
        if self.name != "browser-session-closed" or self.deleted:
            return
        if isinstance(params, dict) and params.get("reason") == "sessionClosedByServer":
            self.deleted = True
            for client in list(self.clients.values()):
                await client.catch_up()
            await self.call("DELETE", "/openvidu/api/sessions/" + self.session, None)

    async def event(self, line):
        client = self.client(line)
        if line["event"] == "upgrade":
            await client.open()
        elif line["event"] == "close":
            await self.close(client, line["code"], line.get("reason", ""))

    async def close(self, client, code, reason):
        by_server = code in (1003, 1009) or reason == NO_PING
        if code == 1000 and not reason:
            by_server = client.con in self.gone or client.left
        if not by_server:
            await self.catch_up(client)
            socket = client.sockets.pop(0) if len(client.sockets) > 1 else client.sockets[-1]
            socket.leaving = True
            if code == 1006:
                socket.terminate()
            else:
                socket.close(None if code == 1000 and not reason else code, reason)
            return
        for _ in range(int(SLACK_S * 100)):
            if client.closes:
                break
            await asyncio.sleep(0.01)
        got = client.closes.pop(0) if client.closes else None
        if got is None or got[0] != code or bool(got[1]) != bool(reason):
            self.wrong.append(f"{client.name}: close {code} {reason!r} is {got}")


def find_deflating(lines):
    """Who offered compression: that is noted behind the upgrade."""
    for line, after in zip(lines, lines[1:]):
        if line.get("event") == "upgrade" and "permessage-deflate" in after.get("note", ""):
            yield line["who"]


def load(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


async def play(name, vectors, programs, shared):
    own = name in LATE or any(word in name for word in FAULTS)
    cluster = shared
    wrong = []
    try:
        if own:
            cluster = Cluster(*programs, late=name in LATE)
            await cluster.start()
        wrong = await Replay(name, load(os.path.join(vectors, name + ".jsonl")), cluster).run()
    except Exception:  # a broken replay is a failed one
        wrong.append(traceback.format_exc())
    if own and await cluster.stop() != 0:
        wrong.append("the server did not end well")
    return name, wrong


async def main(server, node, vectors, names):
    shared = Cluster(server, node, late=False)
    await shared.start()
    print(f"1..{len(names) + 1}", flush=True)
    failed = 0
    tasks = [play(name, vectors, (server, node), shared) for name in names]
    for n, task in enumerate(asyncio.as_completed(tasks), 1):
        name, wrong = await task
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {n} - {name}", flush=True)
        for text in wrong[:12]:
            print("# " + text.replace("\n", "\n# ")[:1500], flush=True)
    code = await shared.stop()
    failed += code != 0
    print(f"{'ok' if code == 0 else 'not ok'} {len(names) + 1} - the server ended with {code}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])))
