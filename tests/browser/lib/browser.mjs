// Headless Chromium with a fake camera, and the page that it shows.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = path.dirname(fileURLToPath(import.meta.url));
const files = {
  '/': ['text/html', path.join(here, '../page/index.html')],
  '/page.js': ['text/javascript', path.join(here, '../page/page.js')],
  '/openvidu-browser.js': [
    'text/javascript',
    path.join(here, '../node_modules/openvidu-browser/static/js/openvidu-browser-2.32.2.js'),
  ],
};

export async function servePage() {
  const server = http.createServer((request, response) => {
    const found = files[request.url.split('?')[0]];
    if (!found) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': found[0] }).end(fs.readFileSync(found[1]));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

export function launchBrowser() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream=fps=30',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      '--allow-loopback-in-peer-connection',
      '--disable-background-timer-throttling',
      '--disable-renderer-backgrounding',
      '--disable-backgrounding-occluded-windows',
    ],
  });
}

/** Opens the witness's page. @relay: where its websockets go instead. @more: of the query. Returns {page, notes(), decoded()}. */
export async function openPage(browser, pageUrl, appUrl, session, name, relay = '', more = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, permissions: ['camera', 'microphone'] });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  const query = new URLSearchParams({ app: appUrl, session, name, relay, ...more });
  await page.goto(`${pageUrl}/?${query}`);
  return {
    page,
    errors,
    notes: () => page.evaluate('notes'),
    decoded: () => page.evaluate('getDecoded()'),
    leave: () => page.evaluate('session.disconnect()'),
  };
}
