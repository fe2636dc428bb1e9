"""Statements about media servers that die, and about the end of the server."""

import asyncio

from guest import until
from proofs import Proofs

PROOFS = Proofs()


async def publish_until_it_works(guest):
    """The codes until then"""
    codes = []

    async def try_once():
        try:
            await guest.publish()
        except AssertionError as error:
            codes.append(str(error))
            await asyncio.sleep(0.05)
            return False
        return True

    while not await try_once():
        assert len(codes) < 1000, codes[-1]
    return codes


@PROOFS.proves("server-46 server-48", "a media node dies and comes back", alone=(3500,))
async def server_46(stage):
    loop = asyncio.get_event_loop()
    session, ann, bob = await stage.join_room(2)
    await bob.receive((await ann.publish())["id"])
    idle = await stage.session()
    token = await stage.token(idle)
    killed = loop.time()
    await stage.kill_node()
    await stage.server.knows("node-suspect")
    cid = await stage.join(session)  # to its doom
    status, _ = await stage.rest("GET", "/sessions")
    assert status == 200
    everybody = {one.con: one for one in (ann, bob, cid)}
    for con, one in everybody.items():
        await one.hear("participantEvicted", connectionId=con, reason="nodeCrashed")
    assert loop.time() - killed > 3.4
    orders = []
    for con, one in everybody.items():
        left = [told["connectionId"] for told in one.told("participantLeft", reason="nodeCrashed")]
        evicted = [told["connectionId"] for told in one.told("participantEvicted", reason="nodeCrashed")]
        assert evicted == left + [con], (left, evicted)
        orders.append(left)
        assert not one.told("participantUnpublished")
    assert sorted(map(len, orders)) == [0, 1, 2], orders
    dan = await stage.guest()
    for name in (await stage.session(), idle):
        params = {"token": await stage.token(name), "session": name, "platform": "", "metadata": "", "secret": ""}
        assert await dan.code("joinRoom", **params) == 204
    await stage.revive_node()
    await stage.server.knows("node-recovered")
    await dan.join(idle, token)
    await dan.publish()


@PROOFS.proves("server-47 server-48 real-2", "a media server is restarted at once", alone=(14000,))
async def server_47(stage):
    _, ann, bob = await stage.join_room(2)
    await bob.receive((await ann.publish())["id"])
    idle = await stage.session()
    token = await stage.token(idle)
    await stage.kill_node()
    await stage.server.knows("node-suspect")
    await stage.revive_node()
    gone = {"connectionId": ann.con, "reason": "mediaServerReconnect"}
    for one in (ann, bob):
        assert await one.hear("participantUnpublished") == gone
    for error in await publish_until_it_works(ann):
        assert "'code': 303" in error or "'code': -1" in error, error
    stream = (await until(lambda: bob.told("participantPublished")[1:], "the new stream"))[0]["streams"][0]["id"]
    await bob.receive(stream)
    for one in (ann, bob):
        await one.call("echo")
        assert not one.told("participantEvicted") and not one.told("participantLeft")
    await (await stage.guest()).join(idle, token)


@PROOFS.proves("server-52", "a server that is stopped says so", alone=(3500,))
async def server_52(stage):
    _, ann, bob = await stage.join_room(2)
    _, cid = await stage.join_room(1)
    assert await stage.server.end() == 0
    for one in (ann, bob, cid):
        await one.closed()
        assert one.told("participantEvicted", connectionId=one.con) == [
            {"connectionId": one.con, "reason": "openviduServerStopped"}]
