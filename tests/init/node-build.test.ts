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
      'PATH="/app/node_modules/.bin:$PATH" prisma generate \\\n    && PATH="/app/node_modules/.bin:$PATH" tsc',
    ],
    [{ build: 'npm run db && node build.js', db: 'knex migrate:latest' }, 'node build.js'],
    // What comes behind `cd` finds its programs all the same.
    [
      { build: 'cd web && vite build && cd .. && prisma migrate deploy' },
      'cd web \\\n    && PATH="/app/node_modules/.bin:$PATH" vite build \\\n    && cd ..',
    ],
  ])('%j runs without that step, which is told', (scripts, command) => {
    const [plan] = plansOf(files({ ...scripts, ...start }));
    expect(plan && writeDockerfile(plan)).toContain(`RUN ${command}\n`);
    expect(asks(plan, /brings a database up to date .* in scripts\.build \(package\.json:1\)/)).toBe(true);
  });

  test('runs as it is, without a question, where it changes none', () => {
    const scripts = { build: 'run-s generate build:web', generate: 'prisma generate', 'build:web': 'vite build' };
    const [plan] = plansOf(files({ ...scripts, ...start }));
    expect(plan && writeDockerfile(plan)).toContain('RUN npm run build\n');
    expect(asks(plan, /brings a database/)).toBe(false);
  });

  test.each([
    ['there is nothing else', { build: 'prisma migrate deploy' }],
    ['a shell of its own runs it', { build: 'sh -c "prisma migrate deploy && tsc"' }],
    [
      'scripts run at once',
      { build: 'npm-run-all --parallel db build:web', db: 'prisma migrate deploy', 'build:web': 'tsc' },
    ],
    [
      'scripts run before and behind it',
      { prebuild: 'prisma generate', build: 'prisma migrate deploy && next build', postbuild: 'next-sitemap' },
    ],
    ['a script before it does it', { prebuild: 'prisma migrate deploy', build: 'next build' }],
    [
      'a script that it calls does more',
      { setup: 'prisma generate && prisma migrate deploy', build: 'npm run setup && next build' },
    ],
    [
      'a script that it calls has one behind it',
      { db: 'prisma migrate deploy', postdb: 'node tables.js', build: 'npm run db && next build' },
    ],
    ['it reads a variable', { db: 'knex migrate:latest', build: 'npm run db && tsc && echo $npm_package_version' }],
    ['two steps run at once', { build: 'prisma migrate deploy & tsc && node more.js' }],
    [
      'what is left calls another one',
      { deep: 'npm run db', db: 'prisma db push', build: 'prisma migrate deploy && npm run deep' },
    ],
    ['it calls scripts in another directory', { build: 'cd db && npm run up && prisma migrate deploy', up: 'tsc' }],
  ])('runs whole, and that is asked about, where %s', (_, scripts) => {
    const [plan] = plansOf(files({ ...scripts, ...start }));
    expect(plan && writeDockerfile(plan)).toContain('RUN npm run build\n');
    expect(asks(plan, /brings a database up to date \(scripts\.build .*Take that step out/)).toBe(true);
  });

  test("is taken apart where Yarn makes node_modules, and whole with Plug'n'Play", () => {
    const dockerfile = (configuration: string) =>
      dockerfileOf(
        files(
          { build: 'prisma migrate deploy && next build', ...start },
          { '.yarnrc.yml': configuration, 'yarn.lock': '__metadata:\n  version: 8\n' },
        ),
      );
    expect(dockerfile('nodeLinker: node-modules\n')).toContain('RUN PATH="/app/node_modules/.bin:$PATH" next build\n');
    expect(dockerfile('nodeLinker: pnp\n')).toContain('yarn run build\n');
  });

  test('is read in linear time', () => {
    const begun = performance.now();
    plansOf(files({ build: 'typeorm-'.repeat(40_000), ...start }));
    expect(performance.now() - begun).toBeLessThan(2000);
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
