// openvidu-browser in Chromium, two who only watch, in the same session as two of our participants, on one of two OpenVidu
// servers behind the front. That server is killed: of the four sockets two are told, two are cut. What
// openvidu-browser does is printed beside what we do.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { readLines, runRejoin, startCluster, until } from './lib/cluster.mjs';
import { launchBrowser, openPage, servePage } from './lib/browser.mjs';

const SESSION = 'masters';
const CRASHED = 'masterNodeCrashedNotification';

// Our two, decoded from streams that are not among @before
async function seesBots(page, before = []) {
  const decoded = (await page.decoded()).filter((d) => d.name.startsWith('bot-') && d.frames > 5);
  return decoded.length === 2 && !decoded.some((d) => before.some((b) => b.stream === d.stream)) && decoded;
}

// What the page did about the crash, in words; at the end the way in which it learned of it
function describe(notes) {
  const from = notes.findIndex((n) => n.what === 'disconnected');
  const closed = notes.filter((n) => n.what === 'socket-close').map((n) => n.code);
  const told = notes.findIndex((n) => n.method === CRASHED);
  const asked = notes.findIndex((n) => n.what === 'request' && n.method === 'sessionStatus');
  const connected = notes.findIndex((n) => n.what === 'request' && n.method === 'connect');
  const joined = notes.findLastIndex((n) => n.what === 'joined');
  assert.ok(from >= 0 && joined > from);
  assert.equal(notes[from].reason, 'nodeCrashed');
  let way = 'told';
  if (connected >= 0 && told < 0) way = 'asked';
  else if (connected >= 0) way = 'told-when-back';
  assert.ok(told >= 0 || asked >= 0);
  return { way, closed, lostAt: notes[from].at, back: notes[joined].at - notes[from].at };
}

// The same of one of ours
function describeOurs(lines, name) {
  const fired = lines.filter((e) => e.type === 'detector-fired' && e.participant === name).map((e) => e.data.detector);
  if (fired.includes('resume-failed')) return 'asked';
  return fired.includes('websocket-closed') ? 'told-when-back' : 'told';
}

test('client-39, client-49, server-49: two pages and two bots survive a killed master together', { timeout: 150000 }, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rejoin-masters-'));
  const clusterEvents = path.join(folder, 'cluster.jsonl');
  const events = path.join(folder, 'events.jsonl');
  const cluster = await startCluster('--masters', '2', '--events', clusterEvents);
  const server = await servePage();
  const browser = await launchBrowser();
  t.after(async () => {
    await browser.close();
    server.close();
    await cluster.stop();
    fs.rmSync(folder, { recursive: true });
  });

  const pages = [];
  for (const name of ['ann', 'bob']) {
    const page = await openPage(browser, server.url, cluster.app, SESSION, name, '', { watch: 'only' });
    await until(`${name} has joined`, async () => (await page.notes()).some((n) => n.what === 'joined'));
    pages.push(page);
  }
  const placed = await until('the session has a master', () =>
    readLines(clusterEvents).find((e) => e.type === 'session-placed' && e.session === SESSION));
  const run = runRejoin(['run', '--app', cluster.app, '--participants', '2', '--session', SESSION,
    '--resolution', '160x120', '--fps', '10', '--fault', `run:kill -KILL ${cluster.masters[placed.data.master].pid}@2s`,
    '--duration', '8s', '--within', '20s', '--events', events]);
  const before = await Promise.all(pages.map((page, i) => until(`page ${i} sees both bots`, () => seesBots(page))));
  await Promise.all(pages.map((page, i) => until(`page ${i} sees both bots again`, () => seesBots(page, before[i]))));
  const outcome = await run.done;
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);

  const lines = readLines(events);
  const theirs = await Promise.all(pages.map(async (page) => describe(await page.notes())));
  const ours = ['bot-1', 'bot-2'].map((name) => describeOurs(lines, name));
  for (const one of theirs)
    console.log(`# openvidu-browser: ${one.way}, closed with ${one.closed}, joined ${one.back.toFixed(0)} ms after nodeCrashed`);
  console.log(`# ours: ${ours.join(', ')}`);
  console.log(outcome.stdout.split('\n').filter((l) => /bot-\d .*\|/.test(l)).map((l) => `# ${l}`).join('\n'));
  // the first socket is told, the second one cut, and so on; of those that come back every second one is told
  assert.equal(theirs[0].way, 'told');
  assert.deepEqual([...theirs.map((one) => one.way), ...ours].sort(), ['asked', 'told', 'told', 'told-when-back']);
  // openvidu-browser closes its socket with 4102 before it says 4103 or 4101, so that is what the server reads
  assert.deepEqual(theirs[0].closed, [4102, 4103]);
  assert.deepEqual(theirs[1].closed, [4104, 4102, theirs[1].way === 'asked' ? 4101 : 4103]);
  const moved = readLines(clusterEvents).filter((e) => e.type === 'session-placed').pop();
  assert.equal(moved.data.master, 1 - placed.data.master);
  for (const page of pages) {
    assert.deepEqual(page.errors, []);
    await page.leave();
  }
});
