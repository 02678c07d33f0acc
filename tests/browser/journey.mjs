// The whole way: a service, an experiment on it, a mistake and its mending, the run live, the
// report, a link that a stranger opens.

import { accessible, alive, api, canary, fits, go, must, open, play, shot, step } from './lab.mjs';

const document = `# Written by hand; this line must survive.
apiVersion: hivequake/v1
title: Canary survives a kill
target:
  service: ${canary}          # the founding experiment's
  tasks: { count: 1, pick: random }
hypothesis:
  probes:
    - name: api
      http: { url: "http://127.0.0.1:8089/", every: 100ms, timeout: 1s }
  recovers_within: 12s
method:
  - fault: container-kill
timing: { baseline: 2s, observe: 20 sek }
`;

await play(async (browser) => {
  const page = await open(browser);
  const yaml = page.getByRole('textbox', { name: 'The experiment as YAML' });
  const field = (name) => page.getByRole('textbox', { name, exact: true });
  const launch = page.getByRole('button', { name: /^Launch/ });

  await step('Services lists the canary, and offers an experiment', async () => {
    await go(page, '/services');
    await shot(page, 'services');
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: canary, exact: true }) });
    await row.getByRole('link', { name: 'Start an experiment' }).click();
    await page.waitForURL('**/designs/new*');
    await yaml.waitFor();
    must((await yaml.inputValue()).includes(canary), 'the new design names the service');
  });

  await step('A press in the text puts the caret there', async () => {
    await yaml.click({ position: { x: 200, y: 30 } });
    must(await yaml.evaluate((area) => document.activeElement === area), 'the text cannot be pressed');
  });

  await step('A mistake shows at its field and its line, and cannot be launched', async () => {
    await yaml.fill(document);
    const line = document.split('\n').findIndex((text) => text.includes('20 sek')) + 1;
    await page.getByRole('button', { name: new RegExp(`^Line ${line}:.*sek`) }).waitFor();
    must(await launch.isDisabled(), 'a text with a mistake launches');
    await shot(page, 'designer-mistake');
  });

  await step('A draft with a mistake can be saved', async () => {
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.waitForURL(/\/designs\/[0-9a-f-]{36}$/);
    await alive(page);
    must((await yaml.inputValue()) === document, 'saving changed the text');
  });

  await step('Mended in the form, only that value of the text changes', async () => {
    await yaml.fill(document.replace('20 sek', '21s'));
    await page.waitForFunction(() => !document.querySelector('#problems li'));
    await field('Observe').fill('20s');
    const expected = document.replace('20 sek', '20s');
    await page.waitForFunction(
      (text) => document.querySelector('textarea#yaml').value === text, expected);
  });

  await step('The blast radius and the checks are shown', async () => {
    await page.getByText('Hits now:').waitFor();
    await page.getByRole('heading', { name: 'Before launch' }).waitFor();
    await accessible(page);
    await shot(page, 'designer');
  });

  await step('Launched, the run is seen live', async () => {
    await page.getByRole('button', { name: 'Launch', exact: true }).click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/);
    await page.getByRole('heading', { name: /Canary survives a kill/ }).waitFor();
    await page.getByText(/container [0-9a-f]{8} died, exit code 137/).first().waitFor({ timeout: 60_000 });
    await shot(page, 'live');
    await accessible(page);
  });

  const run = page.url().split('/').pop();

  await step('A reload in the middle loses nothing', async () => {
    await page.reload();
    await alive(page);
    await page.getByText(/container [0-9a-f]{8} died, exit code 137/).first().waitFor();
    await page.getByText(/fault sent/).first().waitFor();
  });

  await step('Arrow keys and the pointer tell what was so at a moment, and a reload keeps it', async () => {
    const picture = page.getByRole('group', { name: /^The run so far/ });
    const said = page.locator('.readout [role=status]');
    await picture.focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/^0 s: slot 1 .*; api \d+ of 10 answered/).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.getByText(/^−1 s: slot 1 running; api/).waitFor();
    await page.reload();
    await alive(page);
    await page.getByText(/^−1 s: slot 1 running; api/).waitFor();
    await picture.focus();
    await page.keyboard.press('Escape');
    await page.getByText(/^Everything on one axis/).waitFor();
    await picture.hover({ position: { x: 400, y: 60 } });
    await page.getByText(/^[+−]\d+ s: slot 1/).waitFor();
    must((await said.count()) === 1, 'the moment is told twice');
  });

  await step('The report appears by itself, with findings and recommendations', async () => {
    await page.getByRole('heading', { name: /^(Recommendations|What to change)$/ }).waitFor({ timeout: 90_000 });
    for (const name of ['Procedure', 'Observations', 'Findings']) {
      await page.getByRole('heading', { name }).first().waitFor();
    }
    await accessible(page);
    await shot(page, 'report');
    const { verdict } = await api('GET', `/runs/${run}`);
    must(verdict === 'held', `the verdict is ${verdict}`);
  });

  await step('The report fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await fits(page);
    await shot(page, 'report-phone');
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  const link = await step('One click makes a link', async () => {
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    return page.getByRole('textbox', { name: 'The link' }).inputValue();
  });

  await step('A stranger reads the report behind it, and finds no way into the lab', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const stranger = await open(browser, { javaScriptEnabled });
      const answer = await stranger.goto(link);
      must(answer.status() === 200, `the link answers ${answer.status()}`);
      await stranger.getByRole('heading', { name: /Canary survives a kill/ }).first().waitFor();
      await stranger.getByRole('heading', { name: 'Findings' }).first().waitFor();
      must((await stranger.locator('a[href^="/"]').count()) === 0, 'a way leads into the lab');
      await stranger.setViewportSize({ width: 390, height: 844 });
      await fits(stranger);
      await shot(stranger, `shared-${javaScriptEnabled ? 'with' : 'without'}-js`);
      await stranger.context().close();
    }
  });

  await step('The link can be ended', async () => {
    await page.getByText(/^Links \(/).click();
    await page.getByText('Revoke', { exact: true }).click();
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByText('revoked just now').waitFor();
    await page.getByLabel('The link', { exact: true }).waitFor({ state: 'detached' });
    const stranger = await open(browser, {}, [/status of 410/]);
    must((await stranger.goto(link)).status() === 410, 'a revoked link still works');
  });

  await step('The run is in the history, and found by its words', async () => {
    await page.getByRole('link', { name: 'Runs' }).first().click();
    await page.waitForURL('**/runs');
    await page.getByRole('link', { name: 'Canary survives a kill' }).first().waitFor();
    await shot(page, 'history');
  });
});
