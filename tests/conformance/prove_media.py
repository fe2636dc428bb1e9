"""Statements about streams: publishing, subscribing, candidates, SDP."""

import re

from guest import PUBLICATION, publisher_offer, receiver_offer, without_codec
from proofs import Proofs

PROOFS = Proofs()
ICE = re.compile(r"candidate:\S+ ([12]) (UDP|TCP) \d+ \S+ \d+ typ host( tcptype (active|passive))?")


def sections(sdp):
    """Lists of lines: the session's, and one of each m-line"""
    found = [[]]
    for line in sdp.split("\r\n"):
        if line.startswith("m="):
            found.append([])
        if line:
            found[-1].append(line)
    return found


def values(lines, attribute):
    return [line[len(attribute) + 3 :] for line in lines if line.startswith(f"a={attribute}:")]


def payloads(lines):
    return lines[0].split()[3:]


def answer_to(offer):
    """What a receiver without media may answer"""
    lines = []
    for line in offer.replace("\r\n", "\n").split("\n"):
        if line.startswith("a=setup:"):
            line = "a=setup:active"
        if line == "a=sendrecv" or line == "a=sendonly":
            line = "a=recvonly"
        if not line.startswith(("a=ssrc", "b=")):
            lines.append(line)
    return "\r\n".join(lines)


async def publish_in_room(stage, n, **wishes):
    """The stream of the first one of n in a new session"""
    session, *guests = await stage.join_room(n, **wishes)
    stream = (await guests[0].publish())["id"]
    for other in guests[1:]:
        await other.hear("participantPublished")
    return session, stream, guests


@PROOFS.proves("server-26", "names of streams")
async def server_26(stage):
    _, ann = await stage.join_room(1)
    seen = set()
    for kind, wishes in (
        ("CAM", {}), ("CAM", {}), ("SCR", {"typeOfVideo": "SCREEN"}), ("CUS", {"typeOfVideo": "CUSTOM"}),
        ("MIC", {"hasVideo": False, "typeOfVideo": None}),
    ):
        params = {key: value for key, value in {**PUBLICATION, **wishes}.items() if value is not None}
        stream = (await ann.call("publishVideo", **params, sdpOffer=publisher_offer()))["id"]
        assert re.fullmatch(f"str_{kind}_[A-Z][A-Za-z0-9]{{3}}_{ann.con}", stream), stream
        assert stream not in seen
        seen.add(stream)
        await ann.call("unpublishVideo")


@PROOFS.proves("server-27", "who may not publish, and how not")
async def server_27(stage):
    session, ann = await stage.join_room(1)
    bob = await stage.join(session, role="SUBSCRIBER")
    good = {**PUBLICATION, "sdpOffer": publisher_offer()}
    assert await bob.code("publishVideo", **good) == 401
    assert await ann.code("publishVideo", **{key: good[key] for key in good if key != "typeOfVideo"}) == -1
    assert await ann.code("publishVideo", **{**good, "sdpOffer": without_codec(good["sdpOffer"], "VP8")}) == 800
    assert await ann.code("publishVideo", **good) == 0
    assert await ann.code("publishVideo", **good) == 106


@PROOFS.proves("server-28", "subscribing to streams, to connections, and to what is not there")
async def server_28(stage):
    session, stream, (ann, bob, cid) = await publish_in_room(stage, 3)
    assert set(await bob.receive(stream)) == {"sdpAnswer", "sessionId"}
    assert set(await cid.receive(ann.con)) == {"sdpAnswer", "sessionId"}
    offer = {"sdpOffer": receiver_offer()}
    assert await bob.code("receiveVideoFrom", sender=stream, **offer) == -1
    assert await bob.code("receiveVideoFrom", sender="str_CAM_Xxxx_con_nosuch", **offer) == 102
    assert await bob.code("receiveVideoFrom", sender=cid.con, **offer) == 105
    assert await ann.code("receiveVideoFrom", sender=stream, **offer) == 105
    await bob.stays_unanswered(bob.send("receiveVideoFrom", {"sender": stream}))
    assert not ann.told("participantPublished")


