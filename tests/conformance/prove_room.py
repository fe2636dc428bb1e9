"""Statements about life in a room: joining, leaving, signals, moderation. Where an order between the answer to one
and the news to another is to be seen, both are on one socket: who joins twice has two connections there."""

import json

from proofs import Proofs

PROOFS = Proofs()
MANDATORY = {
    "id", "finalUserId", "createdAt", "metadata", "value", "session", "version", "mediaServer", "videoSimulcast",
    "record", "role", "sessionId",
}


async def join_twice(stage, **wishes):
    """A session, and a guest with two connections, of which the second one acts."""
    session, guest = await stage.join_room(1)
    guest.first = guest.con
    await guest.join(session, await stage.token(session, **wishes))
    return session, guest


@PROOFS.proves("server-22", "joins into nowhere, with a bad token, and without a media node", alone=(60000,))
async def server_22(stage):
    guest = await stage.guest()
    session = await stage.session()
    params = {"token": "wrong", "session": session, "platform": "", "metadata": "", "secret": ""}
    assert await guest.code("joinRoom", **{**params, "session": "nosuch"}) == 202
    assert await guest.code("joinRoom", **params) == 401
    await stage.kill_node()
    await stage.server.knows("node-suspect")
    params["token"] = await stage.token(session)
    assert await guest.code("joinRoom", **params) == 204
    assert await guest.code("joinRoom", **params) == 401
    status, _ = await stage.rest("GET", f"/sessions/{session}")
    assert status == 200
    params["token"] = await stage.token(session)
    assert await guest.code("joinRoom", **params) == 204


@PROOFS.proves("server-23", "what the join answer says")
async def server_23(stage):
    session, ann, bob = await stage.join_room(2)
    stream = (await ann.publish())["id"]
    cid = await stage.join(session, metadata="client", data="server")
    joined = cid.joined
    assert MANDATORY <= set(joined), MANDATORY - set(joined)
    assert (joined["mediaServer"], joined["videoSimulcast"], joined["role"]) == ("kurento", False, "PUBLISHER")
    assert joined["metadata"] == "client%/%server" and isinstance(joined["createdAt"], int)
    listed = {entry["id"]: entry for entry in joined["value"]}
    assert set(listed) == {ann.con, bob.con}, listed
    assert set(listed[bob.con]) == {"id", "createdAt", "metadata"}, listed[bob.con]
    (told,) = listed[ann.con]["streams"]
    assert told["id"] == stream and isinstance(told["createdAt"], int)
    assert {key: told[key] for key in told if key not in ("id", "createdAt")} == {
        "hasAudio": True, "hasVideo": True, "audioActive": True, "videoActive": True, "typeOfVideo": "CAMERA",
        "frameRate": 30, "videoDimensions": '{"width":640,"height":480}', "filter": {}}, told


@PROOFS.proves("server-24", "the others know of the joiner before it does")
async def server_24(stage):
    _, guest = await join_twice(stage)
    assert guest.story()[-2:] == ["participantJoined", guest.last_id]
    assert guest.told("participantJoined") == [
        {"id": guest.con, "createdAt": guest.joined["createdAt"], "metadata": ""}]


@PROOFS.proves("server-25", "the publisher has its answer before the others hear")
async def server_25(stage):
    _, guest = await join_twice(stage)
    published = await guest.publish()
    assert set(published) == {"sdpAnswer", "id", "createdAt", "sessionId"}, set(published)
    told = await guest.hear("participantPublished", id=guest.con)
    assert guest.story()[-2:] == [guest.last_id, "participantPublished"]
    assert [(s["id"], s["createdAt"]) for s in told["streams"]] == [(published["id"], published["createdAt"])]


@PROOFS.proves("server-36 server-37", "who leaves is told of as left, not as unpublished, and answered last")
async def server_36_37(stage):
    session, guest = await join_twice(stage)
    bob = await stage.join(session)
    await guest.publish()
    await bob.hear("participantPublished")
    await guest.call("leaveRoom")
    assert guest.story()[-2:] == ["participantLeft", guest.last_id]
    for one in (guest, bob):
        assert await one.hear("participantLeft") == {"connectionId": guest.con, "reason": "disconnect"}
    await bob.call("echo")
    assert bob.story()[-3:] == ["participantPublished", "participantLeft", bob.last_id]
    assert not bob.told("participantUnpublished") and not guest.told("participantUnpublished")


