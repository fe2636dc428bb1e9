// A browser and two of our participants in one session lose their websockets, and then their media server,
// which is back within the server's window. What openvidu-browser does about each stands beside what we do.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { readLines, runRejoin, startCluster, until } from './lib/cluster.mjs';
import { launchBrowser, openPage, servePage } from './lib/browser.mjs';
import { startRelay } from './lib/relay.mjs';

const SESSION = 'losses';

const since = (notes, at) => notes.filter((n) => n.at >= at);

test('websockets are lost, then the media server restarts within the window', { timeout: 120000 }, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rejoin-losses-'));
  const clusterEvents = path.join(folder, 'cluster.jsonl');
  const events = path.join(folder, 'events.jsonl');
  const cluster = await startCluster('--media-nodes', '1', '--restart-after', '100ms', '--events', clusterEvents);
  const server = await servePage();
  const relay = await startRelay(cluster.server);
  const browser = await launchBrowser();
  t.after(async () => {
    await browser.close();
    relay.close();
    server.close();
    await cluster.stop();
    fs.rmSync(folder, { recursive: true });
  });

  const witness = await openPage(browser, server.url, cluster.app, SESSION, 'witness', relay.url);
  await until('the page has published', async () => (await witness.notes()).some((n) => n.what === 'published'));
  const run = runRejoin(['run', '--app', cluster.app, '--participants', '2', '--session', SESSION, '--foreign', '1',
    '--fault', 'cut-websocket@1s', '--duration', '100s', '--events', events]);
  const find = (type, data = {}) => readLines(events).filter((e) => e.type === type &&
    Object.entries(data).every(([key, value]) => e.data?.[key] === value));
  const sees = async (old = []) => {
    const decoded = (await witness.decoded()).filter((d) => d.name.startsWith('bot-') && d.frames > 10);
    return decoded.length === 2 && decoded.every((d) => !old.some((o) => o.stream === d.stream)) && decoded;
  };

  await t.test('both resume, and nobody else notices', async () => {
    const before = await until('the page sees both bots', () => sees());
    await until('our sockets are cut', () => find('fault-ended', { what: 'cut-websocket' }).length === 1);
    const cutAt = await witness.page.evaluate('now()');
    relay.cut();
    await until('we have resumed', () => find('resumed').length === 2);
    const connected = await until('the page has resumed', async () =>
      since(await witness.notes(), cutAt).find((n) => n.what === 'answer' && n.method === 'connect'));
    assert.equal(connected.error, undefined);
    const notes = since(await witness.notes(), cutAt);
    assert.ok(notes.some((n) => n.what === 'socket-new' && n.reconnect), 'a socket with reconnect=true');
    assert.equal(notes.find((n) => n.what === 'request').method, 'connect', 'nothing before it');
    assert.deepEqual(notes.filter((n) => n.what === 'stream-destroyed' || n.what === 'disconnected'), []);
    const after = await until('frames are decoded further', async () => {
      const later = await witness.decoded();
      return before.every((b) => later.some((l) => l.stream === b.stream && l.frames > b.frames)) && later;
    });
    assert.equal(after.length, 2);
    const ours = find('resumed').map((e) => (e.mono_us -
      find('resume-started').find((s) => s.participant === e.participant).mono_us) / 1000);
    console.log(`# resumed after: openvidu-browser ${(connected.at - cutAt).toFixed(0)} ms, ` +
      `we ${Math.max(...ours).toFixed(0)} ms with the check for a zombie`);
  });

  await t.test('we publish again and subscribe again, the page only half', async () => {
    const before = await until('the page sees both bots', () => sees());
    process.kill(cluster.nodes[0].pid, 'SIGKILL'); // the cluster starts it again
    await until('the page is told', async () => (await witness.notes()).some((n) => n.what === 'notification' &&
      n.method === 'participantUnpublished' && n.params.reason === 'mediaServerReconnect'));
    const after = await until('the page sees the new streams of both bots', () => sees(before));
    assert.equal(after.length, 2);
    await until('we are back', () => find('rejoin-ended', { cause: 'mediaServerReconnect' }).length === 2);
    const notes = await witness.notes();
    // it is told of its own stream as well, and does nothing about it
    const told = notes.filter((n) => n.what === 'notification' && n.method === 'participantUnpublished' &&
      n.params.reason === 'mediaServerReconnect').map((n) => n.params.connectionId);
    const own = notes.find((n) => n.what === 'answer' && n.method === 'joinRoom').value.id;
    assert.ok(told.includes(own), 'its own stream');
    assert.equal(notes.filter((n) => n.what === 'request' && n.method === 'publishVideo').length, 1);
    assert.equal(notes.filter((n) => n.what === 'request' && n.method === 'joinRoom').length, 1);
    console.log('# media server restarted: openvidu-browser stays, subscribes to what is published again, and ' +
      'publishes nothing; we publish and subscribe again');
  });

  run.child.kill('SIGINT'); // we have seen what there is to see
  const outcome = await run.done;
  assert.equal(outcome.code, 130, outcome.stdout + outcome.stderr);
  assert.equal(find('joined').length, 2, 'nobody joined again');
  assert.deepEqual(readLines(clusterEvents).filter((e) => e.type === 'participant-evicted'), []);
  assert.deepEqual(witness.errors, []);
});
