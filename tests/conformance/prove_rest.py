"""Statements about REST and tokens."""

import re

import wire
from guest import SECRET
from proofs import Proofs

PROOFS = Proofs()
SESSION_MEMBERS = {
    "id", "object", "sessionId", "createdAt", "recording", "broadcasting", "mediaMode", "recordingMode",
    "defaultRecordingProperties", "customSessionId", "forcedVideoCodec", "allowTranscoding", "connections",
}
CONNECTION_MEMBERS = {
    "id", "object", "status", "connectionId", "sessionId", "createdAt", "activeAt", "location", "ip", "platform",
    "token", "type", "record", "role", "kurentoOptions", "customIceServers", "rtspUri", "adaptativeBitrate",
    "onlyPlayWithSubscribers", "networkCache", "serverData", "clientData", "publishers", "subscribers",
}
TOKEN = re.compile(r"ws://127\.0\.0\.1:(\d+)\?sessionId=(\w+)&token=tok_[A-Z][A-Za-z0-9]{15}")


@PROOFS.proves("server-2", "who does not know the secret is challenged")
async def server_2(stage):
    for password in (None, "wrong", ""):
        status, headers, text = await wire.request(stage.port, "GET", "/openvidu/api/sessions", password=password)
        assert (status, text) == (401, ""), (status, text)
        assert headers["www-authenticate"].startswith("Basic realm="), headers
    status, _ = await stage.rest("GET", "/sessions")
    assert status == 200
    status, _ = await stage.rest("GET", "/config/openvidu-publicurl", password=None)
    assert status == 200


@PROOFS.proves("server-3", "a session has the name that was asked for, and is there once")
async def server_3(stage):
    wish = {"customSessionId": "my-own_Session1"}
    status, session = await stage.rest("POST", "/sessions", wish)
    assert status == 200
    assert set(session) == SESSION_MEMBERS, set(session) ^ SESSION_MEMBERS
    assert session["id"] == session["sessionId"] == session["customSessionId"] == "my-own_Session1"
    assert session["connections"] == {"numberOfElements": 0, "content": []}
    assert await stage.rest("POST", "/sessions", wish) == (409, "")
    status, same = await stage.rest("GET", "/sessions/my-own_Session1")
    assert (status, same) == (200, session)
    status, error = await stage.rest("POST", "/sessions", {"customSessionId": "not allowed"})
    assert status == 400 and error["status"] == 400 and error["message"], error


@PROOFS.proves("server-4", "bodies may be absent, foreign and null")
async def server_4(stage):
    status, session = await stage.rest("POST", "/sessions")
    assert status == 200 and re.fullmatch("ses_[A-Z][A-Za-z0-9]{9}", session["id"]) and session["customSessionId"] == ""
    status, connection = await stage.rest("POST", f"/sessions/{session['id']}/connection")
    assert (status, connection["role"]) == (200, "PUBLISHER")
    nulls = {"customSessionId": None, "mediaMode": None, "forcedVideoCodec": None, "allowTranscoding": None,
             "recordingMode": None, "defaultRecordingProperties": None, "mediaNode": None, "ofTheFuture": {"a": [1]}}
    status, session = await stage.rest("POST", "/sessions", nulls)
    assert (status, session["mediaMode"], session["allowTranscoding"]) == (200, "ROUTED", False)
    nulls = {"session": session["id"], "role": None, "data": None, "record": None, "type": None, "kurentoOptions": None,
             "customIceServers": None, "rtspUri": None, "adaptativeBitrate": None, "networkCache": None, "more": 5}
    status, connection = await stage.rest("POST", f"/sessions/{session['id']}/connection", nulls)
    assert (status, connection["serverData"], connection["record"]) == (200, "", True), (status, connection)


@PROOFS.proves("server-5", "a connection is pending and has a token")
async def server_5(stage):
    session = await stage.session()
    status, made = await stage.rest("POST", f"/sessions/{session}/connection", {"data": "vip", "role": "MODERATOR"})
    assert status == 200 and set(made) == CONNECTION_MEMBERS, set(made) ^ CONNECTION_MEMBERS
    assert re.fullmatch("con_[A-Z][A-Za-z0-9]{9}", made["id"]) and made["id"] == made["connectionId"]
    assert (made["status"], made["role"], made["serverData"]) == ("pending", "MODERATOR", "vip")
    assert made["activeAt"] is None and made["publishers"] is None and made["customIceServers"] == []
    port, room = TOKEN.fullmatch(made["token"]).groups()
    assert (int(port), room) == (stage.port, session)
    assert await stage.rest("POST", "/sessions/nosuch/connection", {}) == (404, "")


