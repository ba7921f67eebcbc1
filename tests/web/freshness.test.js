// A service that hangs: the pages go on, say which part is old, and recover. Comes last, since it holds a service up.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertWellFormed, eventually, request, work } from './suite.js';

const chief = { as: 'chief-inspector' };

test('a service that hangs leaves its part stale, said on the page, and the rest as it is', async () => {
  const pid = JSON.parse(readFileSync(`${work}/data/ready/concerns-service.json`, 'utf8')).pid;
  process.kill(pid, 'SIGSTOP');
  try {
    const page = await eventually(async () => {
      const now = await request('/', chief);
      assert.equal(now.status, 200);
      assert.match(now.text, /govuk-tag--yellow">Stale<\/strong> Concerns/);
      return now.text;
    });
    assertWellFormed(page, 'the stale page');
    assert.match(page, /Part of this page is old or missing/);
    assert.match(page, /Complete<\/strong> Register of forces/);
    assert.match(page, /West Midlands Police/);
    assert.match((await request('/register')).text, /West Midlands Police/, 'the register asks nothing of concerns-service');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await eventually(async () => assert.doesNotMatch((await request('/', chief)).text, /Stale/));
});
