// What the browser tests share: a Chromium that talks to the lab only, pages that fail on any
// console error or policy violation, checks for accessibility and narrow screens.

import { chromium } from 'playwright-core';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export const lab = process.argv[2];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const screens = fileURLToPath(new URL('../.cache/screens/', import.meta.url));
mkdirSync(screens, { recursive: true });

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** Everything that any page has complained about, and that no test has expected. */
const trouble = [];

/** Runs a test with a browser; ends the process with the test's verdict. */
export async function play(test) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: flags,
  });
  try {
    await test(browser);
    if (trouble.length > 0) throw new Error(`the pages complained:\n${trouble.join('\n')}`);
  } catch (error) {
    for (const context of browser.contexts()) {
      for (const page of context.pages()) await shot(page, 'failed').catch(() => {});
    }
    console.error(error);
    if (trouble.length > 0) console.error(trouble.join('\n'));
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

/** One step of a test: says that it was seen to work. */
export async function step(name, work) {
  try {
    const result = await work();
    console.log(`    ok  ${name}`);
    return result;
  } catch (error) {
    error.message = `${name}: ${error.message}`;
    throw error;
  }
}

/** A page in a fresh context. Options are Playwright's; `expected` are complaints to overlook. */
export async function open(browser, options = {}, expected = []) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const note = (text) => {
    if (!expected.some((pattern) => pattern.test(text))) trouble.push(`${page.url()}: ${text}`);
  };
  page.on('console', (message) => {
    if (message.type() === 'error') note(message.text());
  });
  page.on('pageerror', (error) => note(String(error)));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== new URL(lab).origin) note(`asked ${url} for something`);
  });
  return page;
}

/** Goes to an address of the lab and waits until the page is alive. */
export async function go(page, path) {
  const answer = await page.goto(new URL(path, lab).href);
  await alive(page);
  return answer;
}

export const alive = (page) => page.waitForSelector('html[data-awake]', { state: 'attached' });

/** A picture for people to look at. */
export async function shot(page, name) {
  await page.screenshot({ path: `${screens}${name}.png`, fullPage: true });
}

export function must(truth, sentence) {
  if (!truth) throw new Error(sentence);
}

/** No serious accessibility violation on the page as it stands. */
export async function accessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const told = serious.map(({ id, help, nodes }) =>
    `${id}: ${help}\n      ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html}\n        ${failureSummary}`).join('\n      ')}`);
  must(serious.length === 0, `${page.url()} is not accessible:\n    ${told.join('\n    ')}`);
}

/** The page is no wider than the screen. */
export async function fits(page) {
  const [wide, screen] = await page.evaluate(() => [
    document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  must(wide <= screen, `${page.url()} scrolls sideways: ${wide} px on a screen of ${screen} px`);
}

/** Asks the API. */
export async function api(method, path, body) {
  const answer = await fetch(new URL(`/api/v1${path}`, lab), { method, body });
  must(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

/** Waits until a run is in a phase. */
export async function phase(run, wanted) {
  for (let left = 600; left > 0; left -= 1) {
    const now = await api('GET', `/runs/${run}`);
    if (now.phase === wanted) return now;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  throw new Error(`run ${run} did not reach ${wanted}`);
}

export const canary = 'neotix_neotix-api-canary';

/** A gentle experiment as text: sets a label on the canary. */
export function gentle(title, baseline, observe) {
  return `apiVersion: hivequake/v1
title: ${title}
target:
  service: ${canary}
hypothesis:
  probes:
    - name: api
      http: { url: "http://127.0.0.1:8089/" }
method:
  - fault: service-label
    label: hq.try
    value: "on"
timing: { baseline: ${baseline}, observe: ${observe} }
`;
}
