import { describe, expect, test } from 'vitest';
import { readTrivyIgnore, readTrivyIgnoreYaml } from '../../src/vulnerabilities/formats/trivy-ignore.ts';
import { readVex } from '../../src/vulnerabilities/formats/vex.ts';
import { applyStatements, type Statement } from '../../src/vulnerabilities/statement.ts';
import type { Vulnerability } from '../../src/vulnerabilities/vulnerability.ts';
import { installed } from './packages.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const image = { names: ['web.tar', 'registry.example/shop/web:1'], digests: [digest] };
const ssl = installed('deb', 'libssl3', '3.0.11-1', {
  purl: 'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64',
  source: { name: 'openssl', version: '3.0.11-1' },
});
const lodash = installed('npm', '@scope/lodash', '4.17.20', { purl: 'pkg:npm/%40scope/lodash@4.17.20' });

function vulnerability(id: string, of = ssl, aliases: readonly string[] = []): Vulnerability {
  return {
    id,
    aliases,
    package: of,
    severity: 'high',
    summary: '',
    knownExploited: false,
    references: [],
    sources: ['plimsoll'],
  };
}

function openVex(statement: object) {
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://example/vex',
    author: 'a',
    timestamp: '2024-01-01T00:00:00Z',
    version: 1,
    statements: [statement],
  };
}

function cycloneDx(vulnerabilities: readonly object[], more: object = {}) {
  return { bomFormat: 'CycloneDX', specVersion: '1.6', vulnerabilities, ...more };
}

const cve = { name: 'CVE-2024-0001' };
const notAffected = {
  vulnerability: cve,
  status: 'not_affected',
  justification: 'vulnerable_code_not_in_execute_path',
};
const inTriage = { state: 'in_triage' };
const falsePositive = { state: 'false_positive', detail: 'Only the client is used' };

/** Whether CVE-2024-0001 of libssl3 is taken away. */
const documents: readonly (readonly [title: string, document: object, suppressed: boolean])[] = [
  ['OpenVEX: of every product', openVex(notAffected), true],
  ['OpenVEX: fixed', openVex({ ...notAffected, status: 'fixed' }), true],
  ['OpenVEX: affected', openVex({ ...notAffected, status: 'affected' }), false],
  ['OpenVEX: under investigation', openVex({ ...notAffected, status: 'under_investigation' }), false],
  ['OpenVEX: by an alias', openVex({ ...notAffected, vulnerability: { name: 'X', aliases: ['CVE-2024-0001'] } }), true],
  [
    'OpenVEX: the first draft’s text',
    openVex({ ...notAffected, vulnerability: 'CVE-2024-0001', products: ['pkg:deb/debian/libssl3'] }),
    true,
  ],
  ['OpenVEX: another vulnerability', openVex({ ...notAffected, vulnerability: { name: 'CVE-2024-0002' } }), false],
  [
    'OpenVEX: this package',
    openVex({ ...notAffected, products: [{ '@id': 'pkg:deb/debian/libssl3@3.0.11-1?arch=arm64' }] }),
    true,
  ],
  [
    'OpenVEX: this package in another version',
    openVex({ ...notAffected, products: [{ '@id': 'pkg:deb/debian/libssl3@3.0.11-2' }] }),
    false,
  ],
  ['OpenVEX: another package', openVex({ ...notAffected, products: [{ '@id': 'pkg:deb/debian/libssl-dev' }] }), false],
  [
    'OpenVEX: this image by digest',
    openVex({
      ...notAffected,
      products: [{ '@id': `pkg:oci/web@${digest.replace(':', '%3A')}?repository_url=registry.example/shop` }],
    }),
    true,
  ],
  [
    'OpenVEX: another image',
    openVex({ ...notAffected, products: [{ '@id': `pkg:oci/web@sha256:${'b'.repeat(64)}` }] }),
    false,
  ],
  [
    'OpenVEX: this image by name',
    openVex({ ...notAffected, products: [{ '@id': 'pkg:oci/web?repository_url=registry.example/shop/web' }] }),
    true,
  ],
  [
    'OpenVEX: a package in this image',
    openVex({
      ...notAffected,
      products: [{ '@id': 'pkg:oci/web', subcomponents: [{ '@id': 'pkg:deb/debian/libssl3' }] }],
    }),
    true,
  ],
  [
    'OpenVEX: another package in this image',
    openVex({
      ...notAffected,
      products: [{ '@id': 'pkg:oci/web', subcomponents: [{ '@id': 'pkg:deb/debian/zlib1g' }] }],
    }),
    false,
  ],
  [
    'OpenVEX: an image by its identifiers',
    openVex({ ...notAffected, products: [{ '@id': 'https://example/web', identifiers: { purl: 'pkg:oci/web' } }] }),
    true,
  ],
  [
    'OpenVEX: a product that nothing here is',
    openVex({ ...notAffected, products: [{ '@id': 'https://example/other-product' }] }),
    false,
  ],
  ['CycloneDX: not affected', cycloneDx([{ id: 'CVE-2024-0001', analysis: falsePositive }]), true],
  ['CycloneDX: in triage', cycloneDx([{ id: 'CVE-2024-0001', analysis: inTriage }]), false],
  ['CycloneDX: without an analysis', cycloneDx([{ id: 'CVE-2024-0001' }]), false],
  [
    'CycloneDX: a component',
    cycloneDx([{ id: 'CVE-2024-0001', analysis: falsePositive, affects: [{ ref: 'c1' }] }], {
      components: [{ 'bom-ref': 'c1', purl: 'pkg:deb/debian/libssl3@3.0.11-1' }],
    }),
    true,
  ],
  [
    'CycloneDX: another component',
    cycloneDx([{ id: 'CVE-2024-0001', analysis: falsePositive, affects: [{ ref: 'c1' }] }], {
      components: [{ 'bom-ref': 'c1', purl: 'pkg:deb/debian/zlib1g@1' }],
    }),
    false,
  ],
  [
    'CycloneDX: a component that is not told',
    cycloneDx([{ id: 'CVE-2024-0001', analysis: falsePositive, affects: [{ ref: 'unknown' }] }]),
    false,
  ],
  [
    'CycloneDX: a purl of another document',
    cycloneDx([
      {
        id: 'CVE-2024-0001',
        analysis: falsePositive,
        affects: [{ ref: 'urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#pkg:deb/debian/libssl3@3.0.11-1' }],
      },
    ]),
    true,
  ],
];

