"""Statements about websockets, frames, requests and their answers."""

import re

from guest import EVER_HEARD, PUBLICATION, SECRET, Guest, publisher_offer
from proofs import Proofs

PROOFS = Proofs()
RPC_ID = re.compile("[0-9a-v]{20,26}")
# what each method cannot do without
REQUIRED = {
    "publishVideo": {**PUBLICATION, "sdpOffer": "v=0"},
    "prepareReceiveVideoFrom": {"sender": "str_CAM_Xxxx_con_nosuch", "reconnect": False},
    "unsubscribeFromVideo": {"sender": "con_nosuch"},
    "onIceCandidate": {"endpointName": "con_x", "candidate": "", "sdpMid": "0", "sdpMLineIndex": 0},
    "reconnectStream": {"stream": "str_CAM_Xxxx_con_nosuch", "sdpString": ""},
    "sendMessage": {"message": "{}"},
    "streamPropertyChanged": {"streamId": "x", "property": "x", "newValue": "x", "reason": "x"},
    "videoData": {"height": 1, "width": 1, "videoActive": True, "audioActive": True},
    "forceDisconnect": {"connectionId": "con_nosuch"},
    "forceUnpublish": {"streamId": "str_CAM_Xxxx_con_nosuch"},
}
OPTIONAL = {"audioActive", "videoActive", "frameRate", "videoDimensions", "sdpString"}


def join_params(session, token, **more):
    return {"token": token, "session": session, "platform": "raw", "metadata": "", "secret": "", **more}


@PROOFS.proves("server-11", "any query, any origin, no subprotocol")
async def server_11(stage):
    for path, headers in (
        ("/openvidu?sessionId=x", ()),
        ("/openvidu", ("Origin: https://evil.example",)),
        ("/openvidu?sessionId=x&reconnect=true&more=%20", ("Origin: null", "Cookie: a=b")),
    ):
        guest = await Guest(stage).open(path, headers=headers)
        assert "sec-websocket-protocol" not in guest.socket.headers
        assert "OVJSESSIONID=" in guest.socket.headers.get("set-cookie", "")
        assert (await guest.call("ping", interval=5000)) == {"value": "pong"}


@PROOFS.proves("server-12 server-17", "pings overtake what works, requests wait for each other", alone=(60000,))
async def server_12_17(stage):
    fresh = await stage.guest()
    assert await fresh.call("ping") == {"value": "pong"}
    _, ann = await stage.join_room(1)
    await stage.node.freeze()
    since = len(ann.heard)
    slow = ann.send("publishVideo", {**PUBLICATION, "sdpOffer": publisher_offer()})
    behind = [ann.send("echo"), ann.send("videoData", REQUIRED["videoData"]), ann.send("echo")]
    for _ in range(3):
        assert await ann.call("ping", interval=60000) == {"value": "pong"}
    assert not ann.answers(slow) and not any(map(ann.answers, behind))
    stage.node.thaw()
    await ann.answer(behind[-1])
    answers = [number for number in ann.story(since) if isinstance(number, int) and number <= behind[-1]]
    assert answers == [slow, *behind], answers


@PROOFS.proves("server-15", "one rpc session, made by the first request that is no ping")
async def server_15(stage):
    guest = await stage.guest()
    assert "sessionId" not in await guest.call("ping")
    rpc = re.search("privateId (\\S+?)[. ]", (await guest.refused("echo"))["message"]).group(1)
    assert RPC_ID.fullmatch(rpc), rpc
    session = await stage.session()
    joined = await guest.join(session, await stage.token(session))
    assert joined["sessionId"] == rpc and joined["session"] == session
    for result in (await guest.call("echo"), await guest.publish(), await guest.call("sendMessage", message='{"type":"x"}'),
                   await guest.call("unpublishVideo")):
        assert result["sessionId"] == rpc, result
    assert (await (await stage.join(session)).call("echo"))["sessionId"] != rpc


@PROOFS.proves("server-16", "all that was ever sent is JSON-RPC 2.0", last=True)
async def server_16(stage):
    answers = [m for m in EVER_HEARD if "method" not in m]
    notifications = [m for m in EVER_HEARD if "method" in m]
    assert len(answers) > 100 and len(notifications) > 100, (len(answers), len(notifications))
    for message in EVER_HEARD:
        assert message["jsonrpc"] == "2.0", message
    for message in answers:
        assert ("result" in message) != ("error" in message), message
    for message in notifications:
        assert "id" not in message and isinstance(message["params"], dict), message


