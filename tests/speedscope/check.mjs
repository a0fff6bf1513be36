// Opens a profile of the Troubles program (burn) in the real speedscope, in headless Chromium, checks what it shows, and takes a picture of it.
// Usage: check.mjs CHROMIUM PROFILE SCREENSHOT. Prints a line with the figures.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../../artifacts/speedscope/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const speedscope = require.resolve('speedscope/package.json');
const { version } = require(speedscope);

/** Percent of all CPU time that each has itself: from, to. */
const expected = { 'Troubles.Burn.Seventy()': [65, 75], 'Troubles.Burn.Twenty()': [15, 25], 'Troubles.Burn.Ten()': [5, 15] };

const [executablePath, file, screenshot] = process.argv.slice(2);
const bytes = readFileSync(file);
const ours = JSON.parse(bytes);
const complaints = [];

function must(holds, what) {
  if (!holds) throw new Error([what, ...complaints].join('\n'));
}

/** Seconds that each method has itself, over all threads of a file of speedscope's format, in either of its forms. */
function selfTimes({ shared, profiles }) {
  const times = {};
  const add = (frame, seconds) => seconds > 0 && frame !== undefined && (times[shared.frames[frame].name] = (times[shared.frames[frame].name] ?? 0) + seconds);
  for (const { type, samples, weights, events } of profiles) {
    if (type === 'sampled') samples.forEach((stack, i) => add(stack.at(-1), weights[i]));
    const stack = [];
    let last = 0;
    for (const { type: kind, frame, at } of events ?? []) {
      add(stack.at(-1), at - last);
      last = at;
      if (kind === 'O') stack.push(frame);
      else stack.pop();
    }
  }
  return times;
}

async function open(page, folder) {
  page.on('pageerror', (error) => complaints.push(`in the page: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && complaints.push(`in its console: ${message.text()}`));
  page.on('dialog', (dialog) => {
    complaints.push(`it says: ${dialog.message()}`);
    return dialog.dismiss();
  });
  // As its own command line does: a page that is a file may read no other, but run a script.
  const script = join(folder, 'profile.js');
  writeFileSync(script, `speedscope.loadFileFromBase64(${JSON.stringify(basename(file))}, ${JSON.stringify(bytes.toString('base64'))})`);
  await page.goto(`${pathToFileURL(join(dirname(speedscope), 'dist/release/index.html'))}#localProfilePath=${script}`);
  const loaded = page.waitForFunction((title) => document.title === title, `${ours.name} - speedscope`, { timeout: 30_000 });
  await loaded.catch(async () => must(false, `speedscope did not load it:\n${await page.innerText('body')}`));
}

/** What it has understood: it writes that by itself. */
async function checkExport(page) {
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 10_000 }), page.keyboard.press('Control+s')]);
  const theirs = JSON.parse(readFileSync(await download.path()));
  must(theirs.exporter === `speedscope@${version}` && theirs.name === ours.name, `its export is by ${theirs.exporter}, of "${theirs.name}"`);
  const threads = (of) => of.profiles.map(({ name }) => name).join(', ');
  must(threads(theirs) === threads(ours), `it has the threads ${threads(theirs)}, and not ${threads(ours)}`);
  const [mine, its] = [selfTimes(ours), selfTimes(theirs)];
  for (const method of new Set([...Object.keys(mine), ...Object.keys(its)]))
    must(Math.abs((mine[method] ?? 0) - (its[method] ?? 0)) < 1e-6, `${method} has ${its[method]} s in it, and not ${mine[method]}`);
  return Object.values(its).reduce((sum, seconds) => sum + seconds, 0);
}

/** What it shows, by the eyes of its reader. */
async function checkSandwich(page) {
  await page.keyboard.press('3');
  const line = page.locator('tr:has(td)');
  await line.first().waitFor({ timeout: 10_000 });
  const lines = await line.evaluateAll((found) => found.map((one) => [...one.querySelectorAll('td')].map((cell) => cell.innerText.trim())));
  const table = lines.map((cells) => cells.join('  ')).join('\n');
  const shown = Object.entries(expected).map(([method, [from, to]], i) => {
    const [, self, name] = lines[i] ?? []; // Those that have most themselves come first.
    const percent = Number(/\(([\d.]+)%\)$/.exec(self)?.[1]);
    must(name === method && percent >= from && percent <= to, `not ${method} with ${from} to ${to} % in line ${i + 1} of its table:\n${table}`);
    return `${method} ${percent} %`;
  });
  await line.filter({ hasText: 'Troubles.Burn.Work()' }).click(); // Its callers and callees, for the picture.
  return shown.join(', ');
}

const folder = mkdtempSync(join(tmpdir(), 'speedscope-'));
let browser;
try {
  // Chromium has no sandbox for root.
  browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid() !== 0 });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await open(page, folder);
  const seconds = await checkExport(page);
  const shown = await checkSandwich(page);
  await page.waitForTimeout(500); // Until it is drawn.
  const text = await page.innerText('body');
  must(complaints.length === 0 && !/went wrong|unrecognized|failed to/i.test(text), `it shows an error:\n${text}`);
  // Of several threads it says which one is shown, and of how many.
  must(text.includes(ours.profiles[ours.activeProfileIndex].name), `it does not name ${ours.profiles[ours.activeProfileIndex].name}:\n${text}`);
  const picture = await page.screenshot();
  must(picture.length < 200 * 1024, `the picture has ${picture.length} bytes`);
  writeFileSync(screenshot, picture);
  console.log(`speedscope ${version} in Chromium ${browser.version()}: "${ours.name}", threads: ${ours.profiles.length}, ${seconds.toFixed(2)} s of CPU time; its table: ${shown}`);
} catch (error) {
  console.error(`speedscope: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
}
