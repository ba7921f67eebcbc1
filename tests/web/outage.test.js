// Services that die: each in turn, and all three. The pages go on, say which part is old and how old, and are whole again
// when the services are back. A gateway that never met a service says that nothing is known. A suite of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { after, before, test } from 'node:test';

const { BIN, WORK } = process.env;
const data = `${WORK}/outage`;
const running = new Map();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let suite;  // suite.js, once there is an address.

// Starts a program and waits until it serves; what it has bound.
async function start(name, flags) {
  const ready = `${data}/${name}.json`;
  rmSync(ready, { force: true });
  const child = spawn(`${BIN}/${name.replace(/#.*/, '')}`, ['--admin-listen=127.0.0.1:0', `--ready-file=${ready}`, '--drain-delay=0s', '--insecure',
    '--principals=data/principals.json', ...flags], { stdio: 'ignore' });
  running.set(name, child);
  for (let i = 0; i < 3000; i += 1) {
    assert.equal(child.exitCode, null, `${name} ended`);
    try { return JSON.parse(readFileSync(ready, 'utf8')); } catch { await sleep(20); }
  }
  throw new Error(`${name} does not serve`);
}
// The same at an address that it had before, which a passing connection of something else may hold for a moment.
async function startAgain(name, flags) {
  for (let tries = 0; ; tries += 1) {
    try { return await start(name, flags); } catch (error) {
      if (tries === 20) throw error;
      await sleep(500);
    }
  }
}
async function kill(name) {
  const child = running.get(name);
  const gone = new Promise((resolve) => { child.once('exit', resolve); });
  child.kill('SIGKILL');
  await gone;
  running.delete(name);
}

const addresses = {};
const services = {
  'forces-service': () => [],
  'concerns-service': () => [`--forces=${addresses['forces-service']}`, '--themes=data/themes.json', '--bank-holidays=data/bank-holidays.json'],
  'monitoring-service': () => [`--forces=${addresses['forces-service']}`, `--concerns=${addresses['concerns-service']}`, '--ladders=data/ladders.json',
    '--announcements=data/announcements'],
};
async function startService(name) {
  const bound = await startAgain(name, [`--listen=${addresses[name] ?? '127.0.0.1:0'}`, `--store=sqlite:${data}/${name}.db`, ...services[name]()]);
  addresses[name] = (bound.addresses ?? bound).grpc;
}
const backends = () => ['forces', 'concerns', 'monitoring'].map((name) => `--${name}=${addresses[`${name}-service`]}`);

const chief = { as: 'chief-inspector' };
const pages = { chief: ['/', '/attention', '/forces/west-midlands', '/forces/west-midlands/decisions/1', '/register', '/announcements',
  '/forces/west-midlands/announcements/1'], public: ['/', '/register', '/announcements', '/forces/west-midlands', '/forces/west-midlands/announcements/1'] };
async function everyPage(check) {
  for (const [as, paths] of [['chief-inspector', pages.chief], ['public', pages.public]]) {
    for (const path of paths) await check(await suite.request(path, { as }), `${path} as ${as}`);
  }
}

before(async () => {
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  for (const name of Object.keys(services)) await startService(name);
  const bound = await start('gateway', ['--listen=127.0.0.1:0', '--http-listen=127.0.0.1:0', ...backends()]);
  const { grpc, http } = bound.addresses ?? bound;
  Object.assign(process.env, { OVERSIGHT_HTTP: http, OVERSIGHT_GATEWAY: grpc, OVERSIGHT_BIN: BIN });
  suite = await import('./suite.js');
  suite.oversight('records-manager', 'import', 'data/forces.csv');
  suite.oversight('liaison-lead', 'play', 'data/scenarios/west-midlands-2023.json');
  await suite.eventually(async () => assert.match((await suite.request('/', chief)).text, /in Engage<\/dt><dd>1/));
  await everyPage((page, where) => assert.equal(page.status, 200, where));
});
after(() => { for (const child of running.values()) child.kill('SIGKILL'); });