@PROOFS.proves("server-6", "lists: pending connections count in one of them")
async def server_6(stage):
    session, ann = await stage.join_room(1)
    await stage.token(session)

    async def states(path):
        status, found = await stage.rest("GET", path)
        found = found.get("connections", found)
        assert status == 200 and found["numberOfElements"] == len(found["content"])
        return sorted(connection["status"] for connection in found["content"])

    assert await states(f"/sessions/{session}/connection") == ["active", "pending"]
    assert await states(f"/sessions/{session}/connection?pendingConnections=false") == ["active"]
    assert await states(f"/sessions/{session}") == ["active"]
    assert await states(f"/sessions/{session}?pendingConnections=true") == ["active", "pending"]
    status, all_of_them = await stage.rest("GET", "/sessions")
    assert status == 200 and all_of_them["numberOfElements"] == len(all_of_them["content"])
    (mine,) = [one for one in all_of_them["content"] if one["id"] == session]
    assert [one["id"] for one in mine["connections"]["content"]] == [ann.con]
    assert await stage.rest("GET", "/sessions/nosuch/connection") == (404, "")


@PROOFS.proves("server-7", "deleting a session evicts all")
async def server_7(stage):
    session, ann, bob = await stage.join_room(2)
    assert await stage.rest("DELETE", f"/sessions/{session}") == (204, "")
    for one in (ann, bob):
        await one.hear("participantEvicted", connectionId=one.con, reason="sessionClosedByServer")
    assert await stage.rest("DELETE", f"/sessions/{session}") == (404, "")
    assert await stage.rest("GET", f"/sessions/{session}") == (404, "")


@PROOFS.proves("server-8", "deleting a connection evicts it, or takes its token")
async def server_8(stage):
    session, ann, bob = await stage.join_room(2)
    assert await stage.rest("DELETE", f"/sessions/{session}/connection/{ann.con}") == (204, "")
    await ann.hear("participantEvicted", connectionId=ann.con, reason="forceDisconnectByServer")
    await bob.hear("participantLeft", connectionId=ann.con, reason="forceDisconnectByServer")
    token = await stage.token(session)
    _, listed = await stage.rest("GET", f"/sessions/{session}/connection")
    (pending,) = [one for one in listed["content"] if one["status"] == "pending"]
    assert await stage.rest("DELETE", f"/sessions/{session}/connection/{pending['id']}") == (204, "")
    cid = await stage.guest()
    assert await cid.code("joinRoom", token=token, session=session, platform="", metadata="", secret="") == 401
    assert await stage.rest("DELETE", f"/sessions/{session}/connection/con_nosuch") == (404, "")
    assert await stage.rest("DELETE", f"/sessions/nosuch/connection/{bob.con}") == (400, "")


@PROOFS.proves("server-9", "a token opens one join, whatever becomes of it")
async def server_9(stage):
    session = await stage.session()
    token = await stage.token(session)
    assert TOKEN.fullmatch(token)
    params = {"token": token, "session": session, "platform": "", "metadata": "", "secret": ""}
    ann, bob = await stage.guest(), await stage.guest()
    assert await ann.code("joinRoom", **params) == 0
    assert await bob.code("joinRoom", **params) == 401
    params["token"] = await stage.token(session)
    assert await bob.code("joinRoom", **{**params, "sdkVersion": "not a version"}) == -1
    assert await bob.code("joinRoom", **params) == 401


@PROOFS.proves("server-10", "the last one out takes the session and its tokens along")
async def server_10(stage):
    session, ann, bob = await stage.join_room(2)
    token = await stage.token(session)
    await ann.call("leaveRoom")
    status, _ = await stage.rest("GET", f"/sessions/{session}")
    assert status == 200
    await bob.call("leaveRoom")
    assert await stage.rest("GET", f"/sessions/{session}") == (404, "")
    params = {"token": token, "session": session, "platform": "", "metadata": "", "secret": ""}
    cid = await stage.guest()
    assert await cid.code("joinRoom", **params) == 202
    await stage.rest("POST", "/sessions", {"customSessionId": session})
    assert await cid.code("joinRoom", **params) == 401


@PROOFS.proves("real-16", "what REST does not understand is forbidden")
async def real_16(stage):
    for method, path, body, kind, status in (
        ("POST", "/sessions", "{nojson", "application/json", 403),
        ("POST", "/sessions", '{"customSessionId":"x"}', "text/plain", 403),
        ("GET", "/nosuch", None, None, 403),
        ("GET", "/health", None, None, 403),
        ("GET", "/media-nodes", None, None, 403),
        ("PUT", "/sessions", None, None, 403),
        ("DELETE", "/sessions", None, None, 403),
        ("GET", "/recordings", None, None, 501),
        ("POST", "/recordings/start", "{}", "application/json", 501),
    ):
        found = await stage.rest(method, path, body, password=SECRET, content_type=kind)
        assert found == (status, ""), (method, path, found)
