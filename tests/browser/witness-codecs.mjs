// H.264 with a browser: Chromium decodes what our participants send in a session that forces it, stamps and all,
// and they see Chromium's own stream.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { readLines, runRejoin, startCluster, until } from './lib/cluster.mjs';
import { launchBrowser, openPage, servePage } from './lib/browser.mjs';

const SESSION = 'codecs';

test('a browser and two bots see each other in H.264', { timeout: 120000 }, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rejoin-codecs-'));
  const events = path.join(folder, 'events.jsonl');
  const summaryFile = path.join(folder, 'summary.json');
  const cluster = await startCluster('--forced-video-codec', 'H264', '--media-nodes', '1');
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
  const run = runRejoin(['run', '--app', cluster.app, '--participants', '2', '--session', SESSION, '--foreign', '1',
    '--duration', '4s', '--events', events, '--json', summaryFile]);

  const decoded = await until('the page has decoded both bots', async () => {
    const seen = (await witness.decoded()).filter((d) => d.name.startsWith('bot-'));
    return seen.length === 2 && seen.every((d) => d.frames > 60) ? seen : null;
  });
  for (const seen of decoded) {
    assert.equal(seen.codec, 'video/H264');
    assert.equal(seen.width, 640);
    assert.equal(seen.height, 480);
  }

  const outcome = await run.done;
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
  const summary = JSON.parse(fs.readFileSync(summaryFile, 'utf8'));
  for (const edge of summary.edges) {
    assert.ok(edge.frames > 30, `${edge.to} saw ${edge.frames} frames of ${edge.from}`);
    assert.equal(edge.foreign_frames, edge.foreign ? edge.frames : 0);
    assert.equal(edge.wrong_frames, 0);
  }
  assert.equal(summary.edges.filter((e) => e.foreign).length, 2);
  const answers = readLines(events).filter((e) => e.type === 'answer-received');
  assert.ok(answers.every((e) => e.data.video_codec === 'H264'));
  assert.deepEqual(witness.errors, []);
  await witness.leave();
});
