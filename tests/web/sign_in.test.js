// People sign in at the pages in a real browser, by the development issuer: `make run` with CALLERS=tokens. Screenshots are kept in
// the work folder.
import assert from 'node:assert/strict';
import { createCipheriv, createPrivateKey, randomBytes, sign } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { assertWellFormed, base, launch, request, work } from './suite.js';

const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const issuer = `${process.env.OVERSIGHT_DATA}/issuer`;
const timeline = '/forces/west-midlands/timeline?clock=recorded';
let browser;

before(async () => {
  mkdirSync(`${work}/screenshots`, { recursive: true });
  browser = await launch(chromium);
});
after(() => browser.close());

// At the issuer's page: chooses, and is sent back.
async function choose(page, principal) {
  assert.match(await page.locator('h1').innerText(), /Development issuer/);
  await page.locator(`#${principal}`).check();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
async function signedIn(principal, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(`${base}/sign-in`);
  await choose(page, principal);
  await page.waitForURL(`${base}/`);
  return { context, page };
}
// All of them: asked for those of an http:// address, Playwright leaves out what is Secure, though Chromium sends it there.
const session = async (context) => (await context.cookies()).find(({ name }) => name === '__Host-oversight-session');

// What the gateway keeps in browsers, made with its key: so that a test need not wait for a token to expire.
function sealed(token, signedInAt, expires) {
  const key = Buffer.from(readFileSync(`${issuer}/session.keys`, 'utf8').trim(), 'base64');
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from('session 1'));
  const hidden = Buffer.concat([cipher.update(`${signedInAt} ${expires} ${token}`), cipher.final(), cipher.getAuthTag()]);
  return Buffer.concat([Buffer.from([1]), nonce, hidden]).toString('base64url');
}
const bring = (context, value) => context.addCookies([{ name: '__Host-oversight-session', value, url: base.replace('http:', 'https:'), secure: true, httpOnly: true }]);
// A token of the issuer's that has expired.
function expiredToken() {
  const [head, body] = readFileSync(`${issuer}/tokens/chief-inspector.token`, 'utf8').trim().split('.');
  const claims = { ...JSON.parse(Buffer.from(body, 'base64url')), iat: 1700000000, exp: 1700003600 };
  const text = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${text}.${sign(null, Buffer.from(text), createPrivateKey(readFileSync(`${issuer}/key.pem`))).toString('base64url')}`;
}

for (const javaScriptEnabled of [true, false]) {
  test(`from a page that is not for the public to the issuer and back, ${javaScriptEnabled ? 'with' : 'without'} scripts; then signed out`, async () => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    const errors = [];
    page.on('console', (message) => { if (message.type() === 'error' && !/status of 403/.test(message.text())) errors.push(message.text()); });
    await page.goto(base + timeline);
    assert.match(await page.locator('h1').innerText(), /Sign in to see this page/);
    if (javaScriptEnabled) await page.screenshot({ path: `${work}/screenshots/sign-in-needed.png`, fullPage: true });
    await page.locator('main').getByRole('link', { name: 'Sign in' }).click();
    if (javaScriptEnabled) await page.screenshot({ path: `${work}/screenshots/sign-in-issuer.png`, fullPage: true });
    await choose(page, 'chief-inspector');
    await page.waitForURL(base + timeline);
    assert.match(await page.locator('header').innerText(), /Signed in as HM Chief Inspector/);
    if (javaScriptEnabled) await page.screenshot({ path: `${work}/screenshots/sign-in-done.png`, fullPage: true });
    const cookies = await context.cookies();
    assert.deepEqual(cookies.map(({ name, httpOnly, secure, sameSite, path }) => [name, httpOnly, secure, sameSite, path]),
      [['__Host-oversight-session', true, true, 'Lax', '/']]);
    const left = cookies[0].expires - Date.now() / 1000;
    assert.ok(left > 7 * 3600 && left < 9 * 3600, `it lasts as long as its token: ${left}`);
    await page.goto(base);
    assert.match(await page.locator('h1').innerText(), /All forces/);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${base}/sign-out`);
    assert.match(await page.locator('h1').innerText(), /You are signed out/);
    if (javaScriptEnabled) await page.screenshot({ path: `${work}/screenshots/sign-in-out.png`, fullPage: true });
    assert.equal(await session(context), undefined);
    await page.goto(base);
    assert.match(await page.locator('h1').innerText(), /Public register/);
    assert.deepEqual(errors, [], 'no policy stops a step');
    await context.close();
  });
}

