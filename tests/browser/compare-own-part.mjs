// For the bench: the own part of a rejoin, ours against openvidu-browser's, in the same session at the same
// kills. Prints one line of JSON.
//
// The page's own part by the rules of our report, from its websocket frames and notes: from "nodeCrashed"
// until everything flows again, less the waits for answers on the path that ends last (token, websocket,
// joinRoom, receiveVideoFrom or publishVideo), less the wait for a bot's participantPublished, less what
// exceeds 50 ms between the answer and the first frame for the network (nothing on loopback). getUserMedia
// is its own; the pause of the page's retry, and tries that were refused, are not.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readLines, runRejoin, startCluster, until } from './lib/cluster.mjs';
import { launchBrowser, openPage, servePage } from './lib/browser.mjs';

const KILLS = 8;
const FIRST_S = 3;
const EVERY_S = 5;
const SESSION = 'compare';

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

function waitOf(notes, from, to) {
  const begin = notes.find(from);
  const end = begin && notes.find((n) => n.at >= begin.at && to(n));
  return end ? end.at - begin.at : 0;
}

const request = (method, sender) => (n) =>
  n.what === 'request' && n.method === method && (!sender || n.sender === sender);
const answerOf = (notes, method, sender) => {
  const id = notes.find(request(method, sender))?.id;
  return (n) => n.what === 'answer' && n.method === method && n.id === id;
};

// The own part of one way back: notes from its "disconnected" until the next one.
function ownPart(notes) {
  const lost = notes[0].at;
  const good = notes.filter((n) => n.what === 'joined').pop()?.generation;
  const mine = notes.filter((n) => n.generation === good);
  const frames = mine.filter((n) => n.what === 'first-frame' && n.name.startsWith('bot-'));
  const published = mine.find((n) => n.what === 'published');
  if (frames.length < 2 || !published) return null;
  const started = mine.find((n) => n.what === 'join-start').at;
  const joined = mine.find((n) => n.what === 'joined').at;
  const last = frames[frames.length - 1];
  const common =
    waitOf(mine, (n) => n.what === 'token-request', (n) => n.what === 'token') +
    waitOf(mine, (n) => n.what === 'socket-new', (n) => n.what === 'socket-open') +
    waitOf(mine, request('joinRoom'), answerOf(mine, 'joinRoom'));
  // what came before the try that succeeded is refusals and the page's pauses
  const refused = good === notes[0].generation + 1 ? 0 : started - lost;
  if (published.at > last.at) {
    return published.at - lost - refused - common - waitOf(mine, request('publishVideo'), answerOf(mine, 'publishVideo'));
  }
  const created = mine.find((n) => n.what === 'stream-created' && n.stream === last.stream).at;
  const forOthers = Math.max(0, created - joined);
  const subscribing = waitOf(mine, request('receiveVideoFrom', last.stream), answerOf(mine, 'receiveVideoFrom', last.stream));
  return last.at - lost - refused - common - forOthers - subscribing;
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rejoin-compare-'));
const clusterEvents = path.join(folder, 'cluster.jsonl');
const summaryFile = path.join(folder, 'summary.json');
const pidFile = path.join(folder, 'pid');
const cluster = await startCluster('--events', clusterEvents, '--crash-after', '300ms', '--restart-after', '200ms');
const server = await servePage();
const browser = await launchBrowser();

// keeps the process id of the node that hosts the session in a file, for the faults
function hostPid() {
  const lines = readLines(clusterEvents);
  const placed = lines.filter((e) => e.type === 'session-placed' && e.session === SESSION).pop();
  const started = placed && lines.filter((e) => e.type === 'process-started' && e.data.role === 'media-node' &&
    e.data.index === placed.data.node).pop();
  return started && started.data.pid;
}
const watch = setInterval(() => fs.writeFileSync(pidFile, String(hostPid() || '')), 50);

const witness = await openPage(browser, server.url, cluster.app, SESSION, 'witness');
await until('the page has published', async () => (await witness.notes()).some((n) => n.what === 'published'));
const faults = [];
for (let i = 0; i < KILLS; i++) faults.push('--fault', `run:kill -KILL $(cat ${pidFile})@${FIRST_S + i * EVERY_S}s`);
const run = runRejoin(['run', '--app', cluster.app, '--participants', '2', '--session', SESSION, '--foreign', '1',
  ...faults, '--duration', `${FIRST_S + KILLS * EVERY_S}s`, '--json', summaryFile]);
const outcome = await run.done;

const notes = await witness.notes();
const losses = notes.map((n, i) => [n, i]).filter(([n]) => n.what === 'disconnected' && n.reason === 'nodeCrashed');
const theirs = losses
  .map(([, i], k) => ownPart(notes.slice(i, losses[k + 1]?.[1])))
  .filter((own) => own !== null);
const summary = JSON.parse(fs.readFileSync(summaryFile, 'utf8'));
const ours = summary.participants.flatMap((p) => p.rejoins.map((r) => r.own_ms)).filter((own) => own !== null);
clearInterval(watch);
await browser.close();
server.close();
await cluster.stop();
fs.rmSync(folder, { recursive: true });
if (theirs.length < KILLS / 2 || ours.length < KILLS) {
  console.error(`only ${theirs.length} ways back of the page and ${ours.length} of ours\n${outcome.stdout}`);
  process.exit(1);
}
console.log(JSON.stringify({ kills: theirs.length, ours_ms: median(ours), browser_ms: median(theirs) }));
process.exit(0);
