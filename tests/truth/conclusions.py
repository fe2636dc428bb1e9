"""What only the summary says, beside what the observer has seen: edges as a whole, rates, candidate pairs, ways back by
phase, nodes, faults, ghosts, percentiles. The definitions are those of HACKING.md, "Measures"."""
import observer
from figures import FRAME_MS, percentile

COUNTS = {"packets": "packets", "frames": "frames", "bytes": "bytes", "lost_packets": "lost packets",
          "sequence_gaps": "sequence gaps", "duplicates": "duplicates", "reordered": "reordered"}
RATE_LEAST_MS = 500  # over less there is none
PACKET_GRACE_US = 50000  # what is longer between DTLS and the first packet is the sender's doing
GHOST_US = 1000000  # listed so long after its stay, and no sooner
PHASES = ("detect", "wait", "token", "connect", "join", "publish", "subscribe", "ice", "dtls", "first_packet",
          "first_key_frame")


def compare(c):
    """@c: Comparison that has compared events and peers already"""
    edges = c.seen.find_edges()
    for edge in c.summary["edges"]:
        key = edge["session"], edge["from"], edge["to"]
        if key in edges:
            compare_edge(c, key, edge, edges[key])
    compare_percentiles(c, "outage", [outage.length_ms for outage in c.outages])
    for participant in c.summary["participants"]:
        stays = [s for s in c.stays if s.participant == participant["name"] and s.joined]
        if stays:
            compare_participant(c, participant, stays)
            compare_ways_back(c, participant, stays)
    compare_faults(c)
    compare_census(c)


# --- edges

def compare_edge(c, key, edge, peers):
    who = f"{key[1]}>{key[2]}"
    compare_candidates(c, who, edge["candidates"], peers)
    seen = c.sums[key]
    # only where every peer of it could be compared
    for name, kind in COUNTS.items():
        if len(seen["packets"]) == len(peers) == len(seen[kind]):
            c.add(f"edge: {kind}", who, edge[name], sum(seen[kind]))
    if len(seen["packets"]) == len(peers) == len(seen["duplicates"]):
        compare_quality(c, who, edge, seen)
    frames = [f.at_us for p in peers for f in p.frames if not p.ended_us or f.at_us <= p.ended_us]
    if edge["flowed"] and not frames:
        c.complain(f"{who} has flowed in the report, and not in the capture")
    gaps = [(b - a) / 1000 for a, b in zip(frames, frames[1:])]
    if gaps and len(seen["packets"]) == len(peers):
        c.add("edge: longest gap", who, edge["longest_gap_ms"], max(gaps))


def compare_quality(c, who, edge, seen):
    lost, unique = sum(seen["lost packets"]), sum(seen["packets"]) - sum(seen["duplicates"])
    # datagrams that the kernel dropped at sockets of ours, of whichever edge, were on the wire
    most = 100 * (lost + c.dropped) / (unique + lost)
    c.add("edge: loss", who, edge["loss_percent"], min(max(edge["loss_percent"], 100 * lost / (unique + lost)), most))
    if len(seen["jitter, mean"]) == len(seen["packets"]):
        jitter = sum(j * n for j, n in zip(seen["jitter, mean"], seen["packets"])) / sum(seen["packets"])
        c.add("edge: jitter, mean", who, edge["jitter_ms"], jitter)
    # a rate is as far off as the time that it was taken over
    bits, receiving_ms = 8 * sum(seen["bytes"]), sum(seen["receiving"])
    if len(seen["bytes"]) == len(seen["receiving"]) == len(seen["packets"]) and receiving_ms > RATE_LEAST_MS:
        c.add("bit rate, as time", who, 1000 * bits / edge["bitrate_bps"], receiving_ms)
    played, playing_ms = sum(seen["played frames"]), sum(seen["playing"])
    if len(seen["playing"]) == len(seen["packets"]) and playing_ms > RATE_LEAST_MS:
        c.add("frame rate, as time", who, 1000 * played / edge["fps"], playing_ms)


def compare_candidates(c, who, told, peers):
    """The pair is the addresses that media took last; of which type they are was said when they were offered. One that
    is heard of before is peer-reflexive (RFC 8445, 7.3.1.3), as is one whose offer was not read yet."""
    peer = next((p for p in reversed(peers) if p.pair), None)
    if peer is None:
        return
    ours, theirs = peer.pair
    seen = {"local": peer.ours[ours], "remote": peer.theirs[theirs]}
    unread = peer.heard.get(theirs, 0) < peer.told[theirs] + 1000 * (FRAME_MS + c.slack_ms)
    if told != seen and not (unread and told == {**seen, "remote": "prflx/udp"}):
        c.complain(f"candidates of {who}: {told} in the report, {seen} in the capture")


