// Records what the functions ask of PostgREST and holds it to contract.json, which deployments try on the schema.
// `node --test test/`; with RECORD=1 the requests in contract.json are written anew.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import test from 'node:test';

const file = new URL('../contract.json', import.meta.url);
const contract = JSON.parse(readFileSync(file, 'utf8'));
const campaigns = createRequire(import.meta.url)('../api/campaigns.js');
const claims = { sub: '00000000-0000-4000-8000-0000000000c1', role: 'authenticated' };
const campaign = { owner_id: claims.sub, name: 'Spring', subject: 'Hello', body: 'Dear reader' };

// Every way through the functions that reaches the database.
const samples = [
  { name: 'list own campaigns', method: 'GET' },
  { name: 'make a campaign', method: 'POST', body: campaign },
];

async function record(sample) {
  const asked = [];
  globalThis.fetch = async (address, { method, body }) => {
    const path = address.replace('http://supabase.test/rest/v1', '');
    asked.push({ name: sample.name, role: claims.role, claims, method, path, ...(body ? { body: JSON.parse(body) } : {}) });
    return { status: 200, ok: true, json: async () => [] };
  };
  const request = Object.assign(Readable.from(sample.body ? [JSON.stringify(sample.body)] : []), { method: sample.method, headers: { authorization: 'Bearer token' } });
  await campaigns(request, { setHeader() {}, end() {} });
  return asked;
}

test('the contract holds all that the functions ask for, and nothing else', async () => {
  process.env.SUPABASE_URL = 'http://supabase.test';
  const requests = [];
  for (const sample of samples) requests.push(...(await record(sample)));
  if (process.env.RECORD) writeFileSync(file, `${JSON.stringify({ ...contract, requests }, null, 2)}\n`);
  else assert.deepEqual(requests, contract.requests);
});
