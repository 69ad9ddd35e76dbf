const TIMEOUT_MS = 3000;

async function gateway() {
  const address = process.env.MAILY_API_URL;
  if (!address) return 'not configured';
  try {
    const answer = await fetch(new URL('/health', address), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return answer.ok ? 'ok' : `status ${answer.status}`;
  } catch (error) {
    return error.name === 'TimeoutError' ? 'timed out' : 'unreachable';
  }
}

module.exports = async (request, response) => {
  const checks = { apiGateway: await gateway() };
  const healthy = Object.values(checks).every((result) => result === 'ok' || result === 'not configured');
  response.statusCode = healthy ? 200 : 503;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ name: 'web', status: healthy ? 'ok' : 'failing', checks }));
};
