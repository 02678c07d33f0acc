// Every page: no complaint, no serious accessibility violation in light and dark, no sideways
// scrolling on a phone, nothing that jumps while it loads, readable without JavaScript.

import { accessible, api, canary, fits, gentle, go, must, open, phase, play, shot, step } from './lab.mjs';

const { run_id: run } = await api('POST', '/runs', gentle('For the pages', '0s', '2s'));
await phase(run, 'done');

const pages = {
  home: '/',
  services: '/services',
  service: `/services/${canary}`,
  designs: '/designs',
  designer: `/designs/new?service=${canary}`,
  runs: '/runs',
  run: `/runs/${run}`,
  settings: '/settings',
};

/** How much of what is seen has jumped, as Chromium counts it. */
const jumped = (page) => page.evaluate(() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => setTimeout(() => done(sum), 300));
}));

await play(async (browser) => {
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(browser, { colorScheme });
    for (const [name, path] of Object.entries(pages)) {
      await step(`${name}, ${colorScheme}`, async () => {
        const answer = await go(page, path);
        must(answer.status() === 200, `${path} answers ${answer.status()}`);
        must((await page.locator('h1').count()) === 1, `${path} has not one heading of the first order`);
        await accessible(page);
        const shift = await jumped(page);
        must(shift < 0.02, `${path} jumps while it loads: ${shift}`);
        await shot(page, `${name}-${colorScheme}`);
      });
    }
    await page.context().close();
  }

  const phone = await open(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  for (const [name, path] of Object.entries(pages)) {
    await step(`${name}, on a phone`, async () => {
      await go(phone, path);
      await fits(phone);
      await accessible(phone);
      await shot(phone, `${name}-phone`);
    });
  }

  const plain = await open(browser, { javaScriptEnabled: false });
  for (const [name, path] of Object.entries(pages)) {
    await step(`${name}, without JavaScript`, async () => {
      await plain.goto(new URL(path, process.argv[2]).href);
      await plain.locator('h1').waitFor();
      const text = await plain.locator('main').innerText();
      must(text.length > 60 && !/loading/i.test(text), `${path} says only: ${text}`);
    });
  }

  await step('A page whose program does not come says so', async () => {
    const page = await open(browser, {}, [/./]);
    await page.goto(new URL('/', process.argv[2]).href);
    must(!(await page.locator('#asleep').isVisible()), 'it says so without a reason');
    await page.route(/\.wasm$/, (route) => route.abort());
    await page.reload();
    await page.getByText('The program of this page could not be loaded').waitFor();
    await fits(page);
    await page.context().close();
  });

  await step('By keyboard, the first stop skips to the content', async () => {
    const page = await open(browser);
    await go(page, '/');
    await page.keyboard.press('Tab');
    const text = await page.evaluate(() => document.activeElement.textContent);
    must(/skip/i.test(text), `the first stop is ${text}`);
  });

  await step('An address that is none is said to be none', async () => {
    const page = await open(browser, {}, [/status of 404/]);
    const answer = await page.goto(new URL('/no/such/page', process.argv[2]).href);
    must(answer.status() === 404, `it answers ${answer.status()}`);
    await page.locator('h1').waitFor();
  });
});
