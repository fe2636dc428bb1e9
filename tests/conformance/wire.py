"""A websocket client and an HTTP client, just enough for the tests here. Standard library only, asyncio."""

import asyncio
import base64
import json
import os
import struct
import zlib

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Websocket:
    """One client socket. Incoming texts go to on_text, the end to on_close(code, reason), both at once."""

    def __init__(self, on_text, on_close):
        self.on_text = on_text
        self.on_close = on_close
        self.writer = None
        self.ended = False
        self.leaving = False  # the end is our own wish
        self.closing = None  # code and reason of the peer's close frame
        self.task = None
        self.headers = {}  # of the answer to the upgrade, lower case
        self.squeezer = None  # when frames may be compressed
        self.n_compressed = 0  # frames that came so

    async def open(self, port, path, headers=(), deflate=False):
        """@headers: further lines of the request. @deflate: offers compression, RFC 7692."""
        reader, self.writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *headers]
        if deflate:
            lines.append("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split()[1])
        if status != 101:
            raise RuntimeError(f"upgrade answered {status}")
        fields = (line.partition(":") for line in head.decode().split("\r\n")[1:])
        self.headers = {name.lower(): value.strip() for name, _, value in fields}
        if self.is_compressed():
            self._learn_deflate(self.headers["sec-websocket-extensions"])
        self.task = asyncio.ensure_future(self._read(reader))
        return status

    def is_compressed(self):
        return self.headers.get("sec-websocket-extensions", "").startswith("permessage-deflate")

    def _learn_deflate(self, text):
        told = dict((part.strip() + "=").split("=")[:2] for part in text.split(";")[1:])
        self.squeezer = zlib.compressobj(wbits=-int(told.get("client_max_window_bits") or 15))
        self.stretcher = zlib.decompressobj(wbits=-int(told.get("server_max_window_bits") or 15))

    async def _read(self, reader):
        try:
            while True:
                first, second = await reader.readexactly(2)
                size = second & 0x7F
                if size == 126:
                    (size,) = struct.unpack(">H", await reader.readexactly(2))
                elif size == 127:
                    (size,) = struct.unpack(">Q", await reader.readexactly(8))
                self._take(first & 0x0F, self._stretch(first, await reader.readexactly(size)))
        except (asyncio.IncompleteReadError, ConnectionError, OSError):
            self._end()

    def _stretch(self, first, data):
        if not first & 0x40:
            return data
        self.n_compressed += 1
        return self.stretcher.decompress(data + b"\0\0\xff\xff")

    def _take(self, opcode, data):
        if opcode == TEXT:
            self.on_text(data.decode())
        elif opcode == PING:
            self._send(PONG, data)
        elif opcode == CLOSE:
            code = struct.unpack(">H", data[:2])[0] if len(data) >= 2 else 1005
            self.closing = (code, data[2:].decode())
            self._send(CLOSE, data)
            self._end()

    def _end(self):
        if not self.ended:
            self.ended = True
            self.writer.close()
            self.on_close(*(self.closing or (1006, "")))

    def _send(self, opcode, data):
        mask = os.urandom(4)
        first = 0x80 | opcode
        if self.squeezer and opcode < CLOSE:
            first |= 0x40
            data = (self.squeezer.compress(data) + self.squeezer.flush(zlib.Z_SYNC_FLUSH))[:-4]
        if len(data) < 126:
            head = bytes([first, 0x80 | len(data)])
        elif len(data) < 65536:
            head = bytes([first, 0x80 | 126]) + struct.pack(">H", len(data))
        else:
            head = bytes([first, 0x80 | 127]) + struct.pack(">Q", len(data))
        body = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
        if not self.writer.is_closing():
            self.writer.write(head + mask + body)

    def send_text(self, text):
        self._send(TEXT, text.encode())

    def send_binary(self, data):
        self._send(BINARY, data)

    def close(self, code, reason):
        self._send(CLOSE, struct.pack(">H", code) + reason.encode() if code else b"")

    def terminate(self):
        if self.writer and not self.ended:
            self.ended = True
            self.writer.transport.abort()


async def request(port, method, path, body=None, content_type="application/json", password=None):
    """Returns status, headers (lower case), body text."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    if password is not None:
        token = base64.b64encode(f"OPENVIDUAPP:{password}".encode()).decode()
        lines.append(f"Authorization: Basic {token}")
    data = b""
    if body is not None:
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        lines += [f"Content-Type: {content_type}", f"Content-Length: {len(data)}"]
    elif method in ("POST", "PUT", "PATCH"):
        lines.append("Content-Length: 0")
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
    answer = await reader.read(-1)
    writer.close()
    head, _, rest = answer.partition(b"\r\n\r\n")
    head = head.decode().split("\r\n")
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
    return int(head[0].split()[1]), headers, rest.decode()
