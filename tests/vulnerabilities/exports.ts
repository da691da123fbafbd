import { makeZip } from './make-zip.ts';

/*
 * Exports in the formats that OSV, Debian, Alpine, FIRST and CISA publish, made after their documentation: no publisher is in reach of the tests. Ids and versions
 * are those of real advisories where a test says so.
 */

export const lodash = {
  schema_version: '1.7.3',
  id: 'GHSA-35jh-r3h4-6jhm',
  aliases: ['CVE-2021-23337'],
  modified: '2025-08-12T21:57:32Z',
  published: '2021-05-06T16:05:51Z',
  summary: 'Command Injection in lodash',
  details: '`lodash` versions prior to 4.17.21 are vulnerable to Command Injection.',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H' }],
  affected: [
    {
      package: { name: 'lodash', ecosystem: 'npm', purl: 'pkg:npm/lodash' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '4.17.21' }] }],
    },
  ],
  references: [{ type: 'ADVISORY', url: 'https://nvd.nist.gov/vuln/detail/CVE-2021-23337' }],
  database_specific: { severity: 'HIGH' },
};

export const withdrawnEntry = { ...lodash, id: 'GHSA-aaaa-bbbb-cccc', aliases: [], withdrawn: '2024-01-01T00:00:00Z' };

export const debianOpenssl = {
  schema_version: '1.7.3',
  id: 'DSA-5532-1',
  upstream: ['CVE-2023-5363', 'CVE-2023-9999'],
  modified: '2023-10-24T00:00:00Z',
  published: '2023-10-24T00:00:00Z',
  summary: 'openssl - security update',
  affected: [
    {
      package: { name: 'openssl', ecosystem: 'Debian:12', purl: 'pkg:deb/debian/openssl?arch=source' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.11-1~deb12u2' }] }],
      versions: ['3.0.11-1~deb12u1', '3.0.9-1'],
    },
  ],
};

export const debianTracker = {
  openssl: {
    'CVE-2023-5363': {
      description: 'Issue summary: a bug in the processing of key and IV lengths',
      scope: 'local',
      releases: {
        bookworm: {
          status: 'resolved',
          repositories: { bookworm: '3.0.15-1~deb12u1' },
          fixed_version: '3.0.11-1~deb12u2',
          urgency: 'not yet assigned',
        },
        bullseye: {
          status: 'resolved',
          repositories: { bullseye: '1.1.1w-0+deb11u1' },
          fixed_version: '0',
          urgency: 'unimportant',
        },
      },
    },
    'CVE-2024-2511': {
      description: 'Unbounded memory growth with session handling in TLSv1.3',
      releases: {
        bookworm: {
          status: 'open',
          repositories: { bookworm: '3.0.11-1~deb12u2' },
          urgency: 'low',
          nodsa: 'Minor issue; can be fixed along in next update',
          nodsa_reason: 'postponed',
        },
      },
    },
    'TEMP-0000000-AAAAAA': { releases: { bookworm: { status: 'open', urgency: 'unimportant' } } },
  },
};

export const alpineMain = {
  apkurl: '{{urlprefix}}/{{distroversion}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk',
  archs: ['x86_64'],
  reponame: 'main',
  urlprefix: 'https://dl-cdn.alpinelinux.org/alpine',
  distroversion: 'v3.20',
  packages: [
    {
      pkg: {
        name: 'busybox',
        secfixes: { '1.36.1-r29': ['CVE-2023-42364', 'CVE-2023-42365'], '0': ['CVE-2022-30065'] },
      },
    },
    { pkg: { name: 'xen', secfixes: { '4.18.2-r0': ['CVE-2024-31142 XSA-455'] } } },
  ],
};

export const kev = {
  title: 'CISA Catalog of Known Exploited Vulnerabilities',
  catalogVersion: '2025.01.01',
  count: 1,
  vulnerabilities: [{ cveID: 'CVE-2021-23337', vendorProject: 'Lodash', dateAdded: '2025-01-01' }],
};

export const epss =
  '#model_version:v2025.03.14,score_date:2025-06-01T12:55:00Z\ncve,epss,percentile\nCVE-2021-23337,0.00864,0.74\nCVE-2023-5363,0.01571,0.8\n';

/** A mirror: path to content. */
export function mirror(): Map<string, Buffer> {
  return new Map([
    [
      'npm/all.zip',
      makeZip({
        'GHSA-35jh-r3h4-6jhm.json': JSON.stringify(lodash),
        'GHSA-aaaa-bbbb-cccc.json': JSON.stringify(withdrawnEntry),
      }),
    ],
    ['Debian/all.zip', makeZip({ 'DSA-5532-1.json': JSON.stringify(debianOpenssl) }, { zip64: true })],
    ['debian/tracker.json', Buffer.from(JSON.stringify(debianTracker))],
    ['alpine/v3.20/main.json', Buffer.from(JSON.stringify(alpineMain))],
    ['known_exploited_vulnerabilities.json', Buffer.from(JSON.stringify(kev))],
    ['epss_scores-current.csv.gz', Buffer.from(epss)],
  ]);
}
