// What the public sees of a move: until its announcement goes out nothing on any route, and at once everything.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertWellFormed, oversight, request, work } from './suite.js';

const force = '/forces/west-midlands';
const pages = ['/', '/register', '/register?on-date=2023-12-01', '/announcements', '/attention', '/viewer', '/search?q=west', '/search?q=engage', force, `${force}?on-date=2023-12-01`,
  `${force}/announcements`, `${force}/announcements/1`, `${force}/decisions/1`, `${force}/next`, `${force}/concerns/1`, `${force}/proposals/1`,
  `${force}/decisions/1/create-announcement`, `${force}/announcements/1/clear-announcement`];
const rest = ['register', 'forces/west-midlands', 'forces/west-midlands/monitoring', 'forces/-/monitoring', 'monitoring',
  'forces/west-midlands/episodes', 'forces/west-midlands/episodes/1', 'forces/west-midlands/announcements',
  'forces/west-midlands/announcements/1', 'forces/west-midlands/decisions', 'forces/west-midlands/decisions/1',
  'forces/west-midlands/decisions/1:sequence', 'forces/west-midlands/proposals', 'forces/west-midlands:dashboard', 'nationalDashboard',
  'forces/west-midlands/concerns', 'forces/west-midlands:due'];

const exports = ['register.csv', 'register.jsonl', 'forces.csv', 'monitoring.csv', 'forces/west-midlands/episodes.csv',
  'forces/-/episodes.jsonl', 'forces/-/announcements.csv', 'forces/-/announcements.jsonl', 'forces/-/announcements.atom',
  'forces/west-midlands/announcements.atom', 'forces/-/decisions.csv', 'forces/-/proposals.jsonl', 'forces/west-midlands/concerns.csv',
  'forces/west-midlands:due.ics', 'forces/-/meetings.ics', 'meetingCadence.ics', 'attention.csv'];

// All that the public is told, but for the time it was read and where the whole log stands.
async function seen() {
  const all = {};
  for (const path of pages) {
    const page = await request(path);
    assertWellFormed(page.text, path);
    all[path] = `${page.status} ${page.text.replace(/(Read|stood) at \d\d:\d\d on \d+ \w+ \d{4}/g, '')}`;
  }
  for (const path of rest) {
    const answer = await request(`/v1/${path}`);
    const told = JSON.parse(answer.text);
    delete told.header;
    // Where a list goes on is told for one state of the log, and so is the tag of an answer with such a token.
    const tag = told.nextPageToken ? '' : answer.headers.etag;
    delete told.nextPageToken;
    all[`/v1/${path}`] = `${answer.status} ` + (told.error ? told.error.message : `${tag} ${JSON.stringify(told)}`);
  }
  for (const path of exports) {
    const answer = await request(`/v1/${path}`);
    const told = answer.status === 200 ? `${answer.headers.etag ?? ''} ${answer.text}` : JSON.parse(answer.text).error.message;
    all[`/v1/${path}`] = `${answer.status} ${told}`;
  }
  return all;
}

test('the public sees nothing of a move before its publication, and everything after', async () => {
  const scenario = JSON.parse(readFileSync('data/scenarios/west-midlands-2023.json', 'utf8'));
  const publish = scenario.steps.pop();
  assert.match(publish.method, /PublishAnnouncement$/);
  writeFileSync(`${work}/until-cleared.json`, JSON.stringify(scenario));

  const before = await seen();
  oversight('liaison-lead', 'play', `${work}/until-cleared.json`);
  assert.match((await request(force, { as: 'chief-inspector' })).text, /Engage/, 'the inspectorate sees it at once');
  assert.match((await request(force, { as: 'chief-inspector' })).text, /The public does not know yet/);
  assert.deepEqual(await seen(), before);

  oversight('press-officer', 'publish-announcement', 'west-midlands/1');
  const after = await seen();
  for (const path of ['/', '/register', '/register?on-date=2023-12-01', force, '/v1/register', '/v1/forces/west-midlands/monitoring']) {
    assert.match(after[path], /Engage/, path);
  }
  for (const path of ['/announcements', `${force}/announcements`, `${force}/announcements/1`, '/v1/forces/west-midlands/announcements/1']) {
    assert.match(after[path], /West Midlands Police moved into enhanced monitoring/, path);
  }
  for (const path of ['/v1/register.csv', '/v1/register.jsonl', '/v1/forces/-/announcements.csv', '/v1/forces/-/announcements.atom']) {
    assert.match(after[path], /^200[^]*West Midlands Police/, path);
  }
  for (const path of ['/attention', `${force}/decisions/1`, '/v1/nationalDashboard', '/v1/forces/west-midlands:dashboard',
    '/v1/forces/west-midlands/decisions/1']) {
    assert.match(after[path], /^403/, `${path} stays closed`);
  }
  assert.match(after[`${force}/announcements/1`], /^200[^]*Notes to editors/);
});
