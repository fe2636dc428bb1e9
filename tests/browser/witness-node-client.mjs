// openvidu-node-client, the library that customers' app servers use, against the embedded server.
import assert from 'node:assert/strict';
import test from 'node:test';
import { OpenVidu } from 'openvidu-node-client';
import { runRejoin, startCluster, until } from './lib/cluster.mjs';

test('openvidu-node-client makes sessions, sees bots and throws one out', { timeout: 60000 }, async (t) => {
  const cluster = await startCluster();
  t.after(() => cluster.stop());
  const openvidu = new OpenVidu(cluster.server, cluster.secret);

  const session = await openvidu.createSession({ customSessionId: 'office' });
  assert.equal(session.sessionId, 'office');
  const again = await new OpenVidu(cluster.server, cluster.secret).createSession({ customSessionId: 'office' });
  assert.equal(again.sessionId, 'office');
  const pending = await session.createConnection({ data: 'from the office', role: 'SUBSCRIBER' });
  assert.equal(pending.status, 'pending');
  assert.equal(pending.role, 'SUBSCRIBER');
  assert.match(pending.token, /^ws:\/\/127\.0\.0\.1:\d+\?sessionId=office&token=tok_[A-Z][A-Za-z0-9]{15}$/);
  await session.fetch();
  assert.equal(session.connections.length, 1);

  const run = runRejoin(['run', '--url', cluster.server, '--participants', '2', '--session', 'office',
    '--duration', '8s', '--fault', 'run:true@7s'], { REJOIN_SECRET: cluster.secret });
  const active = await until('both bots publish', async () => {
    await session.fetch();
    const found = session.activeConnections.filter((c) => c.publishers.length === 1 && c.subscribers.length === 1);
    return found.length === 2 && found;
  });
  for (const connection of active) {
    assert.equal(connection.status, 'active');
    assert.match(connection.platform, /^rejoin/);
    assert.match(connection.clientData, /bot-[12]/);
    assert.equal(connection.publishers[0].videoDimensions, '{"width":640,"height":480}');
  }
  await openvidu.fetch();
  assert.deepEqual(openvidu.activeSessions.map((s) => s.sessionId), ['office']);

  await session.forceDisconnect(active[0]);
  const outcome = await run.done;
  assert.equal(outcome.code, 1, outcome.stdout + outcome.stderr);
  assert.match(outcome.stdout, /forceDisconnectByServer/);
  await assert.rejects(new OpenVidu(cluster.server, 'wrong').createSession(), /401/);
});
