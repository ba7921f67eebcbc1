// Lists as people take them away: CSV, JSON lines, calendars, feeds. The case of West Midlands Police is in the store.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { request, rpc } from './suite.js';

const chief = { as: 'chief-inspector' };
const get = (path, options = chief) => request(`/v1/${path}`, options);
const lines = (text) => text.split('\n').filter(Boolean).map((line) => JSON.parse(line));

// RFC 4180, as a reader of our own has it.
function csv(text) {
  assert.equal(text.codePointAt(0), 0xfeff, 'a mark by which spreadsheets know UTF-8');
  const rows = [[]];
  for (const [, quoted, plain, end] of text.slice(1).matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  rows.pop();
  const [header, ...cells] = rows;
  for (const row of cells) assert.equal(row.length, header.length, row.join('|'));
  return cells.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index]])));
}

test('a list of many pages comes whole, in the order of the API', async () => {
  const { json } = { json: JSON.parse((await get('forces?pageSize=1000')).text) };
  const names = json.forces.map((force) => force.name);
  for (const path of ['forces.jsonl', 'forces.jsonl?pageSize=7']) {
    const answer = await get(path);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers['content-type'], /^application\/jsonl/);
    assert.deepEqual(lines(answer.text), json.forces, path);
  }
  const table = await get('forces.csv?pageSize=7');
  assert.match(table.headers['content-type'], /^text\/csv/);
  assert.equal(table.headers['content-disposition'], 'attachment; filename="forces.csv"');
  assert.equal(table.headers['x-content-type-options'], 'nosniff');
  assert.deepEqual(csv(table.text).map((row) => row.name), names);
});

test('a list goes out compressed to those who take that, and says the same', async () => {
  for (const path of ['forces.csv?pageSize=7', 'forces.jsonl']) {
    const plain = await get(path);
    assert.equal(plain.headers['content-encoding'], undefined);
    const packed = await get(path, { ...chief, headers: { 'accept-encoding': 'gzip' } });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.match(packed.headers.vary, /accept-encoding/);
    assert.ok(packed.bytes.length < plain.bytes.length / 2, `${packed.bytes.length} of ${plain.bytes.length}`);
    assert.equal(gunzipSync(packed.bytes).toString(), plain.text);
  }
});

test('the lists that people take away', async () => {
  for (const [path, column, value] of [
    ['register', 'force', 'forces/west-midlands'],
    ['forces/west-midlands/concerns', 'title', 'Multi-agency risk assessment conferences'],
    ['forces/-/concerns/-/recommendations', 'name', 'forces/west-midlands/concerns/1/recommendations/1'],
    ['forces/-/decisions', 'to_stage', 'engage'],
    ['forces/-/announcements', 'state', 'published'],
    ['forces/west-midlands/decisions/1:sequence', 'kind', 'decided'],
    ['attention', 'force', 'forces/west-midlands'],
    ['forces/-:due', 'force', 'forces/west-midlands'],
  ]) {
    const table = await get(`${path}.csv`);
    assert.equal(table.status, 200, `${path}: ${table.text}`);
    assert.ok(csv(table.text).some((row) => row[column] === value), `${path}: ${column} is ${value}`);
    const json = await get(`${path}.jsonl`);
    assert.equal(lines(json.text).length, csv(table.text).length, path);
  }
});

test('filters go with it, and what is wrong is said before anything is sent', async () => {
  const closed = csv((await get('forces/west-midlands/concerns.csv?state=discharged')).text);
  assert.ok(closed.every((row) => row.state === 'discharged'));
  assert.equal(csv((await get('register.csv?onDate=2000-01-01')).text).length, 0);
  for (const [path, status, options] of [['forces/west-midlands/concerns.csv?state=nonsense', 400], ['forces/nowhere/concerns.csv', 404],
    ['forces/-/decisions.csv', 403, {}], ['attention.csv', 403, {}], ['forces/kent.csv', 400], ['forces/kent/concerns.xls', 404],
    ['forces/kent/concerns.atom', 404], ['forces.ics', 404], ['.csv', 404]]) {
    const answer = await get(path, options ?? chief);
    assert.equal(answer.status, status, `${path}: ${answer.text}`);
    assert.equal(JSON.parse(answer.text).error.code, status);
  }
});