@PROOFS.proves("server-29 real-15", "the server offers, the client answers")
async def server_29(stage):
    _, stream, (ann, bob) = await publish_in_room(stage, 2)
    assert await bob.code("receiveVideoFrom", sender=stream, sdpAnswer="v=0") == -1
    prepared = await bob.call("prepareReceiveVideoFrom", sender=stream, reconnect=False)
    assert set(prepared) == {"sdpOffer", "sessionId"}, prepared
    _, audio, video = sections(prepared["sdpOffer"])
    for lines in (audio, video):
        assert lines[0].split()[1:3] == ["1", "RTP/SAVPF"] and "a=setup:actpass" in lines, lines
    assert await bob.code("prepareReceiveVideoFrom", sender=stream, reconnect=False) == -1
    prepared = await bob.call("prepareReceiveVideoFrom", sender=stream, reconnect=True)
    taken = await bob.call("receiveVideoFrom", sender=stream, sdpAnswer=answer_to(prepared["sdpOffer"]))
    assert set(taken) == {"sessionId"}, taken
    assert await bob.code("receiveVideoFrom", sender="", sdpOffer=receiver_offer()) == -1
    assert not ann.told("participantPublished")


@PROOFS.proves("server-29", "where it says mediasoup", alone=(3500, "mediasoup"))
async def server_29_mediasoup(stage):
    _, stream, (ann, bob) = await publish_in_room(stage, 2)
    assert ann.joined["mediaServer"] == bob.joined["mediaServer"] == "mediasoup"
    prepared = await bob.call("prepareReceiveVideoFrom", sender=stream, reconnect=False)
    taken = await bob.call("receiveVideoFrom", sender=stream, sdpAnswer=answer_to(prepared["sdpOffer"]))
    assert set(taken) == {"sessionId"}, taken
    again = await bob.call("prepareReceiveVideoFrom", sender=stream, reconnect=True)
    assert again["sdpOffer"] != prepared["sdpOffer"]
    answer = answer_to(again["sdpOffer"])
    taken = await bob.call("reconnectStream", stream=stream, sdpString=answer, forciblyReconnect=False)
    assert set(taken) == {"sessionId"}, taken
    await bob.hear("iceCandidate", senderConnectionId=ann.con, endpointName=f"{bob.con}_{stream}")


@PROOFS.proves("server-30", "ending a subscription names the connection")
async def server_30(stage):
    _, stream, (ann, bob) = await publish_in_room(stage, 2)
    await bob.receive(stream)
    assert await bob.code("unsubscribeFromVideo", sender=stream) == 102
    for _ in range(2):
        assert set(await bob.call("unsubscribeFromVideo", sender=ann.con)) == {"sessionId"}
    await bob.receive(stream)


@PROOFS.proves("server-31", "candidates are taken for whatever endpoint, whenever")
async def server_31(stage):
    _, ann, bob = await stage.join_room(2)
    line = {"candidate": "candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host", "sdpMid": "0", "sdpMLineIndex": 0}

    async def trickle(guest, endpoint, **changes):
        result = await guest.call("onIceCandidate", endpointName=endpoint, **{**line, **changes})
        assert result == {"sessionId": guest.rpc}, result

    for endpoint in (ann.con, bob.con, "con_nosuch", "typo"):
        await trickle(ann, endpoint)
    stream = (await ann.publish())["id"]
    await trickle(bob, ann.con)
    await bob.receive(stream)
    for guest in (ann, bob):
        for changes in ({}, {"candidate": ""}, {"candidate": "garbage"}, {"sdpMLineIndex": 9, "sdpMid": "x"}):
            await trickle(guest, ann.con, **changes)


