// Where the server says that it has mediasoup it makes the offers of subscriptions. openvidu-browser takes that
// road beside two of our participants: it sees them, they see it, also after the media node was killed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { readLines, runRejoin, startCluster, until } from './lib/cluster.mjs';
import { launchBrowser, openPage, servePage } from './lib/browser.mjs';

const SESSION = 'offers';

test('a browser and two bots subscribe by the server\'s offers', { timeout: 120000 }, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rejoin-offers-'));
  const clusterEvents = path.join(folder, 'cluster.jsonl');
  const events = path.join(folder, 'events.jsonl');
  const cluster = await startCluster('--media-server', 'mediasoup', '--crash-after', '500ms', '--events', clusterEvents);
  const server = await servePage();
  const browser = await launchBrowser();
  t.after(async () => {
    await browser.close();
    server.close();
    await cluster.stop();
    fs.rmSync(folder, { recursive: true });
  });

  const witness = await openPage(browser, server.url, cluster.app, SESSION, 'witness');
  await until('the page has published', async () => (await witness.notes()).some((n) => n.what === 'published'));
  const placed = await until('the session has a node', () =>
    readLines(clusterEvents).find((e) => e.type === 'session-placed' && e.session === SESSION));
  const run = runRejoin(['run', '--app', cluster.app, '--participants', '2', '--session', SESSION, '--foreign', '1',
    '--duration', '60s', '--within', '20s', '--fault', `run:kill -KILL ${cluster.nodes[placed.data.node].pid}@2s`,
    '--events', events]);
  const sees = async (old = []) => {
    const decoded = (await witness.decoded()).filter((d) => d.name.startsWith('bot-') && d.frames > 10);
    return decoded.length === 2 && decoded.every((d) => !old.some((o) => o.stream === d.stream)) && decoded;
  };
  const find = (type) => readLines(events).filter((e) => e.type === type);
  const requests = async (method) => (await witness.notes()).filter((n) => n.what === 'request' && n.method === method);

  let before;
  await t.test('server-29 the page takes the same road as we do', async () => {
    before = await until('the page sees both bots', () => sees());
    const asked = await requests('prepareReceiveVideoFrom');
    assert.equal(asked.length, 2);
    assert.equal((await requests('receiveVideoFrom')).length, 2);
    await until('both bots see the page', () =>
      find('first-key-frame').filter((e) => e.edge?.startsWith('witness>')).length === 2);
    // Chromium makes at most one key frame in 300 ms: who comes just after one may have to reconnect the stream
    for (const kind of ['offer-requested', 'offer-received', 'answer-sent', 'answer-accepted']) {
      const edges = find(kind).filter((e) => e.edge.startsWith('witness>') && e.attempt === 1).map((e) => e.edge);
      assert.equal(new Set(edges).size, 2, kind);
    }
  });

  await t.test('both are back after the node was killed', async () => {
    const crash = await until('the page is told of the crash', async () =>
      (await witness.notes()).find((n) => n.what === 'disconnected' && n.reason === 'nodeCrashed'));
    await until('the page sees both bots again', () => sees(before));
    const again = (await witness.notes()).filter((n) => n.what === 'request' &&
      n.method === 'prepareReceiveVideoFrom' && n.at > crash.at);
    assert.equal(again.length, 2);
    await until('we are back', () => find('rejoin-ended').length === 2);
    await until('we see the page again', () =>
      find('first-key-frame').filter((e) => e.edge?.startsWith('witness>') && e.attempt > 1).length === 2);
    const back = (await witness.notes()).filter((n) => n.what === 'first-frame' && n.at > crash.at).map((n) => n.at);
    const started = find('rejoin-started');
    const ours = find('rejoin-ended').map((e) =>
      (e.mono_us - started.find((s) => s.participant === e.participant).mono_us) / 1000);
    console.log(`# from the eviction until everything was seen: openvidu-browser ` +
      `${back.length ? (Math.max(...back) - crash.at).toFixed(0) : '?'} ms, we ${Math.max(...ours).toFixed(0)} ms`);
  });

  assert.deepEqual(witness.errors, []);
  await witness.leave();
  run.child?.kill('SIGINT');
  await run.done;
});
