// A TCP relay of the test's own in front of a server, so that a test can break what goes through it.
import net from 'node:net';

/** Returns {url, cut(), close()}: cut() resets every connection to the client. */
export async function startRelay(target) {
  const { hostname, port } = new URL(target);
  const pairs = new Set();
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    const pair = { client, upstream };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      socket.on('error', end);
      socket.on('close', end);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${server.address().port}`,
    cut: () => [...pairs].forEach((pair) => pair.client.resetAndDestroy()),
    close: () => {
      [...pairs].forEach((pair) => pair.client.destroy());
      server.close();
    },
  };
}
