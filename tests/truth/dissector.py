"""tshark's own reading of a capture, beside the observer's: the observer's parsers must not invent anything."""
import collections
import subprocess

UDP_HEADER = 8
# Every datagram is asked whether it is RTP; who says no (STUN, DTLS) leaves it to the heuristics. Not rtp_udp's own
# heuristic alone: it refuses a packet whose padding cannot be true. In SRTP the padding, which Chromium probes the
# bandwidth with, is encrypted (RFC 3711, 3.1): the last byte, which RTP has the padding's length in, is one of the
# authentication tag, so three of four short packets were refused. Nor are ports of other protocols among ours then.
AS_RTP = ("-d", "udp.port==1-65535,rtp")


def run_tshark(capture, *arguments):
    done = subprocess.run(["tshark", "-r", capture, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"tshark {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


def read_rtp(capture):
    """Returns: {SSRC: [(sequence number, timestamp, marker, size)]}. Not of `-z rtp,streams`: that has a row for each
    pair of addresses, and who changes it (Chromium does) and comes back would have lost what went over the other one."""
    packets = collections.defaultdict(list)
    for line in run_tshark(capture, *AS_RTP, "-Y", "rtp.ssrc", "-T", "fields", "-e", "rtp.ssrc", "-e", "rtp.seq",
                           "-e", "rtp.timestamp", "-e", "rtp.marker", "-e", "udp.length").splitlines():
        ssrc, seq, timestamp, marker, length = line.split("\t")
        packets[int(ssrc, 16)].append((int(seq), int(timestamp), marker in ("1", "True"), int(length) - UDP_HEADER))
    return packets


def count_lost(packets):
    """Those that are missing, less those that came twice"""
    numbers = []
    for seq, *_ in packets:
        before = numbers[-1] if numbers else seq
        numbers.append(before + (seq - before + 0x8000) % 0x10000 - 0x8000)
    return max(numbers) - min(numbers) + 1 - len(numbers) if numbers else 0


def contradict_flow(flow, told):
    """@told: what tshark has of it. Returns: text, or None when they agree in every packet"""
    read = [(seq % 0x10000, timestamp, marker, size) for _, seq, timestamp, marker, size in flow.packets]
    if read == told and flow.lost - flow.duplicates == count_lost(told):
        return None
    more, less = collections.Counter(read), collections.Counter(told)
    return (f"SSRC {flow.ssrc:#x}: {len(read)} packets, {flow.lost - flow.duplicates} lost, by tshark {len(told)}, "
            f"{count_lost(told)}; only read by us {sorted(more - less)[:3]}, only by tshark {sorted(less - more)[:3]}")


def count_messages(capture):
    """Returns: {(client's port, server's): number of websocket texts in both directions}, of /openvidu"""
    text = run_tshark(capture, "-Y", "websocket.opcode == 1 || http.request.uri contains \"/openvidu?\"", "-T", "fields",
                      "-e", "tcp.stream", "-e", "http.request.uri", "-e", "websocket.opcode", "-e", "tcp.srcport", "-e", "tcp.dstport")
    ports, counts = {}, collections.Counter()
    for line in text.splitlines():
        stream, uri, opcodes, *pair = line.split("\t")
        if uri:
            ports[stream] = tuple(map(int, pair))
        counts[stream] += opcodes.split(",").count("1")
    return {ports[stream]: n for stream, n in counts.items() if stream in ports}


def contradict_messages(told, seen, messages, connections):
    """@told: what tshark has counted. Yields: text"""
    texts = collections.Counter(m.connection for m in messages if m.opcode == 1)
    for connection in connections:
        pair = connection.client[1], connection.server[1]
        if connection.number in seen.by_connection and told.get(pair) != texts[connection.number]:
            yield f"websocket {pair}: {texts[connection.number]} texts, by tshark {told.get(pair)}"


def find_contradictions(capture, seen, messages, connections):
    """Returns: [text]"""
    rtp = read_rtp(capture)
    flows = [flow for stay in seen.stays for peer in stay.peers for flow in peer.flows.values()]
    found = [contradict_flow(flow, rtp.get(flow.ssrc, [])) for flow in flows]
    return list(filter(None, found)) + list(
        contradict_messages(count_messages(capture), seen, messages, connections))
