// Latency of a TFLite model in Chromium beside LiteRT.js on WebGPU, in one sitting: one page each in its own browser,
// runs alternating, every output read back. Prints JSON; --save writes it to bench/results/.
//
//   npm run build && npm install --prefix bench/peers
//   node bench/chromium.mjs MODEL.tflite [--runs 15] [--save]
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { runnerImport } from 'vite';
import { browserLaunch } from '../scripts/browser-launch.mjs';

const root = path.resolve(import.meta.dirname, '..');

/** @param {string} name of a module beside this one: Node 20 reads no TypeScript, so Vite imports it */
const source = (name) => runnerImport(path.join(import.meta.dirname, name), { configFile: false, logLevel: 'error' });
/** @type {{ module: typeof import('./measure/statistics.ts') }} */
const { module: statistics } = await source('measure/statistics.ts');
/** @type {{ module: typeof import('./command/save-report.ts') }} */
const { module: reports } = await source('command/save-report.ts');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '15' }, save: { type: 'boolean', default: false } },
});
const [model] = positionals;
const runs = Number(values.runs);
if (model === undefined || !(runs >= 1)) {
  console.error('Usage: node bench/chromium.mjs MODEL.tflite [--runs 15] [--save]');
  process.exit(2);
}

/** @type {Record<string, string>} */
const contentTypes = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Serves a folder, and the model as /model, to pages that are cross-origin isolated. @param {string} folder */
async function serve(folder) {
  /** @param {http.IncomingMessage} request @param {http.ServerResponse} response */
  const answer = async (request, response) => {
    const url = decodeURIComponent((request.url ?? '/').split('?')[0]);
    const file = url === '/model' ? path.resolve(model) : path.join(folder, path.normalize(url));
    try {
      const bytes = await readFile(file);
      response.writeHead(200, {
        'content-type': contentTypes[path.extname(file)] ?? 'application/octet-stream',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  };
  const server = http.createServer((request, response) => void answer(request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  return server;
}

/** @param {string} name @param {string} folder @param {string} page */
async function open(name, folder, page) {
  const server = await serve(folder);
  const browser = await chromium.launch(await browserLaunch());
  const tab = await browser.newPage();
  tab.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await tab.goto(`http://127.0.0.1:${port}/${page}`);
  await tab.waitForFunction('window.ready', null, { timeout: 60_000 });
  const loadMs = Number(await tab.evaluate(`load('/model')`));
  const firstMs = Number(await tab.evaluate('run()'));
  const close = async () => {
    await browser.close();
    server.close();
  };
  /** @type {number[]} */
  const times = [];
  return { name, tab, version: browser.version(), loadMs, firstMs, times, close };
}

const contestants = [
  await open('quadot', root, 'bench/pages/quadot.html'),
  await open('litert.js 2.5.3 webgpu', path.join(root, 'bench/peers'), 'litert.html'),
];
try {
  for (let run = 0; run < runs; run++) {
    for (const { tab, times } of contestants) times.push(Number(await tab.evaluate('run()')));
  }
  const results = contestants.map(({ name, loadMs, firstMs, times }) => {
    const { median, least } = statistics.summarize(times);
    return { name, loadMs, firstMs, medianMs: median, minMs: least };
  });
  const details = await contestants[0].tab.evaluate(() => Reflect.get(window, 'details'));
  const report = {
    model: path.basename(model),
    date: new Date().toISOString().slice(0, 10),
    method: `one Chromium each, ${runs} alternating runs, median, every output read back`,
    browser: contestants[0].version,
    cpu: `${os.cpus()[0].model}, ${os.cpus().length} cores`,
    ...details,
    // Against the probe's register-only loop this says how far arithmetic bounds a run.
    operationsPerSecond: details.operations / (results[0].medianMs / 1000),
    results,
    ratio: results[0].medianMs / results[1].medianMs,
  };
  console.log(JSON.stringify(report, null, 2));
  if (values.save) {
    const file = path.join(root, 'bench/results', `chromium-${path.basename(model, '.tflite')}.json`);
    await reports.saveReport(file, report);
  }
} finally {
  for (const { close } of contestants) await close();
}
