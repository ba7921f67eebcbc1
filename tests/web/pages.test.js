// The pages by plain HTTP: what they show, to whom, and how they refuse. The case of West Midlands Police is in the store.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { address, assertWellFormed, eventually, request, rpc } from './suite.js';

const chief = { as: 'chief-inspector' };
const everyPage = ['/', '/register', '/register?on-date=2024', '/announcements', '/attention', '/reads', '/viewer', '/forces/west-midlands',
  '/forces/kent', '/forces/west-midlands?on-date=2023-12-01', '/forces/west-midlands/announcements', '/forces/west-midlands/announcements/1',
  '/forces/west-midlands/decisions/1', '/forces/west-midlands/decisions/1?clock=recorded', '/forces/west-midlands/timeline',
  '/forces/west-midlands/timeline?clock=recorded', '/forces/west-midlands/next', '/forces/west-midlands/concerns/1',
  '/forces/west-midlands/concerns/1/recommendations/1', '/forces/west-midlands/proposals/1', '/?stage=engage', '/?region=Wales', '/?as-of=2026-01-01T00:00', '/search', '/search?q=west', '/forces/west-midlands/agenda',
  '/forces/west-midlands/agenda?since=2020-01-01', '/agenda', '/compare', '/compare?by=region&since=2024-01-01&order=change', '/nothing'];