const ofDashboards = { 'forces-service': 'Register of forces', 'concerns-service': 'Concerns, responses', 'monitoring-service': 'Stages, decisions' };
for (const name of Object.keys(services)) {
  test(`${name} dies: its part is old and says how old, the rest is as it was, and it comes back`, async () => {
    await kill(name);
    await suite.eventually(async () => {
      for (const path of ['/', '/attention', '/forces/west-midlands']) {
        const { status, text } = await suite.request(path, chief);
        assert.equal(status, 200);
        assert.match(text, /Part of this page is old or missing/, path);
        assert.match(text, new RegExp(`Stale</strong> ${ofDashboards[name]}[^<]*in step with its owner [^<]+ ago`), path);
        for (const [other, words] of Object.entries(ofDashboards)) {
          if (other !== name) assert.match(text, new RegExp(`Complete</strong> ${words}`), `${path}: ${other}`);
        }
        assert.match(text, /West Midlands Police/);
        suite.assertWellFormed(text, path);
      }
    });
    await everyPage((page, where) => {
      assert.equal(page.status, 200, where);
      if (/announcements\/1/.test(where)) return assert.match(page.text, /enhanced monitoring/, where);
      assert.match(page.text, /West Midlands Police/, where);
    });
    for (const path of ['/register', '/announcements', '/forces/west-midlands', '/forces/west-midlands/announcements/1']) {
      const { text } = await suite.request(path);
      const old = /This page is old\.<\/strong> The record cannot be read now\. It is shown as it stood at \d\d:\d\d on [^,]+, [^<]+ ago\./;
      const needed = name === 'monitoring-service' || (name === 'forces-service' && path === '/forces/west-midlands');
      (needed ? assert.match : assert.doesNotMatch)(text, old, path);
      suite.assertWellFormed(text, path);
    }
    await startService(name);
    await suite.eventually(async () => everyPage((page, where) => assert.doesNotMatch(page.text, /Stale<|is old/, where)));
  });
}

test('what was never asked is not there: the page says so, and what to do', async () => {
  await kill('monitoring-service');
  const page = await suite.eventually(async () => {
    const now = await suite.request('/register?on-date=1999');
    assert.equal(now.status, 503);
    return now.text;
  });
  assert.match(page, /This page is not available now[^]*Try again in a minute/);
  assert.equal((await suite.request('/forces/west-midlands/decisions/1', { as: 'hm-inspector' })).status, 503,
    'what one viewer saw is not shown to another');
  await startService('monitoring-service');
  await suite.eventually(async () => assert.equal((await suite.request('/register?on-date=1999')).status, 200));
});

test('all three die: every page still shows what was, and how old it is', async () => {
  await everyPage((page, where) => assert.equal(page.status, 200, where));
  for (const name of Object.keys(services)) await kill(name);
  await suite.eventually(async () => {
    const { text } = await suite.request('/', chief);
    assert.equal(text.match(/Stale<\/strong>/g)?.length, 4, 'three services and what one derives');
    assert.match(text, /in Engage<\/dt><dd>1/);
  });
  await everyPage((page, where) => {
    assert.equal(page.status, 200, where);
    assert.match(page.text, /is old or missing|This page is old/, where);
    suite.assertWellFormed(page.text, where);
  });
  assert.equal((await suite.request('/v1/register')).status, 503, 'programs are told, not shown what is old');
  for (const name of Object.keys(services)) await startService(name);
  await suite.eventually(async () => everyPage((page, where) => assert.doesNotMatch(page.text, /Stale<|is old/, where)));
});

test('a gateway that never met a service says that nothing is known of its part', async () => {
  const nowhere = '127.0.0.1:1';
  const { addresses: found, ...bound } = await start('gateway#2', ['--listen=127.0.0.1:0', '--http-listen=127.0.0.1:0',
    `--forces=${addresses['forces-service']}`, `--concerns=${nowhere}`, `--monitoring=${nowhere}`]);
  const other = (found ?? bound).http;
  const get = async (path, as) => {
    const answer = await fetch(`http://${other}${path}`, { headers: { 'oversight-principal': as } });
    return { status: answer.status, text: await answer.text() };
  };
  await suite.eventually(async () => assert.match((await get('/', 'chief-inspector')).text, /Complete<\/strong> Register/));
  for (const path of ['/', '/attention', '/forces/west-midlands']) {
    const { status, text } = await get(path, 'chief-inspector');
    assert.equal(status, 200, path);
    assert.match(text, /Unavailable<\/strong> Concerns/);
    assert.match(text, /Unavailable<\/strong> Stages/);
    assert.match(text, /not known/i, path);
    suite.assertWellFormed(text, path);
  }
  assert.equal((await get('/register', 'public')).status, 503);
  const force = await get('/forces/west-midlands', 'public');
  assert.equal(force.status, 200);
  assert.match(force.text, /not known now/);
  await kill('gateway#2');
});