def compare_percentiles(c, name, values):
    told = c.summary["statistics"][name]
    if told["count"] != len(values):
        c.complain(f"{told['count']} values of {name} in the report, {len(values)} in the capture")
    elif values:
        for key, percent in (("min_ms", 0), ("p50_ms", 50), ("p95_ms", 95), ("max_ms", 100)):
            c.add(f"{name}, percentiles", key, told[key], percentile(values, percent))


# --- participants

def compare_participant(c, told, stays):
    name = told["name"]
    connections = [stay.connection for stay in stays]
    seen = {"connection": connections[-1], "same_connection": len(set(connections)) == 1}
    for key, value in seen.items():
        if told[key] != value:
            c.complain(f"{key} of {name}: {told[key]} in the report, {value} in the capture")
    # those that did not come to joinRoom are no stays
    if told["attempts"] < len(stays):
        c.complain(f"{name} has joined {len(stays)} times in the capture, in {told['attempts']} attempts of the report")
    compare_candidates(c, f"the publication of {name}", told["candidates"],
                       [p for s in stays for p in s.peers if p.direction == "publish"])


# --- ways back

def compare_ways_back(c, participant, stays):
    """When all flowed again that is waited for, and how each phase of it went. Of a stay of its own: a resume and a
    republication are compared by their messages and outages."""
    ends = [r for r in participant["rejoins"] if r["back"] and r["cause"] not in ("resume", "mediaServerReconnect")]
    if len(stays) != 1 + len(ends):
        return
    for rejoin, before, stay in zip(ends, stays, stays[1:]):
        waited = min(([p for p in stay.peers if p.flowing_us and is_waited_for(c, stay, p, slack_us)]
                      for slack_us in (0, 1000 * (FRAME_MS + c.slack_ms))),
                     key=lambda peers: abs(find_end(peers) - c.began_us - 1000 * rejoin["flowing_at_ms"]))
        if waited:
            compare_way(c, participant["name"], rejoin, before, stay, {observer.label(p): p for p in waited})


def find_end(peers):
    return max((peer.flowing_us for peer in peers), default=0)


def is_waited_for(c, stay, peer, slack_us):
    """Whoever is ours is waited for; another publisher only if it was announced before all others flowed. One who came
    less than the slack before may have been waited for or not."""
    own = {stay.participant for stay in c.stays}
    if peer.publisher in own:
        return True
    others = [p for p in stay.peers if p.flowing_us and p.publisher != peer.publisher and (
        p.publisher in own or p.flowing_us < peer.flowing_us)]
    announced_us = min((at_us for at_us, subject in find_moments(c, stay).get("remote-published", ())
                        if subject == peer.publisher), default=0)
    return announced_us + slack_us < find_end(others)


def compare_way(c, name, rejoin, before, stay, peers):
    flowing_us = find_end(peers.values())
    c.add("flowing again", name, rejoin["flowing_at_ms"], (flowing_us - c.began_us) / 1000)
    compare_nodes(c, name, rejoin, before, stay)
    edge = rejoin["last_edge"]
    peer = peers.get("publish" if edge is None else "subscribe:" + edge.split(">")[0])
    if peer is None or flowing_us - peer.flowing_us > 1000 * (FRAME_MS + c.slack_ms):
        c.complain(f"{edge or 'the publication'} was not the last that flowed when {name} came back")
    elif rejoin["tries"] == 1:
        compare_phases(c, name, rejoin, before, stay, peer)


def find_moments(c, stay):
    """Returns: {kind: [(when, subject)]}"""
    found = {}
    for moment in c.seen.moments:
        if moment.participant == stay.participant and moment.stay == stay.number:
            found.setdefault(moment.kind, []).append((moment.at_us, moment.subject))
    return found