@PROOFS.proves("server-18 real-17", "before joinRoom 803, in one of two wordings")
async def server_18(stage):
    guest = await stage.guest()
    session = await stage.session()
    for method in ("leaveRoom", "echo", "publishVideo", "onIceCandidate", "nosuchMethod"):
        error = await guest.refused(method)
        assert error["code"] == 803 and error["message"].startswith("No connection found"), error
    assert await guest.code("joinRoom", **join_params(session, "wrong")) == 401
    error = await guest.refused("echo")
    assert error["code"] == 803 and error["message"].startswith("No session information found"), error


@PROOFS.proves("server-19", "an unknown method gets no answer")
async def server_19(stage):
    _, ann = await stage.join_room(1)
    for method in ("nosuchMethod", "roomClosed", "participantJoined"):
        await ann.stays_unanswered(ann.send(method, {}))


@PROOFS.proves("server-20", "each missing parameter is -1")
async def server_20(stage):
    _, ann = await stage.join_room(1, role="MODERATOR")
    for method, params in REQUIRED.items():
        for missing in set(params) - OPTIONAL:
            if (method, missing) == ("publishVideo", "typeOfVideo"):
                continue
            error = await ann.refused(method, **{key: params[key] for key in params if key != missing})
            assert error["code"] == -1 and isinstance(error["data"], str), (method, missing, error)
    assert await ann.code("receiveVideoFrom", sdpOffer="v=0") == -1


@PROOFS.proves("server-21", "errors end with their code; replied ones hold the rpc session")
async def server_21(stage):
    session, ann, bob = await stage.join_room(2)
    stranger = await stage.guest()
    thrown = [
        await stranger.ask("joinRoom", join_params("nosuch", "")),
        await stranger.ask("joinRoom", join_params(session, "wrong")),
        await ann.ask("forceDisconnect", {"connectionId": bob.con}),
        await ann.ask("sendMessage", {"message": "{nojson"}),
        await ann.ask("unsubscribeFromVideo", {"sender": "con_nosuch"}),
    ]
    replied = [
        await ann.ask("receiveVideoFrom", {"sender": "con_nosuch", "sdpOffer": "v=0"}),
        await ann.ask("unpublishVideo", {}),
        await ann.ask("reconnectStream", {"stream": "str_CAM_Xxxx_con_nosuch", "sdpString": ""}),
        await ann.ask("subscribeToSpeechToText", {"connectionId": ann.con, "lang": "en-US"}),
    ]
    for answer in thrown + replied:
        code, text = answer["error"]["code"], answer["error"]["message"]
        assert text.endswith(f". Code: {code}"), text
    for answer in thrown:
        assert set(answer["error"]) == {"code", "message"} and "data" not in answer, answer
    for answer in replied:
        assert answer["error"]["sessionId"] == ann.rpc and answer["data"] == {}, answer
    assert [answer["error"]["code"] for answer in thrown] == [202, 401, 401, 600, 102]
    assert [answer["error"]["code"] for answer in replied] == [102, 105, 105, 997]
    assert [answer["error"].get("data") for answer in replied] == [None, None, "{}", None]


@PROOFS.proves("server-50", "51200 bytes are taken, one more ends the socket")
async def server_50(stage):
    _, ann = await stage.join_room(1)

    def padded(size):
        text = '{"jsonrpc":"2.0","method":"echo","id":1000,"params":{"x":""}}'
        return text.replace('""', '"' + "y" * (size - len(text)) + '"')

    ann.say(padded(51200))
    assert "result" in await ann.answer(1000)
    ann.say(padded(51201))
    assert (await ann.closed())[0] == 1009


@PROOFS.proves("real-5", "no record in answers to the secret and to recorders")
async def real_5(stage):
    session, ann = await stage.join_room(1)
    assert ann.joined["record"] is True
    unseen = {"secret": SECRET}
    bob, recorder = await stage.guest(), await stage.guest()
    await bob.join(session, "anything", **unseen)
    assert "record" not in bob.joined and bob.joined["role"] == "SUBSCRIBER"
    await recorder.join(session, "anything", recorder=True, **unseen)
    assert "record" not in recorder.joined and recorder.con == "RECORDER" and "finalUserId" not in recorder.joined
    await ann.hear("participantJoined", id=bob.con)
    await ann.call("echo")
    assert not ann.told("participantJoined", id="RECORDER")


