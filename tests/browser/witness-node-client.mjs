// openvidu-node-client, the library that customers' app servers use, against the embedded server: everything that
// it offers, what the server's webhook hears meanwhile, and REST that the library does not wrap.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import { OpenVidu, OpenViduRole } from 'openvidu-node-client';
import { runRejoin, startCluster, until } from './lib/cluster.mjs';

/** An endpoint for webhooks. Returns its address, the events so far, and a stop function. */
async function startWebhook() {
  const events = [];
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (data) => { text += data; });
    request.on('end', () => {
      events.push({ ...JSON.parse(text), key: request.headers['x-key'] });
      response.writeHead(200).end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/hook`, events, stop: () => server.close() };
}

function askRest(cluster, method, path, body) {
  return fetch(`${cluster.server}/openvidu/api/${path}`, {
    method,
    headers: {
      Authorization: `Basic ${Buffer.from(`OPENVIDUAPP:${cluster.secret}`).toString('base64')}`,
      ...(body ? { 'Content-Type': 'application/json' } : {}),
    },
    body: body && JSON.stringify(body),
  });
}

async function checkPendingConnections(session) {
  const pending = await session.createConnection({
    data: 'from the office',
    role: OpenViduRole.SUBSCRIBER,
    record: false,
    kurentoOptions: { videoMaxRecvBandwidth: 500, allowedFilters: ['GStreamerFilter'] },
    customIceServers: [{ url: 'turn:127.0.0.1:3478', username: 'user', credential: 'word' }],
  });
  assert.equal(pending.status, 'pending');
  assert.equal(pending.role, 'SUBSCRIBER');
  assert.equal(pending.connectionProperties.record, false);
  assert.equal(pending.serverData, 'from the office');
  assert.equal(pending.connectionProperties.kurentoOptions.videoMaxRecvBandwidth, 500);
  assert.equal(pending.connectionProperties.customIceServers[0].url, 'turn:127.0.0.1:3478');
  assert.match(pending.token, /^ws:\/\/127\.0\.0\.1:\d+\?sessionId=office&token=tok_[A-Z][A-Za-z0-9]{15}$/);
  assert.match(await session.generateToken({ role: OpenViduRole.MODERATOR }), /&token=tok_/);
  await session.fetch();
  assert.equal(session.connections.length, 2);
  const changed = await session.updateConnection(pending.connectionId, { role: OpenViduRole.PUBLISHER, record: true });
  assert.equal(changed.connectionProperties.role, 'PUBLISHER');
  await session.fetch();
  assert.equal(session.connections.find((c) => c.connectionId === pending.connectionId).role, 'PUBLISHER');
  await session.forceDisconnect(pending.connectionId); // an unused token is taken back
  await session.fetch();
  assert.equal(session.connections.length, 1);
  await assert.rejects(session.createConnection({ type: 'IPCAM', rtspUri: 'rtsp://127.0.0.1/x' }), /400/);
  await assert.rejects(session.updateConnection('con_X', { record: true }), /404/);
  await assert.rejects(session.forceDisconnect('con_X'), /404/);
  await assert.rejects(session.forceUnpublish('str_X'), /404/);
}

async function checkWhatIsNotThere(openvidu) {
  await assert.rejects(openvidu.startRecording('office'), /501/);
  await assert.rejects(openvidu.stopRecording('office'), /501/);
  await assert.rejects(openvidu.listRecordings(), /501/);
  await assert.rejects(openvidu.getRecording('office'), /501/);
  await assert.rejects(openvidu.deleteRecording('office'), /501/);
  await assert.rejects(openvidu.startBroadcast('office', 'rtmp://127.0.0.1/x'), /403/);
}

async function checkStatistics(openvidu) {
  assert.equal((await openvidu.fetchWebRtc()).sessionChanges.office, true);
  for (const connection of openvidu.activeSessions[0].activeConnections) {
    for (const stream of [...connection.publishers, ...connection.subscribers]) {
      assert.match(stream.webRtc.kms.localSdp, /^v=0/);
      assert.match(stream.webRtc.kms.remoteSdp, /^v=0/);
      assert.ok(stream.webRtc.kms.serverIceCandidates.length > 0);
      assert.ok(stream.webRtc.kms.clientIceCandidates.length > 0);
      assert.ok(stream.webRtc.kms.events.length > 0);
      assert.match(stream.localCandidatePair.raw, /candidate:/); // of the pair that was selected
    }
  }
}

async function checkConfig(cluster, webhook) {
  const config = await (await askRest(cluster, 'GET', 'config')).json();
  assert.equal(config.OPENVIDU_PUBLICURL, cluster.server);
  assert.equal(config.OPENVIDU_WEBHOOK_ENDPOINT, webhook.url);
  assert.ok(config.OPENVIDU_WEBHOOK_EVENTS.includes('nodeCrashed'));
  const health = await (await askRest(cluster, 'GET', 'health')).json();
  assert.deepEqual(health, { status: 'UP', disconnectedMediaNodes: [] });
}

test('openvidu-node-client can do everything that it offers', { timeout: 120000 }, async (t) => {
  const webhook = await startWebhook();
  const cluster = await startCluster('--webhook', webhook.url, '--webhook-header', 'X-Key: sesame');
  t.after(async () => {
    await cluster.stop();
    webhook.stop();
  });
  const openvidu = new OpenVidu(cluster.server, cluster.secret);
  const heard = (event, more = () => true) => webhook.events.filter((e) => e.event === event && more(e));

  const session = await openvidu.createSession({
    customSessionId: 'office',
    mediaMode: 'ROUTED',
    recordingMode: 'MANUAL',
    defaultRecordingProperties: { name: 'mine', outputMode: 'INDIVIDUAL' },
    forcedVideoCodec: 'VP8',
    allowTranscoding: false,
  });
  assert.equal(session.sessionId, 'office');
  assert.equal(session.properties.forcedVideoCodec, 'VP8');
  assert.equal(session.properties.defaultRecordingProperties.name, 'mine');
  const again = await new OpenVidu(cluster.server, cluster.secret).createSession({ customSessionId: 'office' });
  assert.equal(again.sessionId, 'office');
  assert.equal(again.createdAt, session.createdAt);
  await checkPendingConnections(session);
  await checkWhatIsNotThere(openvidu);
  await checkConfig(cluster, webhook);

  const run = runRejoin(['run', '--url', cluster.server, '--participants', '3', '--session', 'office', '--resolution',
    '160x120', '--fps', '10', '--join-deadline', '60s', '--duration', '60s', '--fault', 'run:true@59s'],
  { REJOIN_SECRET: cluster.secret });
  t.after(() => run.child.kill('SIGKILL'));
  const active = await until('the bots publish and see each other', async () => {
    await session.fetch();
    const found = session.activeConnections.filter((c) => c.publishers.length === 1 && c.subscribers.length === 2);
    return found.length === 3 && found;
  });
  for (const connection of active) {
    assert.equal(connection.status, 'active');
    assert.match(connection.platform, /^rejoin/);
    assert.match(connection.clientData, /bot-[123]/);
    assert.equal(connection.publishers[0].videoDimensions, '{"width":160,"height":120}');
  }
  const other = new OpenVidu(cluster.server, cluster.secret);
  assert.equal(await other.fetch(), true);
  assert.deepEqual(other.activeSessions.map((s) => s.sessionId), ['office']);
  assert.equal(other.activeSessions[0].activeConnections.length, 3);
  await until('a pair is selected for each stream', async () => {
    const full = await (await askRest(cluster, 'GET', 'sessions/office?webRtcStats=true')).json();
    const streams = full.connections.content.flatMap((c) => [...c.publishers, ...c.subscribers]);
    return streams.length === 9 && streams.every((s) => s.remoteCandidate && s.clientIceCandidates.length > 0);
  });
  await checkStatistics(openvidu);

  const signal = { session: 'office', to: [active[0].connectionId], type: 'signal:office', data: 'hello' };
  assert.equal((await askRest(cluster, 'POST', 'signal', signal)).status, 200);
  await until('the signal is told', () => heard('signalSent').length === 1);
  const nodes = (await (await askRest(cluster, 'GET', 'media-nodes?sessions=true')).json()).content;
  assert.equal(nodes.length, 2);
  assert.deepEqual(nodes.flatMap((n) => n.sessions).map((s) => s.sessionId), ['office']);

  const lost = active[1].publishers[0];
  await session.forceUnpublish(lost);
  await until('the stream is gone', () => heard('webrtcConnectionDestroyed',
    (e) => e.streamId === lost.streamId && e.reason === 'forceUnpublishByServer').length === 3);
  await session.forceDisconnect(active[0]);
  await until('who was thrown out has left', () => heard('participantLeft',
    (e) => e.connectionId === active[0].connectionId && e.reason === 'forceDisconnectByServer').length === 1);
  await session.close();
  await until('the session is over', () => heard('sessionDestroyed').length === 1);
  assert.equal(heard('sessionDestroyed')[0].reason, 'sessionClosedByServer');
  assert.equal(heard('participantLeft', (e) => e.reason === 'sessionClosedByServer').length, 2);
  const outcome = await run.done;
  assert.equal(outcome.code, 1, outcome.stdout + outcome.stderr);
  assert.match(outcome.stdout, /forceDisconnectByServer/);
  assert.match(outcome.stdout, /sessionClosedByServer/);

  const crash = process.kill(cluster.nodes[0].pid, 'SIGKILL');
  assert.equal(crash, true);
  await until('the crash is told', () => heard('nodeCrashed').length === 1);
  assert.equal(heard('nodeCrashed')[0].id, nodes[0].id);
  assert.equal(webhook.events[0].event, 'mediaNodeStatusChanged');
  assert.equal(heard('sessionCreated').length, 1);
  assert.equal(heard('participantJoined').length, 3);
  assert.equal(heard('webrtcConnectionCreated', (e) => e.connection === 'OUTBOUND').length, 3);
  assert.equal(heard('webrtcConnectionCreated', (e) => e.connection === 'INBOUND').length, 6);
  assert.equal(heard('webrtcConnectionDestroyed').length, 9);
  assert.ok(webhook.events.every((e) => e.key === 'sesame' && Number.isInteger(e.timestamp)));
  await assert.rejects(new OpenVidu(cluster.server, 'wrong').createSession(), /401/);
});
