import { describe, expect, test } from 'vitest';
import { audit } from '../../src/audit/audit.ts';
import { settingsFrom } from '../../src/audit/settings.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { noConfiguration } from '../../src/project/configuration.ts';
import { imageProject, inspectImage, withImages } from '../../src/project/inspected-image.ts';
import { rules } from '../../src/rules/generated.ts';
import { analysisFrom } from '../image/build-analysis.ts';

const install = 'apt-get update && apt-get install -y --no-install-recommends curl=8.1';
const dockerfile = (run: string, last = '') =>
  `FROM registry.example/base:1.4.2\nRUN ${run}\nCOPY app /app\nCMD ["/app/run"]\n${last}`;

const only = [
  'security/non-root-user',
  'security/image-user',
  'layers/package-cache-left',
  'monitoring/healthcheck',
  'maintenance/source-label',
];

interface Built {
  /** What the image says of itself beside its steps. */
  readonly says?: string;
  /** Files of the layer of the RUN. */
  readonly files?: string;
  /** What the RUN ran. */
  readonly ran?: string;
  /** A step behind the CMD. */
  readonly last?: string;
  /** Without the step of a base. */
  readonly isWhole?: true;
}

/** What an audit of the Dockerfile reports and what it does not, with these images that it made. */
function audited(...images: readonly Built[]) {
  return auditedFile(dockerfile(install), ...images);
}

/** Before the image was made (build-analysis.ts). */
const before = Date.parse('2026-11-20T09:59:59Z');

function auditedFile(text: string, ...images: readonly Built[]) {
  return auditedSince(before, text, ...images);
}

