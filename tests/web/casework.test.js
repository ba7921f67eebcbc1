// Casework in the pages: a whole case by forms alone, two people at one form, forms sent twice and by other sites, by
// keyboard, as axe judges them. The case of West Midlands Police is in the store; what is raised here is of other forces.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { assertWellFormed, base, contextAs, eventually, launch, request, rpc, work } from './suite.js';

const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
let browser;

before(async () => {
  mkdirSync(`${work}/screenshots`, { recursive: true });
  browser = await launch(chromium);
});
after(() => browser.close());

const shoot = (page, name) => page.screenshot({ path: `${work}/screenshots/${name}.png`, fullPage: true });

// Gives the fields their values, by the names they have in the request: a text, a choice, or a day as [day, month, year].
async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) {
    if (Array.isArray(value)) {
      for (const [index, part] of ['day', 'month', 'year'].entries()) await page.locator(`[name="${name}.${part}"]`).fill(`${value[index]}`);
      continue;
    }
    const field = page.locator(`[name="${name}"]`);
    const kind = await field.first().evaluate((element) => (element.matches('select') ? 'select' : element.type));
    if (kind === 'select') await field.selectOption(value);
    else if (kind === 'radio') await page.locator(`[name="${name}"][value="${value}"]`).check();
    else if (kind === 'checkbox') await field.check();
    else await field.fill(value);
  }
}

const send = (page) => page.locator('main form button:not([name])').click();
const main = (page) => page.locator('main').innerText();
const go = (page, title) => page.locator('main a', { hasText: title }).first().click();

// A person at a browser of their own.
async function person(principal, options = {}) {
  const context = await contextAs(browser, principal, { javaScriptEnabled: false, ...options });
  return context.newPage();
}

const aConcern = { 'concern.kind': 'cause-of-concern', 'concern.title': 'Answering calls', 'concern.finding': 'Calls are answered late.',
  'concern.theme': 'themes/responding-to-the-public', 'concern.source.kind': 'inspection', 'concern.source.title': 'An example',
  'concern.found_date': ['', 9, 2025] };

async function raise(page, force, values = {}) {
  await page.goto(`${base}/forces/${force}/create-concern`);
  await fill(page, { ...aConcern, ...values });
  await send(page);
  assert.match(page.url(), new RegExp(`/forces/${force}/concerns/\\d+$`));
  return new URL(page.url()).pathname;
}

// The form as a program would send it: what is in it, and the cookies of its page.
async function taken(page) {
  const cookies = await page.context().cookies();
  const fields = await page.locator('main form').evaluate((form) => [...new FormData(form).entries()]);
  return {
    path: new URL(await page.locator('main form').evaluate((form) => form.action)).pathname,
    fields: new URLSearchParams(fields),
    cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
  };
}

