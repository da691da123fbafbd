import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { findBuildCheckHits } from '../../src/dockerfile/reference/build-checks.ts';
import { readExposedPort } from '../../src/dockerfile/reference/exposed-port.ts';
import { fileModeFault } from '../../src/dockerfile/reference/file-mode.ts';
import { remoteSource } from '../../src/dockerfile/reference/git-source.ts';
import { isByteSize, parseGoBoolean, parseGoDuration } from '../../src/dockerfile/reference/go-number.ts';
import { imageReferenceFault } from '../../src/dockerfile/reference/image-reference.ts';
import { buildChecks } from '../../src/dockerfile/reference/outcome.ts';
import { parsePlatform } from '../../src/dockerfile/reference/platform.ts';
import { isStopSignal } from '../../src/dockerfile/reference/stop-signal.ts';
import { faultyDockerfile } from '../dockerfile/arbitrary-faulty.ts';

/** Always the same, so that a failure is a change of the code. Any other must do as well: try some after a change. */
const seed = Number(process.env.SEED ?? 20_261);

const missing = spawnSync('go', ['version']).status !== 0;

describe('BuildKit', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-agreement-'));
  let oracle = '';

  beforeAll(() => {
    if (missing && process.env.CI === 'true') throw new Error('go is missing: https://go.dev/doc/install');
    if (!missing) oracle = execFileSync('scripts/oracles', { encoding: 'utf8' }).trim();
  });
  beforeEach((context) => {
    if (missing) context.skip('go is missing: https://go.dev/doc/install');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function ask(args: readonly string[], questions: readonly string[]) {
    const output = execFileSync(oracle, args, {
      input: questions.map((question) => `${question}\n`).join(''),
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const lines = output.trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line));
  }

  test('refuses the same generated files on the same line, and its build checks strike on the same lines', () => {
    const texts = fc.sample(faultyDockerfile, { numRuns: 4000, seed });
    const files = texts.map((text, at) => {
      const file = path.join(directory, `${at}.Dockerfile`);
      writeFileSync(file, text);
      return file;
    });
    let refused = 0;
    let struck = 0;
    for (const [at, verdict] of ask(['dockerfile', '--experimental'], files).entries()) {
      const text = texts[at] ?? '';
      const dockerfile = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });
      const [first] = dockerfile.rejections;
      // BuildKit reads flags byte by byte and garbles what is beyond ASCII in them.
      if (/--.*[^\0-\x7f]/s.test(text)) continue;
      expect({ text, accepted: first === undefined, line: first?.line ?? 0 }).toEqual({
        text,
        accepted: verdict.accepted,
        line: verdict.line ?? 0,
      });
      refused += verdict.accepted ? 0 : 1;
      // BuildKit prints no checks for a file that it cannot read to its end.
      if (!Array.isArray(verdict.warnings)) continue;
      const theirs: readonly { readonly rule: string; readonly line: number }[] = verdict.warnings;
      const ours = buildChecks.flatMap((check) =>
        findBuildCheckHits(dockerfile, check)
          .filter(({ reached }) => reached)
          .map(({ line }) => `${check} ${line}`),
      );
      expect({ text, found: [...new Set(ours)].sort() }).toEqual({
        text,
        found: [...new Set(theirs.map(({ rule, line }) => `${rule} ${line}`))].sort(),
      });
      struck += theirs.length;
    }
    expect(refused).toBeGreaterThan(500);
    expect(texts.length - refused).toBeGreaterThan(500);
    expect(struck).toBeGreaterThan(1000);
  });

  const pieces = (...parts: readonly string[]) =>
    fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 7 }).map((chosen) => chosen.join(''));

  test.each<readonly [string, fc.Arbitrary<string>, (value: string) => boolean]>([
    [
      'reference',
      pieces(
        'a',
        'B',
        '1',
        '.',
        '_',
        '-',
        '/',
        ':',
        '@',
        'docker.io',
        'localhost',
        '[::1]',
        `sha256:${'0'.repeat(64)}`,
        'a.b',
        ':80',
      ),
      (value) => imageReferenceFault(value) === undefined,
    ],
    [
      'platform',
      pieces(
        'linux',
        'amd64',
        'arm',
        'v7',
        '/',
        'Windows',
        '(10.0',
        '+x',
        ')',
        '*',
        'macos',
        'x86_64',
        '%20',
        '%zz',
        '_',
      ),
      (value) => parsePlatform(value) !== undefined,
    ],
    [
      'duration',
      pieces('1', '0', '.', 's', 'm', 'ms', 'h', 'µs', '-', '+', '99999999'),
      (value) => parseGoDuration(value) !== undefined,
    ],
    ['signal', pieces('SIG', 'sig', 'TERM', 'kill', 'RTMIN', 'RTMAX', '+', '-', '1', '15', '0', '9'), isStopSignal],
    [
      'chmod',
      pieces('u', 'g', 'a', '+', '-', '=', 'r', 'X', 's', 't', ',', '7', '0', '9'),
      (value) => fileModeFault(value) === undefined,
    ],
    ['size', pieces('1', '0', '.', ' ', 'k', 'M', 'i', 'b', '-', 't', 'e'), isByteSize],
    [
      'bool',
      pieces('t', 'T', 'true', 'True', 'false', '1', '0', 'yes'),
      (value) => parseGoBoolean(value) !== undefined,
    ],
    [
      'git',
      pieces(
        'https://h/',
        'r.git',
        'git@',
        'h:',
        '#ref',
        ':sub',
        '?',
        '&',
        'ref=x',
        'tag=y',
        'branch=',
        'submodules=0',
        './',
        'ssh://',
      ),
      (value) => {
        const source = remoteSource(value);
        return source?.kind === 'git' && source.fault === undefined;
      },
    ],
  ])('takes the same values: %s', (kind, values, isValid) => {
    const samples = fc.sample(values, { numRuns: 3000, seed });
    for (const { value, valid, error } of ask(['value', kind], samples))
      expect({ value, valid: isValid(value), error }).toEqual({ value, valid, error });
  });

  test('takes the same ports', () => {
    const parts = pieces('80', '90', '-', ':', '/', 'tcp', 'UDP', 'x', '127.0.0.1', '[::1]', '70000');
    const ports = fc.sample(parts, { numRuns: 2000, seed });
    const files = ports.map((port, at) => {
      const file = path.join(directory, `port-${at}.Dockerfile`);
      writeFileSync(file, `FROM a\nEXPOSE ${port}\n`);
      return file;
    });
    for (const [at, { accepted }] of ask(['dockerfile'], files).entries())
      expect({ port: ports[at], accepted: readExposedPort(ports[at] ?? '').fault === undefined }).toEqual({
        port: ports[at],
        accepted,
      });
  });
});