@PROOFS.proves("real-6", "a signal without type: delivered, answered, and failed")
async def real_6(stage):
    _, ann, bob = await stage.join_room(2)
    number = ann.send("sendMessage", {"message": '{"data":"x"}'})
    await ann.call("echo")
    assert await bob.hear("sendMessage", data="x") == {"data": "x", "from": ann.con}
    first, second = ann.answers(number)
    assert "result" in first and second["error"]["code"] == -1, (first, second)


@PROOFS.proves("real-7", "with and without compression")
async def real_7(stage):
    session = await stage.session()
    plain, squeezed = await stage.guest(), await Guest(stage).open(deflate=True)
    assert squeezed.socket.is_compressed() and not plain.socket.is_compressed()
    for guest in (plain, squeezed):
        await guest.join(session, await stage.token(session), metadata="x" * 2000)
        await guest.publish()
        assert guest.joined["metadata"] == "x" * 2000
    assert squeezed.socket.n_compressed > 0 and plain.socket.n_compressed == 0


@PROOFS.proves("real-8", "ids that are missing, texts, or fractions")
async def real_8(stage):
    _, ann = await stage.join_room(1)
    ann.say({"jsonrpc": "2.0", "method": "ping"})
    ann.say({"jsonrpc": "2.0", "method": "echo", "params": {}})
    ann.say({"jsonrpc": "2.0", "method": "echo", "params": {}, "id": "text"})
    ann.say({"jsonrpc": "2.0", "method": "ping", "id": "text"})
    ann.say({"jsonrpc": "2.0", "method": "ping", "id": 77.5})
    await ann.call("echo")
    pong, failed = [m for m in ann.heard if "id" not in m and "method" not in m]
    assert pong["result"] == {"value": "pong"} and failed["error"]["code"] == -1, (pong, failed)
    assert ann.answers(77)[0]["result"] == {"value": "pong"}
    assert not ann.answers("text")


@PROOFS.proves("real-9", "what is no request is ignored, binary frames end the socket")
async def real_9_frames(stage):
    _, ann = await stage.join_room(1)
    since = len(ann.heard)
    for text in ("not json", "{}", "[]", "", '{"jsonrpc":"2.0","id":900,"params":{}}', '{"jsonrpc":"2.0","id":901,"result":{}}',
                 '[{"jsonrpc":"2.0","id":902,"method":"ping"}]', '{"jsonrpc":"2.0","id":903,"method":null}'):
        ann.say(text)
    await ann.call("echo")
    assert ann.story(since) == [ann.last_id], ann.heard[since:]
    ann.socket.send_binary(b"{}")
    assert await ann.closed() == (1003, "Binary messages not supported")


@PROOFS.proves("real-10", "which bad joins use a token up")
async def real_10(stage):
    session = await stage.session()
    spared = [{"token": None}, {"session": None}, {"platform": None}, {"secret": None}, {"session": "other"}]
    used = [{"metadata": None}, {"metadata": {}}, {"sdkVersion": "2"}, {"sdkVersion": ""}]
    for missing in ("token", "session", "platform", "secret", "metadata"):
        (used if missing == "metadata" else spared).append({missing: ...})
    for changes in spared + used:
        guest = await stage.guest()
        good = join_params(session, await stage.token(session))
        bad = {key: value for key, value in {**good, **changes}.items() if value is not ...}
        code = await guest.code("joinRoom", **bad)
        assert code == (202 if changes == {"session": "other"} else -1), (changes, code)
        assert await guest.code("joinRoom", **good) == (401 if changes in used else 0), changes


@PROOFS.proves("real-12", "connect without a session, and poll")
async def real_12(stage):
    guest = await stage.guest()
    assert (await guest.refused("connect", sessionId=""))["code"] == 40007
    first = await guest.call("connect", sessionId=None)
    assert first["value"] == "OK" and RPC_ID.fullmatch(first["sessionId"]), first
    assert await guest.call("connect") == first
    number = guest.send("poll", {})
    assert await guest.code("echo") == 803
    assert not guest.answers(number)


@PROOFS.proves("server-42", "connect with an unknown session")
async def server_42(stage):
    guest = await stage.guest()
    answer = await guest.ask("connect", {"sessionId": "nosuch", "reconnect": True})
    assert answer["error"] == {"code": 40007, "message": "reconnection error"}, answer


@PROOFS.proves("real-18", "a filter on a stream that allows none")
async def real_18(stage):
    _, ann = await stage.join_room(1)
    stream = (await ann.publish())["id"]
    filtering = {"streamId": stream, "type": "GStreamerFilter", "options": '{"command":"videobalance"}'}
    assert await ann.code("applyFilter", **filtering) == -1