@PROOFS.proves("server-34", "signals arrive before they are answered; bad ones do not")
async def server_34(stage):
    _, ann, bob, cid = await stage.join_room(3)

    async def signal(**message):
        return await ann.code("sendMessage", message=json.dumps(message))

    assert await signal(to=[], data="all", type="signal:x") == 0
    assert ann.story()[-2:] == ["sendMessage", ann.last_id]
    for one in (ann, bob, cid):
        assert await one.hear("sendMessage", data="all") == {"data": "all", "type": "signal:x", "from": ann.con}
    assert await signal(to=[bob.con], data="one", type="signal:x") == 0
    await bob.hear("sendMessage", data="one")
    assert await signal(to=[bob.con, "con_nosuch"], data="none", type="signal:x") == 601
    assert await signal(to=[None], data="none", type="signal:x") == 601
    assert await ann.code("sendMessage", message="{nojson") == 600
    for one, n in ((ann, 1), (bob, 2), (cid, 1)):
        await one.call("echo")
        assert len(one.told("sendMessage")) == n, one.told("sendMessage")


@PROOFS.proves("server-35", "a changed property is handed on as JSON text")
async def server_35(stage):
    _, ann, bob = await stage.join_room(2)
    stream = (await ann.publish())["id"]
    dimensions = '{"width":480,"height":640}'
    for name, value, reason, wanted in (
        ("audioActive", False, "publishAudio", "false"),
        ("videoActive", True, "publishVideo", "true"),
        ("videoDimensions", dimensions, "deviceRotated", json.dumps(dimensions)),
        ("videoTrack", {"label": "Camera 2"}, "trackReplaced", '{"label":"Camera 2"}'),
    ):
        change = {"streamId": stream, "property": name, "newValue": value, "reason": reason}
        assert set(await ann.call("streamPropertyChanged", **change)) == {"sessionId"}
        told = await bob.hear("streamPropertyChanged", property=name)
        assert told == {**change, "connectionId": ann.con, "newValue": wanted}, told
    await ann.call("echo")
    assert not ann.told("streamPropertyChanged")


@PROOFS.proves("server-38 server-40", "a moderator throws somebody out, bystanders hear it")
async def server_38_40(stage):
    session, victim, bystander = await stage.join_room(2)
    boss = await stage.join(session, role="MODERATOR")
    assert await bystander.code("forceDisconnect", connectionId=victim.con) == 401
    assert await boss.code("forceDisconnect", connectionId="con_nosuch") == 102
    since = len(boss.heard)
    await boss.call("forceDisconnect", connectionId=victim.con)
    gone = {"connectionId": victim.con, "reason": "forceDisconnectByUser"}
    for one in (boss, bystander, victim):
        assert await one.hear("participantEvicted") == gone
    assert boss.story(since) == ["participantLeft", boss.last_id, "participantEvicted"]
    assert bystander.story()[-2:] == ["participantLeft", "participantEvicted"]
    assert boss.told("participantLeft") == bystander.told("participantLeft") == [gone]
    assert not victim.told("participantLeft")


@PROOFS.proves("server-39", "a moderator takes a stream away")
async def server_39(stage):
    session, ann, bob = await stage.join_room(2)
    boss = await stage.join(session, role="MODERATOR")
    stream = (await ann.publish())["id"]
    await boss.hear("participantPublished")
    assert await bob.code("forceUnpublish", streamId=stream) == 401
    await boss.stays_unanswered(boss.send("forceUnpublish", {"streamId": "str_CAM_Xxxx_con_nosuch"}))
    since = len(boss.heard)
    await boss.call("forceUnpublish", streamId=stream)
    for one in (boss, ann, bob):
        told = await one.hear("participantUnpublished")
        assert told == {"connectionId": ann.con, "reason": "forceUnpublishByUser"}
    assert boss.story(since) == [boss.last_id, "participantUnpublished"]
    assert (await ann.publish())["id"] != stream


@PROOFS.proves("real-1", "a joiner hears of leavers before its own answer, which lists them")
async def real_1(stage):
    session, ann, bob = await stage.join_room(2)
    stream = (await bob.publish())["id"]
    await ann.hear("participantPublished")
    await bob.close()
    cid = await stage.join(session)
    assert cid.story() == ["participantLeft", "participantEvicted", 1], cid.story()
    assert cid.told("participantLeft") == [{"connectionId": bob.con, "reason": ""}]
    assert {e["id"]: [s["id"] for s in e.get("streams", ())] for e in cid.joined["value"]} == {
        ann.con: [], bob.con: [stream]}
    assert await cid.code("receiveVideoFrom", sender=stream, sdpOffer="v=0") == 102


@PROOFS.proves("real-11", "one socket, two connections")
async def real_11(stage):
    session, guest = await join_twice(stage)
    assert guest.first != guest.con
    assert [entry["id"] for entry in guest.joined["value"]] == [guest.first]
    _, listed = await stage.rest("GET", f"/sessions/{session}/connection")
    assert {entry["id"] for entry in listed["content"]} == {guest.first, guest.con}
    bob = await stage.join(session, role="MODERATOR")
    await bob.call("forceDisconnect", connectionId=guest.con)
    await guest.hear("participantEvicted", connectionId=guest.con)
    await guest.join(session, await stage.token(session))
    await bob.hear("participantJoined", id=guest.con)
    assert set(await guest.call("videoData", height=1, width=1, videoActive=True, audioActive=True)) == {"sessionId"}
