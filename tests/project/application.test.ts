import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeArtifact } from '../../src/core/artifact.ts';
import { applicationLimits, findApplications } from '../../src/project/find-applications.ts';

function find(files: Readonly<Record<string, string>>) {
  return findApplications(Object.keys(files), (path) => {
    const text = files[path];
    return text === undefined ? undefined : decodeArtifact(path, Buffer.from(text));
  });
}

function described(files: Readonly<Record<string, string>>): string[] {
  return find(files).map(
    ({ directory, language, sourcePaths }) => `${language} ${directory}: ${sourcePaths.join(' ')}`,
  );
}

describe('which directories are applications', () => {
  test('a manifest with its sources, tests and vendored code left out', () => {
    expect(
      described({
        'package.json': '{}',
        'src/server.ts': '',
        'src/server.test.ts': '',
        'test/a.js': '',
        'node_modules/x/package.json': '{}',
        'node_modules/x/index.js': '',
        'dist/server.js': '',
      }),
    ).toEqual(['node : src/server.ts']);
  });

  test('each of several, nested ones own their files', () => {
    expect(
      described({
        'package.json': '{}',
        'a.js': '',
        'api/go.mod': '',
        'api/main.go': '',
        'web/package.json': '{}',
        'web/b.js': '',
      }),
    ).toEqual(['node : a.js', 'go api: api/main.go', 'node web: web/b.js']);
  });

  test('a manifest for tools alone beside sources of another language is none', () => {
    expect(described({ 'go.mod': '', 'main.go': '', 'package.json': '{}' })).toEqual(['go : main.go']);
  });

  test('without a manifest: sources that a Dockerfile beside them names', () => {
    expect(described({ 'svc/Dockerfile': 'FROM python:3\nCMD ["python", "app.py"]', 'svc/app.py': '' })).toEqual([
      'python svc: svc/app.py',
    ]);
    expect(described({ 'svc/Dockerfile': 'FROM nginx', 'svc/app.py': '' })).toEqual([]);
  });
});

test('sources are read on first use only', () => {
  const read: string[] = [];
  const [application] = findApplications(['package.json', 'a.js'], (path) => {
    read.push(path);
    return decodeArtifact(path, Buffer.from('process.env.AA'));
  });
  expect(read).toEqual([]);
  expect(application?.variablesRead.map(({ name }) => name)).toEqual(['AA']);
  expect(application?.artifact('a.js')?.text).toBe('process.env.AA');
  expect(read).toEqual(['a.js']);
});

test('a bound that is met is said', () => {
  const [application] = find({ 'package.json': '{}', 'a.js': 'x'.repeat(applicationLimits.fileCharacters + 1) });
  expect(application?.complete).toBe(false);
  expect(find({ 'package.json': '{}', 'a.js': 'x' })[0]?.complete).toBe(true);
});

describe('environments that are read whole', () => {
  test.each<[string, string, boolean]>([
    ['index.js', `for (const key of Object.keys(process.env)) use(key);`, true],
    ['index.js', `spawn('x', { env: { ...process.env, A: 1 } }); f(process.env.AA);`, false],
    ['index.js', `const x = process.env[key];`, true],
  ])('%s: %s', (path, text, expected) => {
    expect(find({ 'package.json': '{}', [path]: text })[0]?.readsOtherVariables).toBe(expected);
  });
});

describe('environments that the program changes itself', () => {
  test.each<[string, string, string, string[], boolean]>([
    ['package.json', 'a.js', `process.env.AA = '1'; delete process.env.BB;`, ['AA'], false],
    ['package.json', 'a.js', `for (const key of keys) process.env[key] = all[key];`, [], true],
    ['package.json', 'a.js', `Object.assign(process.env, load());`, [], true],
    ['setup.py', 'a.py', `os.environ["AA"] = "1"\nos.environ.update(load())`, ['AA'], true],
    ['go.mod', 'a.go', `os.Setenv("AA", "1"); os.Getenv("BB")`, ['AA'], false],
  ])('%s %s %s', (manifest, path, text, names, others) => {
    const [application] = find({ [manifest]: '', [path]: text });
    expect([...(application?.variablesSet ?? [])]).toEqual(names);
    expect(application?.setsOtherVariables).toBe(others);
  });
});

describe('metrics', () => {
  test.each<[string, string, string, string[]]>([
    ['package.json', 'a.js', `app.get('/metrics', async (q, r) => r.send(await register.metrics()));`, ['prom-client']],
    ['package.json', 'a.js', `if (request.url === '/metrics') render(response);`, ['own']],
    ['package.json', 'a.js', `fetch('/metrics')`, []],
    [
      'requirements.txt',
      'a.py',
      `from prometheus_client import generate_latest\nbody = generate_latest()`,
      ['prometheus_client'],
    ],
    ['go.mod', 'a.go', `http.Handle("/metrics", promhttp.Handler())`, ['promhttp']],
    ['go.mod', 'a.go', `// http.Handle("/metrics", promhttp.Handler())`, []],
  ])('%s %s %s', (manifest, path, text, expected) => {
    expect(find({ [manifest]: '', [path]: text })[0]?.metrics.map(({ library }) => library)).toEqual(expected);
  });
});

const pieces = [
  'process.env.A_B',
  'os.environ["A"]',
  '`${',
  '}',
  '`',
  '"',
  "'",
  '"""',
  '/*',
  '*/',
  '//',
  '#',
  '\n',
  'f"{',
  '(',
  ')',
  '[',
  '{',
  'os.Getenv("X")',
  'def f(name):',
  'console.log(',
  '/',
  '\\',
  'class A(BaseSettings):',
  '<appender',
  '>',
  'x',
];

test('any text: no exception, and every range lies in it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(
        ['a.js', 'package.json'],
        ['a.py', 'setup.py'],
        ['a.go', 'go.mod'],
        ['A.java', 'pom.xml'],
        ['logback.xml', 'pom.xml'],
      ),
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((all) => all.join(' ')),
      ),
      ([path = '', manifest = ''], text) => {
        const [application] = find({ [manifest]: '', [path]: text });
        const decoded = application?.artifact(path)?.text ?? '';
        for (const { range } of [...(application?.variablesRead ?? []), ...(application?.loggers ?? [])]) {
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          expect(range.end).toBeLessThanOrEqual(decoded.length);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test.each(['(', '`${', 'process.env[x](', 'os.environ[', 'f"{', '/*', 'const a = process.env.A;\nif (!a) '])(
  'time grows with the size: %j repeated',
  (piece) => {
    const text = piece.repeat(400_000 / piece.length);
    const started = performance.now();
    for (const [path, manifest] of [
      ['a.js', 'package.json'],
      ['a.py', 'setup.py'],
      ['a.go', 'go.mod'],
    ] as const)
      find({ [manifest]: '', [path]: `process.env os.environ os.Getenv("A") log\n${text}` })[0]?.variablesRead;
    expect(performance.now() - started).toBeLessThan(5000);
  },
);