def candidates(guest):
    """(sender, endpoint) → lists of (m-line, mid, text)"""
    found = {}
    for params in guest.told("iceCandidate"):
        assert set(params) == {"senderConnectionId", "endpointName", "sdpMLineIndex", "sdpMid", "candidate"}, params
        key = params["senderConnectionId"], params["endpointName"]
        found.setdefault(key, []).append((params["sdpMLineIndex"], params["sdpMid"], params["candidate"]))
    return found


def first(guest, wanted):
    return next(i for i, message in enumerate(guest.heard) if wanted(message))


@PROOFS.proves("server-32 real-23", "candidates: whose, once an m-line, some before the answer")
async def server_32(stage):
    _, stream, (ann, bob) = await publish_in_room(stage, 2)
    publishing = ann.last_id
    await bob.receive(stream)
    await ann.hear("iceCandidate")
    await bob.hear("iceCandidate")
    for guest in (ann, bob):
        await guest.call("echo")
    assert list(candidates(ann)) == [(ann.con, stream)], candidates(ann)
    assert list(candidates(bob)) == [(ann.con, f"{bob.con}_{stream}")], candidates(bob)
    for guest in (ann, bob):
        (told,) = candidates(guest).values()
        assert len(set(told)) == len(told), told
        texts = {mline: sorted(text for m, _, text in told if m == mline) for mline in (0, 1)}
        assert texts[0] == texts[1] and texts[0], texts
        assert all(mid == str(mline) for mline, mid, _ in told)
        assert all(ICE.fullmatch(text) for _, _, text in told), told
    is_candidate = first(ann, lambda m: m.get("method") == "iceCandidate")
    assert is_candidate < first(ann, lambda m: m.get("id") == publishing)


@PROOFS.proves("real-14", "candidates for component 2, and each one twice")
async def real_14(stage):
    _, stream, (ann,) = await publish_in_room(stage, 1)
    (told,) = candidates(ann).values()
    components = {ICE.fullmatch(text).group(1) for _, _, text in told}
    assert components == {"1", "2"}, told
    for _, _, text in told:
        assert sorted(mline for mline, _, other in told if other == text) == [0, 1], told


@PROOFS.proves("server-33", "streams are reconnected without anybody noticing")
async def server_33(stage):
    _, stream, (ann, bob, cid) = await publish_in_room(stage, 3)
    await bob.receive(stream)
    since = [len(one.heard) for one in (ann, bob, cid)]
    again = await ann.call("reconnectStream", stream=stream, sdpString=publisher_offer())
    assert again["id"] == stream and again["sdpAnswer"].startswith("v=0"), again
    assert (await ann.call("reconnectStream", stream=stream, sdpOffer=publisher_offer()))["id"] == stream
    renewed = await bob.call("reconnectStream", stream=stream, sdpOffer=receiver_offer(), forciblyReconnect=False)
    assert set(renewed) == {"sdpAnswer", "sessionId"}, renewed
    assert set(await bob.call("reconnectStream", stream=stream, sdpString=receiver_offer())) == {"sessionId"}
    for one in (ann, bob):
        error = await one.refused("reconnectStream", stream="str_CAM_Xxxx_con_nosuch", sdpOffer="v=0", sdpString="v=0")
        assert (error["code"], error["data"]) == (105, "{}"), error
    await cid.call("echo")
    for one, n in zip((ann, bob, cid), since):
        assert all(isinstance(what, int) for what in one.story(n)), one.story(n)


@PROOFS.proves("real-13", "reconnecting what was never subscribed, and a publisher's times")
async def real_13(stage):
    _, stream, (ann, bob) = await publish_in_room(stage, 2)
    before = bob.told("participantPublished")[0]["streams"][0]["createdAt"]
    assert "sdpAnswer" in await bob.call("reconnectStream", stream=stream, sdpOffer=receiver_offer())
    assert await bob.code("receiveVideoFrom", sender=stream, sdpOffer=receiver_offer()) == -1
    again = await ann.call("reconnectStream", stream=stream, sdpString=publisher_offer())
    assert again["id"] == stream and again["createdAt"] > before, (before, again)


