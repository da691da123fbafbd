import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSbom } from '../../src/ecosystems/read-sbom.ts';
import type { ImageAnalysis, ImagePackage } from '../../src/image/image-analysis.ts';
import { renderCycloneDx } from '../../src/report/cyclonedx.ts';
import { spdxExpression } from '../../src/report/internal/sbom-licences.ts';
import { renderSpdx } from '../../src/report/spdx.ts';
import { cycloneDxErrors, spdxFaults } from './sbom-schemas.ts';

const one = (fields: Partial<ImagePackage>): ImagePackage => ({
  kind: 'npm',
  name: '@babel/core',
  version: '7.24.0',
  purl: 'pkg:npm/%40babel/core@7.24.0',
  licences: ['MIT'],
  path: 'app/node_modules/@babel/core/package.json',
  layer: 0,
  ...fields,
});

const packages: readonly ImagePackage[] = [
  one({}),
  one({ path: 'other/node_modules/@babel/core/package.json', layer: 1 }),
  one({
    kind: 'deb',
    name: 'bash',
    version: '5.2.15-2',
    purl: 'pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12',
    architecture: 'amd64',
    licences: ['GPL-3+', 'a licence of its own'],
    bytes: 4096,
    path: 'var/lib/dpkg/status',
    source: { name: 'bash', version: '5.2.15-2' },
  }),
  one({
    kind: 'maven',
    name: 'org.example:a',
    version: '1',
    purl: 'pkg:maven/org.example/a@1',
    licences: ['MIT', 'Apache-2.0 OR BSD-3-Clause'],
    path: 'app.jar',
    inside: 'lib/a-1.jar',
  }),
  one({
    kind: 'generic',
    name: 'node',
    version: '20.1.0',
    purl: 'pkg:generic/node@20.1.0',
    licences: [],
    path: 'usr/local/bin/node',
  }),
];

function analysisOf(
  found: readonly ImagePackage[],
  created: string | undefined = '2026-11-27T10:20:30.123456789Z',
): ImageAnalysis {
  const layer = {
    packing: 'gzip',
    foreign: false,
    digest: `sha256:${'1'.repeat(64)}`,
    content: { kind: 'directory', path: '/nowhere' },
  } as const;
  return {
    image: {
      name: 'registry.example/shop/web:1',
      digest: `sha256:${'a'.repeat(64)}`,
      annotations: new Map(),
      configuration: {
        digest: `sha256:${'c'.repeat(64)}`,
        platform: { os: 'linux', architecture: 'amd64' },
        ...(created !== undefined && { created }),
        user: '',
        exposedPorts: [],
        environment: [],
        volumes: [],
        workingDirectory: '',
        labels: new Map(),
        history: [],
        diffIds: [],
      },
      layers: [layer, layer],
      close: async () => {},
    },
    layers: [],
    files: { size: 0, find: () => undefined, [Symbol.iterator]: () => [][Symbol.iterator]() },
    packages: found,
    operatingSystem: { id: 'debian', idLike: [], versionId: '12', prettyName: 'Debian GNU/Linux 12' },
    secrets: [],
    waste: [],
    efficiency: 1,
    wastedBytes: 0,
    pulledBytes: undefined,
    neededBytes: 0,
    gaps: [],
  };
}

const options = { version: '0.1.0', now: new Date('2027-01-02T03:04:05.678Z') };
const cycloneDx = (...given: Parameters<typeof renderCycloneDx>) => [...renderCycloneDx(...given)].join('');
const spdx = (...given: Parameters<typeof renderSpdx>) => [...renderSpdx(...given)].join('');
const formats = [
  ['CycloneDX', cycloneDx, cycloneDxErrors],
  ['SPDX', spdx, spdxFaults],
] as const;

