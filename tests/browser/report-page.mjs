// The HTML report as people see it: in Chromium, wide and narrow, light and dark, without a network. It must
// draw every story without an error, and answer to clicks. RJ_SCREENSHOTS=FOLDER keeps pictures.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { launchBrowser } from './lib/browser.mjs';

const STORIES = { demo: 'PASSED', failed: 'FAILED', nobody: 'ENVIRONMENT', killed: 'INCONCLUSIVE', series: 'FAILED' };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rejoin-page-'));
const browser = await launchBrowser();

test.after(async () => {
  await browser.close();
  fs.rmSync(folder, { recursive: true });
});

function render(story) {
  const file = path.join(folder, `${story}.html`);
  // the exit code is that of the run that is told
  const ran = (() => {
    try {
      return execFileSync(process.env.RJ_TEST_SAMPLE, [story, 'html'], { maxBuffer: 1 << 26 });
    } catch (error) {
      return error.stdout;
    }
  })();
  fs.writeFileSync(file, ran);
  return file;
}

async function open(story, width, colorScheme) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, offline: true });
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(`file://${render(story)}`);
  return { page, complaints };
}

for (const [story, verdict] of Object.entries(STORIES)) {
  for (const [width, scheme] of [[1280, 'light'], [390, 'dark']]) {
    test(`${story}, ${width} pixels, ${scheme}`, async () => {
      const { page, complaints } = await open(story, width, scheme);
      assert.equal(await page.textContent('#verdict'), verdict);
      assert.ok((await page.textContent('#reason')).length > 10);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wide, 0, 'the page itself must not scroll sideways');
      if (process.env.RJ_SCREENSHOTS)
        await page.screenshot({ path: path.join(process.env.RJ_SCREENSHOTS, `${story}-${width}-${scheme}.png`), fullPage: true });
      assert.deepEqual(complaints, []);
    });
  }
}

test('groups are a column of their own, and a word to filter by', async () => {
  const { page, complaints } = await open('groups', 1280, 'light');
  const names = () => page.$$eval('#participants tbody tr td:first-child', (cells) => cells.map((c) => c.textContent));
  await page.click('#participants th button:text-is("group")');
  assert.deepEqual((await names()).slice(4), ['bot-1', 'bot-2']);
  await page.fill('#filter', 'stage');
  assert.deepEqual(await names(), ['bot-1', 'bot-2']);
  assert.deepEqual(complaints, []);
});

test('an edge is chosen, the list is sorted and filtered', async () => {
  const { page, complaints } = await open('demo', 1280, 'light');
  await page.click('#matrices button[title="bot-1 → bot-3"]');
  assert.match(await page.textContent('#edge'), /bot-1 → bot-3.*outages: 3\.67 s from 3\.39 s on/s);
  // as in the text: a row is what one of them sees
  assert.equal(await page.textContent('#matrices tr:has(button[title="bot-1 → bot-3"]) th'), 'bot-3');

  const names = () => page.$$eval('#participants tbody tr td:first-child', (cells) => cells.map((c) => c.textContent));
  assert.deepEqual(await names(), ['bot-1', 'bot-2', 'bot-3', 'bot-4', 'bot-5', 'bot-6']);
  await page.click('#participants th button:text-is("own part")');
  await page.click('#participants th button:text-is("own part")');
  assert.deepEqual((await names()).slice(0, 4), ['bot-4', 'bot-3', 'bot-2', 'bot-1']);
  await page.fill('#filter', 'room-b');
  assert.deepEqual((await names()).sort(), ['bot-5', 'bot-6']);
  assert.equal(await page.locator('#timeline rect').count() > 4 * 5, true);
  assert.deepEqual(complaints, []);
});

test('a series shows its worst run, and any other that is chosen', async () => {
  const { page, complaints } = await open('series', 1280, 'light');
  assert.match(await page.textContent('#success'), /66\.7 % \(2 of 3\)/);
  assert.equal(await page.textContent('#chosen-verdict'), 'FAILED');
  const names = () => page.$$eval('#participants tbody tr td:first-child', (cells) => cells.map((c) => c.textContent));
  assert.deepEqual(await names(), ['anna', 'bert', 'cleo']);
  await page.selectOption('#choice', '3');
  assert.equal(await page.textContent('#chosen-verdict'), 'PASSED');
  assert.equal((await names()).length, 6);
  assert.equal(await page.locator('#timeline svg').count(), 1);
  await page.click('#matrices button[title="bot-1 → bot-3"]');
  assert.match(await page.textContent('#edge'), /bot-1 → bot-3/);
  await page.click('#series th button:text-is("verdict")');
  const verdicts = await page.$$eval('#series table:nth-of-type(2) tbody tr td:nth-child(3)', (cells) => cells.map((c) => c.textContent));
  assert.deepEqual(verdicts, ['failed', 'inconclusive', 'passed', 'passed']);
  assert.deepEqual(complaints, []);
});

test('a page that fails is seen by this test', async () => {
  const { page, complaints } = await open('demo', 1280, 'light');
  const broken = path.join(folder, 'broken.html');
  fs.writeFileSync(broken, fs.readFileSync(path.join(folder, 'demo.html'), 'utf8').replace('"participants"', '"nobody"'));
  await page.goto(`file://${broken}`);
  assert.notDeepEqual(complaints, []);
});