const post = ({ path, fields, cookie }, { headers = {}, body } = {}) => request(path, { method: 'POST', body: body ?? fields.toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded', origin: base, 'sec-fetch-site': 'same-origin', cookie, ...headers } });

for (const javaScriptEnabled of [false, true]) {
  const force = javaScriptEnabled ? 'leicestershire' : 'warwickshire';
  test(`a whole case by forms alone, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
    const options = { javaScriptEnabled };
    const [lead, inspector, chief, press] = await Promise.all(
      ['liaison-lead', 'hm-inspector', 'chief-inspector', 'press-officer'].map((name) => person(name, options)));

    await lead.goto(`${base}/forces/${force}`);
    await go(lead, 'What may be done next');
    await shoot(lead, `case-next-${force}`);
    await go(lead, 'Raise a concern');
    await fill(lead, aConcern);
    await shoot(lead, `case-raise-${force}`);
    await send(lead);
    assert.match(await main(lead), /Answering calls/);
    assert.match(await main(lead), /Found\s+September 2025/);
    assert.match(await main(lead), /Issue the concern: .*at least one recommendation/, 'why not yet');
    await go(lead, 'Add a recommendation');
    await fill(lead, { 'recommendation.text': 'Answer calls in good time.', 'recommendation.due_rule.within.count': '3',
      'recommendation.due_rule.within.unit': 'months' });
    await send(lead);
    assert.match(await main(lead), /Answer calls in good time/);
    await go(lead, 'The concern');
    const concern = new URL(lead.url()).pathname;
    await shoot(lead, `case-concern-${force}`);

    await inspector.goto(base + concern);
    await go(inspector, 'Issue the concern');
    await send(inspector);
    assert.match(await main(inspector), /State\s+issued/i);
    await go(inspector, 'Assess how the force handles');
    await fill(inspector, { level: 'not-responding', rationale: 'Nothing has been done.' });
    await send(inspector);
    assert.match(await main(inspector), /Handling\s+Not responding.*Nothing has been done/);

    await inspector.goto(`${base}/forces/${force}/next`);
    await go(inspector, 'Propose a move');
    await fill(inspector, { 'proposal.to_stage': 'engage', 'proposal.ground': 'not-responding', 'proposal.reasons[0].text': 'answering calls in good time',
      'proposal.reasons[0].concern': concern.slice(1), 'proposal.reasons[0].exit_criterion': 'Calls are answered in good time, three months on end.' });
    await shoot(inspector, `case-propose-${force}`);
    await send(inspector);
    assert.match(inspector.url(), new RegExp(`/forces/${force}/proposals/1$`), await main(inspector));
    assert.match(await inspector.locator('main details').textContent(), /Decide on the proposal/, 'told, as something others may do');
    assert.equal(await inspector.locator('main a', { hasText: 'Decide on the proposal' }).count(), 0);

    await chief.goto(inspector.url());
    await go(chief, 'Decide on the proposal');
    await fill(chief, { outcome: 'approved', rationale: 'It is time.' });
    await shoot(chief, `case-decide-${force}`);
    await send(chief);
    assert.match(chief.url(), /decisions\/1$/, await main(chief));
    assert.equal((await request(`/forces/${force}`)).text.includes('Engage'), false, 'nothing of it is public yet');

    await lead.goto(chief.url());
    await go(lead, 'Draft the announcement');
    await send(lead);
    assert.match(lead.url(), /announcements\/1$/, await main(lead));
    await go(lead, 'Submit the announcement');
    await send(lead);
    // Four eyes: who wrote it is told beside the button, and again when they try.
    assert.match(await main(lead), /Agree to the announcement: .*Someone else must review it/);
    await lead.goto(`${lead.url()}/review-announcement`);
    const button = lead.locator('main form button');
    assert.match(await lead.locator(`#${await button.getAttribute('aria-describedby')}`).innerText(), /Someone else must review it/);
    await shoot(lead, `case-four-eyes-${force}`);
    await send(lead);
    assert.match(await lead.locator('.govuk-error-summary').innerText(), /Someone else must review it/);

    await inspector.goto(lead.url().replace('/review-announcement', ''));
    await go(inspector, 'Agree to the announcement');
    await send(inspector);
    await press.goto(inspector.url());
    assert.match(await main(press), /Publish the announcement now: .*must clear it first/);
    await go(press, 'Clear the announcement');
    await send(press);
    await go(press, 'Schedule the announcement');
    await fill(press, { publish_time: '2020-01-01T10:00' });
    await send(press);
    assert.match(await press.locator('.govuk-error-summary').innerText(), /is before now/);
    assert.match(await press.locator('#publish-time-error').innerText(), /is before now/);
    assert.equal(await press.locator('#publish-time').inputValue(), '2020-01-01T10:00', 'what was typed is kept');
    const tomorrow = new Date(Date.now() + 24 * 3600 * 1000).toISOString().slice(0, 11) + '10:00';
    await fill(press, { publish_time: tomorrow });
    await send(press);
    assert.match(await main(press), /due to go out at 10:00/);
    await shoot(press, `case-scheduled-${force}`);
    await go(press, 'Take the announcement off the schedule');
    await fill(press, { reason: 'It goes out today.' });
    await send(press);
    await go(press, 'Publish the announcement now');
    await send(press);
    assert.match(await main(press), /Published at/);
    await eventually(async () => assert.match((await request(`/forces/${force}`)).text, /Engage/, 'and the public knows'));

    const records = await person('records-manager', options);
    await records.goto(`${base}/forces/${force}/decisions/1`);
    await go(records, 'this decision');
    assert.match(await main(records), /Force liaison lead/);
    assert.match(await main(records), /HM Chief Inspector/);
    await fill(records, { resource: '', force });
    await send(records);
    assert.match(await main(records), new RegExp(`Press office[^]*forces/${force}/announcements/1`));
    assert.doesNotMatch(await main(records), /Records manager/, 'who reads when it is public is not told of');
    await shoot(records, `case-reads-${force}`);
    await press.goto(`${base}/reads`);
    assert.match(await main(press), /not allowed|may not/i);
    for (const page of [lead, inspector, chief, press, records]) await page.context().close();
  });
}

test('a force claims and tells of progress; an inspector verifies', async () => {
  const officer = await person('west-midlands-officer');
  const inspector = await person('hm-inspector');
  const path = '/forces/west-midlands/concerns/1/recommendations/1';
  await officer.goto(base + path);
  assert.equal(await officer.locator('main a', { hasText: 'Verify the claim' }).count(), 0);
  await go(officer, 'Add a progress note');
  await fill(officer, { 'progress_note.text': 'Half of the teams have supervisors.' });
  await send(officer);
  assert.match(await main(officer), /Half of the teams have supervisors\.\s+The force/);
  await inspector.goto(base + path);
  assert.match(await main(inspector), /Verify the claim: .*must claim it first/);
  await go(officer, 'Claim that the recommendation is done');
  await fill(officer, { statement: 'Every investigation has a plan.', done_date: ['', '', 2024] });
  await send(officer);
  assert.match(await main(officer), /Every investigation has a plan\. \(done 2024\)/);
  await inspector.reload();
  await go(inspector, 'Verify the claim');
  await fill(inspector, { outcome: 'accepted', rationale: 'We looked at sixty.' });
  await send(inspector);
  assert.match(await main(inspector), /Accepted.*We looked at sixty/);
  await officer.context().close();
  await inspector.context().close();
});

test('two people at one form: the second is told who changed what, and may send again knowingly', async () => {
  const chief = await person('chief-inspector', { javaScriptEnabled: true });
  const inspector = await person('hm-inspector', { javaScriptEnabled: true });
  const path = await raise(chief, 'west-mercia');
  for (const page of [chief, inspector]) {
    await page.goto(base + path);
    await go(page, 'Change the draft');
    assert.equal(await page.locator('[name="concern.title"]').inputValue(), 'Answering calls', 'it begins as it is');
    assert.equal(await page.locator('[name="concern.found_date.month"]').inputValue(), '9');
  }
  await fill(chief, { 'concern.title': 'Answering emergency calls' });
  await send(chief);
  assert.match(await main(chief), /Answering emergency calls/);
  await fill(inspector, { 'concern.finding': 'Calls are answered too late.' });
  await send(inspector);
  const told = await main(inspector);
  assert.match(told, /Somebody has changed this since you opened the form/);
  assert.match(told, /Update concern, by chief inspector/i);
  assert.match(told, /Title\s+Answering calls\s+Answering emergency calls/);
  assert.equal(await inspector.locator('[name="concern.finding"]').inputValue(), 'Calls are answered too late.');
  await shoot(inspector, 'case-conflict');
  assert.match(await chief.reload().then(() => main(chief)), /Calls are answered late/, 'nothing was written over');
  await fill(inspector, { 'concern.title': 'Answering emergency calls' });
  await inspector.locator('button', { hasText: 'Send it all the same' }).click();
  assert.match(await main(inspector), /Answering emergency calls[^]*Calls are answered too late/);
  await chief.context().close();
  await inspector.context().close();
});

test('a form sent twice is done once, and answers the same', async () => {
  const lead = await person('liaison-lead');
  await lead.goto(`${base}/forces/kent/create-concern`);
  await fill(lead, { ...aConcern, 'concern.title': 'Sent twice' });
  const form = await taken(lead);
  const answers = await Promise.all([post(form), post(form)]);
  answers.push(await post(form));
  assert.deepEqual(answers.map(({ status }) => status), [303, 303, 303]);
  assert.equal(new Set(answers.map(({ headers }) => headers.location)).size, 1);
  const { concerns } = await rpc('liaison-lead', 'oversight.concerns.v1.ConcernsService/ListConcerns', { parent: 'forces/kent' });
  assert.equal(concerns.filter(({ title }) => title === 'Sent twice').length, 1);
  // Changed and sent again with the same id, it is not done under that id.
  form.fields.set('concern.title', 'Sent twice, and changed');
  const changed = await post(form);
  assert.equal(changed.status, 400);
  assert.match(changed.text, /This form was sent before/);
  assert.doesNotMatch(changed.text, new RegExp(form.fields.get('request_id')), 'sent once more, it is meant');
  await lead.context().close();
});

test('a form counts from our own page alone, for its viewer, in its browser', async () => {
  const lead = await person('liaison-lead');
  await lead.goto(`${base}/forces/kent/create-concern`);
  await fill(lead, { ...aConcern, 'concern.title': 'From elsewhere' });
  const form = await taken(lead);
  const without = new URLSearchParams(form.fields);
  without.delete('_token');
  const wrong = new URLSearchParams(form.fields);
  wrong.set('_token', form.fields.get('_token').replace(/^./, (c) => (c === '0' ? '1' : '0')));
  const refused = {
    'no token': await post({ ...form, fields: without }),
    'a wrong token': await post({ ...form, fields: wrong }),
    'no cookie of ours': await post({ ...form, cookie: 'oversight-principal=liaison-lead' }),
    'another browser': await post({ ...form, cookie: `oversight-principal=liaison-lead; __Host-oversight-form=${'0'.repeat(32)}` }),
    'somebody else': await post({ ...form, cookie: form.cookie.replace('liaison-lead', 'chief-inspector') }),
    'another site': await post(form, { headers: { 'sec-fetch-site': 'cross-site' } }),
    'another origin': await post(form, { headers: { origin: 'https://elsewhere.example' } }),
    'no origin': await post(form, { headers: { origin: 'null' } }),
  };
  for (const [how, answer] of Object.entries(refused)) {
    assert.equal(answer.status, 403, how);
    assert.match(answer.text, /The form was not taken[^]*open the form again/, how);
    assertWellFormed(answer.text, how);
  }
  assert.equal((await post(form, { headers: { 'content-type': 'text/plain' } })).status, 415);
  assert.equal((await post(form, { headers: { 'content-type': 'application/json' }, body: '{}' })).status, 415);
  assert.equal((await post(form, { body: `${form.fields}&x=${'x'.repeat(600 * 1024)}` })).status, 413);
  assert.equal((await request('/forces/kent', { method: 'POST', body: 'a=b' })).status, 404, 'nothing else is posted to');
  const { concerns } = await rpc('liaison-lead', 'oversight.concerns.v1.ConcernsService/ListConcerns', { parent: 'forces/kent' });
  assert.equal(concerns.filter(({ title }) => title === 'From elsewhere').length, 0);
  assert.equal((await post(form)).status, 303, 'and as it was, it is taken');
  // An address fills in what is seen, and neither id nor version.
  const filled = await request('/forces/kent/create-concern?concern.title=Prefilled&request_id=mine&_revision=9', { as: 'liaison-lead' });
  assert.match(filled.text, /value="Prefilled"/);
  assert.doesNotMatch(filled.text, /value="mine"|value="9"/);
  await lead.context().close();
});

test('what is wrong stands beside each field, all at once, and what was typed stays', async () => {
  const lead = await person('liaison-lead');
  await lead.goto(`${base}/forces/kent/create-concern`);
  await fill(lead, { 'concern.title': 'Only <this> & "that"', 'concern.found_date': [31, 2, 'soon'], 'concern.accelerated': true });
  await send(lead);
  assert.equal(new URL(lead.url()).pathname, '/forces/kent/create-concern');
  assert.match(await lead.title(), /^Error: Raise a concern/);
  assert.equal(await lead.locator('[name="concern.title"]').inputValue(), 'Only <this> & "that"');
  assert.equal(await lead.locator('[name="concern.found_date.year"]').inputValue(), 'soon');
  assert.equal(await lead.locator('[name="concern.accelerated"]').isChecked(), true);
  assert.match(await lead.locator('#concern-found-date-error').innerText(), /must be a whole number/);
  await fill(lead, { 'concern.found_date': [31, 2, 2025] });
  await send(lead);
  await shoot(lead, 'case-errors');
  const summary = lead.locator('.govuk-error-summary');
  for (const words of [/Kind is required/, /Finding is required/, /Theme is required/, /Source is required/, /Found on/]) assert.match(await summary.innerText(), words);
  for (const link of await summary.locator('a').all()) assert.equal(await lead.locator(await link.getAttribute('href')).count(), 1);
  // What a service says of the state of things stands in the summary.
  await lead.goto(base + await raise(lead, 'kent') + '/assess-handling');
  assert.match(await lead.locator('#refusal').innerText(), /is DRAFT/);
  await fill(lead, { level: 'managing', rationale: 'x' });
  await send(lead);
  assert.match(await summary.innerText(), /Issue it first/);
  await lead.context().close();
});

test('a list grows by a button, and Enter in a field sends the form', async () => {
  const inspector = await person('hm-inspector');
  await inspector.goto(`${base}/forces/nottinghamshire/create-proposal`);
  await fill(inspector, { 'proposal.reasons[0].text': 'one' });
  await inspector.locator('button', { hasText: 'Add another reason' }).click();
  assert.equal(await inspector.locator('[name="proposal.reasons[0].text"]').inputValue(), 'one');
  assert.equal(await inspector.locator('[name="proposal.reasons[1].text"]').count(), 1);
  assert.equal(await inspector.locator('.govuk-error-summary').count(), 0);
  await inspector.locator('[name="proposal.next_report.title"]').press('Enter');
  assert.match(await inspector.locator('.govuk-error-summary').innerText(), /Stage to move to is required/);
  assert.equal(await inspector.locator('[name="proposal.reasons[1].text"]').count(), 1, 'what was asked for stays');
  assert.doesNotMatch(await inspector.locator('.govuk-error-summary').innerHTML(), /reasons-1/, 'and what nobody wrote is no reason');
  await inspector.context().close();
});

test('by keyboard alone: raise a concern, from the page of the force on', async () => {
  const page = await person('chief-inspector', { javaScriptEnabled: true });
  await page.goto(`${base}/forces/kent`);
  const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
  const tabTo = async (selector) => {
    for (let i = 0; i < 200; i++) {
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
      await press('Tab');
    }
    assert.fail(`Tab does not come to ${selector}`);
  };
  await tabTo('a[href="/forces/kent/next"]');
  await press('Enter');
  await page.waitForURL(/next$/);
  await tabTo('a[href="/forces/kent/create-concern"]');
  await press('Enter');
  await page.waitForURL(/create-concern$/);
  await tabTo('[name="concern.kind"]');
  await press('Space', 'ArrowDown');
  await tabTo('[name="concern.title"]');
  await page.keyboard.type('By keyboard');
  await press('Enter');
  await page.waitForSelector('.govuk-error-summary');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'error-summary', 'one is at what is wrong');
  await tabTo('.govuk-error-summary a[href="#concern-finding"]');
  await press('Enter');
  await page.keyboard.type('It was typed.');
  await tabTo('[name="concern.theme"]');
  await page.keyboard.type('Inv');
  await tabTo('[name="concern.source.kind"]');
  await press('Space');
  await tabTo('[name="concern.source.title"]');
  await page.keyboard.type('An example');
  await tabTo('[name="concern.found_date.year"]');
  await page.keyboard.type('2025');
  await tabTo('main form button');
  await press('Enter');
  await page.waitForURL(/concerns\/\d+$/);
  assert.match(await main(page), /By keyboard[^]*Area for improvement/);
  await page.context().close();
});

