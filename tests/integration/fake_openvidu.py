"""An app server and an OpenVidu 2 server that do what a test tells them. Standard library only, threads.

HTTP: `server.http[path]` is a function of the request's body that returns (status, text). Websocket:
`server.rpc[method]` is a function of (socket, params) that returns the result, or raises RpcError; SILENT is
no answer at all. Without a script everybody is let into an empty session, and an offer is answered by a media
server that is never there.
"""
import base64
import hashlib
import json
import re
import socket
import socketserver
import struct
import threading
import urllib.parse

SILENT = object()
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
TURN_CREDENTIAL = "turn-credential-of-the-fake"
ICE_PWD = "icepwdofthefakeserver0123456"


class RpcError(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def answer_to(offer, codec="VP8/90000", video_port=1):
    """What Kurento would say to the offer, with the codec that it takes."""
    sessions = offer.split("\r\nm=")
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=Kurento Media Server", "c=IN IP4 0.0.0.0", "t=0 0"]
    groups = re.findall(r"a=group:BUNDLE.*", sessions[0])
    lines += groups[:1]
    for media in sessions[1:]:
        kind = media.split(" ", 1)[0]
        wanted = re.escape(codec if kind == "video" else "opus/48000")
        payload = re.search(r"a=rtpmap:(\d+) " + wanted, media, re.IGNORECASE)
        number = payload.group(1) if payload else "96"
        port = video_port if kind == "video" else 1
        lines += [f"m={kind} {port} UDP/TLS/RTP/SAVPF {number}",
                  f"a=rtpmap:{number} {codec if kind == 'video' else 'opus/48000/2'}",
                  "a=recvonly" if "a=sendonly" in media else "a=sendonly",
                  "a=mid:" + re.search(r"a=mid:(\S+)", media).group(1), "a=rtcp-mux",
                  "a=ice-ufrag:fake", "a=ice-pwd:" + ICE_PWD,
                  "a=fingerprint:sha-256 " + ":".join(["AB"] * 32), "a=setup:active"]
    return "\r\n".join(lines) + "\r\n"


class Socket:
    """One websocket, from the server's side."""

    def __init__(self, stream, query):
        self.stream = stream
        self.query = query
        self.session = query.get("sessionId", ["?"])[0]
        self.lock = threading.Lock()

    def _send(self, opcode, data):
        length = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack(">H", len(data)) \
            if len(data) < 65536 else b"\x7f" + struct.pack(">Q", len(data))
        with self.lock:
            self.stream.sendall(bytes([0x80 | opcode]) + length + data)

    def say(self, message):
        self._send(TEXT, json.dumps(message).encode())

    def notify(self, method, **params):
        self.say({"jsonrpc": "2.0", "method": method, "params": params})

    def close(self, code=1000):
        self._send(CLOSE, struct.pack(">H", code))

    def _read(self, size):
        data = b""
        while len(data) < size:
            more = self.stream.recv(size - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data

    def serve(self, on_text):
        while True:
            first, second = self._read(2)
            size = second & 0x7F
            if size == 126:
                size, = struct.unpack(">H", self._read(2))
            elif size == 127:
                size, = struct.unpack(">Q", self._read(8))
            mask = self._read(4)
            data = bytes(byte ^ mask[i % 4] for i, byte in enumerate(self._read(size)))
            if first & 0x0F == TEXT:
                on_text(data.decode())
            elif first & 0x0F == PING:
                self._send(PONG, data)
            elif first & 0x0F == CLOSE:
                self._send(CLOSE, data[:2])
                return


class FakeOpenVidu:
    def __init__(self):
        self.http = {"/api/get-token": lambda body: (200, json.dumps({"token": self.make_token(body)}))}
        self.rpc = {
            "ping": lambda socket, params: {"value": "pong"},
            "joinRoom": self.join,
            "publishVideo": lambda socket, params: self.accept(answer_to(params["sdpOffer"])),
            "receiveVideoFrom": lambda socket, params: {"sdpAnswer": answer_to(params["sdpOffer"])},
            "reconnectStream": lambda socket, params: self.rpc["publishVideo"](
                socket, {**params, "sdpOffer": params["sdpString"]}),
            "onIceCandidate": lambda socket, params: {},
            "leaveRoom": lambda socket, params: {},
            "unpublishVideo": lambda socket, params: {},
        }
        self.requests = []  # (method, params)
        self.members = 0
        self.tokens = []
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        fake = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    fake.handle(self.request)
                except OSError:
                    pass

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()

    # --- HTTP ---

    def make_token(self, body):
        session = json.loads(body or "{}").get("sessionId", "room")
        with self.lock:
            token = f"ws://127.0.0.1:{self.port}?sessionId={session}&token=tok_Fake{len(self.tokens):012}"
            self.tokens.append(token)
        return token

    def handle(self, stream):
        head = b""
        while b"\r\n\r\n" not in head:
            more = stream.recv(65536)
            if not more:
                return
            head += more
        head, _, body = head.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        while len(body) < int(headers.get("content-length", 0)):
            body += stream.recv(65536)
        url = urllib.parse.urlsplit(lines[0].split()[1])
        if headers.get("upgrade", "").lower() == "websocket":
            self.serve_websocket(stream, headers, url)
        elif url.path in self.http:
            self.answer_http(stream, self.http[url.path](body.decode()))
        else:
            self.answer_http(stream, (404, "not here"))

    @staticmethod
    def answer_http(stream, answer):
        if answer is SILENT:
            stream.recv(1)
            return
        status, text = answer
        data = text.encode()
        stream.sendall(f"HTTP/1.1 {status} Status\r\nContent-Type: application/json\r\n"
                       f"Content-Length: {len(data)}\r\nConnection: close\r\n\r\n".encode() + data)

    # --- websocket ---

    def serve_websocket(self, stream, headers, url):
        key = headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream.sendall(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
        client = Socket(stream, urllib.parse.parse_qs(url.query))
        client.serve(lambda text: self.take(client, json.loads(text)))

    def take(self, client, message):
        method, params = message["method"], message.get("params", {})
        self.requests.append((method, params))
        answer = {"jsonrpc": "2.0", "id": message["id"]}
        try:
            result = self.rpc[method](client, params) if method in self.rpc else {}
            if result is SILENT:
                return
            answer["result"] = {**result, "sessionId": "rpcsessionofthefake"}
        except RpcError as error:
            answer["error"] = {"code": error.code, "message": str(error), "data": ""}
        client.say(answer)

    def join(self, client, params):
        with self.lock:
            self.members += 1
            member = f"con_Fake{self.members:06}"
        return {"id": member, "finalUserId": "FAKE", "createdAt": 1795455484606, "metadata": params["metadata"],
                "value": [], "session": params["session"], "version": "2.32.2", "mediaServer": "kurento",
                "videoSimulcast": False, "record": True, "role": "PUBLISHER", "coturnIp": "127.0.0.1",
                "coturnPort": 3478, "turnUsername": "1795541884:fake", "turnCredential": TURN_CREDENTIAL}

    @staticmethod
    def accept(answer):
        return {"id": "str_CAM_Fake_con_Fake000001", "sdpAnswer": answer, "createdAt": 1795455484606}
