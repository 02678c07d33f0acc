// Stop all: in reach on every page, ends and restores, holds until released. And a run that is
// watched over a broken connection.

import { api, canary, gentle, go, must, open, phase, play, shot, step } from './lab.mjs';

await play(async (browser) => {
  const page = await open(browser, {}, [/ERR_INTERNET_DISCONNECTED/, /net::ERR_/]);
  const { run_id: run } = await api('POST', '/runs', gentle('To be stopped', '0s', '10m'));
  await phase(run, 'observe');

  await step('What runs now, and the way to stop it, are on every page', async () => {
    for (const path of ['/', '/services', `/services/${canary}`, '/designs', '/runs', `/runs/${run}`, '/settings']) {
      await go(page, path);
      await page.getByRole('banner').getByRole('link', { name: 'To be stopped' }).waitFor();
      must(await page.getByText('Stop all', { exact: true }).isVisible(), `no way to stop on ${path}`);
    }
  });

  await step('A connection that breaks is said and taken up again', async () => {
    await go(page, `/runs/${run}`);
    await page.getByText(/phase: observe/).first().waitFor();
    await page.context().setOffline(true);
    await page.getByText('what runs is not known').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('banner').getByRole('link', { name: 'To be stopped' }).waitFor();
    await page.getByText(/phase: observe/).first().waitFor();
  });

  await step('Stop all asks once, then ends the run and holds; a list follows by itself', async () => {
    const list = await open(browser);
    await go(list, '/runs');
    const row = list.getByRole('row', { name: 'To be stopped' });
    await row.getByText('running').waitFor();
    await page.getByText('Stop all', { exact: true }).click();
    await page.getByRole('button', { name: 'Stop and restore' }).click();
    const closed = await phase(run, 'done');
    must(closed.verdict === 'aborted', `the verdict is ${closed.verdict}`);
    await page.getByText('On hold: no run starts').waitFor();
    await shot(page, 'on-hold');
    await row.getByText('aborted').waitFor();
    await list.context().close();
  });

  await step('Released, runs start again', async () => {
    await page.getByRole('button', { name: 'Release' }).click();
    await page.getByText('On hold: no run starts').waitFor({ state: 'detached' });
    const { run_id: next } = await api('POST', '/runs', gentle('After the hold', '0s', '1s'));
    await phase(next, 'done');
  });
});