test('nobody outside is shown a form, and a force none of another', async () => {
  const of = ['/forces/west-midlands/next', '/forces/west-midlands/create-concern', '/forces/west-midlands/create-proposal', '/forces/west-midlands/concerns/1',
    '/forces/west-midlands/concerns/1/withdraw-concern', '/forces/west-midlands/concerns/1/recommendations/1', '/forces/west-midlands/proposals/1',
    '/forces/west-midlands/proposals/1/decide-proposal', '/forces/west-midlands/decisions/1/create-announcement',
    '/forces/west-midlands/announcements/1/withdraw-announcement'];
  for (const path of of) {
    const page = await request(path);
    assert.equal(page.status, 403, path);
    assertWellFormed(page.text, path);
  }
  for (const path of ['/forces/kent/next', '/forces/kent/concerns/1', '/forces/kent/concerns/1/withdraw-concern', '/forces/west-midlands/proposals/1']) {
    assert.equal((await request(path, { as: 'west-midlands-officer' })).status, 403, path);
  }
});

test('every form: well formed, nothing serious for axe, no wider than a phone, empty and with what is wrong', async () => {
  const lead = await person('liaison-lead');
  const draft = await raise(lead, 'dorset');
  await lead.goto(`${base}${draft}/create-recommendation`);
  await fill(lead, { 'recommendation.text': 'Do it.', 'recommendation.due_rule.immediately': true });
  await send(lead);
  const westMidlands = '/forces/west-midlands';
  const forms = {
    'create-concern': ['liaison-lead', '/forces/dorset'], 'create-proposal': ['liaison-lead', '/forces/dorset'],
    'update-concern': ['liaison-lead', draft], 'create-recommendation': ['liaison-lead', draft], 'issue-concern': ['liaison-lead', draft],
    'assess-handling': ['liaison-lead', draft], 'record-concern-publication': ['liaison-lead', draft], 'discharge-concern': ['liaison-lead', draft],
    'supersede-concern': ['liaison-lead', draft], 'withdraw-concern': ['liaison-lead', draft],
    'update-recommendation': ['liaison-lead', `${draft}/recommendations/1`], 'withdraw-recommendation': ['liaison-lead', `${draft}/recommendations/1`],
    'add-progress-note': ['west-midlands-officer', `${westMidlands}/concerns/1/recommendations/1`],
    'claim-recommendation': ['west-midlands-officer', `${westMidlands}/concerns/1/recommendations/1`],
    'verify-recommendation': ['hm-inspector', `${westMidlands}/concerns/1/recommendations/1`],
    'extend-recommendation': ['hm-inspector', `${westMidlands}/concerns/1/recommendations/1`],
    'decide-proposal': ['chief-inspector', `${westMidlands}/proposals/1`], 'withdraw-proposal': ['hm-inspector', `${westMidlands}/proposals/1`],
    'refresh-proposal': ['hm-inspector', `${westMidlands}/proposals/1`], 'revoke-decision': ['chief-inspector', `${westMidlands}/decisions/1`],
    'create-announcement': ['liaison-lead', `${westMidlands}/decisions/1`],
  };
  for (const verb of ['refresh', 'submit', 'review', 'return', 'clear', 'schedule', 'pull', 'publish', 'withdraw']) {
    forms[`${verb}-announcement`] = ['press-officer', `${westMidlands}/announcements/1`];
  }
  const pages = { concern: ['liaison-lead', draft], recommendation: ['hm-inspector', `${westMidlands}/concerns/1/recommendations/1`],
    proposal: ['chief-inspector', `${westMidlands}/proposals/1`], next: ['chief-inspector', `${westMidlands}/next`] };
  const judge = async (page, where) => {
    assertWellFormed((await page.content()).replace(/^<!DOCTYPE html>\s*/, '<!DOCTYPE html>'), where);
    await page.setViewportSize({ width: 375, height: 800 });
    const width = await page.evaluate('document.documentElement.scrollWidth');
    assert.ok(width <= 375, `${where} is ${width} wide on a phone`);
    await page.setViewportSize({ width: 1200, height: 900 });
    await page.evaluate(axe);
    const { violations } = await page.evaluate('axe.run()');
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], where);
  };
  const contexts = {};
  for (const [name, [principal, path]] of [...Object.entries(forms), ...Object.entries(pages)]) {
    const context = contexts[principal] ??= await contextAs(browser, principal, { bypassCSP: true });
    const page = await context.newPage();
    await page.goto(base + path + (forms[name] ? `/${name}` : ''));
    assert.equal(await page.locator('h1').count(), 1, name);
    await judge(page, name);
    await shoot(page, `form-${name}`);
    // With fields that must be given, nothing is done by sending it empty.
    if (forms[name] && await page.locator('main textarea').count() && !name.startsWith('update-') && name !== 'review-announcement') {
      await send(page);
      assert.equal(await page.locator('.govuk-error-summary').count(), 1, name);
      await judge(page, `${name} with what is wrong`);
    }
    await page.close();
  }
  for (const context of Object.values(contexts)) await context.close();
  await lead.context().close();
});
