import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Rule } from '../../src/project/rule.ts';
import { rule as hiddenBytes } from '../../src/rules/layers/hidden-bytes.ts';
import { rule as secretInImage } from '../../src/rules/secrets/secret-in-image.ts';
import { checkCase, layOutFiles } from './check-case.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-image-findings-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function findingsOf(area: 'secrets' | 'layers', rule: Rule, lines: readonly string[]) {
  const file = { path: 'image.yaml', text: `${lines.join('\n')}\n`, size: undefined, mode: undefined };
  return checkCase(layOutFiles(scratch, [file]), { id: `${area}/case`, area, definition: rule }, {});
}

const steps = ['steps:', '  - by: COPY . / # buildkit', '  - by: RUN /bin/sh -c rm -rf /x # buildkit'];

describe('a secret in an image', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    [
      'of one kind in several files of a layer is one finding',
      Array.from({ length: 20 }, (_, at) => `{ kind: npm token, place: app/${at}, line: 1, layer: 0 }`),
      ['An npm token in each of 20 files: /app/0:1, /app/1:1, /app/2:1, /app/3:1, /app/4:1 ….'],
    ],
    [
      'of another kind, layer or fate is another one',
      [
        '{ kind: npm token, place: a, layer: 0 }',
        '{ kind: GitHub token, place: a, line: 1, layer: 0 }',
        '{ kind: GitHub token, place: a, line: 7, layer: 0 }',
        '{ kind: npm token, place: a, layer: 1 }',
        '{ kind: npm token, place: b, layer: 0, hidden: true }',
      ],
      [
        'An npm token in /a.',
        'A GitHub token in /a:1, /a:7.',
        'An npm token in /a.',
        'An npm token in /b, in a layer although a later one deletes or replaces it.',
      ],
    ],
    [
      'is said as it is spoken',
      [
        '{ kind: Kubernetes credentials, place: a, layer: 0 }',
        '{ kind: npm credentials, place: a, layer: 0 }',
        '{ kind: AWS secret key, place: a, layer: 0 }',
        '{ kind: password in a command, place: HEALTHCHECK }',
      ],
      [
        'Kubernetes credentials in /a.',
        'npm credentials in /a.',
        'An AWS secret key in /a.',
        'A password in a command in the configuration: HEALTHCHECK.',
      ],
    ],
  ])('%s', async (_, secrets, expected) => {
    const findings = await findingsOf('secrets', secretInImage, [
      'secrets:',
      ...secrets.map((each) => `  - ${each}`),
      ...steps,
    ]);
    expect(findings.map(({ message }) => message).sort()).toEqual([...expected].sort());
  });
});

test('keys that a package makes are made where the container starts', async () => {
  const of = async (place: string) => {
    const secrets = ['secrets:', `  - { kind: private key, place: ${place}, layer: 0 }`];
    return (await findingsOf('secrets', secretInImage, [...secrets, ...steps]))[0]?.remedy;
  };
  expect(await of('etc/ssh/ssh_host_rsa_key')).toContain('ssh-keygen -A');
  expect(await of('root/.ssh/id_rsa')).toContain('--mount=type=secret');
});

describe('what a step hides', () => {
  test.each<[string, readonly string[], string, string]>([
    ['of caches', ['var/cache/apt/a.bin', 'var/lib/apt/lists/b'], 'files deleted by a later layer', 'mount=type=cache'],
    [
      'of the package manager’s',
      ['var/cache/debconf/templates.dat', 'var/lib/dpkg/status'],
      'files replaced by a later layer',
      'in one step',
    ],
    ['that it deletes', ['srv/data'], 'files deleted by a later layer', 'Delete the files'],
    ['that it gives another owner', ['app/a'], 'files copied to change their owner', 'COPY --chown'],
    ['that it gives another mode', ['app/a'], 'files copied to change their mode', 'COPY --chmod'],
  ])('names the largest paths, and what to do: %s', async (_, paths, how, remedy) => {
    const told = ['    removed: 5000000', `    removedPaths: [${paths.join(', ')}]`, `    removedHow: ${how}`];
    const [finding] = await findingsOf('layers', hiddenBytes, [...steps, ...told]);
    expect(finding?.message).toContain(`which stay in the image: ${paths.map((each) => `/${each}`).join(', ')}`);
    expect(finding?.remedy).toContain(remedy);
    expect(finding?.severity).toBe(remedy === 'in one step' ? 'note' : 'warning');
  });
});