function auditedSince(changedAt: number | undefined, text: string, ...images: readonly Built[]) {
  const file = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });
  const { images: _, ...empty } = imageProject([], undefined);
  const project = { ...empty, dockerfiles: [file] };
  const inspected = images.map(({ says = '', files = '[]', ran = install, last, isWhole }, at) => {
    const { analysis } = analysisFrom(`
name: shop/web:${at + 1}
${says}
steps:
${isWhole ? '' : '  - { by: base, files: [{ path: var/lib/apt/lists/of-base, bytes: 7 }] }'}
  - { by: ${JSON.stringify(`RUN /bin/sh -c ${ran} # buildkit`)}, files: ${files} }
  - { by: 'COPY app /app # buildkit', files: [{ path: app/run, bytes: 1 }] }
  - { by: 'CMD ["/app/run"]', empty: true }
${last === undefined ? '' : `  - { by: '${last}', empty: true }`}
`);
    const filesAt = (layer: number) =>
      [...analysis.files].map((each) => ({
        file: each,
        state: each.layer === layer ? ('added' as const) : ('unmodified' as const),
      }));
    return inspectImage({ ...analysis, filesAt }, undefined, project);
  });
  const report = audit(inspected.length === 0 ? project : withImages(project, inspected, () => changedAt), {
    rules,
    settings: settingsFrom(noConfiguration, { only, skip: [] }),
    peerSettings: new Map(),
    honourIgnoreComments: true,
    today: '2026-11-27',
    baseline: undefined,
    changedPaths: undefined,
    version: '0.0.0',
    target: '.',
    clock: () => 0,
    startedAt: 0,
  });
  const named = (path: string) => report.findings.filter(({ locations }) => locations[0].path === path);
  return {
    found: [...new Set(named('Dockerfile').map(({ rule }) => rule))].sort(),
    refuted: report.suppressed.map(({ finding, by, reason }) => [finding.rule, by, reason]),
  };
}

describe('what a Dockerfile lets expect', () => {
  test('is reported where no image was looked into', () => {
    const { found, refuted } = audited();
    expect(found).toEqual(only.filter((rule) => rule !== 'security/image-user').sort());
    expect(refuted).toEqual([]);
  });

  test('is not reported where the image that it made shows that it is not so', () => {
    const says =
      'user: "10001"\nhealthcheck: [CMD, /health]\nlabels: { org.opencontainers.image.source: https://example.com }';
    const { found, refuted } = audited({ says });
    expect(found).toEqual(['maintenance/source-label']);
    expect(refuted).toEqual(
      expect.arrayContaining([
        ['security/non-root-user', 'image', 'image:shop/web:1 runs as 10001.'],
        ['monitoring/healthcheck', 'image', 'image:shop/web:1 has a health check.'],
        ['layers/package-cache-left', 'image', 'image:shop/web:1 holds nothing of this step in /var/lib/apt/lists.'],
      ]),
    );
  });

  // A FROM, and the mounts of a RUN, stand in no history.
  test.each<[string, number | undefined, string, boolean]>([
    ['that was changed since', Date.parse('2026-11-20T10:00:01Z'), '', true],
    ['of which nobody knows when it was changed', undefined, '', true],
    ['that is as old as the image', Date.parse('2026-11-20T10:00:00Z'), '', false],
    ['of an image without a date', before, 'created: none', true],
  ])('is reported in a file %s, whatever the image shows', (_, changedAt, date, isFound) => {
    const { found, refuted } = auditedSince(changedAt, dockerfile(install), { says: `user: "10001"\n${date}` });
    expect(found.includes('security/non-root-user')).toBe(isFound);
    expect(refuted.some(([rule]) => rule === 'security/non-root-user')).toBe(!isFound);
  });

  test.each<[string, string, Built, boolean]>([
    ['on nothing', 'scratch', { isWhole: true }, false],
    ['on nothing, where the image has a step more', 'scratch', {}, true],
    ['on a base, which may have it for itself', 'registry.example/base:1.4.2', {}, true],
    ['on a base whose steps are not told', 'registry.example/base:1.4.2', { isWhole: true }, true],
  ])('a label of an image %s', (_, base, built, isFound) => {
    const says = 'labels: { org.opencontainers.image.source: https://example.com }';
    const text = dockerfile(install).replace(/^FROM .*/, `FROM ${base}`);
    const { found, refuted } = auditedFile(text, { ...built, says });
    expect(found.includes('maintenance/source-label')).toBe(isFound);
    const reason = 'image:shop/web:1 has the label org.opencontainers.image.source.';
    const ofLabel = refuted.filter(([rule]) => rule === 'maintenance/source-label');
    expect(ofLabel).toEqual(isFound ? [] : [['maintenance/source-label', 'image', reason]]);
  });

  test.each<[string, readonly Built[]]>([
    ['the image holds it', [{ files: '[{ path: var/lib/apt/lists/x, bytes: 5 }]' }]],
    ['not all images show it', [{}, { files: '[{ path: var/lib/apt/lists/x, bytes: 5 }]' }]],
    ['the image was not read whole', [{ says: 'gaps: [a layer was not read]' }]],
  ])('is reported where %s', (_, images) => {
    expect(audited(...images).found).toContain('layers/package-cache-left');
  });

  test.each<[string, string, boolean]>([
    ['root', 'user: root', true],
    ['0', 'user: "0:0"', true],
    ['a name without an account', 'user: web', true],
    ['a name of the number 0', 'user: web\naccounts: [{ name: web, user: 0 }]', true],
    ['a name of another number', 'user: web\naccounts: [{ name: web, user: 1000 }]', false],
    ['a number that is the name of root', 'user: "1000"\naccounts: [{ name: "1000", user: 0 }]', true],
    ['a name of two accounts', 'user: web\naccounts: [{ name: web, user: 0 }, { name: web, user: 1000 }]', true],
  ])('an image that runs as %s', (_, says, isFound) => {
    const { found } = audited({ says });
    expect(found.some((rule) => rule.endsWith('-user'))).toBe(isFound);
  });

  test('is reported where the file says so itself: the image was made before', () => {
    const last = 'USER 10001';
    const says = 'user: "10001"';
    expect(auditedFile(dockerfile(install, 'USER root\n'), { says, last }).found).toContain('security/non-root-user');
  });

  test.each<[string, string, string]>([
    ['a here-document is noted in other words', `<<EOF\n${install}\nEOF`, '<<EOF (apt-get update)'],
    ['a cache lies elsewhere in another distribution', 'dnf install -y curl-8.1', 'dnf install -y curl-8.1'],
  ])('is reported where %s', (_, run, ran) => {
    const { found } = auditedFile(dockerfile(run), { ran });
    expect(found).toContain('layers/package-cache-left');
  });
});
