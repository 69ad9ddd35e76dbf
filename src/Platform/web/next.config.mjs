/** @type {import('next').NextConfig} */
export default {
  // Pages are plain files; what must run on a server is a function under api/.
  output: 'export',
  // Without it Next.js looks for lock files above this folder and guesses the root.
  turbopack: { root: import.meta.dirname },
};
