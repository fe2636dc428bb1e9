"""A proxy between participants and their server that strikes one message of each case: an app server whose tokens lead
through here, and websockets of which it knows every frame. For the sweep over sockets."""
import asyncio
import json
import re
import socket
import struct

LATE_S = 11  # later than any limit of whoever waits (10 s)
UP, DOWN = ">", "<"
TEXT, CLOSE = 1, 8
LINGER_NONE = struct.pack("ii", 1, 0)  # closing sends RST


class Strike:
    """One case, "rejoin/lost/12": the 12th message that can be lost. Which messages a fault can strike: an error
    only requests, and nothing overtakes a notification."""

    def __init__(self, story, fault, nth):
        self.story, self.fault, self.nth = story, fault, nth
        self.name = f"{story}/{fault}/{nth}"
        self.code = int(fault.partition(":")[2]) if fault.startswith("error:") else None
        self.armed = False
        self.n_seen = 0
        self.struck = None  # label of the message
        self.gone = False
        self.lines = set()  # websockets of the one who is struck
        self.untold = []  # notifications that never arrived in this stay
        self.told = []
        self.on_crash = lambda: None

    def makes_sense(self, way, frame):
        if self.code is not None:
            return way == UP and "id" in frame
        return self.fault != "delayed" or way == UP or "id" in frame

    def meet(self, way, frame):
        """Returns: whether this very message is struck"""
        label = f"{way} {frame.get('method') or ('error' if 'error' in frame else 'answer')}"
        if not self.armed or self.struck is not None or not self.makes_sense(way, frame):
            self.told.append(label)
            return False
        self.n_seen += 1
        self.told.append(f"{label} ({self.n_seen})")
        if self.n_seen < self.nth:
            return False
        self.struck = label
        self.told[-1] += " *** " + self.fault
        return True

    def cut(self):
        for line in self.lines:
            line.cut(with_reset=True)


def make_error(request, code):
    """The shapes in turn: thrown, replied."""
    error = {"code": code, "message": f"refused by the sweep. Code: {code}"}
    if code % 2:
        error["data"] = "{}"
    return {"id": request["id"], "error": error, "jsonrpc": "2.0"}


def pack_text(data, way):
    """One frame; a client's is masked, with zeros."""
    mask, key = (0x80, bytes(4)) if way == UP else (0, b"")
    if len(data) < 126:
        head = struct.pack("!BB", 0x80 | TEXT, mask | len(data))
    elif len(data) < 65536:
        head = struct.pack("!BBH", 0x80 | TEXT, mask | 126, len(data))
    else:
        head = struct.pack("!BBQ", 0x80 | TEXT, mask | 127, len(data))
    return head + key + data


