"""A proxy between the server and a media node that holds the node's candidates back for a moment, as the
real one does: some conversations hang on candidates that come after the client has closed its socket."""

import asyncio
import struct


async def read_frame(reader):
    """One websocket frame, as bytes."""
    head = await reader.readexactly(2)
    size = head[1] & 0x7F
    if size == 126:
        more = await reader.readexactly(2)
        (size,) = struct.unpack(">H", more)
    elif size == 127:
        more = await reader.readexactly(8)
        (size,) = struct.unpack(">Q", more)
    else:
        more = b""
    return head + more + await reader.readexactly(size)


async def forward_frames(reader, writer, delay_s):
    loop = asyncio.get_event_loop()
    writer.write(await reader.readuntil(b"\r\n\r\n"))
    while True:
        frame = await read_frame(reader)
        if b"IceCandidateFound" in frame and b'"onEvent"' in frame:
            loop.call_later(delay_s, writer.write, frame)
        else:
            writer.write(frame)


async def forward_bytes(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)


async def serve(node_port, delay_s):
    """Returns the server object and its port."""

    async def on_connection(reader, writer):
        try:
            node_reader, node_writer = await asyncio.open_connection("127.0.0.1", node_port)
        except OSError:
            writer.close()
            return
        tasks = [
            asyncio.ensure_future(forward_bytes(reader, node_writer)),
            asyncio.ensure_future(forward_frames(node_reader, writer, delay_s)),
        ]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        writer.close()
        node_writer.close()

    proxy = await asyncio.start_server(on_connection, "127.0.0.1", 0, limit=1 << 22)
    return proxy, proxy.sockets[0].getsockname()[1]
