import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { mergeScanners } from '../../src/vulnerabilities/merge-scanners.ts';
import { askClair } from '../../src/vulnerabilities/scanners/clair.ts';
import { readScannerReport } from '../../src/vulnerabilities/scanners/read-report.ts';
import type { Vulnerability } from '../../src/vulnerabilities/vulnerability.ts';
import { installed } from './packages.ts';

/*
 * Reports in the shapes that each scanner documents, made by hand: Trivy, Clair and Snyk could not be run here, Grype could not fetch a database; its shape is that
 * of its Go source.
 */
const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N';

const trivyReport = {
  SchemaVersion: 2,
  ArtifactName: 'web:1',
  ArtifactType: 'container_image',
  Results: [
    {
      Target: 'web:1 (debian 12.5)',
      Class: 'os-pkgs',
      Type: 'debian',
      Vulnerabilities: [
        {
          VulnerabilityID: 'CVE-2023-5363',
          VendorIDs: ['DSA-5532-1'],
          PkgName: 'libssl3',
          PkgIdentifier: { PURL: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u1?arch=amd64&distro=debian-12.5' },
          InstalledVersion: '3.0.11-1~deb12u1',
          FixedVersion: '3.0.11-1~deb12u2',
          Status: 'fixed',
          Severity: 'HIGH',
          CVSS: { nvd: { V3Vector: vector, V3Score: 7.5 } },
          Title: 'openssl: Incorrect cipher key and IV length processing',
          PrimaryURL: 'https://avd.aquasec.com/nvd/cve-2023-5363',
          References: ['https://nvd.nist.gov/vuln/detail/CVE-2023-5363'],
          PublishedDate: '2023-10-25T18:17:43.613Z',
        },
        {
          VulnerabilityID: 'CVE-2024-2511',
          PkgName: 'libssl3',
          InstalledVersion: '3.0.11-1~deb12u1',
          Status: 'fix_deferred',
          Severity: 'LOW',
        },
      ],
    },
    {
      Target: 'Node.js',
      Class: 'lang-pkgs',
      Type: 'node-pkg',
      Vulnerabilities: [
        {
          VulnerabilityID: 'GHSA-35jh-r3h4-6jhm',
          PkgName: 'lodash',
          PkgPath: 'app/node_modules/lodash/package.json',
          InstalledVersion: '4.17.20',
          FixedVersion: '4.17.21, 5.0.0',
          Severity: 'HIGH',
        },
      ],
    },
    { Target: 'Secrets', Class: 'secret' },
  ],
};

const grypeReport = {
  matches: [
    {
      vulnerability: {
        id: 'GHSA-35jh-r3h4-6jhm',
        dataSource: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm',
        severity: 'High',
        urls: [],
        description: 'Command Injection in lodash',
        cvss: [{ type: 'Secondary', version: '3.1', vector, metrics: { baseScore: 7.5 }, vendorMetadata: {} }],
        epss: [{ cve: 'CVE-2021-23337', epss: 0.008, percentile: 0.7, date: '2025-06-01' }],
        fix: { versions: ['4.17.21'], state: 'fixed' },
        advisories: [],
        risk: 1,
      },
      relatedVulnerabilities: [{ id: 'CVE-2021-23337', severity: 'High', cvss: [] }],
      matchDetails: [
        { type: 'exact-direct-match', matcher: 'javascript-matcher', fix: { suggestedVersion: '4.17.21' } },
      ],
      artifact: {
        name: 'lodash',
        version: '4.17.20',
        type: 'npm',
        locations: [{ path: '/app/node_modules/lodash/package.json' }],
        purl: 'pkg:npm/lodash@4.17.20',
        upstreams: [],
      },
    },
    {
      vulnerability: { id: 'CVE-2023-5363', severity: 'Medium', fix: { versions: [], state: 'wont-fix' } },
      relatedVulnerabilities: [],
      matchDetails: [],
      artifact: {
        name: 'libssl3',
        version: '3.0.11-1~deb12u1',
        type: 'deb',
        purl: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u1',
        upstreams: [{ name: 'openssl' }],
      },
    },
  ],
  descriptor: { name: 'grype', version: '0.121.3' },
};

const clairReport = {
  manifest_hash: `sha256:${'a'.repeat(64)}`,
  packages: {
    '10': {
      id: '10',
      name: 'libssl3',
      version: '3.0.11-1~deb12u1',
      kind: 'binary',
      source: { name: 'openssl', version: '3.0.11-1~deb12u1', kind: 'source' },
    },
  },
  environments: { '10': [{ package_db: 'var/lib/dpkg/status', introduced_in: `sha256:${'b'.repeat(64)}` }] },
  vulnerabilities: {
    '356835': {
      id: '356835',
      name: 'CVE-2023-5363',
      description: 'Issue summary: a bug in the processing of key lengths',
      issued: '2023-10-25T18:17:43Z',
      links: 'https://security-tracker.debian.org/tracker/CVE-2023-5363 https://example.com/b',
      severity: 'not yet assigned',
      normalized_severity: 'High',
      distribution: { id: '1', did: 'debian', name: 'Debian GNU/Linux', version_id: '12' },
      fixed_in_version: '3.0.11-1~deb12u2',
    },
  },
  package_vulnerabilities: { '10': ['356835', 'gone'] },
  enrichments: {
    'message/vnd.clair.map.vulnerability; enricher=clair.cvss schema=https://csrc.nist.gov/schema/nvd/feed/1.1/cvss-v3.x.json':
      [{ '356835': [{ version: '3.1', vectorString: vector, baseScore: 7.5 }] }],
  },
};

const snykReport = {
  vulnerabilities: [
    {
      id: 'SNYK-DEBIAN12-OPENSSL-6032386',
      title: 'Inadequate Encryption Strength',
      packageName: 'openssl/libssl3',
      version: '3.0.11-1~deb12u1',
      packageManager: 'debian:12',
      severity: 'high',
      severityWithCritical: 'high',
      CVSSv3: vector,
      identifiers: { CVE: ['CVE-2023-5363'], CWE: ['CWE-326'] },
      nearestFixedInVersion: '3.0.11-1~deb12u2',
      from: ['docker-image|web@1', 'openssl/libssl3@3.0.11-1~deb12u1'],
      references: [{ title: 'Debian', url: 'https://security-tracker.debian.org/tracker/CVE-2023-5363' }],
      epssDetails: { percentile: '0.8', probability: '0.01571' },
    },
  ],
  packageManager: 'deb',
  docker: {},
};
const snykTwice = { ...snykReport, vulnerabilities: [...snykReport.vulnerabilities, ...snykReport.vulnerabilities] };

const ssl = { id: 'CVE-2023-5363', package: { kind: 'deb', name: 'libssl3', version: '3.0.11-1~deb12u1' } };

describe('a scanner’s report is read', () => {
  test.each([
    [
      'trivy',
      trivyReport,
      [
        {
          ...ssl,
          aliases: ['DSA-5532-1'],
          severity: 'high',
          cvss: { score: 7.5 },
          fixedIn: '3.0.11-1~deb12u2',
          published: '2023-10-25T18:17:43.613Z',
        },
        { id: 'CVE-2024-2511', status: 'fix-deferred', severity: 'low' },
        {
          id: 'GHSA-35jh-r3h4-6jhm',
          package: { kind: 'npm', name: 'lodash', path: 'app/node_modules/lodash/package.json' },
          fixedIn: '4.17.21',
        },
      ],
    ],
    [
      'grype',
      grypeReport,
      [
        {
          id: 'CVE-2021-23337',
          aliases: ['GHSA-35jh-r3h4-6jhm'],
          package: { kind: 'npm', name: 'lodash', version: '4.17.20' },
          fixedIn: '4.17.21',
          epss: 0.008,
        },
        { ...ssl, status: 'will-not-fix', severity: 'medium' },
      ],
    ],
    ['clair', clairReport, [{ ...ssl, severity: 'high', cvss: { score: 7.5 }, fixedIn: '3.0.11-1~deb12u2' }]],
    [
      'snyk',
      snykTwice,
      [
        {
          ...ssl,
          aliases: ['SNYK-DEBIAN12-OPENSSL-6032386'],
          severity: 'high',
          epss: 0.01571,
          fixedIn: '3.0.11-1~deb12u2',
        },
      ],
    ],
  ])('%s', (scanner, report, expected) => {
    const read = readScannerReport(report);
    expect(read?.scanner).toBe(scanner);
    expect(read?.vulnerabilities).toHaveLength(expected.length);
    expect(read?.vulnerabilities).toMatchObject(expected.map((each) => ({ ...each, sources: [scanner] })));
  });

  test.each([
    [{}],
    [[]],
    [undefined],
    ['text'],
    [{ matches: 7 }],
    [{ SchemaVersion: 2 }],
    [{ package_vulnerabilities: [] }],
  ])('%j is of none', (value) => {
    expect(readScannerReport(value)).toBeUndefined();
  });

  test('with fields of other kinds than documented, without harm', () => {
    const odd = {
      SchemaVersion: 2,
      ArtifactName: 1,
      Results: [
        null,
        {
          Vulnerabilities: [
            null,
            7,
            { VulnerabilityID: {}, PkgName: [] },
            { VulnerabilityID: 'CVE-2024-0001', PkgName: '__proto__', CVSS: { nvd: null }, References: 7 },
          ],
        },
      ],
    };
    expect(readScannerReport(odd)?.vulnerabilities).toMatchObject([
      { id: 'CVE-2024-0001', package: { name: '__proto__', kind: 'generic' } },
    ]);
  });
});

describe('what scanners find is one list with ours', () => {
  const libssl = installed('deb', 'libssl3', '3.0.11-1~deb12u1', { path: 'var/lib/dpkg/status' });
  const ours: Vulnerability = {
    id: 'CVE-2023-5363',
    aliases: [],
    package: libssl,
    severity: 'unknown',
    fixedIn: '3.0.11-1~deb12u2',
    summary: '',
    knownExploited: false,
    references: [],
    sources: ['plimsoll'],
  };
  const reports = [trivyReport, grypeReport, clairReport, snykReport].flatMap((each) => readScannerReport(each) ?? []);
  const merged = mergeScanners([ours], reports, [libssl]);

  test('each vulnerability of a package once, with all who found it', () => {
    expect(merged.vulnerabilities.map(({ id, sources }) => [id, sources])).toEqual([
      ['CVE-2023-5363', ['plimsoll', 'trivy', 'grype', 'clair', 'snyk']],
      ['CVE-2021-23337', ['trivy', 'grype']],
      ['CVE-2024-2511', ['trivy']],
    ]);
    const both = merged.vulnerabilities[0];
    expect(both?.package).toBe(libssl);
    expect(both).toMatchObject({ severity: 'high', cvss: { score: 7.5 }, fixedIn: '3.0.11-1~deb12u2' });
    expect(both?.aliases).toEqual(['DSA-5532-1', 'SNYK-DEBIAN12-OPENSSL-6032386']);
  });

  test('and where they differ, who says what', () => {
    expect(
      merged.disagreements.map(({ id, found, silent, severities, fixes }) => ({
        id,
        found,
        silent,
        severities,
        fixes,
      })),
    ).toEqual([
      {
        id: 'CVE-2023-5363',
        found: ['plimsoll', 'trivy', 'grype', 'clair', 'snyk'],
        silent: [],
        severities: { plimsoll: 'unknown', trivy: 'high', grype: 'medium', clair: 'high', snyk: 'high' },
        fixes: {
          plimsoll: '3.0.11-1~deb12u2',
          trivy: '3.0.11-1~deb12u2',
          grype: 'none',
          clair: '3.0.11-1~deb12u2',
          snyk: '3.0.11-1~deb12u2',
        },
      },
      {
        id: 'CVE-2024-2511',
        found: ['trivy'],
        silent: ['plimsoll', 'grype', 'clair', 'snyk'],
        severities: {},
        fixes: {},
      },
      {
        id: 'CVE-2021-23337',
        found: ['trivy', 'grype'],
        silent: ['plimsoll', 'clair', 'snyk'],
        severities: {},
        fixes: {},
      },
    ]);
    expect(mergeScanners(undefined, [], []).disagreements).toEqual([]);
  });
});

describe('Clair over HTTP', () => {
  async function withClair<T>(
    answers: Record<string, { status: number; body: string }>,
    use: (url: string, bodies: string[]) => Promise<T>,
  ): Promise<T> {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        bodies.push(body);
        const answer = answers[`${request.method} ${request.url}`] ?? { status: 404, body: '' };
        response.writeHead(answer.status).end(answer.body);
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    try {
      return await use(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, bodies);
    } finally {
      server.close();
    }
  }
  const manifest = {
    hash: clairReport.manifest_hash,
    layers: [
      {
        hash: `sha256:${'b'.repeat(64)}`,
        uri: 'http://registry/v2/web/blobs/sha256:b',
        headers: { Authorization: ['Bearer x'] },
      },
    ],
  };
  const index = 'POST /indexer/api/v1/index_report';
  const report = `GET /matcher/api/v1/vulnerability_report/${manifest.hash}`;

  test('indexes the image and reads the report', async () => {
    const answers = {
      [index]: { status: 201, body: '{"state":"IndexFinished","success":true}' },
      [report]: { status: 200, body: JSON.stringify(clairReport) },
    };
    await withClair(answers, async (url, bodies) => {
      expect(await askClair(manifest, { url, fetch, timeoutSeconds: 5 })).toMatchObject([ssl]);
      expect(JSON.parse(bodies[0] ?? '')).toEqual(manifest);
    });
  });

  test.each([
    [
      'that cannot index',
      { [index]: { status: 201, body: '{"state":"IndexError","err":"layer is gone"}' } },
      /layer is gone/,
    ],
    ['that fails', { [index]: { status: 500, body: '{}' } }, /answered 500/],
    ['that answers something else', { [index]: { status: 201, body: 'hello' } }, /no JSON object/],
    [
      'without a report',
      { [index]: { status: 201, body: '{}' }, [report]: { status: 200, body: '{}' } },
      /no vulnerability report/,
    ],
  ])('says so of one %s', async (_name, answers, message) => {
    await withClair(answers, async (url) => {
      await expect(askClair(manifest, { url, fetch, timeoutSeconds: 5 })).rejects.toMatchObject({
        message: expect.stringMatching(message),
        exitCode: 3,
      });
    });
  });
});
