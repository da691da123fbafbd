/** The lock files that each tool keeps to, in the order in which it looks for them. */
export const lockNames: Readonly<Record<string, readonly string[]>> = {
  npm: ['npm-shrinkwrap.json', 'package-lock.json'],
  yarn: ['yarn.lock'],
  pnpm: ['pnpm-lock.yaml'],
  bun: ['bun.lock', 'bun.lockb'],
};
