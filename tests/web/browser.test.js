// The pages in a real browser: without scripts, by keyboard, and as axe judges them. Screenshots are kept in the work folder.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { base, contextAs, launch, work } from './suite.js';

const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const pages = { front: '/', register: '/register', 'register-error': '/register?on-date=never', announcements: '/announcements',
  attention: '/attention', viewer: '/viewer', search: '/search?q=police', force: '/forces/west-midlands', announcement: '/forces/west-midlands/announcements/1',
  decision: '/forces/west-midlands/decisions/1', timeline: '/forces/west-midlands/timeline?clock=recorded',
  agenda: '/forces/west-midlands/agenda', 'agenda-all': '/agenda', themes: '/compare?since=2023-11-01', regions: '/compare?by=region&order=causes', reads: '/reads', 'not-found': '/nothing' };
let browser;

before(async () => {
  mkdirSync(`${work}/screenshots`, { recursive: true });
  browser = await launch(chromium);
});
after(() => browser.close());

for (const principal of ['chief-inspector', 'public']) {
  test(`the pages as ${principal}: no request elsewhere, nothing wider than a phone, nothing serious for axe`, async () => {
    const plain = await contextAs(browser, principal, { javaScriptEnabled: false, viewport: { width: 375, height: 800 } });
    const judged = await contextAs(browser, principal, { bypassCSP: true });  // So that axe, which is a script, may run.
    const page = await plain.newPage();
    const elsewhere = [];
    page.on('request', (request) => { if (!request.url().startsWith(`${base}/`)) elsewhere.push(request.url()); });
    const errors = [];
    page.on('console', (message) => { if (message.type() === 'error' && !/status of 40[034]/.test(message.text())) errors.push(message.text()); });
    const other = await judged.newPage();
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(base + path);
      await page.screenshot({ path: `${work}/screenshots/${principal}-${name}.png`, fullPage: true });
      assert.equal(await page.locator('h1').count(), 1, path);
      await other.setViewportSize({ width: 375, height: 800 });
      await other.goto(base + path);
      const width = await other.evaluate('document.documentElement.scrollWidth');
      assert.ok(width <= 375, `${path} is ${width} wide on a phone`);
      await other.setViewportSize({ width: 1200, height: 900 });
      await other.evaluate(axe);
      const { violations } = await other.evaluate('axe.run()');
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], `${path} as ${principal}`);
    }
    assert.deepEqual(elsewhere, []);
    assert.deepEqual(errors, [], 'the policy stops nothing that the pages need');
    await plain.close();
    await judged.close();
  });
}

test('by keyboard and without scripts: choose who you are, find a force, ask for a day', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(base);
  await page.keyboard.press('Tab');
  assert.equal(await page.locator(':focus').innerText(), 'Skip to main content');
  await page.goto(`${base}/viewer?back=/`);
  await page.locator('#as-liaison-lead').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${base}/`);
  assert.match(await page.locator('h1').innerText(), /All forces/);
  await page.locator('main a', { hasText: 'West Midlands Police' }).last().focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/west-midlands/);
  await page.locator('#on-date').focus();
  await page.keyboard.type('2023-12-01');
  await page.keyboard.press('Enter');
  await page.waitForURL(/on-date=2023-12-01/);
  assert.match(await page.locator('main').innerText(), /For 1 December 2023/);
  const cookies = await context.cookies();
  assert.deepEqual(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]), [['oversight-principal', true, 'Lax']]);
  await context.close();
});

test('an agenda pack by keyboard alone, since another moment, and on paper', async () => {
  const context = await contextAs(browser, 'liaison-lead', { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${base}/forces/west-midlands`);
  await page.locator('main a', { hasText: 'Agenda pack' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/west-midlands\/agenda/);
  assert.match(await page.locator('main').innerText(), /Suggested questions/);
  await page.locator('#since').focus();
  await page.keyboard.type('2020-01-01');
  await page.keyboard.press('Enter');
  await page.waitForURL(/since=2020-01-01/);
  assert.match(await page.locator('main').innerText(), /everything counts as new/);
  await page.emulateMedia({ media: 'print' });
  for (const hidden of ['nav', 'form', 'footer', '.govuk-back-link']) {
    for (const element of await page.locator(hidden).all()) assert.ok(!(await element.isVisible()), `${hidden} is not for paper`);
  }
  assert.ok(await page.locator('.app-pack').isVisible());
  await page.pdf({ path: `${work}/screenshots/agenda.pdf`, format: 'A4' });
  await page.setViewportSize({ width: 794, height: 1123 });
  await page.screenshot({ path: `${work}/screenshots/agenda-print.png`, fullPage: true });
  await context.close();
});

test('a comparison is sorted by its headings, without scripts and by keyboard', async () => {
  const context = await contextAs(browser, 'chief-inspector', { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${base}/compare?by=region`);
  const first = () => page.locator('main tbody th').first().innerText();
  assert.notEqual(await first(), 'West Midlands');
  await page.locator('main thead a', { hasText: 'Causes of concern' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/order=causes/);
  assert.equal(await first(), 'West Midlands');
  assert.equal(await page.locator('main th[aria-sort=descending]').innerText(), 'Causes of concern ▼');
  await page.locator('main a', { hasText: 'Compare themes' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/by=theme/);
  assert.ok(await page.locator('main tbody tr').count() > 0);
  await context.close();
});

test('search by keyboard alone, without scripts', async () => {
  const context = await contextAs(browser, 'chief-inspector', { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${base}/search`);
  await page.locator('#q').focus();
  await page.keyboard.type('multi agency');
  await page.keyboard.press('Enter');
  await page.waitForURL(/search\?q=multi\+agency/);
  await page.locator('#main article a').first().focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/west-midlands#concern-2/);
  await context.close();
});

test('the slider moves through what was known, by keyboard; without scripts the form does the same', async () => {
  const context = await contextAs(browser, 'chief-inspector');
  const page = await context.newPage();
  await page.goto(`${base}/forces/west-midlands/timeline`);
  const rows = () => page.locator('#as-of-result tbody tr').count();
  const all = await rows();
  await page.locator('#as-of-slider').focus();
  await page.keyboard.press('Home');
  await page.waitForFunction(() => document.getElementById('as-of-result').innerText.includes('As it was known at'));
  assert.ok(await rows() < all);
  assert.match(await page.locator('#as-of-result').innerText(), /in Scan/);
  assert.match(page.url(), /as-of=/);
  assert.match(await page.locator('#as-of-slider').getAttribute('aria-valuetext'), /\d\d\/\d\d\/\d{4}/);
  await page.screenshot({ path: `${work}/screenshots/slider.png`, fullPage: true });
  const moment = new URL(page.url()).searchParams.get('as-of');
  const then = await page.locator('#as-of-result tbody').innerText();
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.getElementById('as-of-result').innerText.includes('As it is known now'));
  assert.equal(await rows(), all);
  await context.close();

  const plain = await contextAs(browser, 'chief-inspector', { javaScriptEnabled: false });
  const form = await plain.newPage();
  await form.goto(`${base}/forces/west-midlands/timeline?as-of=${moment}`);
  assert.equal(await form.locator('#as-of-result tbody').innerText(), then);
  assert.equal(await form.locator('#as-of-slider').count(), 0);
  await form.locator('#as-of').fill('2020-01-01T10:00');
  await form.locator('main button[type=submit]').click();
  assert.match(form.url(), /as-of=2020-01-01T10%3A00/);
  await plain.close();
});
