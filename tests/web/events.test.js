// Live: events over HTTP, and pages that follow the record in the windows of two people.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { base, contextAs, eventually, launch, request, rpc, work } from './suite.js';

const chief = 'chief-inspector';
let browser;
before(async () => { browser = await launch(chromium); });
const readers = new Set();
after(() => {
  for (const reader of readers) reader.close();
  return browser.close();
});

// A reader of events: those that came, each as {id, event, data}, and how many comments.
function listen(path, { as = chief, lastEventId } = {}) {
  const reader = { events: [], comments: 0, status: 0, ended: false };
  const headers = { cookie: `oversight-principal=${as}`, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
  reader.call = http.get(base + path, { headers, agent: false }, (answer) => {
    reader.status = answer.statusCode;
    reader.headers = answer.headers;
    let text = '';
    answer.on('data', (piece) => {
      text += piece;
      for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
        const block = text.slice(0, end);
        if (block.startsWith(':')) { reader.comments += 1; continue; }
        const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
        if (fields.event) reader.events.push({ ...fields, at: performance.now() });
      }
    });
    answer.on('end', () => { reader.ended = true; });
    answer.on('error', () => { reader.ended = true; });
  });
  reader.call.on('error', () => { reader.ended = true; });
  reader.close = () => reader.call.destroy();
  readers.add(reader);
  return reader;
}

let serial = 0;
const unique = (words) => `${words} ${process.pid}-${serial += 1}`;
const rename = (name) => rpc('records-manager', 'oversight.forces.v1.ForcesService/UpdateForce',
  { force: { name: 'forces/surrey', displayName: name }, updateMask: 'displayName' });
const draft = (title) => rpc('liaison-lead', 'oversight.concerns.v1.ConcernsService/CreateConcern', { parent: 'forces/surrey', concern: {
  kind: 'CONCERN_KIND_CAUSE_OF_CONCERN', title, finding: 'An example.', theme: 'themes/investigations',
  source: { kind: 'SOURCE_KIND_INSPECTION', title: 'An example' }, foundDate: { year: 2023 } } });
const meet = (notes) => rpc('liaison-lead', 'oversight.monitoring.v1.MeetingsService/CreateMeeting', { parent: 'forces/surrey', meeting: {
  meetingDate: { year: 2024, month: 1, day: 10 }, notes, attendees: [{ displayName: 'An inspector', side: 'ATTENDEE_SIDE_INSPECTORATE' },
    { displayName: 'A chief officer', side: 'ATTENDEE_SIDE_FORCE' }] } });

test('a change in any service is told, resumed where it was left, and refused to those who may not see it', async () => {
  const reader = listen('/v1/events?force=forces/surrey');
  await eventually(() => assert.equal(reader.events[0]?.event, 'state'));
  assert.equal(reader.headers['content-type'], 'text/event-stream; charset=utf-8');
  for (const change of [() => rename(unique('Surrey')), () => draft(unique('A title')), () => meet(unique('Notes'))]) {
    const before = reader.events.length;
    await change();
    await eventually(() => assert.equal(reader.events.slice(before).at(-1)?.event, 'change'));
  }
  await eventually(() => assert.ok(performance.now() - reader.events.at(-1).at > 500, 'nothing more comes'));
  const { id } = reader.events.at(-1);
  assert.equal(JSON.parse(reader.events.at(-1).data).dashboard, 'forces/surrey:dashboard');
  reader.close();

  const again = listen('/v1/events?force=forces/surrey', { lastEventId: id });
  await eventually(() => assert.equal(again.comments, 1));
  assert.deepEqual(again.events, [], 'nothing was missed');
  await rename(unique('Surrey'));
  await eventually(() => assert.equal(again.events.at(-1)?.event, 'change'));
  again.close();
  const late = listen('/v1/events?force=forces/surrey', { lastEventId: id });
  await eventually(() => assert.equal(late.events[0]?.event, 'resync'));
  late.close();

  for (const [path, status, as] of [['/v1/events', 403, 'public'], ['/v1/events', 403, 'west-midlands-officer'],
    ['/v1/events?force=forces/surrey', 403, 'west-midlands-officer'], ['/v1/events?force=forces/nowhere', 404, chief],
    ['/v1/events?nonsense=1', 400, chief]]) {
    assert.equal((await request(path, { as })).status, status, `${path} as ${as}`);
  }
  assert.equal((await request('/v1/events', { as: chief, method: 'POST' })).status, 405);
});

test('how long a change takes to reach a reader, printed and not judged', async (t) => {
  const reader = listen('/v1/events?force=forces/surrey');
  await eventually(() => assert.ok(reader.events.length));
  for (const [service, change] of [['forces-service', rename], ['concerns-service', draft], ['monitoring-service', meet]]) {
    const times = [];
    for (let i = 0; i < 9; i += 1) {
      const seen = reader.events.length;
      const begun = performance.now();
      await change(unique('Surrey'));
      await eventually(() => assert.ok(reader.events.length > seen));
      times.push(reader.events[seen].at - begun);
      await new Promise((resolve) => setTimeout(resolve, 150));  // So that it is not told together with the next.
    }
    times.sort((a, b) => a - b);
    t.diagnostic(`${service}: from the call to the event ${times[4].toFixed(1)} ms (median of 9; ${times[0].toFixed(1)} to ${times[8].toFixed(1)} ms)`);
  }
});

test('what one person does shows in the window of another, without a reload', async (t) => {
  const context = await contextAs(browser, chief);
  const page = await context.newPage();
  const errors = [];
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  await page.goto(`${base}/forces/surrey`);
  await page.evaluate(() => { window.mine = true; });
  const watched = page.waitForResponse((answer) => answer.url().includes('/v1/events'));
  await page.reload();
  await watched;
  await page.evaluate(() => { window.mine = true; });
  const times = [];
  for (let i = 0; i < 5; i += 1) {
    const title = unique('Seen in another window');
    const begun = Date.now();
    await draft(title);
    await page.waitForFunction((text) => document.getElementById('main').innerText.includes(text), title, { polling: 'raf' });
    times.push(Date.now() - begun);
  }
  t.diagnostic(`from the call to the text on the page: ${times.sort((a, b) => a - b)[2]} ms (median of 5)`);
  assert.equal(await page.evaluate(() => window.mine), true, 'the page was not loaded again');
  assert.match(await page.locator('#live').innerText(), /Brought up to date at/);
  await page.screenshot({ path: `${work}/screenshots/live.png` });

  // Somebody who writes keeps what they wrote, and is told.
  await page.locator('#on-date').fill('2023-');
  const title = unique('Behind a form');
  await draft(title);
  await page.waitForFunction(() => document.getElementById('live').innerText.includes('has changed'));
  assert.equal(await page.locator('#on-date').inputValue(), '2023-');
  await page.locator('#live button').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction((text) => document.getElementById('main').innerText.includes(text), title);
  assert.deepEqual(errors, []);
  await context.close();
});

test('the front page follows too; the past, the register and a page without scripts do not ask', async () => {
  const context = await contextAs(browser, chief);
  const page = await context.newPage();
  const watched = page.waitForResponse((answer) => answer.url().includes('/v1/events'));
  await page.goto(base);
  await watched;
  const name = unique('Surrey Police');
  await rename(name);
  await page.waitForFunction((text) => document.getElementById('forces').parentElement.innerText.includes(text), name);
  await context.close();
  for (const path of ['/forces/surrey?on-date=2024-01-01', '/register', '/announcements']) {
    assert.doesNotMatch((await request(path, { as: chief })).text, /data-live|<script/, path);
  }
});
