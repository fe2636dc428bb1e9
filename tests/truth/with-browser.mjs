// openvidu-browser in Chromium, as one more participant of a session in which a media node is killed. Called by the
// observer, which captures meanwhile: with-browser.mjs FOLDER. Leaves there events.jsonl and summary.json of the run,
// and browser.json: every frame that the page showed, and what its clock is ahead of CLOCK_MONOTONIC.
import fs from 'node:fs';
import path from 'node:path';
import { readLines, runRejoin, startCluster, until } from '../browser/lib/cluster.mjs';
import { launchBrowser, openPage, servePage } from '../browser/lib/browser.mjs';

const SESSION = 'truth';
const TRIES = 50;

/** Milliseconds that the page's clock is ahead, from the quickest of some questions. */
async function compareClocks(page) {
  const tries = [];
  for (let i = 0; i < TRIES; i += 1) {
    const before = Number(process.hrtime.bigint()) / 1e6;
    const there = await page.evaluate('performance.timeOrigin + performance.now()');
    const after = Number(process.hrtime.bigint()) / 1e6;
    tries.push({ took: after - before, ahead: there - (before + after) / 2 });
  }
  return tries.reduce((best, one) => (one.took < best.took ? one : best));
}

async function seesBots(witness, n) {
  const decoded = await witness.decoded();
  return decoded.filter((d) => d.name.startsWith('bot-') && d.frames > 30).length === n;
}

const folder = process.argv[2];
const clusterEvents = path.join(folder, 'cluster.jsonl');
const cluster = await startCluster('--events', clusterEvents);
const server = await servePage();
const browser = await launchBrowser();
try {
  const witness = await openPage(browser, server.url, cluster.app, SESSION, 'witness', '', { frames: '' });
  await until('the page has published', async () => (await witness.notes()).some((n) => n.what === 'published'));
  const placed = await until('the session has a node', () =>
    readLines(clusterEvents).find((e) => e.type === 'session-placed' && e.session === SESSION));
  const run = runRejoin(['run', '--app', cluster.app, '--participants', '2', '--session', SESSION, '--foreign', '1',
    '--fault', `run:kill -KILL ${cluster.nodes[placed.data.node].pid}@4s`, '--duration', '13s', '--within', '20s',
    '--events', path.join(folder, 'events.jsonl'), '--json', path.join(folder, 'summary.json')]);
  const clocks = await compareClocks(witness.page);
  await until('the page was evicted', async () =>
    (await witness.notes()).some((n) => n.what === 'disconnected' && n.reason === 'nodeCrashed'));
  await until('the page sees both bots again', () => seesBots(witness, 2));
  const frames = await witness.page.evaluate('frames');
  const outcome = await run.done;
  fs.writeFileSync(path.join(folder, 'browser.json'), JSON.stringify({ clocks, frames, errors: witness.errors }));
  await witness.leave();
  if (outcome.code !== 0) throw new Error(`the run ended with ${outcome.code}\n${outcome.stdout}${outcome.stderr}`);
} finally {
  await browser.close();
  server.close();
  await cluster.stop();
}
