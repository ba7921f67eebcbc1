// The REST face: names of resources, lists, views, tags, errors. The case of West Midlands Police is in the store.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oversight, request, rpc } from './suite.js';

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

test('the agenda pack is the same by RPC, REST, on the page and in the terminal', async () => {
  const [pack] = (await get('forces/west-midlands:agenda?sinceTime=2020-01-01T00:00:00Z')).json.packs;
  assert.equal(pack.displayName, 'West Midlands Police');
  assert.equal(pack.nothingThen, true);
  assert.equal(pack.concerns.filter(({ kind }) => kind === 'AGENDA_ITEM_KIND_CONCERN_ISSUED').length, 4);
  assert.ok(pack.moves.some(({ kind }) => kind === 'AGENDA_ITEM_KIND_DECIDED'));
  assert.ok(pack.questions.some(({ rule }) => rule === 'QUESTION_RULE_NO_PLAN'));
  for (const question of pack.questions) assert.ok(question.text && question.reason && question.name);
  assert.deepEqual(pack.sections.map(({ state }) => state), Array(5).fill('SECTION_STATE_COMPLETE'));
  const [byRpc] = (await rpc('chief-inspector', 'oversight.gateway.v1.GatewayService/GetAgenda',
    { force: 'forces/west-midlands', sinceTime: '2020-01-01T00:00:00Z' })).packs;
  assert.deepEqual(byRpc.questions, pack.questions);
  assert.deepEqual(byRpc.promises, pack.promises);
  const page = (await request('/forces/west-midlands/agenda?since=2020-01-01', chief)).text.replaceAll(/&#(x27|39);|&apos;/g, "'");
  const text = oversight('chief-inspector', 'agenda', 'west-midlands', '--since', '2020-01-01').replaceAll(/\s+/g, ' ');
  for (const { text: question } of pack.questions) {
    assert.ok(page.includes(question), question);
    assert.ok(text.includes(question), question);
  }
  const all = (await get('agenda')).json.packs;
  assert.deepEqual(all.map(({ force }) => force), ['forces/west-midlands']);
  for (const as of ['public', 'west-midlands-officer']) assert.equal((await get('forces/west-midlands:agenda', { as })).status, 403, as);
  assert.equal((await get('forces/west-midlands:agenda?sinceTime=9000-01-01T00:00:00Z')).status, 400);
});

test('comparisons are the same by REST, as a list, on the page and in the terminal', async () => {
  const { comparisons, total } = (await get('comparisons?by=region&order=causes&sinceDate=2020-01-01')).json;
  assert.equal(comparisons[0].displayName, 'West Midlands');
  const national = (await get('nationalDashboard')).json.dashboard;
  assert.deepEqual(total.counts, national.counts);
  assert.equal(comparisons.reduce((sum, { forceCount }) => sum + forceCount, 0), national.rows.length);
  assert.equal(comparisons.reduce((sum, { enhancedForceCount }) => sum + (enhancedForceCount ?? 0), 0), 1);
  const csv = (await request('/v1/comparisons.csv?by=region&order=causes', chief)).text.trim().split('\r\n');
  assert.equal(csv.length, comparisons.length + 1, 'a row each, and nothing of how current it is');
  const text = oversight('chief-inspector', 'compare', 'regions', '--since', '2020-01-01', '--order', 'causes');
  const page = (await request('/compare?by=region&order=causes&since=2020-01-01', chief)).text;
  for (const { displayName } of comparisons) {
    assert.ok(text.includes(displayName), displayName);
    assert.ok(page.includes(displayName), displayName);
  }
  assert.ok(comparisons[0].change > 0);
  assert.ok(page.includes(`>+${comparisons[0].change}</td>`));
  assert.equal((await get('comparisons', {})).status, 403);
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

test('a date that is none is told once, in one sentence', async () => {
  for (const [value, reason] of [['whenever', /"whenever" is not a date\. Write it as .*spring 2023$/], ['2024-13', /month/]]) {
    const { error } = (await get(`register?onDate=${value}`, {})).json;
    const { description } = error.details.find((detail) => detail['@type'].endsWith('google.rpc.BadRequest')).fieldViolations[0];
    assert.match(description, reason);
    assert.doesNotMatch(description, /field is not valid/);
    assert.equal(error.message.match(/not valid/g).length, 1, error.message);
    assert.doesNotMatch(error.message, /\.\.$/);
  }
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