def compare_phases(c, name, rejoin, before, stay, peer):
    moments = find_moments(c, stay)
    told = [at_us for at_us, _ in find_moments(c, before).get("evicted", [])]
    # another detector's moment is no message
    detected_us = told[0] if told and rejoin["detected_by"] == "server-event" else round(
        c.began_us + 1000 * rejoin["detected_at_ms"])
    lost_us = c.began_us + 1000 * rejoin["lost_at_ms"]  # the fault's, which is compared for itself
    asked, got, called, connected, sent, joined = (moments[kind][0][0] for kind in (
        "token-requested", "token-received", "connect-started", "connected", "join-sent", "joined"))
    announced = max((at_us for at_us, subject in moments.get("remote-published", ())
                     if subject == peer.publisher and at_us <= peer.asked_us), default=0)
    packet_us = peer.packets[0][0] if peer.direction == "subscribe" else 0
    published = announced if peer.direction == "subscribe" else peer.answered_us
    ends = (detected_us, asked, got, connected, joined, published, peer.answered_us, peer.ice_us, peer.dtls_us,
            packet_us, peer.flowing_us)
    at_us = lost_us
    for phase, end_us in zip(PHASES, ends):
        end_us = min(max(end_us, at_us), peer.flowing_us)
        c.add("phase: " + phase.replace("_", " "), name, rejoin[phase + "_ms"], (end_us - at_us) / 1000)
        at_us = end_us
    waits = [(asked, got), (called, connected), (sent, joined), (peer.asked_us, peer.answered_us), (joined, announced)]
    if packet_us:
        waits.append((peer.dtls_us + PACKET_GRACE_US, packet_us))
    waited_us = measure_union(waits, detected_us, peer.flowing_us)
    c.add("own part", name, rejoin["own_ms"], (peer.flowing_us - detected_us - waited_us) / 1000)
    c.add("server's part", name, rejoin["server_ms"], waited_us / 1000)
    c.add("whole way", name, rejoin["total_ms"], (peer.flowing_us - lost_us) / 1000)


def measure_union(spans, from_us, to_us):
    total, end = 0, from_us
    for first, last in sorted(spans):
        first, last = max(first, end), min(last, to_us)
        if last > first:
            total, end = total + last - first, last
    return total


def compare_nodes(c, name, rejoin, before, stay):
    """The node is the one over whose control connection the address of the media was said."""
    ports = {e["data"]["port"]: str(e["data"]["index"]) for e in c.server_lines
             if e["type"] == "process-started" and e["data"]["role"] == "media-node"}
    for key, side in (("node_before", before), ("node_after", stay)):
        seen = {ports[p.node] for p in side.peers if p.node in ports and p.pair}
        if rejoin[key] is not None and seen and seen != {rejoin[key]}:
            c.complain(f"{key} of {name}: {rejoin[key]} in the report, {' '.join(sorted(seen))} in the capture")


# --- the run

def compare_faults(c):
    """When a fault was: what it breaks breaks then, and not before. A process takes its time to die, on a busy machine
    more; when it was dead is the cluster's own word."""
    own = {e["data"]["port"] for e in c.server_lines
           if e["type"] == "process-started" and e["data"]["role"] == "media-node"}
    deaths = [e["mono_us"] for e in c.server_lines
              if e["type"] == "process-ended" and e["data"]["role"] == "media-node"]
    nodes = [us for port, us in c.seen.control_ends.items() if port in own], deaths
    ends = {"kill-media-node": nodes, "restart-media-node": nodes,
            "cut-websocket": ([m.at_us for m in c.seen.moments if m.kind == "websocket-lost"], [])}
    for fault in c.summary["faults"]:
        broken, dead = ends.get(fault["what"], ((), ()))
        from_us = c.began_us + 1000 * fault["started_at_ms"]
        until_us = c.began_us + 1000 * fault["ended_at_ms"]
        seen_us = min((us for us in broken if us >= from_us), default=None)
        dying_us = min((us for us in dead if us >= until_us), default=until_us) - until_us
        if seen_us is not None:
            c.add("fault, to what it broke", fault["what"], fault["started_at_ms"],
                  (max(from_us, seen_us - dying_us) - c.began_us) / 1000)
        elif fault["what"] in ends:
            c.complain(f"{fault['what']} is in the report, and nothing of it in the capture")


def compare_census(c):
    """What the server listed, beside the stays that had ended by then."""
    servers = {c.seen.servers[number] for number in c.seen.by_connection}
    lists = [(at_us, listed) for at_us, server, listed in c.seen.lists if server in servers]
    told = c.summary["census"]
    if told["asked"] == 0:
        return
    # an answer that comes too late is none
    if not told["answered"] <= len(lists) <= told["asked"]:
        c.complain(f"the server has told {len(lists)} times what it has; by the report it was asked {told['asked']} "
                   f"times, and told {told['answered']} times")
    ghosts = {stay.connection for stay in c.stays for at_us, listed in lists
              if stay.connection in listed and stay.ended_us and at_us - stay.ended_us >= GHOST_US}
    reported = {ghost["connection"] for ghost in told["ghosts"]}
    if ghosts != reported:
        c.complain(f"ghosts {sorted(reported)} in the report, {sorted(ghosts)} in the capture")
