"""tshark's own reading of a capture, beside the observer's: the observer's parsers must not invent anything."""
import collections
import subprocess

MISTAKEN_SHARE = 0.01


def run_tshark(capture, *arguments):
    done = subprocess.run(["tshark", "-r", capture, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"tshark {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


def count_rtp(capture):
    """Returns: {SSRC: (packets, lost)}. Not of `-z rtp,streams`: that has a row for each pair of addresses, and who
    changes it (Chromium does) and comes back would have lost what went over the other one."""
    numbers = {}
    for line in run_tshark(capture, "--enable-heuristic", "rtp_udp", "-Y", "rtp.ssrc", "-T", "fields", "-e", "rtp.ssrc",
                           "-e", "rtp.seq").splitlines():
        ssrc, seq = line.split("\t")
        seen = numbers.setdefault(int(ssrc, 16), [])
        before = seen[-1] if seen else int(seq)
        seen.append(before + (int(seq) - before + 0x8000) % 0x10000 - 0x8000)
    return {ssrc: (len(seen), max(seen) - min(seen) + 1 - len(seen)) for ssrc, seen in numbers.items()}


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


def find_contradictions(capture, seen, messages, connections):
    """Returns: [text]"""
    found = []
    rtp = count_rtp(capture)
    flows = [flow for stay in seen.stays for peer in stay.peers for flow in peer.flows.values()]
    for flow in flows:
        expected = len(flow.packets), flow.lost - flow.duplicates
        counted, missing = rtp.get(flow.ssrc, (0, 0))
        # it takes a packet for another protocol's now and then
        mistaken = max(1, MISTAKEN_SHARE * counted)
        if abs(counted - expected[0]) > mistaken or abs(missing - expected[1]) > mistaken:
            found.append(f"SSRC {flow.ssrc:#x}: {expected} packets and lost ones, by tshark {(counted, missing)}")
    texts = collections.Counter(m.connection for m in messages if m.opcode == 1)
    told = count_messages(capture)
    for connection in connections:
        pair = connection.client[1], connection.server[1]
        if connection.number in seen.by_connection and told.get(pair) != texts[connection.number]:
            found.append(f"websocket {pair}: {texts[connection.number]} texts, by tshark {told.get(pair)}")
    return found