test('no text that somebody wrote becomes a formula', async () => {
  const title = '=HYPERLINK("https://evil.example","look")';
  await rpc('liaison-lead', 'oversight.concerns.v1.ConcernsService/CreateConcern', { parent: 'forces/kent', concern: {
    kind: 'CONCERN_KIND_CAUSE_OF_CONCERN', title, finding: '@SUM(A1)', theme: 'themes/investigations',
    source: { kind: 'SOURCE_KIND_INSPECTION', title: '-1' }, foundDate: { year: 2023 } } });
  const row = csv((await get('forces/kent/concerns.csv')).text).at(-1);
  assert.equal(row.title, `'${title}`);
  assert.equal(row.finding, "'@SUM(A1)");
  assert.equal(row['source.title'], "'-1");
});

test('a calendar of what is due and of meetings, each a whole day, with a tag', async () => {
  const events = (text) => text.split('BEGIN:VEVENT').length - 1;
  for (const path of ['forces/west-midlands:due.ics', 'forces/-:due.ics', 'forces/west-midlands/meetings.ics', 'meetingCadence.ics', 'attention.ics']) {
    const calendar = await get(path);
    assert.equal(calendar.status, 200, calendar.text);
    assert.equal(calendar.headers['content-type'], 'text/calendar; charset=utf-8');
    assert.match(calendar.text, /^BEGIN:VCALENDAR\r\nVERSION:2.0\r\n/);
    assert.ok(calendar.text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75), path);
    const again = await get(path, { ...chief, headers: { 'if-none-match': calendar.headers.etag } });
    assert.equal(again.status, 304, path);
  }
  const due = JSON.parse((await get('forces/west-midlands:due?pageSize=1000')).text).items;
  const calendar = (await get('forces/west-midlands:due.ics')).text;
  assert.equal(events(calendar), due.length);
  for (const { name } of due) assert.ok(calendar.replaceAll('\r\n ', '').includes(`UID:${name}#due\r\n`), name);
});

test('a feed of announcements for everyone, with what is out alone', async () => {
  const own = await get('forces/west-midlands/announcements.atom', {});
  assert.match(own.text, /<title>Oversight: west midlands, announcements<\/title>/);
  assert.match(own.text, /rel="alternate" type="text\/html" href="\/forces\/west-midlands\/announcements"/);
  const feed = await get('forces/-/announcements.atom', {});
  assert.equal(feed.status, 200);
  assert.equal(feed.headers['content-type'], 'application/atom+xml; charset=utf-8');
  assert.match(feed.text, /<entry>[^]*West Midlands Police moved into enhanced monitoring[^]*<\/entry>/);
  assert.equal((await get('forces/-/announcements.atom', { headers: { 'if-none-match': feed.headers.etag } })).status, 304);
});

test('the pages lead to them, as their viewer may read them', async () => {
  for (const [path, as] of [['/', 'chief-inspector'], ['/attention', 'chief-inspector'], ['/forces/west-midlands', 'chief-inspector'],
    ['/forces/west-midlands', 'west-midlands-officer'], ['/forces/west-midlands', 'public'], ['/register', 'public'],
    ['/register?on-date=2024', 'public'], ['/announcements', 'public']]) {
    const page = (await request(path, { as })).text;
    const links = [...page.matchAll(/href="(\/v1\/[^"]+)"/g)].map((match) => match[1]);
    assert.ok(links.length >= 2, path);
    for (const link of links) assert.equal((await request(link, { as })).status, 200, `${link} of ${path} as ${as}`);
  }
});
