// The main witness: openvidu-browser in Chromium in the same session as two of our participants. They see
// each other, the media node under them is killed, and all are back and see each other again. What the
// page's own clock says is compared with our report.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { readLines, runRejoin, startCluster, until } from './lib/cluster.mjs';
import { launchBrowser, openPage, servePage } from './lib/browser.mjs';

const SESSION = 'witness';
const CLOCKS_MS = 250; // between the page's timers and our stamps of the same message, on a busy machine

async function seesBots(witness, since) {
  const decoded = (await witness.decoded()).filter((d) => d.name.startsWith('bot-'));
  if (decoded.length !== 2) return null;
  const fresh = decoded.every((d) => d.frames > 30 && !(since || []).some((s) => s.stream === d.stream));
  return fresh ? decoded : null;
}

function wallOf(event) {
  return Date.parse(event.wall.replace(/(\.\d{3})\d{3}Z$/, '$1Z')) + (+event.wall.slice(-4, -1)) / 1000;
}

test('a browser and two bots survive a killed media node together', { timeout: 120000 }, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rejoin-witness-'));
  const clusterEvents = path.join(folder, 'cluster.jsonl');
  const events = path.join(folder, 'events.jsonl');
  const summaryFile = path.join(folder, 'summary.json');
  const cluster = await startCluster('--events', clusterEvents);
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
  const victim = cluster.nodes[placed.data.node];
  const run = runRejoin(['run', '--app', cluster.app, '--participants', '2', '--session', SESSION, '--foreign', '1',
    '--fault', `run:kill -KILL ${victim.pid}@4s`, '--duration', '14s', '--within', '20s',
    '--events', events, '--json', summaryFile]);

  const before = await until('the page sees both bots', () => seesBots(witness));
  for (const seen of before) {
    assert.equal(seen.width, 640);
    assert.equal(seen.height, 480);
  }
  const grown = await until('frames are decoded further', async () => {
    const later = await witness.decoded();
    return later.every((d) => d.frames > before.find((b) => b.stream === d.stream)?.frames) && later;
  });
  assert.equal(grown.length, 2);

  const crash = await until('the page is told of the crash', async () =>
    (await witness.notes()).find((n) => n.what === 'disconnected' && n.reason === 'nodeCrashed'));
  const after = await until('the page sees both bots again', () => seesBots(witness, before));
  for (const seen of after) {
    assert.equal(seen.width, 640);
    assert.equal(seen.height, 480);
  }

  const outcome = await run.done;
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
  const summary = JSON.parse(fs.readFileSync(summaryFile, 'utf8'));
  const fromPage = summary.edges.filter((e) => e.from === 'witness');
  assert.equal(fromPage.length, 2);
  for (const edge of fromPage) {
    assert.equal(edge.foreign, true);
    assert.ok(edge.frames > 60, `${edge.to} saw ${edge.frames} frames of the page`);
    assert.equal(edge.wrong_frames, 0);
    assert.equal(edge.down_at_end, false);
    assert.equal(edge.outages_ms.length, 1);
  }
  for (const participant of summary.participants) {
    assert.equal(participant.rejoins.length, 1);
    assert.equal(participant.rejoins[0].cause, 'nodeCrashed');
  }

  // the same message, read by the page and by us
  const notes = await witness.notes();
  const lines = readLines(events);
  const told = lines.filter((e) => e.type === 'detector-fired' && e.data.detector === 'server-event');
  assert.equal(told.length, 2);
  for (const event of told) {
    const difference = Math.abs(wallOf(event) - crash.at);
    console.log(`# ${event.participant}: evicted ${difference.toFixed(1)} ms from the page`);
    assert.ok(difference < CLOCKS_MS);
  }
  // the page's stream is announced to us when its own publishVideo was answered
  const published = notes.filter((n) => n.what === 'answer' && n.method === 'publishVideo').pop();
  const announced = lines.filter((e) => e.type === 'remote-published' && e.data.from === 'witness').pop();
  assert.ok(wallOf(announced) > published.at - CLOCKS_MS);
  assert.deepEqual(witness.errors, []);
  await witness.leave();
});
