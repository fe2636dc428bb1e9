"""What happened in a session, concluded from packets alone: who joined, who sees whom and on which SSRC, when
frames came, which outages there were. Knows OpenVidu 2's JSON-RPC, SDP, RTP headers; nothing of the program's.

SRTP hides payloads, not headers: a frame is the packets of one timestamp, complete with its marker when no
sequence number is missing. Key frames cannot be read: the media server begins a subscription with one, and within a
stream one is told by its size."""
import collections
import dataclasses
import json
import re

from flow import Flow

NEGOTIATIONS = {"publishVideo": "publish", "receiveVideoFrom": "subscribe", "reconnectStream": None}
OUTAGE_US, OUTAGE_FRAMES = 500000, 10  # what is longer than both
KEY_FRAME_SIZE = 2.5  # times the median of a stream's frames


@dataclasses.dataclass
class Peer:
    """One peer connection: a publication, or a subscription to one stream."""
    stay: "Stay"
    direction: str
    stream: str
    publisher: str  # name
    asked_us: int
    answered_us: int = 0
    ended_us: int = 0  # 0: at the end of the capture
    ours: dict = dataclasses.field(default_factory=dict)  # address -> type of the candidate, "host/udp"
    theirs: dict = dataclasses.field(default_factory=dict)
    told: dict = dataclasses.field(default_factory=dict)  # address of theirs -> when it was said
    heard: dict = dataclasses.field(default_factory=dict)  # address of theirs -> when its first datagram came
    pair: tuple = ()  # our address and theirs, of the last media packet
    node: int = 0  # port of the media node's control connection; 0: not seen
    ssrcs: dict = dataclasses.field(default_factory=dict)  # medium -> SSRC of what is sent
    flows: dict = dataclasses.field(default_factory=dict)  # medium -> Flow
    frames: list = dataclasses.field(default_factory=list)
    checks: set = dataclasses.field(default_factory=set)  # ours, with which a pair is chosen, by their number
    ice_us: int = 0  # first answer to one of those
    dtls_us: int = 0  # our last flight
    control: list = dataclasses.field(default_factory=list)  # when RTCP came

    @property
    def packets(self):
        return sorted(packet for flow in self.flows.values() for packet in flow.packets)

    @property
    def flowing_us(self):
        """When it flowed first: DTLS of a publication, a whole frame of a subscription; 0: never"""
        if self.direction == "publish":
            return self.dtls_us
        return self.frames[0].at_us if self.frames else 0


@dataclasses.dataclass
class Stay:
    """One participant from joinRoom until it is gone."""
    participant: str
    session: str
    token: str
    number: int
    begun_us: int
    connection: str = ""
    rpc_session: str = ""
    ended_us: int = 0
    created_ms: int = 0  # when the server says that it joined, wall clock
    peers: list = dataclasses.field(default_factory=list)
    names: dict = dataclasses.field(default_factory=dict)  # connection -> participant
    joined: bool = False
    checking: bool = False


@dataclasses.dataclass(frozen=True)
class Moment:
    """A message, by what it says. `subject`: whom or what it is about."""
    at_us: int
    kind: str
    participant: str
    stay: int
    subject: str = ""


@dataclasses.dataclass(frozen=True)
class Outage:
    from_us: int
    to_us: int

    @property
    def length_ms(self):
        return (self.to_us - self.from_us) / 1000


def read_ssrcs(sdp):
    found = {}
    for section in re.split(r"(?m)^m=", sdp)[1:]:
        ssrc = re.search(r"(?m)^a=ssrc:(\d+) ", section)
        if ssrc:
            found.setdefault(section.split(" ")[0], int(ssrc[1]))
    return found


def read_candidate(text):
    """Address and port, and of which type it is; or None for TCP and what belongs to no address"""
    words = text.split(" ")
    if len(words) < 8 or words[2].upper() != "UDP":
        return None
    return (words[4], int(words[5])), f"{words[7]}/udp"


def list_connections(answer):
    """Of all sessions; of a stranger's answer none"""
    try:
        return {c["connectionId"] for s in answer["content"] for c in s["connections"]["content"]}
    except (KeyError, TypeError):
        return set()


def read_name(metadata, connection):
    """The clientData of a user, with what the server has added taken off"""
    client = (metadata or "").split("%/%")[0]
    try:
        found = json.loads(client)
    except ValueError:
        return client or connection
    return found.get("clientData", connection) if isinstance(found, dict) else connection


