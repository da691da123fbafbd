import { describe, expect, test } from 'vitest';
import { writeDockerfile } from '../../src/init/writers/dockerfile.ts';
import { asks, plansOf } from './plans-of.ts';

const dockerfileOf = (files: Readonly<Record<string, string>>) => {
  const [plan] = plansOf(files);
  return plan ? writeDockerfile(plan) : '';
};

const lock = { 'package-lock.json': '{"lockfileVersion":3,"packages":{"node_modules/next":{}}}' };

describe('A build script that changes a database', () => {
  const files = (scripts: Readonly<Record<string, string>>, more = {}) => ({
    'package.json': JSON.stringify({ name: 'shop', scripts, dependencies: { express: '^5.0.0' } }),
    'server.js': 'app.listen(3000)',
    ...more,
  });
  const start = { start: 'node server.js' };

  test.each([
    [
      { build: 'run-s db:up build:web', 'db:up': 'drizzle-kit migrate', 'build:web': 'vite build' },
      'npm run build:web',
    ],
    [
      { build: 'prisma generate && prisma migrate deploy && tsc' },
      'PATH="$PWD/node_modules/.bin:$PATH" prisma generate \\\n    && PATH="$PWD/node_modules/.bin:$PATH" tsc',
    ],
    [{ build: 'npm run db && node build.js', db: 'knex migrate:latest' }, 'node build.js'],
  ])('%j runs without that step, which is told', (scripts, command) => {
    const [plan] = plansOf(files({ ...scripts, ...start }));
    expect(plan && writeDockerfile(plan)).toContain(`RUN ${command}\n`);
    expect(asks(plan, /brings a database up to date .* in scripts\.build \(package\.json:1\)/)).toBe(true);
  });

  test.each([
    [{ build: 'run-s generate build:web', generate: 'prisma generate', 'build:web': 'vite build' }],
    [{ build: 'prisma migrate deploy' }],
    [{ build: 'sh -c "prisma migrate deploy && tsc"' }],
    [{ build: 'npm-run-all --parallel db build:web', db: 'prisma migrate deploy', 'build:web': 'tsc' }],
  ])('%j runs as it is', (scripts) => {
    const [plan] = plansOf(files({ ...scripts, ...start }));
    expect(plan && writeDockerfile(plan)).toContain('RUN npm run build\n');
    expect(asks(plan, /brings a database/)).toBe(false);
  });
});

test('What stands in a comment of next.config is not so', () => {
  const next = (configuration: string) =>
    plansOf({
      'package.json': JSON.stringify({
        name: 'shop',
        scripts: { build: 'next build' },
        dependencies: { next: '^15.0.0' },
      }),
      'next.config.mjs': configuration,
      ...lock,
    })[0];
  expect(next("export default {\n  // output: 'export',\n};\n")?.run.port).toBe(3000);
  expect(next("export default {\n  output: 'export',\n};\n")?.run.port).toBe(8080);
});

describe('Development dependencies of a workspace go, and those of its members stay', () => {
  const workspace = (more: Readonly<Record<string, string>>, workspaces?: readonly string[]) => ({
    'package.json': JSON.stringify({ name: 'shop', private: true, ...(workspaces && { workspaces }) }),
    'packages/core/package.json': JSON.stringify({ name: '@shop/core', version: '1.0.0', module: 'index.js' }),
    'packages/web/package.json': JSON.stringify({
      name: 'web',
      scripts: { start: 'node dist/server.js', build: 'tsc' },
      dependencies: { express: '^5.0.0', '@shop/core': 'workspace:*' },
    }),
    'packages/web/src/server.ts': 'app.listen(3000)',
    ...more,
  });

  test('with pnpm, whose prune knows the root alone', () => {
    const dockerfile = dockerfileOf(
      workspace({ 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n', 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" }),
    );
    expect(dockerfile).toMatch(/CI=true pnpm install --(?:no-)?frozen-lockfile --prod --ignore-scripts/);
    expect(dockerfile).not.toContain('pnpm prune');
  });

  test('with Yarn, which focuses on one of them else', () => {
    const dockerfile = dockerfileOf(
      workspace({ 'yarn.lock': '__metadata:\n  version: 8\n', '.yarnrc.yml': 'nodeLinker: node-modules\n' }, [
        'packages/*',
      ]),
    );
    expect(dockerfile).toContain('yarn workspaces focus --all --production');
  });
});
