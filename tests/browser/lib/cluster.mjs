// Starts the program under test and reads what it prints.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import fs from 'node:fs';

const DEADLINE_MS = 60000;

export const rejoin = process.env.RJ_TEST_PROGRAM;

/** Waits for a fact, with a deadline: returns the first value that is neither null nor false. */
export async function until(what, ask, deadlineMs = DEADLINE_MS) {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await ask();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Runs `rejoin cluster` on free ports. Returns its addresses, secret and a stop function. */
export async function startCluster(...options) {
  const child = spawn(rejoin, ['cluster', '--app-port', '0', '--port', '0', '--node-port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const cluster = { child, nodes: [], masters: [] };
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const url = (line.match(/\b(?:https?|ws):\S+/) || [])[0];
    const pid = +(line.match(/\(pid (\d+)\)/) || [])[1];
    if (line.startsWith('OpenVidu server')) cluster.server = url;
    if (line.startsWith('app server')) cluster.app = url;
    if (line.startsWith('master')) cluster.masters.push({ url, pid });
    if (line.startsWith('media node')) cluster.nodes.push({ url, pid });
    if (line.startsWith('secret')) cluster.secret = line.split(/\s+/)[1];
    if (line.startsWith('Ctrl-C')) cluster.ready = true;
  });
  cluster.exited = exited;
  cluster.stop = async () => {
    child.kill('SIGTERM');
    return exited;
  };
  await until('the cluster is ready', () => cluster.ready);
  return cluster;
}

/** Reads a file of JSON lines; a torn last line is left out. */
export function readLines(path) {
  if (!fs.existsSync(path)) return [];
  const text = fs.readFileSync(path, 'utf8');
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

/** Makes a run, to its end. Who is back passes on a machine that is busy with Chromium, too. Returns {code, stdout, stderr}. */
export function runRejoin(options, env = {}) {
  const child = spawn(rejoin, options, {
    stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, REJOIN_ON_OVERLOAD: 'warn', ...env },
  });
  const outcome = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => { outcome.stdout += data; });
  child.stderr.on('data', (data) => { outcome.stderr += data; });
  const done = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ ...outcome, code, signal })));
  return { child, done };
}
