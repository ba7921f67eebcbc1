// The OpenAPI document: valid by its own schema, true of every route there is, and what routes answer is as it says. The case of
// West Midlands Police is in the store.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { request } from './suite.js';

const chief = { as: 'chief-inspector' };
const answer = await request('/v1/openapi.json');
const document = JSON.parse(answer.text);

// What stands for the variables of a path: there is a record of it.
const SAMPLES = { force: 'west-midlands', concern: '1', recommendation: '1', decision: '1', proposal: '1', episode: '1', announcement: '1' };
// What a read cannot do without.
const NEEDED = { 'ConcernsService_SearchConcerns': { query: 'police' }, 'OverviewService_SearchConcerns': { query: 'police' },
  'ForcesService_GetForceOnDate': { date: '2024-01-01' } };

function address(path, operation) {
  const filled = path.replaceAll(/\{([a-z_]+)\}/g, (_, name) => SAMPLES[name] ?? '1');
  const query = new URLSearchParams();
  for (const parameter of operation.parameters) {
    if (parameter.in === 'query' && parameter.required) query.set(parameter.name, NEEDED[operation.operationId]?.[parameter.name] ?? '1');
  }
  return query.size || query.toString() ? `${filled}?${query}` : filled;
}

test('it is a valid OpenAPI 3 document for everyone, with a tag', async () => {
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/json');
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  assert.ok(valid, JSON.stringify(errors, null, 1)?.slice(0, 2000));
  const again = await request('/v1/openapi.json', { headers: { 'if-none-match': answer.headers.etag } });
  assert.equal(again.status, 304);
  for (const match of answer.text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
    assert.ok(document.components.schemas[match[1]], `${match[1]} is described`);
  }
});

test('every path of it answers, and what it answers is as it says', async () => {
  const schemas = structuredClone(document.components.schemas);
  for (const schema of Object.values(schemas)) {
    // Fields that nobody described would pass otherwise.
    if (schema.properties) schema.additionalProperties = false;
  }
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addFormat('int32', true).addFormat('int64', true).addFormat('double', true);
  ajv.addSchema({ $id: 'document', components: { schemas } });
  let answered = 0;
  for (const [path, { get }] of Object.entries(document.paths)) {
    if (path === '/v1/events') continue;  // It has no end; tests of events read it.
    const reply = await request(address(path, get), chief);
    const where = `${path}: ${reply.status} ${reply.text.slice(0, 300)}`;
    const type = reply.headers['content-type']?.split(';')[0];
    if (reply.status === 200) {
      const content = get.responses['200'].content;
      assert.deepEqual(Object.keys(content), [type], where);
      if (type === 'application/json' && content[type].schema.$ref) {
        const validate = ajv.compile({ $ref: content[type].schema.$ref.replace('#', 'document#') });
        assert.ok(validate(JSON.parse(reply.text)), `${where} ${JSON.stringify(validate.errors?.slice(0, 3))}`);
        ++answered;
      }
      continue;
    }
    // There is a route: what it refuses is refused by its service. Nothing there has a reason of its own.
    const { error } = JSON.parse(reply.text);
    const info = error.details?.find((detail) => detail['@type'].endsWith('ErrorInfo'));
    assert.ok(info, where);
    assert.notEqual(info.reason, 'UNKNOWN_METHOD', where);
    const validate = ajv.compile({ $ref: 'document#/components/schemas/Error' });
    assert.ok(validate(JSON.parse(reply.text)), `${where} ${JSON.stringify(validate.errors)}`);
  }
  assert.ok(answered > 40, `${answered} answered`);
});

test('every route that the pages and the documents name is in it', async () => {
  const known = Object.keys(document.paths).map((path) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{[a-z_]+\}/g, '[^/:]+')}$`));
  const named = new Set();
  for (const page of ['/', '/attention', '/register', '/announcements', '/forces/west-midlands', '/compare?by=region', '/forces/kent/announcements']) {
    for (const [, path] of (await request(page, chief)).text.matchAll(/(?:href|data-live)="(\/v1\/[^"?]+)/g)) named.add(path);
  }
  for (const file of ['README.md', 'gateway/README.md']) {
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/127\.0\.0\.1:8080(\/v1\/[^\s'?#]+)/g)) named.add(path);
  }
  assert.ok(named.size > 15, [...named].join(' '));
  for (const path of named) assert.ok(known.some((pattern) => pattern.test(path)), `${path} is not in the document`);
});