class Observer:
    """Reads everything that has to do with some sessions."""

    def __init__(self, messages, calls, connections, datagrams, sessions):
        self.sessions = set(sessions)
        self.stays = []
        self.moments = []
        self.by_connection = {}  # websocket -> Stay
        self.requests = {}  # (websocket, id) -> (method, params, peer)
        self.openings = {}  # websocket -> (when the client connected, when it was accepted)
        self.token_calls = {}
        self.counts = collections.Counter()
        self.streams = {}  # stream -> publisher's name
        self.rates = {}  # stream -> frames a second
        self.servers = {}  # connection -> address of who was connected to
        self.nodes = {}  # media address -> port of the control connection of the node that has it
        self.control_ends = {}  # port of a control connection -> when it ended
        self.lists = []  # (when the server was asked for its sessions, its address, connections in them)
        self.servers = {connection.number: connection.server for connection in connections}
        for call in calls:
            self.take_call(call)
        for message in messages:
            if message.path.startswith("/openvidu"):
                self.take_message(message)
            elif message.path == "/kurento" and not message.from_client:
                self.take_control_message(message)
        for connection in connections:
            self.look_for_loss(connection)
        self.take_datagrams(datagrams)

    # --- HTTP

    def take_call(self, call):
        answer = call.answer
        if call.path.startswith("/openvidu?"):
            self.openings[call.connection] = (call.at_us, call.answered_us)
        elif isinstance(answer, dict) and isinstance(answer.get("token"), str) and call.path.startswith("/api/"):
            self.token_calls[answer["token"]] = call
        elif isinstance(answer, dict) and call.path == "/openvidu/api/sessions" and call.head.startswith("GET "):
            self.lists.append((call.at_us, self.servers[call.connection], list_connections(answer)))

    def take_control_message(self, message):
        """A media node says which addresses it has made for its endpoints."""
        found = re.search(r'"candidate": *"(candidate:[^"]*)"', message.text)
        candidate = read_candidate(found[1]) if found else None
        if candidate:
            self.nodes[candidate[0]] = self.servers[message.connection][1]

    # --- websockets

    def note(self, stay, kind, at_us, subject=""):
        if not stay.ended_us:  # what comes while it leaves is no news to it
            self.moments.append(Moment(at_us, kind, stay.participant, stay.number, subject))

    def take_message(self, message):
        stay = self.by_connection.get(message.connection)
        if message.opcode == 8:
            if stay and not stay.ended_us:
                self.end_stay(stay, message.at_us)
            return
        if message.opcode != 1:
            return
        try:
            frame = json.loads(message.text)
        except ValueError:
            return
        if not isinstance(frame, dict):  # of somebody else on this machine
            return
        params = frame.get("params") or {}
        if not isinstance(params, dict):
            return
        if message.from_client:
            self.take_request(message, frame, params, stay)
        elif "method" in frame:
            if stay:
                self.take_notification(frame["method"], params, stay, message.at_us)
        else:
            self.take_answer(message, frame, stay)

    def look_for_loss(self, connection):
        """A websocket that ended while its participant stayed, or a control connection that ended"""
        if connection.path == "/kurento" and connection.ended_us:
            self.control_ends.setdefault(connection.server[1], connection.ended_us)
        stay = self.by_connection.get(connection.number)
        if stay and connection.ended_us and not 0 < stay.ended_us <= connection.ended_us:
            self.moments.append(Moment(connection.ended_us, "websocket-lost", stay.participant, stay.number))

    def take_request(self, message, frame, params, stay):
        method = frame.get("method")
        if method == "joinRoom" and params.get("session") in self.sessions:
            stay = self.begin_stay(message, params)
        elif method == "connect":
            stay = next((s for s in self.stays if s.rpc_session == params.get("sessionId")), None)
            if stay:
                self.by_connection[message.connection] = stay
                stay.ended_us = 0
        if not stay:
            return
        peer = None
        if method in NEGOTIATIONS:
            peer = self.begin_peer(stay, method, params, message.at_us)
        elif method == "onIceCandidate":
            self.add_own_candidate(stay, params)
        elif method == "leaveRoom":
            self.end_stay(stay, message.at_us)
        elif method == "unsubscribeFromVideo":
            self.end_peers(stay, message.at_us, lambda p: p.stream.endswith(params.get("sender", "?")))
        elif method == "unpublishVideo":
            self.end_peers(stay, message.at_us, lambda p: p.direction == "publish")
        self.requests[message.connection, frame.get("id")] = (method, params, peer)

    def begin_stay(self, message, params):
        name = read_name(params.get("metadata"), "")
        self.counts[name] += 1
        token = params.get("token", "")
        stay = Stay(name, params["session"], token, self.counts[name], message.at_us)
        self.stays.append(stay)
        self.by_connection[message.connection] = stay
        call = self.token_calls.get(token)
        if call:
            self.note(stay, "token-requested", call.at_us)
            self.note(stay, "token-received", call.answered_us)
        opened = self.openings.get(message.connection)
        if opened:
            self.note(stay, "connect-started", opened[0])
            self.note(stay, "connected", opened[1])
        self.note(stay, "join-sent", message.at_us)
        return stay

    def begin_peer(self, stay, method, params, at_us):
        stream = params.get("stream") or params.get("sender") or ""
        direction = NEGOTIATIONS[method]
        if direction is None:
            own = stay.connection and stream.endswith(stay.connection)
            direction = "publish" if own else "subscribe"
        publisher = stay.participant if direction == "publish" else self.streams.get(stream, stream)
        if direction == "publish":
            self.end_peers(stay, at_us, lambda p: p.direction == "publish")
        else:
            self.end_peers(stay, at_us, lambda p: p.stream == stream)
        peer = Peer(stay, direction, stream, publisher, at_us)
        if direction == "publish":
            peer.ssrcs = read_ssrcs(params.get("sdpOffer") or params.get("sdpString") or "")
        stay.peers.append(peer)
        self.note(stay, "offer-sent", at_us, label(peer))
        return peer

    def end_peers(self, stay, at_us, which):
        for peer in stay.peers:
            if not peer.ended_us and which(peer):
                peer.ended_us = at_us

    def end_stay(self, stay, at_us):
        if stay.ended_us:
            return
        stay.ended_us = at_us
        self.end_peers(stay, at_us, lambda p: True)

    def add_own_candidate(self, stay, params):
        candidate = read_candidate(params.get("candidate", ""))
        mine = [p for p in stay.peers
                if (p.direction == "publish") == (params.get("endpointName") == stay.connection)
                and (p.direction == "publish" or p.stream.endswith(params.get("endpointName", "?")))]
        if candidate and mine:
            mine[-1].ours[candidate[0]] = candidate[1]

    def take_answer(self, message, frame, stay):
        method, params, peer = self.requests.pop((message.connection, frame.get("id")), (None, None, None))
        result = frame.get("result")
        if not stay or not isinstance(result, dict):
            return
        if method == "joinRoom":
            self.take_join_answer(stay, result, message.at_us)
        elif method == "connect":
            stay.checking = True
        elif stay.checking and method != "ping":
            # what connect says may be a dead socket's last word: the next answer shows that somebody is there
            stay.checking = False
            self.note(stay, "resumed", message.at_us)
        elif peer and "sdpAnswer" in result:
            peer.answered_us = message.at_us
            if peer.direction == "publish":
                peer.stream = result.get("id") or peer.stream
                self.streams[peer.stream] = stay.participant
            else:
                peer.ssrcs = read_ssrcs(result["sdpAnswer"])
            self.note(stay, "answer-received", message.at_us, label(peer))

    def take_join_answer(self, stay, result, at_us):
        stay.connection = result["id"]
        stay.rpc_session = result.get("sessionId", "")
        stay.created_ms = result.get("createdAt", 0)
        stay.joined = True
        self.note(stay, "joined", at_us, stay.connection)
        for other in result.get("value", []):
            name = read_name(other.get("metadata"), other["id"])
            stay.names[other["id"]] = name
            for stream in other.get("streams", []):
                self.add_stream(stream, name)
                self.note(stay, "remote-published", at_us, name)

    def add_stream(self, stream, name):
        self.streams[stream["id"]] = name
        self.rates[stream["id"]] = stream.get("frameRate")

    def take_notification(self, method, params, stay, at_us):
        connection = params.get("id") or params.get("connectionId") or params.get("senderConnectionId") or ""
        name = stay.names.get(connection, connection)
        if method == "participantJoined":
            stay.names[connection] = read_name(params.get("metadata"), connection)
        elif method == "participantPublished":
            for stream in params.get("streams", []):
                self.add_stream(stream, name)
                self.note(stay, "remote-published", at_us, name)
        elif method == "participantUnpublished":
            if connection == stay.connection:
                self.note(stay, "own-unpublished", at_us, params.get("reason", ""))
                self.end_peers(stay, at_us, lambda p: p.direction == "publish")
            else:
                self.note(stay, "remote-unpublished", at_us, name)
                self.end_peers(stay, at_us, lambda p: p.stream.endswith(connection))
        elif method == "participantLeft":
            if connection in stay.names:
                self.note(stay, "remote-left", at_us, name)
                del stay.names[connection]
        elif method == "participantEvicted":
            if connection == stay.connection:
                self.note(stay, "evicted", at_us, params.get("reason", ""))
                self.end_stay(stay, at_us)
        elif method == "iceCandidate":
            self.add_their_candidate(stay, params, at_us)

    def add_their_candidate(self, stay, params, at_us):
        candidate = read_candidate(params.get("candidate", ""))
        endpoint = params.get("endpointName", "")
        prefix = stay.connection + "_"
        if endpoint.startswith(prefix):
            mine = [p for p in stay.peers if p.direction == "subscribe" and p.stream == endpoint[len(prefix):]]
        else:
            mine = [p for p in stay.peers if p.direction == "publish"]
        if candidate and mine:
            mine[-1].theirs[candidate[0]] = candidate[1]
            mine[-1].told.setdefault(candidate[0], at_us)
            mine[-1].node = self.nodes.get(candidate[0], mine[-1].node)

    # --- media

    def take_datagrams(self, datagrams):
        wanted = {}  # (source, target) -> [(peer, whether it goes to the participant)]
        for stay in self.stays:
            for peer in stay.peers:
                for ours in peer.ours:
                    for theirs in peer.theirs:
                        wanted.setdefault((theirs, ours), []).append((peer, True))
                        wanted.setdefault((ours, theirs), []).append((peer, False))
        for datagram in datagrams:
            for peer, inward in wanted.get((datagram.source, datagram.target), ()):
                if datagram.at_us >= peer.asked_us:
                    take_datagram(peer, inward, datagram)
        for stay in self.stays:
            for peer in stay.peers:
                for medium, flow in peer.flows.items():
                    flow.assemble()
                    if medium == "video" or "video" not in peer.ssrcs:
                        peer.frames = flow.frames

    # --- conclusions

    def find_edges(self):
        """Returns: {(session, publisher, subscriber): [Peer]}"""
        edges = collections.defaultdict(list)
        for stay in self.stays:
            for peer in stay.peers:
                if peer.direction == "subscribe":
                    edges[stay.session, peer.publisher, stay.participant].append(peer)
        return edges

    def find_limit_us(self, peer):
        rate = self.rates.get(peer.stream)
        return max(OUTAGE_US, OUTAGE_FRAMES * 1000000 // rate if rate else 0)

    def find_outages(self, peers):
        """Gaps between whole frames of an edge, from the last before to the first from which one can see again."""
        found, before, gap_from = [], None, None
        for peer in peers:
            fresh, limit_us = True, self.find_limit_us(peer)
            sizes = sorted(f.size for f in peer.frames)
            big = KEY_FRAME_SIZE * sizes[len(sizes) // 2] if sizes else 0
            for frame in peer.frames:
                if peer.ended_us and frame.at_us > peer.ended_us:
                    break
                if before is not None and gap_from is None and frame.at_us - before > limit_us:
                    gap_from, decodable = before, fresh or frame.follows
                else:
                    decodable = fresh
                if gap_from is not None and (decodable or frame.size > big):
                    found.append(Outage(gap_from, frame.at_us))
                    gap_from = None
                before, fresh = frame.at_us, False
        return found


def label(peer):
    return "publish" if peer.direction == "publish" else "subscribe:" + peer.publisher


def take_datagram(peer, inward, datagram):
    payload = datagram.payload
    if len(payload) < 2:
        return
    if inward:
        peer.heard.setdefault(datagram.source, datagram.at_us)
    first = payload[0]
    if first >> 6 == 2:
        if 192 <= payload[1] <= 223:
            if inward:
                peer.control.append(datagram.at_us)
        elif len(payload) >= 12 and inward == (peer.direction == "subscribe"):
            take_rtp(peer, datagram)
    elif 20 <= first <= 25:
        if not inward and first == 20 or (not inward and b"\x14\xfe\xfd" in payload):
            peer.dtls_us = peer.dtls_us or datagram.at_us
    elif len(payload) >= 20:
        take_stun(peer, inward, datagram)


def take_stun(peer, inward, datagram):
    """RFC 8445: a pair is chosen when the check with USE-CANDIDATE has been answered."""
    payload = datagram.payload
    kind, number = payload[:2], payload[8:20]
    if kind == b"\x00\x01" and not inward:
        at = 20
        while at + 4 <= len(payload):
            if payload[at:at + 2] == b"\x00\x25":
                peer.checks.add(number)
            at += 4 + (int.from_bytes(payload[at + 2:at + 4], "big") + 3) // 4 * 4
    elif kind == b"\x01\x01" and inward and number in peer.checks:
        peer.ice_us = peer.ice_us or datagram.at_us


def take_rtp(peer, datagram):
    ssrc = int.from_bytes(datagram.payload[8:12], "big")
    for medium, known in peer.ssrcs.items():
        if known == ssrc:
            peer.flows.setdefault(medium, Flow(ssrc, medium == "video")).add(datagram.at_us, datagram.payload)
            inward = peer.direction == "subscribe"
            peer.pair = (datagram.target, datagram.source) if inward else (datagram.source, datagram.target)
