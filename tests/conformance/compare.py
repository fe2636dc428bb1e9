"""Is what our server says what the real one said? Ids, times and tokens by pattern, SDP by kinds of lines,
the rest literally. The rules stand in one place, here."""

import re

ID = re.compile(
    r"str_[A-Z]{3}_[A-Z][A-Za-z0-9]{3}_con_[A-Z][A-Za-z0-9]{9}"
    r"|con_[A-Z][A-Za-z0-9]{9}|ses_[A-Z][A-Za-z0-9]{9}|tok_[A-Z][A-Za-z0-9]{15}"
)
RPC = re.compile(r"(?<![A-Za-z0-9])(?=[0-9a-v]*[0-9])[0-9a-v]{20,27}(?![A-Za-z0-9])")
ORIGIN = re.compile(r"(ws|http)://(localhost|127\.0\.0\.1):\d+")
SHAPE = re.compile(r"[A-Za-z]{3}_")

TIMES = {"createdAt", "activeAt", "timestamp"}
# Only where a TURN server is configured, which this one does not have
TURN = {"coturnIp", "coturnPort", "turnUsername", "turnCredential", "customIceServers"}
# Texts that a person reads; the codes are compared
WORDS = {"message", "error", "data"}
SDP_KIND = re.compile(r"^(m=\w+|[a-z]=(?:[a-z-]+(?::)?)?)")
# Of an answer: present or not depends on the implementation's moods, not on the protocol (9.3)
SDP_MOODS = {"b=AS:", "a=extmap-allow-mixed", "a=msid-semantic:", "a=ice-options:", "b=AS", "b="}


class Difference(Exception):
    pass


class Names:
    """Which of our ids stands for which recorded one."""

    def __init__(self, port):
        self.live = {}
        self.port = port

    def bind(self, recorded, live, where):
        known = self.live.setdefault(recorded, live)
        if known != live:
            raise Difference(f"{where}: {recorded} was {known} and is now {live}")

    def translate(self, text):
        """A recorded text in our ids, for sending."""
        text = ORIGIN.sub(lambda m: f"{m.group(1)}://127.0.0.1:{self.port}", text)
        for pattern in (ID, RPC):
            text = pattern.sub(self._one, text)
        return text

    def _one(self, match):
        whole = match.group(0)
        return self.live.get(whole, whole)


def normal(text):
    return ORIGIN.sub(r"\1://origin", text)


def same_text(recorded, live, names, where):
    recorded, live = normal(recorded), normal(live)
    if recorded == live:
        return
    for pattern in (ID, RPC):
        ours, theirs = pattern.findall(live), pattern.findall(recorded)
        if pattern.sub("<id>", recorded) == pattern.sub("<id>", live) and ours:
            for one, other in zip(theirs, ours):
                if pattern is ID and SHAPE.match(one).group(0) != SHAPE.match(other).group(0):
                    raise Difference(f"{where}: {one} is no {other}")
                names.bind(one, other, where)
            return
        recorded = pattern.sub(lambda m: names.live.get(m.group(0), m.group(0)), recorded)
        if recorded == live:
            return
    raise Difference(f"{where}: {recorded!r} is {live!r}")


def sdp_kinds(text):
    kinds = []
    for line in text.split("\r\n"):
        match = SDP_KIND.match(line)
        kind = match.group(1) if match else line
        if kind and kind not in SDP_MOODS:
            kinds.append(kind)
    return kinds


def same_sdp(recorded, live, where):
    """The same sections, and in each the same set of kinds of lines."""

    def sections(text):
        found, current = [], []
        for kind in sdp_kinds(text):
            if kind.startswith("m="):
                found.append(sorted(set(current)))
                current = []
            current.append(kind)
        return found + [sorted(set(current))]

    if sections(recorded) != sections(live):
        raise Difference(f"{where}: SDP {sections(recorded)} is {sections(live)}")


def same_error(recorded, live, where):
    if recorded.get("code") != live.get("code"):
        raise Difference(f"{where}: code {recorded.get('code')} is {live.get('code')} ({live})")
    if set(recorded) != set(live):
        raise Difference(f"{where}: members {sorted(recorded)} are {sorted(live)}")
    code, text = live["code"], live["message"]
    if code not in (-1, 40007) and not re.search(rf"\. Code: {code}(\s|$)", text + "\n"):
        if code != 800:  # quotes a whole SDP after its code
            raise Difference(f"{where}: {text!r} does not end in its code")
    if code == 803 and recorded["message"].split(" found")[0] != text.split(" found")[0]:
        raise Difference(f"{where}: {recorded['message']!r} is {text!r}")
    if code == -1 and not isinstance(live["data"], str):
        raise Difference(f"{where}: data is no text")
    if code != -1 and recorded.get("data") != live.get("data"):
        raise Difference(f"{where}: data {recorded.get('data')!r} is {live.get('data')!r}")


def same(recorded, live, names, where=""):
    """Raises Difference."""
    if isinstance(recorded, dict) and isinstance(live, dict):
        same_object(recorded, live, names, where)
    elif isinstance(recorded, list) and isinstance(live, list):
        same_list(recorded, live, names, where)
    elif isinstance(recorded, str) and isinstance(live, str):
        same_text(recorded, live, names, where)
    elif recorded != live or isinstance(recorded, bool) != isinstance(live, bool):
        raise Difference(f"{where}: {recorded!r} is {live!r}")


def same_object(recorded, live, names, where):
    ours, theirs = set(live), set(recorded)
    if "turnUsername" in theirs and "turnUsername" not in ours:
        theirs -= TURN
    if ours != theirs:
        raise Difference(f"{where}: missing {sorted(theirs - ours)}, too many {sorted(ours - theirs)}")
    for key in sorted(theirs):
        one, other, here = recorded[key], live[key], f"{where}.{key}"
        if key in TIMES:
            if isinstance(one, int) and not (isinstance(other, int) and other > 1_000_000_000_000):
                raise Difference(f"{here}: {other!r} is no time")
        elif key == "finalUserId":
            if not re.fullmatch(r"[0-9A-F]{16}", other):
                raise Difference(f"{here}: {other!r}")
        elif key in ("sdpAnswer", "sdpOffer"):
            same_sdp(one, other, here)
        elif key == "error" and isinstance(one, dict):
            same_error(one, other, here)
        elif key in ("OPENVIDU_PUBLICURL", "HTTPS_PORT", "DOMAIN_OR_PUBLIC_IP"):
            continue
        elif key == "message" and "status" in theirs:
            continue
        else:
            same(one, other, names, here)


def same_list(recorded, live, names, where):
    """Sets of connections and streams come in any order; everything we compare is such a set."""
    if len(recorded) != len(live):
        raise Difference(f"{where}: {len(recorded)} elements are {len(live)}")
    rest = list(live)
    for one in recorded:
        for other in rest:
            trial = Names(names.port)
            trial.live = dict(names.live)
            try:
                same(one, other, trial, where)
            except Difference:
                continue
            names.live = trial.live
            rest.remove(other)
            break
        else:
            raise Difference(f"{where}: nothing like {one!r} in {rest!r}")
