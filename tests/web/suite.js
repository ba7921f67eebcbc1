// The suite under test, as a client sees it: pages and REST by HTTP, commands by Connect and by the command line.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import http from 'node:http';

export const address = process.env.OVERSIGHT_HTTP;
export const base = `http://${address}`;
export const work = process.env.WORK;

// One request by HTTP/1.1, nothing followed, nothing kept. `as` is put into the cookie that the pages set.
export function request(path, { as, method = 'GET', headers = {}, body } = {}) {
  const all = { ...headers };
  if (as) all.cookie = `oversight-principal=${as}`;
  return new Promise((resolve, reject) => {
    const call = http.request(base + path, { method, headers: all, agent: false, timeout: 60000 }, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => {
        const bytes = Buffer.concat(pieces);
        resolve({ status: answer.statusCode, headers: answer.headers, bytes, text: bytes.toString() });
      });
    });
    call.on('error', reject);
    call.on('timeout', () => call.destroy(new Error(`no answer from ${path}`)));
    call.end(body);
  });
}

// One RPC by Connect.
export async function rpc(as, method, message) {
  const answer = await request(`/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'oversight-principal': as },
    body: JSON.stringify(message),
  });
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text);
}

// Chromium. The sandbox needs rights that containers do not give; the pages are our own.
export const launch = (chromium) => chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });

export async function contextAs(browser, principal, options) {
  const context = await browser.newContext(options);
  await context.addCookies([{ name: 'oversight-principal', value: principal, url: base }]);
  return context;
}

export function oversight(as, ...words) {
  return execFileSync(`${process.env.OVERSIGHT_BIN}/oversight`, [`--gateway=${process.env.OVERSIGHT_GATEWAY}`, `--as=${as}`, ...words],
    { encoding: 'utf8' });
}

// Tries until it holds; what it last failed with, after a while.
export async function eventually(check, seconds = 60) {
  const limit = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > limit) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const VOID = new Set(['area', 'base', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr']);

// Every element ends, in the order they began; no attribute without its quotes; no template left over; ids once.
export function assertWellFormed(html, where) {
  assert.ok(html.startsWith('<!DOCTYPE html>'), where);
  const open = [];
  for (const [, end, name] of html.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]*)(?:"[^"]*"|[^>"])*>/g)) {
    if (end) {
      assert.equal(open.pop(), name, `${where}: </${name}> ends another element`);
    } else if (!VOID.has(name)) {
      open.push(name);
    }
  }
  assert.deepEqual(open, [], `${where}: elements left open`);
  assert.doesNotMatch(html, /\{\{|\}\}/, `${where}: a template shows`);
  const ids = [...html.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]);
  assert.equal(new Set(ids).size, ids.length, `${where}: an id twice in ${ids}`);
  for (const [, id] of html.matchAll(/ href="#([^"]*)"/g)) assert.ok(ids.includes(id), `${where}: a link to #${id}, which is nowhere`);
}