describe('VEX', () => {
  test.each(documents)('%s', (_title, document, suppressed) => {
    const statements = readVex(document, 'vex.json') ?? [];
    const result = applyStatements([vulnerability('CVE-2024-0001')], statements, image, '2026-01-01');
    expect(result.suppressed).toHaveLength(suppressed ? 1 : 0);
    expect(result.vulnerabilities).toHaveLength(suppressed ? 0 : 1);
  });

  test.each([[{}], [[]], ['text'], [{ '@context': 'https://schema.org' }]])('%j is none', (value) => {
    expect(readVex(value, 'x')).toBeUndefined();
  });

  test('the latest of several counts, and an investigation is told', () => {
    const earlier = readVex(openVex(notAffected), 'a') ?? [];
    const later =
      readVex(openVex({ ...notAffected, status: 'affected', timestamp: '2024-02-01T00:00:00Z' }), 'b') ?? [];
    const triage = readVex(openVex({ ...notAffected, status: 'under_investigation' }), 'c') ?? [];
    const judge = (statements: readonly Statement[]) =>
      applyStatements([vulnerability('CVE-2024-0001')], statements, image, '2026-01-01');
    expect(judge([...later, ...earlier]).vulnerabilities).toHaveLength(1);
    expect(judge(triage).vulnerabilities).toMatchObject([{ status: 'under-investigation' }]);
  });

  test('scoped names and escapes of purls', () => {
    const statements =
      readVex(openVex({ ...notAffected, products: [{ '@id': 'pkg:npm/@scope/lodash@4.17.20' }] }), 'a') ?? [];
    expect(
      applyStatements([vulnerability('CVE-2024-0001', lodash)], statements, image, '2026-01-01').suppressed,
    ).toHaveLength(1);
  });
});

describe('what is accepted', () => {
  const text = `# Only the client is used
CVE-2024-0001

CVE-2024-0002 exp:2026-06-01 # until the move
AVD-DS-0002
GHSA-aaaa-bbbb-cccc
`;

  test('.trivyignore: ids with reason and expiry, nothing of other checks', () => {
    expect(readTrivyIgnore(text, '.trivyignore').map(({ ids, reason, until }) => [ids[0], reason, until])).toEqual([
      ['CVE-2024-0001', 'Only the client is used', undefined],
      ['CVE-2024-0002', 'until the move', '2026-06-01'],
      ['GHSA-aaaa-bbbb-cccc', '', undefined],
    ]);
  });

  test('.trivyignore.yaml: by package, with a statement; entries for paths are left', () => {
    const value = {
      vulnerabilities: [
        { id: 'CVE-2024-0001', purls: ['pkg:deb/debian/libssl3'], statement: 'Not reached', expired_at: '2026-06-01' },
        { id: 'CVE-2024-0002', paths: ['usr/bin/x'] },
      ],
      secrets: [{ id: 'x' }],
    };
    expect(readTrivyIgnoreYaml(value, 'f')).toEqual([
      {
        ids: ['CVE-2024-0001'],
        packages: ['pkg:deb/debian/libssl3'],
        images: [],
        status: 'accepted',
        reason: 'Not reached',
        until: '2026-06-01',
        from: 'f',
      },
    ]);
  });

  test('holds up to the day before it ends, is told when it ran out, and when it is about nothing', () => {
    const statements = readTrivyIgnore(text, 'f');
    const found = [vulnerability('CVE-2024-0002'), vulnerability('CVE-2024-9999', ssl, ['GHSA-aaaa-bbbb-cccc'])];
    const before = applyStatements(found, statements, image, '2026-05-31');
    expect(before.suppressed.map(({ vulnerability: { id } }) => id)).toEqual(['CVE-2024-0002', 'CVE-2024-9999']);
    expect(before.unused.map(({ ids }) => ids[0])).toEqual(['CVE-2024-0001']);
    const after = applyStatements(found, statements, image, '2026-06-01');
    expect(after.vulnerabilities.map(({ id }) => id)).toEqual(['CVE-2024-0002']);
    expect(after.expired.map(({ ids }) => ids[0])).toEqual(['CVE-2024-0002']);
  });
});
