import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { audit } from '../../src/audit/audit.ts';
import { settingsFrom } from '../../src/audit/settings.ts';
import { noConfiguration } from '../../src/project/configuration.ts';
import { imageProject, inspectImage } from '../../src/project/inspected-image.ts';
import { renderImageHtml } from '../../src/report/image-html.ts';
import { imageJsonVersion, renderImageJson } from '../../src/report/image-json.ts';
import { renderImageMarkdown } from '../../src/report/image-markdown.ts';
import { renderImageTerminal } from '../../src/report/image-terminal.ts';
import type { ImageView } from '../../src/report/image-view.ts';
import { rules } from '../../src/rules/generated.ts';
import { analysisFrom } from '../image/build-analysis.ts';

const hostile = 'app/\\u001b[31mred\\u202e';

const described = `
name: shop/web:1
environment: [DB_PASSWORD=Xk29sjQ1pzT7]
secrets: [{ kind: password, place: env DB_PASSWORD, certainty: likely }]
waste:
  - { kind: leftover, what: package lists, bytes: 19000000, files: 4, layers: [0], paths: [var/lib/apt/lists/x] }
vulnerabilities:
  - { id: CVE-2026-0001, package: openssl, severity: critical, fixedIn: "1.1" }
  - { id: CVE-2026-0002, package: openssl, severity: low, fixedIn: "1.0.1" }
  - { id: CVE-2026-0003, package: zlib, severity: medium }
steps:
  - by: RUN /bin/sh -c apt-get update && apt-get install -y openssl # buildkit
    files: [{ path: usr/bin/su, bytes: 70000, mode: "4755" }, { path: "${hostile}", bytes: 1 }]
    packages: [{ name: openssl, version: "1.0" }, { name: zlib, version: "1.2" }]
    hidden: 1000
  - by: ENV DB_PASSWORD=Xk29sjQ1pzT7
    empty: true
`;

function viewOf(text: string): ImageView {
  const { analysis, vulnerabilities } = analysisFrom(text);
  const image = inspectImage(analysis, vulnerabilities, undefined);
  const report = audit(imageProject([image], undefined), {
    rules: rules.filter(({ definition }) => definition.looksAt === 'image'),
    settings: settingsFrom(noConfiguration, { only: [], skip: [] }),
    peerSettings: new Map(),
    honourIgnoreComments: true,
    today: '2026-11-24',
    baseline: undefined,
    changedPaths: undefined,
    version: '0.0.0',
    target: 'shop/web:1',
    clock: () => 0,
    startedAt: 0,
  });
  return { image, report, today: '2026-11-24', advisories: 'Advisories of 2026-11-20.' };
}

const view = viewOf(described);
const textOf = (pieces: Iterable<string>) => [...pieces].join('');
const plain = { columns: 120, color: false, all: false, sections: [] };

describe('the JSON of an image', () => {
  const schema = JSON.parse(readFileSync('schemas/image.schema.json', 'utf8'));
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);

  test.each([described, 'steps: []', 'steps: [{ files: [] }]'])('agrees with the published schema (%#)', (text) => {
    const value = JSON.parse(textOf(renderImageJson(viewOf(text))));
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
    expect(schema.properties.version.const).toBe(imageJsonVersion);
  });

  test('files are regular ones and hard links; directories and symbolic links are none', () => {
    const of = viewOf(
      'steps: [{ files: [{ path: a, kind: directory }, { path: a/b }, { path: a/c, kind: hardlink }, { path: d, kind: symlink }, { path: e, kind: device }] }]',
    );
    expect(JSON.parse(textOf(renderImageJson(of))).image.files).toBe(2);
    expect(renderImageTerminal(of, plain)).toContain(' 2 files ');
  });

  test('a password in the words of its command is masked', () => {
    const of = viewOf(`
name: shop/web:1
command: [app, --db-password, Tr0ub4dor3]
steps:
  - by: own
`);
    const text = textOf(renderImageJson(of));
    expect(JSON.parse(text).image.command).toEqual(['app', '--db-password', '•••']);
    expect(text).not.toContain('Tr0ub4dor3');
  });

  test('the schema refuses a field that is unknown or missing', () => {
    const value = JSON.parse(textOf(renderImageJson(view)));
    expect(validate({ ...value, more: 1 })).toBe(false);
    delete value.layers;
    expect(validate(value)).toBe(false);
  });
});

describe.each([
  ['text', renderImageTerminal(view, plain)],
  ['all text', renderImageTerminal(view, { ...plain, all: true })],
  ['files', renderImageTerminal(view, { ...plain, sections: ['files', 'layers'] })],
  ['JSON', textOf(renderImageJson(view))],
  ['Markdown', renderImageMarkdown(view)],
  ['HTML', renderImageHtml(view)],
])('as %s', (_, text) => {
  test('no secret and no control character is shown', () => {
    expect(text).not.toContain('Xk29sjQ1pzT7');
    expect(text.replace(/\n/g, '')).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});

test('the text says what it is, what is worst, what mends it', () => {
  const text = renderImageTerminal(view, { ...plain, columns: 200 });
  expect(text).toContain('linux/amd64 · Debian 12');
  expect(text).toContain(
    'openssl 1.0 has 2 known vulnerabilities, 1 of them at least medium, the worst critical: CVE-2026-0001.',
  );
  expect(text).toContain('Install openssl 1.1 or later.');
  expect(text).toContain(
    '3 known vulnerabilities (1 critical, 1 medium, 1 low): 2 by 1 update of system packages, 1 by nothing yet.',
  );
  expect(text).toMatch(/19 MB\s+4\s+package lists\s+layer 1/);
});

test('a vulnerability of two packages counts once, and an end of what is affected mends', () => {
  const text = renderImageTerminal(
    viewOf(`
vulnerabilities:
  - { id: CVE-2026-0001, package: perl, severity: high, fixedAbove: "5.36" }
  - { id: CVE-2026-0001, package: perl-base, severity: high, fixedIn: "5.38" }
steps:
  - by: RUN /bin/sh -c apt-get install -y perl # buildkit
    packages: [{ name: perl, version: "5.36" }, { name: perl-base, version: "5.36" }]
`),
    { ...plain, columns: 200 },
  );
  expect(text).toContain('1 known vulnerability (1 high): 1 by 2 updates of system packages.');
  expect(text).toContain('Install a version of perl above 5.36.');
  expect(text).not.toContain('No version mends it');
});

test('no line of the text is wider than the terminal', () => {
  for (const columns of [40, 80, 120])
    for (const line of renderImageTerminal(view, { ...plain, columns }).split('\n'))
      expect(line.length, line).toBeLessThanOrEqual(Math.max(columns, 80));
});

test('files are listed as ls does', () => {
  expect(renderImageTerminal(view, { ...plain, sections: ['files'] })).toContain(
    '-rwsr-xr-x       0:0       70000   1 /usr/bin/su',
  );
});

test('the page draws layers to scale, what is hidden hatched, and files by their size', () => {
  const page = renderImageHtml(view);
  expect(page).toMatch(
    /<rect class="needed" x="0" y="0" width="98.57%" height="16"\/><rect class="unneeded" x="98.57%"/,
  );
  expect(page).toContain('<title>/usr/bin/su 70 kB</title>');
  // Nothing is fetched, and nothing runs that the policy does not name.
  expect(page).not.toMatch(/<(?:img|link|iframe)|style="|src=|onclick/);
});