@PROOFS.proves("real-4", "offers that the media server rejects")
async def real_4(stage):
    _, stream, (ann, bob) = await publish_in_room(stage, 2)
    assert await bob.code("publishVideo", **{**PUBLICATION, "sdpOffer": "garbage"}) == -1
    assert await bob.code("receiveVideoFrom", sender=stream, sdpOffer="garbage") == 302
    await bob.receive(stream)
    await bob.publish()
    await ann.hear("participantPublished", id=bob.con)


def check_media(offered, answered, direction):
    """One m-section of an answer against that of the offer (OpenVidu 2 protocol 9.3)"""
    assert answered[0].split()[1] == "1" and answered[0].split()[2] == offered[0].split()[2], answered[0]
    numbers = [number for number in payloads(offered) if number in payloads(answered)]
    assert payloads(answered) == numbers and numbers, (payloads(offered), payloads(answered))
    rtpmaps = values(answered, "rtpmap")
    assert set(rtpmaps) <= set(values(offered, "rtpmap"))
    assert {text.split()[1].split("/")[0] for text in rtpmaps} <= {"opus", "PCMU", "PCMA", "VP8"}, rtpmaps
    assert values(answered, "mid") == values(offered, "mid") and f"a={direction}" in answered
    assert "a=setup:active" in answered and "a=rtcp-mux" in answered and "c=IN IP4 0.0.0.0" not in answered[1:]
    for attribute in ("ice-ufrag", "ice-pwd", "fingerprint", "ssrc"):
        assert len(values(answered, attribute)) == 1, (attribute, answered)
    assert values(answered, "fingerprint")[0].startswith("sha-256 ")
    for attribute in ("candidate", "ssrc-group", "msid", "rtcp-rsize"):
        assert not values(answered, attribute), (attribute, answered)
    assert [text.split()[1] for text in values(answered, "extmap")] in (
        [], ["http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"])
    allowed = {"goog-remb", "nack", "nack pli", "ccm fir"}
    assert {text.split(" ", 1)[1] for text in values(answered, "rtcp-fb")} <= allowed, answered


@PROOFS.proves("server-51", "the form of answers")
async def server_51(stage):
    _, ann, bob = await stage.join_room(2)
    published = await ann.publish()
    received = await bob.receive(published["id"])
    for offer, answer, direction in (
        (publisher_offer(), published["sdpAnswer"], "recvonly"),
        (receiver_offer(), received["sdpAnswer"], "sendonly"),
    ):
        offered, answered = sections(offer), sections(answer)
        head = answered[0]
        assert re.fullmatch(r"o=- (\d+) \1 IN IP4 0\.0\.0\.0", head[1]) and head[2] == "s=Kurento Media Server", head
        assert "a=group:BUNDLE 0 1" in head and "c=IN IP4 0.0.0.0" in head
        assert [lines[0].split()[0] for lines in answered[1:]] == ["m=audio", "m=video"]
        for one, other in zip(offered[1:], answered[1:]):
            check_media(one, other, direction)
        assert not values(head, "ice-lite") and not values(head, "fingerprint") and not values(head, "ice-ufrag")


@PROOFS.proves("real-23", "trickle is echoed where it was offered")
async def real_23(stage):
    session = await stage.session()
    for text, wanted in (("a=ice-options:trickle\r\n", True), ("", False)):
        guest = await stage.join(session)
        answer = (await guest.publish(sdpOffer=publisher_offer().replace("t=0 0\r\n", "t=0 0\r\n" + text, 1)))["sdpAnswer"]
        assert ("a=ice-options:trickle" in sections(answer)[0]) == wanted, sections(answer)[0]
