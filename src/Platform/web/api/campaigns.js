// The caller's own campaigns, read and made through PostgREST with the caller's own token: row-level security decides.
const TIMEOUT_MS = 5000;

const LIST = '/campaigns?select=id,name,status,scheduled_at,profiles(time_zone)&order=created_at.desc&limit=50';

async function ask(request, path, init) {
  return fetch(`${process.env.SUPABASE_URL}/rest/v1${path}`, {
    ...init,
    headers: {
      apikey: process.env.SUPABASE_ANON_KEY || '',
      Authorization: request.headers.authorization || '',
      'Content-Type': 'application/json',
    },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

async function read(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return JSON.parse(text || '{}');
}

async function answerOf(request) {
  if (!process.env.SUPABASE_URL) return { status: 503, body: { error: 'not configured' } };
  if (request.method === 'GET') {
    const list = await ask(request, LIST, { method: 'GET' });
    return { status: list.status, body: await list.json() };
  }
  if (request.method !== 'POST') return { status: 405, body: { error: 'only GET and POST' } };
  const { owner_id, name, subject, body } = await read(request);
  const made = await ask(request, '/campaigns', { method: 'POST', body: JSON.stringify({ owner_id, name, subject, body }) });
  return { status: made.status, body: made.ok ? {} : await made.json() };
}

module.exports = async (request, response) => {
  const { status, body } = await answerOf(request);
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(body));
};
