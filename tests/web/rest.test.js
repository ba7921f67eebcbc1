// The REST face: names of resources, lists, views, tags, errors. The case of West Midlands Police is in the store.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { request, rpc } from './suite.js';

const chief = { as: 'chief-inspector' };
const get = async (path, options = chief) => {
  const answer = await request(`/v1/${path}`, options);
  return { ...answer, json: answer.text ? JSON.parse(answer.text) : undefined };
};

test('a resource is at its name, as Connect gives it', async () => {
  for (const [path, method] of [
    ['forces/west-midlands', 'oversight.forces.v1.ForcesService/GetForce'],
    ['forces/west-midlands/concerns/1', 'oversight.concerns.v1.ConcernsService/GetConcern'],
    ['forces/west-midlands/concerns/1/recommendations/1', 'oversight.concerns.v1.ConcernsService/GetRecommendation'],
    ['forces/west-midlands/monitoring', 'oversight.monitoring.v1.MonitoringService/GetMonitoring'],
    ['forces/west-midlands/decisions/1', 'oversight.monitoring.v1.MonitoringService/GetDecision'],
    ['forces/west-midlands/announcements/1', 'oversight.monitoring.v1.AnnouncementsService/GetAnnouncement'],
  ]) {
    const answer = await get(path);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json, await rpc('chief-inspector', method, { name: path }), path);
  }
});

test('collections, views, and what has no parent', async () => {
  assert.equal((await get('forces/west-midlands/concerns')).json.concerns.length, 4);
  assert.equal((await get('forces/-/announcements')).json.announcements.length, 1);
  assert.ok((await get('forces?pageSize=100')).json.forces.length > 50);
  assert.ok((await get('themes')).json.themeList.themes.length > 5);
  assert.equal((await get('register', {})).json.current[0].force, 'forces/west-midlands');
  assert.equal((await get('forces/west-midlands:dashboard')).json.dashboard.force.name, 'forces/west-midlands');
  assert.ok((await get('nationalDashboard')).json.dashboard.rows.length > 50);
  assert.ok((await get('forces/west-midlands/decisions/1:sequence')).json.acts.length > 10);
  assert.ok((await get('forces/west-midlands/concerns/1:versions')).json.versions.length > 1);
});

test('parameters are the fields of the request', async () => {
  assert.equal((await get('register?onDate=2023-11', {})).json.current[0].certainty, 'REGISTER_CERTAINTY_POSSIBLE');
  assert.equal((await get('register?on_date=2023-11-01', {})).json.current, undefined);
  const first = (await get('forces/west-midlands/concerns/1:versions')).json.versions.at(-1).change.revision;
  const then = await get(`forces/west-midlands/concerns/1?read.asOf.revision=${first}`);
  assert.equal(then.json.concern.state, 'CONCERN_STATE_DRAFT');
  const all = await get('register?nonsense=1&onDate=whenever&read.asOf.revision=x', {});
  assert.equal(all.status, 400);
  const bad = all.json.error.details.find((detail) => detail['@type'].endsWith('google.rpc.BadRequest'));
  assert.deepEqual(bad.fieldViolations.map((violation) => violation.field), ['nonsense', 'onDate', 'read.asOf.revision'], 'all at once');
});

test('lists go on page by page', async () => {
  const names = [];
  let token = '';
  do {
    const page = await get(`forces/west-midlands/concerns?pageSize=3&pageToken=${encodeURIComponent(token)}`);
    names.push(...page.json.concerns.map((concern) => concern.name));
    token = page.json.nextPageToken ?? '';
  } while (token);
  assert.deepEqual(names, [1, 2, 3, 4].map((number) => `forces/west-midlands/concerns/${number}`));
});

test('a tag saves the body until what is shown changes', async () => {
  for (const path of ['forces/kent', 'forces/kent:dashboard', 'nationalDashboard', 'register']) {
    const first = await get(path);
    assert.match(first.headers.etag, /^W\/"[0-9a-f]{32}"$/);
    assert.equal(first.headers['cache-control'], 'private, no-cache');
    const again = await request(`/v1/${path}`, { ...chief, headers: { 'if-none-match': `"other", ${first.headers.etag}` } });
    assert.equal(again.status, 304, path);
    assert.equal(again.bytes.length, 0);
    assert.equal(again.headers.etag, first.headers.etag);
  }
  const before = await get('forces/kent');
  await rpc('records-manager', 'oversight.forces.v1.ForcesService/UpdateForce',
    { force: { name: 'forces/kent', aliases: [`Kent Constabulary ${Date.now()}`] }, updateMask: 'aliases' });
  const after = await get('forces/kent', { ...chief, headers: { 'if-none-match': before.headers.etag } });
  assert.equal(after.status, 200);
  assert.notEqual(after.headers.etag, before.headers.etag);
});

test('errors are those of Google APIs', async () => {
  const missing = await get('forces/nowhere');
  assert.equal(missing.status, 404);
  assert.equal(missing.json.error.code, 404);
  assert.equal(missing.json.error.status, 'NOT_FOUND');
  assert.ok(missing.json.error.message);
  const info = missing.json.error.details.find((detail) => detail['@type'] === 'type.googleapis.com/google.rpc.ErrorInfo');
  assert.equal(info.reason, 'RESOURCE_NOT_FOUND');
  for (const [path, status, options] of [['', 404], ['nothing', 404], ['forces/kent/concerns/1/x', 404], ['forces/KENT', 400], ['forces//concerns', 404],
    ['nationalDashboard', 403, {}], ['forces/kent', 401, { headers: { 'oversight-principal': 'nobody' } }]]) {
    const answer = await get(path, options ?? chief);
    assert.equal(answer.status, status, path);
    assert.equal(answer.json.error.code, status, path);
    assert.equal(answer.headers['content-type'], 'application/json');
  }
});

test('nothing is changed here', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await request('/v1/forces/kent', { ...chief, method });
    assert.equal(answer.status, 405, method);
    assert.equal(answer.headers.allow, 'GET, HEAD');
  }
  const head = await request('/v1/forces/kent', { ...chief, method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.bytes.length, 0);
});
