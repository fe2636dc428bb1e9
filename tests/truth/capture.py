"""Packets on the loopback: captured by dumpcap (tshark's), read back without any code of the program's.

All moments are CLOCK_MONOTONIC in µs, like the event log's. The capture has wall-clock time; what it is ahead is
looked up when the capture begins and when it ends."""
import pathlib
import re
import secrets
import selectors
import socket
import struct
import subprocess
import time
from typing import NamedTuple

BUFFER_MIB = 64
READY_S = 30
WRITTEN_S = 60
LOOK_S = 0.01
ETHERNET_IPV4 = b"\x08\x00"
TCP, UDP = 6, 17


class CaptureError(Exception):
    """Nothing can be said: no capture, or not all of it."""


class Datagram(NamedTuple):
    at_us: int
    source: tuple  # address, port
    target: tuple
    payload: bytes


class Segment(NamedTuple):
    at_us: int
    source: tuple
    target: tuple
    seq: int
    flags: int
    payload: bytes


def read_offset_us():
    """Wall clock less monotonic clock, from the narrowest of some tries."""
    def once():
        before = time.monotonic_ns()
        wall = time.time_ns()
        after = time.monotonic_ns()
        return after - before, wall - (before + after) // 2
    return min(once() for _ in range(50))[1] // 1000


class Capture:
    """Runs as long as the `with` lasts; afterwards `dropped`, `datagrams` and `segments` can be asked for."""

    def __init__(self, path, interface="lo"):
        self.path = pathlib.Path(path)
        self.interface = interface
        self.complaints = ""
        self.captured = self.dropped = None

    def __enter__(self):
        # into a file of the user's own; -P: pcap, whose records are of one kind
        self.process = subprocess.Popen(
            ["dumpcap", "-q", "-P", "-i", self.interface, "-f", "tcp or udp", "-B", str(BUFFER_MIB), "-w", self.path],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.wait_until_ready()
        self.offsets = [(time.monotonic_ns() // 1000, read_offset_us())]
        return self

    def wait_until_ready(self):
        """dumpcap says "File: …" when the socket is open; what it says instead is why it cannot."""
        end = time.monotonic() + READY_S
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stderr, selectors.EVENT_READ)
            while "File:" not in self.complaints:
                if not selector.select(max(0, end - time.monotonic())):
                    self.process.kill()
                    self.process.communicate()
                    raise CaptureError(f"dumpcap was not ready within {READY_S} s: {self.complaints}")
                text = self.process.stderr.read1().decode(errors="replace")
                self.complaints += text
                if not text:
                    self.process.communicate()
                    raise CaptureError("dumpcap cannot capture here; it needs root or CAP_NET_RAW: "
                                       + " ".join(self.complaints.split()))

    def __exit__(self, failure, *unused):
        self.offsets.append((time.monotonic_ns() // 1000, read_offset_us()))
        if failure is None:
            self.wait_until_written()
        self.process.terminate()
        self.complaints += self.process.communicate()[1].decode(errors="replace")
        told = re.search(r"received/dropped on interface .*?: (\d+)/(\d+)", self.complaints)
        if told:
            self.captured, self.dropped = int(told[1]), int(told[2])

    def wait_until_written(self):
        """dumpcap reads packets in blocks; those that it has not read when it is ended are lost, and not counted as
        dropped. So a last packet is sent, and ends up in the file behind all others."""
        mark = secrets.token_bytes(16)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.sendto(mark, receiver.getsockname())
        end = time.monotonic() + WRITTEN_S
        with open(self.path, "rb") as file:
            read = b""
            while mark not in read:
                if time.monotonic() > end:
                    self.process.kill()
                    self.process.communicate()
                    raise CaptureError(f"dumpcap did not write the last packets within {WRITTEN_S} s")
                time.sleep(LOOK_S)
                read = read[-len(mark):] + file.read()

    def check(self):
        """Raises CaptureError unless every packet is there."""
        if self.dropped is None:
            raise CaptureError(f"dumpcap did not say how many packets it dropped: {self.complaints}")
        if self.dropped > 0:
            raise CaptureError(f"the observation is void: {self.dropped} of {self.captured} packets were dropped")
        if self.captured == 0:
            raise CaptureError("the observation is void: nothing was captured")

    @property
    def drift_us(self):
        """By how much the two clocks moved apart meanwhile."""
        return self.offsets[1][1] - self.offsets[0][1]

    def to_monotonic_us(self, wall_us):
        (begin, at_begin), (end, at_end) = self.offsets
        share = (wall_us - at_begin - begin) / max(1, end - begin)
        return round(wall_us - at_begin - (at_end - at_begin) * min(1.0, max(0.0, share)))

    def read(self):
        """Returns: (segments, datagrams), IPv4 only, in the order in which they were captured"""
        segments, datagrams = [], []
        data = self.path.read_bytes()
        if data[:4] == b"\x4d\x3c\xb2\xa1":
            per_us = 1000
        elif data[:4] == b"\xd4\xc3\xb2\xa1":
            per_us = 1
        else:
            raise CaptureError(f"{self.path} is no pcap file of this machine")
        at = 24
        while at + 16 <= len(data):
            seconds, fraction, size, whole = struct.unpack_from("<IIII", data, at)
            packet = data[at + 16:at + 16 + size]
            at += 16 + size
            if size < whole:
                raise CaptureError("the capture cut packets off")
            if packet[12:14] == ETHERNET_IPV4:
                at_us = self.to_monotonic_us(seconds * 1000000 + fraction // per_us)
                sort_packet(at_us, packet[14:], segments, datagrams)
        return segments, datagrams


def sort_packet(at_us, packet, segments, datagrams):
    header = 4 * (packet[0] & 0x0F)
    length, fragment = struct.unpack_from(">H", packet, 2)[0], struct.unpack_from(">H", packet, 6)[0] & 0x1FFF
    if fragment:
        return
    body = packet[header:length or None]
    ports = struct.unpack_from(">HH", body)
    source = (".".join(map(str, packet[12:16])), ports[0])
    target = (".".join(map(str, packet[16:20])), ports[1])
    if packet[9] == UDP:
        datagrams.append(Datagram(at_us, source, target, body[8:]))
    elif packet[9] == TCP:
        seq, = struct.unpack_from(">I", body, 4)
        segments.append(Segment(at_us, source, target, seq, body[13], body[4 * (body[12] >> 4):]))
