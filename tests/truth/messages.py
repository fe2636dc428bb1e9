"""What was said over HTTP and on websockets, read from captured TCP segments."""
import collections
import json
import re
import struct
import zlib
from typing import NamedTuple

FIN, SYN, RST = 0x01, 0x02, 0x04


class Message(NamedTuple):
    """A whole websocket message or HTTP message. `from_client`: of the side that connected."""
    at_us: int  # when its last byte was on the wire
    connection: int
    from_client: bool
    text: str
    opcode: int = 1
    path: str = ""  # of the connection's upgrade


class Half:
    """One direction of a connection: its bytes in order, and when each came."""

    def __init__(self):
        self.next_seq = None
        self.waiting = {}
        self.data = bytearray()
        self.marks = []  # (number of bytes that were there, when)
        self.taken = 0  # bytes that were removed from the front

    def push(self, segment):
        if segment.flags & SYN:
            self.next_seq = (segment.seq + 1) & 0xFFFFFFFF
            return
        if self.next_seq is None:
            self.next_seq = segment.seq
        if segment.payload:
            self.waiting.setdefault(segment.seq, segment.payload)
        self.drain(segment.at_us)

    def drain(self, at_us):
        moved = True
        while moved:
            moved = False
            for seq, payload in sorted(self.waiting.items()):
                ahead = (seq - self.next_seq + 0x80000000) % 0x100000000 - 0x80000000
                if ahead > 0:
                    continue
                del self.waiting[seq]
                fresh = payload[-ahead:] if ahead else payload
                if fresh:
                    self.next_seq = (self.next_seq + len(fresh)) & 0xFFFFFFFF
                    self.data += fresh
                    self.marks.append((self.taken + len(self.data), at_us))
                moved = True
                break

    def take(self, size):
        """Removes the first bytes. Returns: (they, when the last of them came)"""
        taken = bytes(self.data[:size])
        del self.data[:size]
        self.taken += size
        while self.marks and self.marks[0][0] < self.taken:
            self.marks.pop(0)
        return taken, self.marks[0][1]


def read_http(half):
    """Takes one whole HTTP message. Returns: (head, body, when) or None"""
    end = half.data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = half.data[:end + 4].decode("latin-1")
    body = 0
    length = re.search(r"\r\ncontent-length: *(\d+)", head, re.I)
    if length:
        body = int(length[1])
    elif re.search(r"\r\ntransfer-encoding: *chunked", head, re.I):
        last = re.compile(rb"(?:^|\r\n)0\r\n\r\n").search(half.data, end + 4)
        if not last:
            return None
        body = last.end() - end - 4
    if len(half.data) < end + 4 + body:
        return None
    whole, at_us = half.take(end + 4 + body)
    return head, whole[end + 4:], at_us


class Frames:
    """RFC 6455: frames to messages, masks taken off, RFC 7692 undone."""

    def __init__(self, deflated):
        self.inflate = zlib.decompressobj(-15) if deflated else None
        self.parts = b""
        self.opcode = 0
        self.squeezed = False

    def read(self, half):
        """Takes one frame. Returns: None when it is not there yet, else (opcode, payload or None, when)"""
        data = half.data
        if len(data) < 2:
            return None
        size, header = data[1] & 0x7F, 2
        if size == 126:
            header = 4
        elif size == 127:
            header = 10
        masked = data[1] & 0x80
        if len(data) < header + (4 if masked else 0):
            return None
        if header > 2:
            size = int.from_bytes(data[2:header], "big")
        if masked:
            header += 4
        if len(data) < header + size:
            return None
        frame, at_us = half.take(header + size)
        payload = frame[header:]
        if masked:
            mask = frame[header - 4:header]
            payload = bytes(byte ^ mask[i & 3] for i, byte in enumerate(payload))
        return self.join(frame[0], payload, at_us)

    def join(self, first, payload, at_us):
        opcode = first & 0x0F
        if opcode >= 8:  # control frames are never parted
            return opcode, payload, at_us
        if opcode:
            self.opcode, self.parts, self.squeezed = opcode, b"", bool(first & 0x40)
        self.parts += payload
        if not first & 0x80:
            return self.opcode, None, at_us
        whole = self.parts
        if self.squeezed:
            whole = self.inflate.decompress(whole + b"\x00\x00\xff\xff")
        return self.opcode, whole, at_us


class Connection:
    def __init__(self, number, client, server):
        self.number = number
        self.client = client
        self.server = server
        self.halves = {True: Half(), False: Half()}
        self.frames = None
        self.path = ""
        self.requests = []
        self.ended_us = 0  # when one side ended or broke it

    def push(self, segment, messages, calls):
        from_client = segment.source == self.client
        if segment.flags & (FIN | RST):
            self.ended_us = self.ended_us or segment.at_us
        half = self.halves[from_client]
        half.push(segment)
        while self.read_one(from_client, half, messages, calls):
            pass

    def read_one(self, from_client, half, messages, calls):
        if self.frames:
            got = self.frames[from_client].read(half)
            if got and got[1] is not None:
                opcode, payload, at_us = got
                messages.append(Message(at_us, self.number, from_client, payload.decode(errors="replace"), opcode,
                                        self.path))
            return got
        if not re.match(rb"(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) " if from_client else rb"HTTP/1", half.data):
            return None
        got = read_http(half)
        if got is None:
            return None
        head, body, at_us = got
        if from_client:
            self.requests.append((head, body, at_us))
        elif self.requests:
            calls.append(Call(self.number, *self.requests.pop(0), head, body, at_us))
            self.look_for_upgrade(calls[-1])
        return got

    def look_for_upgrade(self, call):
        if not call.answer_head.startswith("HTTP/1.1 101"):
            return
        self.path = call.head.split(" ")[1]
        extension = re.search(r"\r\nsec-websocket-extensions:.*permessage-deflate", call.answer_head, re.I)
        self.frames = {True: Frames(extension), False: Frames(extension)}


class Call(NamedTuple):
    """An HTTP request with its answer."""
    connection: int
    head: str
    body: bytes
    at_us: int
    answer_head: str
    answer_body: bytes
    answered_us: int

    @property
    def path(self):
        return self.head.split(" ")[1]

    @property
    def status(self):
        return int(self.answer_head.split(" ")[1])

    @property
    def answer(self):
        """The answer's JSON, or None"""
        start = self.answer_body.find(b"{")  # behind a chunk's size, if there is one
        try:
            return json.JSONDecoder().raw_decode(self.answer_body[start:].decode())[0] if start >= 0 else None
        except ValueError:
            return None


def read_conversations(segments):
    """Returns: (websocket messages and HTTP calls in the order of their time, [Connection])"""
    connections, open_pairs = [], {}
    messages, calls = [], []
    for segment in segments:
        pair = frozenset((segment.source, segment.target))
        if segment.flags & SYN and not segment.flags & 0x10:
            open_pairs[pair] = Connection(len(connections), segment.source, segment.target)
            connections.append(open_pairs[pair])
        connection = open_pairs.get(pair)
        if connection:
            connection.push(segment, messages, calls)
    return sorted(messages, key=lambda m: m.at_us), calls, connections
