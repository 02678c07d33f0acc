// Drafts: one that was left comes back, and of two tabs that change one experiment the second is
// told before it writes over the first.

import { accessible, alive, go, must, open, play, step } from './lab.mjs';

const refused = [/status of 409/];
const text = (title) => `title: ${title}\n# Written by hand.\n`;

await play(async (browser) => {
  const page = await open(browser, {}, refused);
  const yaml = (tab) => tab.getByRole('textbox', { name: 'The experiment as YAML' });
  const save = (tab) => tab.getByRole('button', { name: 'Save draft' }).click();
  const shows = (tab, title) => tab.waitForFunction(
    (wanted) => document.querySelector('textarea#yaml').value === wanted, text(title));

  await step('A new draft that was left comes back, with a way to start again', async () => {
    await go(page, '/designs/new');
    const fresh = await yaml(page).inputValue();
    await yaml(page).fill(text('left'));
    await go(page, '/designs');
    await go(page, '/designs/new');
    await page.getByText('This is the draft you had not saved.').waitFor();
    await shows(page, 'left');
    await page.getByRole('button', { name: 'Start again' }).click();
    must((await yaml(page).inputValue()) === fresh, 'starting again does not start afresh');
    await go(page, '/designs/new');
    must((await yaml(page).inputValue()) === fresh, 'a draft that was dropped comes back');
  });

  await step('It is saved, and opened in a second tab', async () => {
    await yaml(page).fill(text('opened'));
    await save(page);
    await page.waitForURL(/\/designs\/[0-9a-f-]{36}$/);
    await page.getByText('Saved.').waitFor();
  });

  const other = await page.context().newPage();

  await step('The second tab to save is told, and has lost nothing', async () => {
    await go(other, new URL(page.url()).pathname);
    await yaml(other).fill(text('theirs'));
    await save(other);
    await other.getByText('Saved.').waitFor();
    await yaml(page).fill(text('mine'));
    await save(page);
    await page.getByText('Somebody else, or another tab, has saved this experiment').waitFor();
    await shows(page, 'mine');
    await accessible(page);
  });

  await step('What they saved can be looked at beside it', async () => {
    const [beside] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('link', { name: 'Open theirs in a new tab' }).click(),
    ]);
    await alive(beside);
    await shows(beside, 'theirs');
    await beside.close();
  });

  await step('Changes that were taken up again still know what they were made from', async () => {
    await page.reload();
    await alive(page);
    await page.getByText('These are the changes you had not saved.').waitFor();
    await save(page);
    await page.getByRole('button', { name: 'Save mine anyway' }).waitFor();
  });

  await step('Saved anyway, mine takes the place of theirs, and the next save needs no asking', async () => {
    await page.getByRole('button', { name: 'Save mine anyway' }).click();
    await page.getByText('Saved.').waitFor();
    await yaml(page).fill(text('mine again'));
    await save(page);
    await page.getByText('Saved.').waitFor();
    await go(other, new URL(page.url()).pathname);
    await shows(other, 'mine again');
  });

  await step('Changes that were dropped for theirs leave nothing in the way', async () => {
    await yaml(page).fill(text('dropped'));
    await yaml(other).fill(text('theirs again'));
    await save(other);
    await other.getByText('Saved.').waitFor();
    await page.reload();
    await alive(page);
    await page.getByRole('button', { name: 'Drop them' }).click();
    await shows(page, 'theirs again');
    await yaml(page).fill(text('on top of theirs'));
    await save(page);
    await page.getByText('Saved.').waitFor();
  });

  await step('The versions have a page, and it says when there is one only', async () => {
    await go(page, new URL(page.url()).pathname);
    await page.getByRole('link', { name: /^What changed from version to version/ }).click();
    await page.getByRole('heading', { name: 'Version 1' }).waitFor();
    await page.getByText('There is one version so far.').waitFor();
    await accessible(page);
  });
});
