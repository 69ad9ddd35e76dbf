// MAILY_COMMIT is set by the deployment; Vercel knows the commit itself only when it builds from Git.
module.exports = (request, response) => {
  const commit = process.env.MAILY_COMMIT || process.env.VERCEL_GIT_COMMIT_SHA || 'unknown';
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ name: 'web', commit, deployment: process.env.VERCEL_DEPLOYMENT_ID || null }));
};