test('every page is well formed, small, closed to other sites and to scripts but our own, and says how current it is', async () => {
  for (const as of ['chief-inspector', 'west-midlands-officer', 'public']) {
    for (const path of everyPage) {
      const page = await request(path, { as, headers: { 'accept-encoding': 'gzip' } });
      const html = gunzipSync(page.bytes).toString();
      const where = `${path} as ${as}`;
      assertWellFormed(html, where);
      assert.ok(page.bytes.length < 150 * 1024, `${where}: ${page.bytes.length} bytes`);
      assert.match(page.headers['content-security-policy'], /^default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'/);
      assert.equal(page.headers['x-content-type-options'], 'nosniff');
      assert.equal(page.headers['cache-control'], 'no-store');
      assert.doesNotMatch(html.replaceAll(/<script src="\/assets\/[0-9a-f]+\/(live|as_of)\.js" defer><\/script>/g, ''), /<script|<style| style="| on[a-z]+="/, where);
      assert.doesNotMatch(html, /<(link|img|form)[^>]*(href|src|action)="(https?:)?\/\//, where);
      assert.match(html, /<html lang="en-GB"/);
      if (page.status === 200 && path !== '/viewer') assert.match(html, /How current this page is/, where);
    }
  }
});

test('a page with its style sheet is under 150 KB, and the style sheet may be kept for good', async () => {
  const page = await request('/forces/west-midlands', { ...chief, headers: { 'accept-encoding': 'gzip' } });
  const style = gunzipSync(page.bytes).toString().match(/href="(\/assets\/[0-9a-f]+\/style\.css)"/)[1];
  const sheet = await request(style, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(sheet.status, 200);
  assert.match(sheet.headers['cache-control'], /immutable/);
  assert.ok(page.bytes.length + sheet.bytes.length < 150 * 1024);
  const css = gunzipSync(sheet.bytes).toString();
  assert.doesNotMatch(css, /GDS Transport|@font-face|govuk-crest|url\(/, 'what is for gov.uk alone is left out');
  assert.equal((await request(style.replace(/[0-9a-f]{4}/, 'ffff'))).status, 404);
});

test('the front page looks back to what was recorded at a moment', async () => {
  const { decisions } = await rpc('chief-inspector', 'oversight.monitoring.v1.MonitoringService/ListDecisions', { parent: 'forces/west-midlands' });
  const stage = (html) => html.match(/West Midlands Police<\/a><\/th><td[^>]*><strong[^>]*>(\w+)/)[1];
  const now = await request('/', chief);
  assert.equal(stage(now.text), 'Engage');
  assert.doesNotMatch(now.text, /As it was recorded at \d/);
  const before = new Date(new Date(decisions[0].createTime) - 1).toISOString();
  const then = await request(`/?as-of=${before}`, chief);
  assert.equal(then.status, 200, then.text);
  assert.equal(stage(then.text), 'Scan');
  assert.match(then.text, /As it was recorded at \d/);
  assert.doesNotMatch(then.text, /\/v1\/events/, 'the past does not change');
  assert.equal((await request('/?as-of=soon', chief)).status, 400);
});

test('what people wrote stays text', async () => {
  const title = '<script>alert(1)</script> & "quotes" \' {{name}} {{{name}}}';
  const request_ = { parent: 'forces/kent', concern: { kind: 'CONCERN_KIND_CAUSE_OF_CONCERN', title, finding: '<b>bold</b>', theme: 'themes/investigations',
    source: { kind: 'SOURCE_KIND_INSPECTION', title: 'Inspection' }, foundDate: { year: 2023 } } };
  await rpc('liaison-lead', 'oversight.concerns.v1.ConcernsService/CreateConcern', request_);
  const page = await eventually(async () => {
    const now = await request('/forces/kent', chief);
    assert.match(now.text, /alert\(1\)/);
    return now.text;
  });
  assert.doesNotMatch(page, /<script>|<b>bold/);
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt; &amp; &quot;quotes&quot;/);
  const asked = await request('/register?on-date=%22%3E%3Cscript%3E');
  assert.equal(asked.status, 400);
  assert.match(asked.text, /value="&quot;&gt;&lt;script&gt;"/);
});

test('the front page is the forces for the inspectorate, and the register for everyone else', async () => {
  const forces = await request('/', chief);
  assert.match(forces.text, /<h1[^>]*>All forces/);
  assert.match(forces.text, /in Engage<\/dt><dd>1<\/dd>/);
  assert.match(forces.text, /West Midlands Police/);
  assert.match(forces.text, /govuk-tag--green">Complete/);
  for (const as of ['public', 'west-midlands-officer', undefined]) {
    assert.match((await request('/', { as })).text, /<h1[^>]*>Public register/, `as ${as}`);
  }
  const narrowed = await request('/?stage=engage', chief);
  assert.match(narrowed.text, /<th scope="row"[^>]*><a class="govuk-link" href="\/forces\/west-midlands">/);
  assert.doesNotMatch(narrowed.text, /<th scope="row"[^>]*><a class="govuk-link" href="\/forces\/kent"/);
  assert.match((await request('/?stage=engage&region=Wales', chief)).text, /No force is like this/);
});

test('the page of a force holds its record for those who may see it', async () => {
  for (const as of ['chief-inspector', 'west-midlands-officer']) {
    const page = (await request('/forces/west-midlands', { as })).text;
    for (const part of ['Multi-agency risk assessment conferences', 'Recommendations', 'Timeline', 'Announcements', 'Meetings, actions and support', 'Plans']) {
      assert.ok(page.includes(part), `${part} as ${as}`);
    }
  }
  assert.match((await request('/forces/west-midlands', chief)).text, /Who was told before the public/);
  assert.doesNotMatch((await request('/forces/west-midlands', { as: 'west-midlands-officer' })).text, /Who was told before the public/);
  const other = await request('/forces/kent', { as: 'west-midlands-officer' });
  assert.equal(other.status, 200, 'of another force, what is public');
  assert.doesNotMatch(other.text, /Concerns and recommendations/);
  const then = await request('/forces/west-midlands?on-date=2023-11-01', chief);
  assert.match(then.text, /For 1 November 2023/);
  assert.doesNotMatch(then.text, /govuk-tag--orange/, 'before the move');
});

test('a decision shows every act around it, by each clock', async () => {
  const page = await request('/forces/west-midlands/decisions/1', chief);
  assert.match(page.text, /West Midlands Police to Engage/);
  assert.match(page.text, /Rationale/);
  const rows = (text) => [...text.matchAll(/<tr/g)].length;
  for (const clock of ['recorded', 'published']) {
    const ordered = await request(`/forces/west-midlands/decisions/1?clock=${clock}`, chief);
    // By the clock of publication, what never was stands under a heading of its own.
    const headed = clock === 'published' ? 1 : 0;
    assert.equal(rows(ordered.text), rows(page.text) + headed);
    assert.equal([...ordered.text.matchAll(/>Not published, in order of when it happened</g)].length, headed);
    assert.doesNotMatch(ordered.text, new RegExp(`href="\\?clock=${clock}"`));
  }
});

test('search finds forces, concerns and announcements, each for those who may see it', async () => {
  const main = (page) => page.text.slice(page.text.indexOf('<main'));
  const found = main(await request('/search?q=multi+agenc', chief));
  assert.match(found, /href="\/forces\/west-midlands#concern-2"[^>]*>Multi-agency risk assessment conferences/);
  assert.match(found, /<mark>Multi<\/mark>/);
  assert.match(main(await request('/search?q=MIDLANDS+police', chief)), /href="\/forces\/west-midlands">West Midlands Police<\/a>, West Midlands/);
  const open = main(await request('/search?q=enhanced+monitoring'));
  assert.match(open, /West Midlands Police moved into enhanced monitoring/);
  assert.doesNotMatch(open, /Concerns and recommendations/);
  assert.doesNotMatch(main(await request('/search?q=west', { as: 'public' })), /#concern-/);
  assert.equal(main(await request('/search?q=nothinglikethis', chief)).match(/>None\.</g).length, 3);
  assert.match(main(await request('/search?q=a+b+c+d+e+f+g+h+i+j+k', chief)), /q-error/);
  assert.doesNotMatch(main(await request('/search?q=%20', chief)), />None\.</);
  const script = await request('/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E', chief);
  assert.doesNotMatch(script.text, /<script>/);
});

test('the front page has a map of the territorial forces and a trend, each told in words too', async () => {
  const { text } = await request('/', chief);
  const map = text.match(/<svg[^>]*id="tile-map"[^]*?<\/svg>/)[0];
  assert.equal(map.match(/<rect/g).length, 43);
  assert.match(map, /role="img" aria-labelledby="tile-map-title tile-map-description"/);
  assert.match(map, /<desc id="tile-map-description">In Engage: West Midlands Police\. In routine monitoring: 42\.<\/desc>/);
  assert.match(map, /<g><title>West Midlands Police: Engage<\/title><rect class="app-tile app-tile--enhanced"/);
  for (const page of [text, (await request('/register')).text]) {
    assert.match(page, /<desc id="trend-description">Month by month\. Most: 1, at the end of [^<]*Now: 1\.<\/desc>/);
    assert.match(page, /The same in figures[^]*<th scope="row"[^>]*>31 December 2023<\/th><td[^>]*>1<\/td>/);
  }
});

test('the timeline has every act by each clock, now and as it was known', async () => {
  const path = '/forces/west-midlands/timeline';
  const { text } = await request(path, chief);
  assert.match(text, /As it is known now: in Engage/);
  const row = text.match(/<tr[^>]*><th[^>]*>24 November 2023<\/th><td[^>]*><a [^>]*>Moved from scan to engage<\/a>[^]*?<\/tr>/)[0];
  assert.equal(row.match(/\d\d:\d\d on \d+ \w+ \d{4}/g).length, 2, 'recorded, and public since');
  const whats = (page) => [...page.matchAll(/<td class="govuk-table__cell"><a [^>]*>([^<]*)<\/a><\/td>/g)].map((match) => match[1]);
  for (const clock of ['recorded', 'published']) {
    const ordered = (await request(`${path}?clock=${clock}`, chief)).text;
    assert.deepEqual(whats(ordered).sort(), whats(text).sort(), clock);
  }
  const published = (await request(`${path}?clock=published`, chief)).text;
  assert.ok(published.indexOf('Announcement published') < published.indexOf('Proposed: scan to engage'), 'what is not public comes last');
  const moments = text.match(/data-moments="([^"]*)"/)[1].split(' ');
  assert.ok(moments.length > 3);
  assert.deepEqual([...moments].sort(), moments);
  const first = (await request(`${path}?as-of=${moments[0]}`, chief)).text;
  assert.match(first, /As it was known at [^:]+:\d\d on [^:]+: in Scan/);
  assert.ok(whats(first).length < whats(text).length);
  assert.doesNotMatch(first, /Announcement published/);
  const empty = await request(`${path}?as-of=2020-01-01T10:00`, chief);
  assert.ok([200, 404].includes(empty.status));
  assert.equal((await request(`${path}?as-of=yesterday`, chief)).status, 400);
  assert.equal((await request(path, { as: 'public' })).status, 403);
});

test('what goes wrong is said on a page, with what to do', async () => {
  const cases = [['/nothing', 404, 'Page not found'], ['/forces/nowhere', 404, 'Page not found'], ['/forces/', 404, 'Page not found'],
    ['/forces/kent/announcements/99', 404, 'Page not found'], ['/forces/%3Cscript%3E', 400, 'There is a problem'],
    ['/forces/west-midlands?as-of=yesterday', 400, 'There is a problem'], ['/forces/west-midlands?on-date=never', 400, 'There is a problem'],
    ['/forces/west-midlands?on-date=2999-01-01', 400, 'There is a problem'], ['/../../etc/passwd', 404, 'Page not found'],
    ['/assets/../style.css', 404, 'Page not found']];
  for (const [path, status, title] of cases) {
    const page = await request(path, chief);
    assert.equal(page.status, status, path);
    assert.match(page.text, new RegExp(`<h1[^>]*>${title}`), path);
    assertWellFormed(page.text, path);
  }
  const denied = await request('/attention');
  assert.equal(denied.status, 403);
  assert.match(denied.text, /You may not see this page[^]*Look as somebody else/);
  assert.equal((await request('/forces/nowhere/decisions/1')).status, 403, 'whether it exists is not told');
});

test('one chooses whom to look as, by a form of this site alone', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const choose = (body, headers = {}) => request('/viewer', { method: 'POST', headers: { ...form, ...headers }, body });
  const chosen = await choose('principal=hm-inspector&back=%2Fforces%2Fkent', { origin: `http://${address}`, 'sec-fetch-site': 'same-origin' });
  assert.equal(chosen.status, 303);
  assert.equal(chosen.headers.location, '/forces/kent');
  assert.equal(chosen.headers['set-cookie'][0], 'oversight-principal=hm-inspector; Path=/; HttpOnly; SameSite=Lax');
  for (const back of ['//evil.example', 'https://evil.example', '/\\evil.example', '/%0d%0aset-cookie:x=y']) {
    assert.equal((await choose(`principal=hm-inspector&back=${encodeURIComponent(decodeURIComponent(back))}`)).headers.location, '/', back);
  }
  assert.equal((await choose('principal=nobody')).status, 400);
  assert.equal((await choose('')).status, 400);
  for (const headers of [{ origin: 'http://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
    const refused = await choose('principal=chief-inspector', headers);
    assert.equal(refused.status, 403, JSON.stringify(headers));
    assert.equal(refused.headers['set-cookie'], undefined);
  }
  const page = (await request('/viewer', chief)).text;
  assert.match(page, /value="chief-inspector" checked/);
  assert.doesNotMatch(page, /value="monitoring-service"/, 'a service is not a person');
});

test('a cookie counts on the pages and on reads, never for commands', async () => {
  assert.match((await request('/', { as: 'no-such-principal' })).text, /Public register/);
  const command = await request('/oversight.concerns.v1.ConcernsService/CreateConcern', { ...chief, method: 'POST',
    headers: { 'content-type': 'application/json' }, body: '{}' });
  assert.equal(command.status, 401);
  const named = await request('/attention', { ...chief, headers: { 'oversight-principal': 'public' } });
  assert.equal(named.status, 403, 'who says who they are is taken at that');
});
