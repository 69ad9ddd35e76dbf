// Runs the functions of one deployment, with the (req, res) helpers or the Request/Response form that Vercel offers.
import http from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(process.argv[2]);
const verbs = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

const readAll = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const parseBody = (raw, type) => {
  if (raw.length === 0) return undefined;
  if (type.startsWith('application/json')) return JSON.parse(raw.toString());
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(raw.toString()));
  return type.startsWith('text/plain') ? raw.toString() : raw;
};

const parseCookies = (header) =>
  Object.fromEntries((header ?? '').split(';').filter((part) => part.includes('=')).map((part) => {
    const at = part.indexOf('=');
    return [part.slice(0, at).trim(), decodeURIComponent(part.slice(at + 1).trim())];
  }));

const parseQuery = (url, params) => {
  const query = {};
  for (const key of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(key);
    query[key] = values.length > 1 ? values : values[0];
  }
  return Object.assign(query, params);
};

const addHelpers = (req, res, raw, url, params) => {
  const lazy = (name, get) => Object.defineProperty(req, name, { configurable: true, enumerable: true, get });
  lazy('query', () => parseQuery(url, params));
  lazy('cookies', () => parseCookies(req.headers.cookie));
  lazy('body', () => parseBody(raw, req.headers['content-type'] ?? ''));
  res.status = (code) => { res.statusCode = code; return res; };
  res.json = (value) => {
    if (!res.getHeader('content-type')) res.setHeader('content-type', 'application/json; charset=utf-8');
    res.end(JSON.stringify(value));
    return res;
  };
  res.send = (value) => {
    if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) return res.json(value);
    res.end(value === undefined || value === null ? '' : typeof value === 'number' ? String(value) : value);
    return res;
  };
  res.redirect = (status, target) => {
    const [code, location] = typeof status === 'number' ? [status, target] : [307, status];
    res.writeHead(code, { location }).end();
    return res;
  };
};

const answerWeb = async (handler, req, res, raw, url) => {
  const body = ['GET', 'HEAD'].includes(req.method) ? undefined : raw;
  const answer = await handler(new Request(url, { method: req.method, headers: req.headers, body }));
  res.writeHead(answer.status, Object.fromEntries(answer.headers));
  res.end(Buffer.from(await answer.arrayBuffer()));
};

const invoke = async (req, res) => {
  const file = path.resolve(root, decodeURIComponent(req.headers['x-function-file']));
  const params = JSON.parse(decodeURIComponent(req.headers['x-function-params']));
  delete req.headers['x-function-file'];
  delete req.headers['x-function-params'];
  if (!file.startsWith(root + path.sep)) throw new Error('outside of the deployment');
  const url = new URL(req.url, `http://${req.headers.host}`);
  const raw = await readAll(req);
  const loaded = await import(pathToFileURL(file));
  const exported = verbs.some((verb) => typeof loaded.default?.[verb] === 'function') ? loaded.default : loaded;
  if (verbs.some((verb) => typeof exported[verb] === 'function')) {
    if (!exported[req.method]) return res.writeHead(405).end();
    return answerWeb(exported[req.method], req, res, raw, url);
  }
  const handler = typeof loaded.default === 'function' ? loaded.default : loaded.default?.default;
  if (typeof loaded.default?.fetch === 'function') return answerWeb((r) => loaded.default.fetch(r), req, res, raw, url);
  if (typeof handler !== 'function') throw new Error(`${file} exports no handler`);
  addHelpers(req, res, raw, url, params);
  await handler(req, res);
};

const server = http.createServer((req, res) => {
  invoke(req, res).catch((error) => {
    process.stderr.write(`${error.stack ?? error}\n`);
    if (!res.headersSent) res.writeHead(500, { 'x-vercel-error': 'FUNCTION_INVOCATION_FAILED', 'content-type': 'text/plain; charset=utf-8' });
    res.end('A server error has occurred\n\nFUNCTION_INVOCATION_FAILED\n');
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`port ${server.address().port}\n`));
// The parent holds the other end: when it is gone, however it went, this process goes too.
process.stdin.resume().on('end', () => process.exit(0)).on('error', () => process.exit(0));