async def read_frame(reader):
    """Returns: opcode, its payload unmasked, the frame as it was"""
    raw = await reader.readexactly(2)
    size = raw[1] & 0x7F
    if size >= 126:
        more = await reader.readexactly(2 if size == 126 else 8)
        size = int.from_bytes(more, "big")
        raw += more
    mask = b""
    if raw[1] & 0x80:
        mask = await reader.readexactly(4)
    payload = await reader.readexactly(size)
    whole = raw + mask + payload
    if mask and size:
        key = (mask * (size // 4 + 1))[:size]
        payload = (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
    if not raw[0] & 0x80:
        raise ValueError("a frame in parts")
    return raw[0] & 0x0F, payload, whole


class Line:
    """One websocket, from the participant to the server."""

    def __init__(self, proxy, client, server):
        self.proxy = proxy
        self.streams = {UP: (client[0], server[1]), DOWN: (server[0], client[1])}
        self.strike = None
        self.dead = False
        self.is_cut = False
        self.is_closed = {UP: False, DOWN: False}  # by a close frame

    def close(self):
        for _, writer in self.streams.values():
            writer.close()

    def cut(self, with_reset):
        """The participant loses its socket. What the server has said is read until it closes its end: these are the
        messages that were under way."""
        client, server = self.streams[DOWN][1], self.streams[UP][1]
        self.is_cut = True
        if with_reset and not client.is_closing():
            client.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
            client.transport.abort()
        client.close()
        if server.can_write_eof() and not server.is_closing():
            server.write_eof()

    def write(self, way, data):
        if not self.streams[way][1].is_closing():
            self.streams[way][1].write(data)

    def learn(self, way, frame):
        """Whose socket this is: by the name in joinRoom, or the rpc session that is resumed."""
        params = frame.get("params") or {}
        if self.strike is None and way == UP and frame.get("method") == "joinRoom":
            self.strike = self.proxy.find(params.get("session", ""), str(params.get("metadata", "")))
            if self.strike is not None:
                self.strike.untold.clear()  # the answer lists everybody
        elif self.strike is None and way == UP and frame.get("method") == "connect":
            self.strike = self.proxy.rpc_sessions.get(params.get("sessionId"))
        elif self.strike is not None and way == DOWN:
            session = (frame.get("result") or {}).get("sessionId") if isinstance(frame.get("result"), dict) else None
            if session:
                self.proxy.rpc_sessions[session] = self.strike
        if self.strike is not None:
            self.strike.lines.add(self)
            self.dead = self.dead or self.strike.gone

    def pass_on(self, way, frame, whole):
        if self.is_closed[UP] or self.streams[way][1].is_closing():  # nobody listens any more
            self.lose(way, frame)
        self.write(way, whole)

    def lose(self, way, frame):
        if way == DOWN and frame is not None and self.strike is not None and "method" in frame:
            self.strike.untold.append(frame["method"])

    async def do(self, way, frame, whole):
        """The fault itself."""
        strike, loop = self.strike, asyncio.get_running_loop()
        match strike.fault.partition(":")[0]:
            case "lost":
                self.lose(way, frame)
            case "delayed":
                loop.call_later(LATE_S, self.write, way, whole)
            case "stalled":
                await asyncio.sleep(LATE_S)
                self.pass_on(way, frame, whole)
            case "doubled":
                self.write(way, whole + whole)
            case "error":
                self.write(DOWN, pack_text(json.dumps(make_error(frame, strike.code)).encode(), DOWN))
            case "cut":
                self.lose(way, frame)
                self.cut(with_reset=True)
            case "cut-after":
                self.write(way, whole)
                self.cut(with_reset=False)
            case "dead":
                self.lose(way, frame)
                self.dead = True
            case "gone":
                strike.gone = True
                for line in strike.lines:
                    line.dead = True
            case "crash":
                strike.on_crash()
                self.write(way, whole)

    async def carry(self, way):
        reader, _ = self.streams[way]
        while True:
            opcode, payload, whole = await read_frame(reader)
            frame = json.loads(payload) if opcode == TEXT else None
            if frame is not None:
                self.learn(way, frame)
            if frame is not None and way == UP and frame.get("method") == "joinRoom":  # the token as it was given
                payload = payload.replace(self.proxy.own.encode(), self.proxy.server.encode())
                whole = pack_text(payload, UP)
            if opcode == CLOSE:
                self.is_closed[way] = True
            if self.dead or self.is_cut:
                self.lose(way, frame)
            elif frame is not None and self.strike is not None and self.strike.meet(way, frame):
                await self.do(way, frame, whole)
            else:
                self.pass_on(way, frame, whole)

    async def pump(self, way):
        try:
            await self.carry(way)
        except (OSError, asyncio.IncompleteReadError):
            pass
        if self.is_cut and way == UP:
            return
        if self.dead:  # nobody is told, on either side
            self.streams[UP if way == DOWN else DOWN][1].close()
        else:
            self.close()

    async def run(self):
        try:
            await asyncio.gather(self.pump(UP), self.pump(DOWN))
        finally:
            self.close()
            if self.strike is not None:
                self.strike.lines.discard(self)


async def read_head(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    size = re.search(r"(?i)\r\ncontent-length: *(\d+)", head)
    return head, await reader.readexactly(int(size[1])) if size else b""


class Striker:
    """Listens on any port of the loopback, before one deployment."""

    def __init__(self, app_url, server_url):
        self.app = app_url.removeprefix("http://").rstrip("/")
        self.server = server_url.removeprefix("http://").rstrip("/")
        self.victims = {}  # strikes, by session
        self.rpc_sessions = {}
        self.tasks = set()
        self.own = None

    async def start(self):
        self.listener = await asyncio.start_server(self.on_connection, "127.0.0.1", 0)
        self.own = f"127.0.0.1:{self.listener.sockets[0].getsockname()[1]}"

    def stop(self):
        self.listener.close()
        for task in self.tasks:
            task.cancel()

    def find(self, session, metadata):
        """The first participant of a session is struck, and the others are not."""
        strike = self.victims.get(session)
        return strike if strike and re.search(rf"\b{strike.victim}\b", metadata) else None

    async def on_connection(self, reader, writer):
        task = asyncio.current_task()
        self.tasks.add(task)
        try:
            head, body = await read_head(reader)
            if re.search(r"(?i)\r\nupgrade: *websocket", head):
                await self.relay(head, reader, writer)
            else:
                await self.ask_app(head, body, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self.tasks.discard(task)

    async def connect(self, address):
        host, port = address.rsplit(":", 1)
        return await asyncio.open_connection(host, int(port))

    async def relay(self, head, reader, writer):
        server = await self.connect(self.server)
        head = re.sub(r"(?i)\r\nsec-websocket-extensions:[^\r]*", "", head)
        head = re.sub(r"(?i)\r\nhost:[^\r]*", f"\r\nHost: {self.server}", head)
        server[1].write(head.encode("latin-1"))
        answer, _ = await read_head(server[0])
        writer.write(answer.encode("latin-1"))
        await Line(self, (reader, writer), server).run()

    async def ask_app(self, head, body, writer):
        """The app server's answer, with our own address in the token."""
        reader, app = await self.connect(self.app)
        head = re.sub(r"(?i)\r\nconnection:[^\r]*", "", head).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
        app.write(head.encode("latin-1") + body)
        answer = await reader.read()
        app.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        body = body.replace(self.server.encode(), self.own.encode())
        head = re.sub(rb"(?i)\r\ncontent-length:[^\r]*", b"\r\nContent-Length: %d" % len(body), head)
        writer.write(head + b"\r\n\r\n" + body)
        await writer.drain()