describe.each(formats)('%s', (_, render, faults) => {
  test('is valid', () => {
    expect(faults(render(analysisOf(packages), options))).toEqual([]);
    expect(faults(render(analysisOf([]), options))).toEqual([]);
  });

  test('is valid whatever packages declare', () => {
    const text = fc.string({ minLength: 1, maxLength: 12 });
    const any = fc.record({
      name: text,
      version: text,
      licences: fc.array(fc.oneof(text, fc.constantFrom('MIT', 'GPL-2+', 'MIT OR ISC', 'LicenseRef-x')), {
        maxLength: 3,
      }),
      path: text,
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 5 }), (found) => {
        const written = found.map((fields, at) => one({ ...fields, path: `${at}/${fields.path}` }));
        expect(faults(render(analysisOf(written), options))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test('the same packages in any order give the same bytes', () => {
    expect(render(analysisOf(packages.toReversed()), options)).toBe(render(analysisOf(packages), options));
  });

  test.each([
    ['now, whenever the image was made', undefined, '2027-01-02T03:04:05Z'],
    ['SOURCE_DATE_EPOCH', '1700000000', '2023-11-14T22:13:20Z'],
    ['now, where SOURCE_DATE_EPOCH is no number', 'now', '2027-01-02T03:04:05Z'],
    ['now, where SOURCE_DATE_EPOCH is in no calendar', '999999999999', '2027-01-02T03:04:05Z'],
  ])('its date is %s', (__, sourceDateEpoch, date) => {
    const parsed = JSON.parse(render(analysisOf(packages), { ...options, sourceDateEpoch }));
    expect(parsed.creationInfo?.created ?? parsed.metadata.timestamp).toBe(date);
  });

  test('what is written is read again', () => {
    const read = readSbom(render(analysisOf(packages), options), 'bom.json');
    expect(read?.unknown).toBe(0);
    expect(read?.packages.map(({ kind, name, version, purl }) => ({ kind, name, version, purl }))).toEqual(
      packages
        .map(({ kind, name, version, purl }) => ({ kind, name, version, purl }))
        .sort((a, b) => (a.purl < b.purl ? -1 : 1)),
    );
  });
});

test('what checks CycloneDX sees faults', () => {
  const { components, ...rest } = JSON.parse(cycloneDx(analysisOf(packages), options));
  expect(cycloneDxErrors(JSON.stringify({ ...rest, components: [components[0], components[0]] }))).not.toEqual([]);
  expect(cycloneDxErrors(JSON.stringify({ ...rest, components: [{ type: 'library' }] }))).not.toEqual([]);
  expect(cycloneDxErrors(JSON.stringify({ ...rest, components: [{ type: 'x', name: 'y' }] }))).not.toEqual([]);
});

test('a serial number only where one is given', () => {
  expect(cycloneDx(analysisOf(packages), options)).not.toContain('serialNumber');
  const serialNumber = 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79';
  const text = cycloneDx(analysisOf(packages), { ...options, serialNumber });
  expect(JSON.parse(text).serialNumber).toBe(serialNumber);
  expect(cycloneDxErrors(text)).toEqual([]);
});

test('place, layer, size and licences of a component', () => {
  const { components } = JSON.parse(cycloneDx(analysisOf(packages), options));
  expect(components.find((found: { name: string }) => found.name === 'a')).toMatchObject({
    group: 'org.example',
    licenses: [{ expression: 'MIT AND (Apache-2.0 OR BSD-3-Clause)' }],
    properties: [
      { name: 'plimsoll:path', value: 'app.jar' },
      { name: 'plimsoll:inside', value: 'lib/a-1.jar' },
      { name: 'plimsoll:layer', value: '1' },
      { name: 'plimsoll:layer:digest', value: `sha256:${'1'.repeat(64)}` },
    ],
  });
  expect(components.find((found: { name: string }) => found.name === 'bash').licenses).toEqual([
    { license: { name: 'GPL-3+' } },
    { license: { name: 'a licence of its own' } },
  ]);
});

test.each([
  ['MIT', 'MIT'],
  ['GPL-2+', 'GPL-2.0-or-later'],
  ['LGPL-2.1', 'LGPL-2.1-only'],
  ['Expat', 'MIT'],
  ['MIT OR Apache-2.0', 'MIT OR Apache-2.0'],
  ['GPL-2.0-only WITH Classpath-exception-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'],
  ['BSD', undefined],
  ['MIT License', undefined],
  ['GPL-2+ and MIT', undefined],
  ['LicenseRef-mine', undefined],
  ['('.repeat(900), undefined],
])('%s as an expression', (declared, expected) => {
  expect(spdxExpression(declared)).toBe(expected);
});

describe('reading', () => {
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    components: [
      {
        type: 'library',
        name: 'a',
        purl: 'pkg:npm/a@1.0.0',
        components: [
          { type: 'library', name: 'b', purl: 'pkg:rpm/rhel/b@1-2?arch=x86_64&epoch=3&upstream=c-4-5.el9.src.rpm' },
        ],
      },
      { type: 'library', name: 'no purl' },
      { type: 'operating-system', name: 'debian' },
    ],
  };
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'x', digest: { sha256: 'b'.repeat(64) } }],
    predicateType: 'https://cyclonedx.org/bom',
    predicate: bom,
  };
  const envelope = {
    payloadType: 'application/vnd.in-toto+json',
    payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
    signatures: [],
  };
  test.each([
    ['a document', bom, []],
    ['a statement of in-toto', statement, [`sha256:${'b'.repeat(64)}`]],
    ['an envelope', envelope, [`sha256:${'b'.repeat(64)}`]],
    ['a document that cosign wrapped', { ...statement, predicate: { Data: bom } }, [`sha256:${'b'.repeat(64)}`]],
  ])('%s', (_, value, subjects) => {
    expect(readSbom(JSON.stringify(value), 'bom.json')).toEqual({
      format: 'cyclonedx',
      subjects,
      unknown: 1,
      packages: [
        { kind: 'npm', name: 'a', version: '1.0.0', purl: 'pkg:npm/a@1.0.0', licences: [], path: 'bom.json' },
        {
          kind: 'rpm',
          name: 'b',
          version: '3:1-2',
          purl: 'pkg:rpm/rhel/b@1-2?arch=x86_64&epoch=3&upstream=c-4-5.el9.src.rpm',
          architecture: 'x86_64',
          source: { name: 'c', version: '4-5.el9' },
          licences: [],
          path: 'bom.json',
        },
      ],
    });
  });

  test.each(['', '{}', '[]', 'null', '{"payload":"e30","payloadType":"x"}', '{"predicateType":"x","predicate":7}'])(
    '%s is none',
    (text) => {
      expect(readSbom(text, 'x')).toBeUndefined();
    },
  );

  test('entries that are no packages are counted', () => {
    for (const components of [
      [7, null, 'x'],
      [{ purl: 'pkg:' }, { purl: 'pkg:npm' }, { purl: 'pkg:npm/a' }, { purl: 'pkg:xyz/a@1' }],
    ])
      expect(readSbom(JSON.stringify({ bomFormat: 'CycloneDX', components }), 'x')?.packages).toEqual([]);
  });
});