test('by keyboard alone, without scripts', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${base}/search?q=kent`);
  for (const name of ['Skip to main content', 'Oversight', 'Sign in']) {
    await page.keyboard.press('Tab');
    assert.equal((await page.locator(':focus').innerText()).trim(), name);
  }
  await page.keyboard.press('Enter');
  await page.waitForURL(/authorize/);
  await page.keyboard.press('Tab');  // Into the choices; the first is chosen.
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  assert.equal(await page.locator(':focus').innerText(), 'Sign in');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${base}/search?q=kent`);
  assert.match(await page.locator('header').innerText(), /Signed in as /);
  for (let i = 0; i < 3; ++i) await page.keyboard.press('Tab');
  assert.equal(await page.locator(':focus').innerText(), 'Sign out');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${base}/sign-out`);
  await context.close();
});

test('nothing serious for axe, nothing wider than a phone', async () => {
  const { context, page } = await signedIn('hm-inspector', { bypassCSP: true, viewport: { width: 375, height: 800 } });
  const look = async (where) => {
    const width = await page.evaluate('document.documentElement.scrollWidth');
    assert.ok(width <= 375, `${where} is ${width} wide on a phone`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate('axe.run()');
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], where);
  };
  for (const path of ['/', '/sign-out', '/sign-in/callback?state=none&code=none']) {
    await page.goto(base + path);
    await look(`${path}, signed in`);
  }
  await page.screenshot({ path: `${work}/screenshots/sign-in-trouble.png`, fullPage: true });
  await page.goto(`${base}/sign-in`);
  await look('the issuer');
  await context.clearCookies();
  for (const path of ['/register', '/sign-out', timeline]) {
    await page.goto(base + path);
    await look(`${path}, signed out`);
  }
  await context.close();
});

test('a session whose token has expired is sent to sign in again, and back', async () => {
  const context = await browser.newContext();
  const now = Math.floor(Date.now() / 1000);
  await bring(context, sealed(expiredToken(), now - 7200, now + 3600));
  const page = await context.newPage();
  const plain = timeline.split('?')[0];
  await page.goto(base + plain);
  await choose(page, 'chief-inspector');
  await page.waitForURL(base + plain);
  assert.match(await page.locator('header').innerText(), /Signed in as HM Chief Inspector/);
  await context.close();
});

// It may come of a form, which may go on to no other site: there the page has the way to sign in.
test('a session whose token has expired is told so on an address with a question, and how to go on', async () => {
  const context = await browser.newContext();
  const now = Math.floor(Date.now() / 1000);
  await bring(context, sealed(expiredToken(), now - 7200, now + 3600));
  const page = await context.newPage();
  await page.goto(`${base}/forces/west-midlands/timeline?clock=recorded`);
  await page.locator('main a[href^="/sign-in"], header a[href^="/sign-in"]').first().click();
  await choose(page, 'chief-inspector');
  await page.waitForURL(`${base}/forces/west-midlands/timeline?clock=recorded`);
  await context.close();
});

test('a session that has run out is the public, with the way to sign in', async () => {
  const context = await browser.newContext();
  const now = Math.floor(Date.now() / 1000);
  await bring(context, sealed(expiredToken(), now - 7200, now - 1));
  const page = await context.newPage();
  await page.goto(`${base}/register`);
  assert.match(await page.locator('header').innerText(), /Sign in/);
  assert.match(await page.locator('h1').innerText(), /Public register/);
  await context.close();
});

test('nobody is sent to another site', async () => {
  for (const next of ['https://evil.test/', '//evil.test', '/\\evil.test', '/%09/evil.test', '/%0d%0aset-cookie:a=b', 'javascript:alert(1)']) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const asked = [];
    page.on('request', (each) => asked.push(new URL(each.url()).hostname));
    await page.goto(`${base}/sign-in?next=${next}`);
    await choose(page, 'press-officer');
    await page.waitForURL((url) => url.origin === base);
    assert.deepEqual([...new Set(asked)], ['127.0.0.1'], next);
    assert.deepEqual((await context.cookies()).map(({ name }) => name), ['__Host-oversight-session']);
    await context.close();
  }
});

test('a callback counts once, and in its own browser', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  let callback;
  page.on('request', (each) => { if (each.url().includes('/sign-in/callback')) callback = each.url(); });
  await page.goto(`${base}/sign-in`);
  await choose(page, 'chief-inspector');
  await page.waitForURL(`${base}/`);
  const first = (await session(context)).value;
  const again = await page.goto(callback);
  assert.equal(again.status(), 400);
  assert.match(await page.locator('h1').innerText(), /This sign-in does not count/);
  assert.equal((await session(context)).value, first, 'who is signed in stays so');
  const other = await browser.newContext();
  const elsewhere = await other.newPage();
  assert.equal((await elsewhere.goto(callback)).status(), 400);
  assert.equal(await session(other), undefined);
  await other.close();
  await context.close();
});

test('two tabs sign in beside each other', async () => {
  const context = await browser.newContext();
  const [one, other] = [await context.newPage(), await context.newPage()];
  await one.goto(`${base}/sign-in?next=/announcements`);
  await other.goto(`${base}/sign-in?next=/register`);
  await choose(one, 'hm-inspector');
  await one.waitForURL(`${base}/announcements`);
  await choose(other, 'hm-inspector');
  await other.waitForURL(`${base}/register`);
  assert.match(await other.locator('header').innerText(), /Signed in as HM Inspector/);
  await context.close();
});

test('who would rather not is told what to do', async () => {
  const page = await browser.newPage();
  await page.goto(`${base}/sign-in`);
  await page.getByRole('button', { name: 'Do not sign in' }).click();
  await page.waitForURL(/callback/);
  assert.match(await page.locator('main').innerText(), /You have not been signed in[^]*access_denied[^]*Sign in again/);
  await page.close();
});

test('the pages of signing in are well formed, and a form on another site signs nobody out', async () => {
  const { context } = await signedIn('hm-inspector');
  const { value } = await session(context);
  const cookie = `__Host-oversight-session=${value}`;
  for (const headers of [{}, { cookie }]) {
    for (const path of ['/register', '/sign-out', '/sign-in/callback', timeline]) assertWellFormed((await request(path, { headers })).text, path);
  }
  const answer = await request('/sign-out', { method: 'POST', headers: { cookie, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' } });
  assert.equal(answer.status, 403);
  assert.equal(answer.headers['set-cookie'], undefined);
  await context.close();
});
