import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command as db } from '../../src/cli/commands/db.ts';
import { command as image } from '../../src/cli/commands/image.ts';
import { findVulnerabilities } from '../../src/cli/find-vulnerabilities.ts';
import { parseArguments } from '../../src/cli/parse-arguments.ts';
import { cataloguers } from '../../src/ecosystems/cataloguers.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import type { ImageAnalysis } from '../../src/image/image-analysis.ts';
import { openImage } from '../../src/image/sources/open-image.ts';
import { debianTracker, lodash } from '../vulnerabilities/exports.ts';
import { makeZip } from '../vulnerabilities/make-zip.ts';
import { runCommand, terminalOf } from './run-command.ts';

let directory: string;
let environment: Record<string, string>;
let analysis: ImageAnalysis;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-image-db-'));
  environment = { PLIMSOLL_DB: path.join(directory, 'db'), HOME: directory, PATH: `${directory}/bin:/usr/bin:/bin` };
  write('exports/npm/all.zip', makeZip({ 'a.json': JSON.stringify(lodash) }));
  write('exports/debian/tracker.json', JSON.stringify(debianTracker));
  write('root/etc/os-release', 'ID=debian\nVERSION_ID="12"\n');
  write(
    'root/var/lib/dpkg/status',
    'Package: libssl3\nStatus: install ok installed\nSource: openssl\nVersion: 3.0.11-1~deb12u1\nArchitecture: amd64\n',
  );
  write('root/app/node_modules/lodash/package.json', '{"name":"lodash","version":"4.17.20"}');
  const opened = await openImage(`rootfs:${directory}/root`, { environment });
  analysis = await analyseImage({ ...opened, name: 'rootfs:root' }, { cataloguers });
  await runCommand(db, directory, ['update', '--from', 'exports', '--quiet'], { environment });
});

afterAll(() => rmSync(directory, { recursive: true }));

function write(name: string, content: string | Buffer): string {
  const file = path.join(directory, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** What the command does between reading the image and reporting. */
async function look(...args: readonly string[]) {
  const terminal = terminalOf(directory, environment);
  const found = await findVulnerabilities(analysis, parseArguments(image, ['rootfs:root', ...args]), terminal, {
    step() {},
    end() {},
  });
  return { ...found, ids: (found.vulnerabilities ?? []).map(({ id }) => id).sort() };
}

const all = ['CVE-2021-23337', 'CVE-2023-5363', 'CVE-2024-2511', 'TEMP-0000000-AAAAAA'];

describe('where there are no advisories', () => {
  const none = () => ({ ...environment, PLIMSOLL_DB: path.join(directory, 'no-db') });

  test.each(['--vex', '--accept'])('a file of %s that is not there is refused all the same', async (flag) => {
    const asked = runCommand(image, directory, [`rootfs:${directory}/root`, '--quiet', flag, 'nosuch.json'], {
      environment: none(),
    });
    await expect(asked).rejects.toThrow('there is no such file');
  });

  test('the file of --disagreements is written: nobody disagrees', async () => {
    await runCommand(image, directory, [`rootfs:${directory}/root`, '--quiet', '--disagreements', 'none.json'], {
      environment: none(),
    });
    expect(JSON.parse(readFileSync(path.join(directory, 'none.json'), 'utf8'))).toEqual({
      version: 1,
      disagreements: [],
    });
  });
});

describe('plimsoll image and vulnerabilities', () => {
  test('finds them by the store that plimsoll db filled', async () => {
    expect((await look()).ids).toEqual(all);
  });

  // lodash's is high, mended by an update and known since 2021; of openssl's one is mended and not rated, one low, one negligible, all without a date.
  const lodashFinding = 'error lodash 4.17.20 has 1 known vulnerability';
  const mended = 'note openssl 3.0.11-1~deb12u1 has 1 known vulnerability';
  const notMended = 'note openssl 3.0.11-1~deb12u1 has 2 known vulnerabilities';
  test.each<[readonly string[], readonly string[], number]>([
    [[], [lodashFinding], 1],
    [['--vulnerability-severity', 'critical'], [], 0],
    [['--vulnerability-severity', 'high'], [lodashFinding], 1],
    [['--vulnerability-severity', 'low'], [lodashFinding, mended, notMended], 1],
    [['--vulnerability-severity', 'low', '--vulnerability-fixable'], [lodashFinding, mended], 1],
    [['--vulnerability-days', '30'], [lodashFinding], 1],
    [['--vulnerability-days', '99999'], [], 0],
    [['--vulnerability-days', '99999', '--vulnerability-severity', 'low'], [mended, notMended], 0],
  ])('by the gate of %j finds %j and exits with %i', async (flags, expected, code) => {
    const args = [`rootfs:${directory}/root`, '--json', '--fail-on', 'error', ...flags];
    const ran = await runCommand(image, directory, args, { environment });
    const said: readonly { readonly rule: string; readonly severity: string; readonly message: string }[] = JSON.parse(
      ran.stdout,
    ).report.findings;
    const found = said.filter(({ rule }) => rule === 'security/vulnerable-package');
    expect(found.map(({ severity, message }) => `${severity} ${message.split(/[,:]/)[0]}`).sort()).toEqual(
      [...expected].sort(),
    );
    expect(ran.code).toBe(code);
  });

  test('an old export is old however new the store is', async () => {
    expect((await look()).advisories).toContain('Advisories of 2025-08-12.');
  });

  test('leaves out what VEX and accepted ones name', async () => {
    write(
      'vex.json',
      JSON.stringify({
        '@context': 'https://openvex.dev/ns/v0.2.0',
        timestamp: '2024-01-01T00:00:00Z',
        statements: [
          {
            vulnerability: { name: 'CVE-2023-5363' },
            products: [{ '@id': 'pkg:deb/debian/libssl3' }],
            status: 'not_affected',
            justification: 'component_not_present',
          },
        ],
      }),
    );
    write('accepted', 'CVE-2024-2511\nGHSA-35jh-r3h4-6jhm exp:2020-01-01\n');
    const { advisories, ids } = await look('--vex', 'vex.json', '--accept', 'accepted');
    expect(ids).toEqual(['CVE-2021-23337', 'TEMP-0000000-AAAAAA']);
    expect(advisories).toContain(
      '1 left out, as VEX says that they do not affect it or are fixed. 1 accepted. The acceptance of GHSA-35jh-r3h4-6jhm in accepted ran out on 2020-01-01.',
    );
  });

  test('tells what a scanner finds beside, and who does not agree', async () => {
    const report = {
      SchemaVersion: 2,
      ArtifactName: 'x',
      Results: [
        {
          Type: 'debian',
          Vulnerabilities: [
            {
              VulnerabilityID: 'CVE-2023-5363',
              PkgName: 'libssl3',
              InstalledVersion: '3.0.11-1~deb12u1',
              FixedVersion: '3.0.11-1~deb12u2',
              Severity: 'HIGH',
            },
            {
              VulnerabilityID: 'CVE-2099-0001',
              PkgName: 'libssl3',
              InstalledVersion: '3.0.11-1~deb12u1',
              Severity: 'LOW',
            },
          ],
        },
      ],
    };
    write('trivy.json', JSON.stringify(report));
    const { advisories, ids } = await look('--scanner-report', 'trivy.json', '--disagreements', 'differ.json');
    expect(ids).toEqual([...all, 'CVE-2099-0001'].sort());
    expect(advisories).toContain('Also by trivy: not all agree on 5');
    const { disagreements } = JSON.parse(readFileSync(path.join(directory, 'differ.json'), 'utf8'));
    expect(disagreements).toContainEqual({
      id: 'CVE-2099-0001',
      found: ['trivy'],
      silent: ['plimsoll'],
      severities: {},
      fixes: {},
      package: { kind: 'deb', name: 'libssl3', version: '3.0.11-1~deb12u1', path: 'var/lib/dpkg/status' },
    });
  });

  test('runs a scanner that is installed, here a stand-in that prints Grype’s document', async () => {
    const document = {
      matches: [
        {
          vulnerability: { id: 'CVE-2098-0001', severity: 'Low' },
          artifact: { name: 'libssl3', version: '3.0.11-1~deb12u1', type: 'deb' },
        },
      ],
      descriptor: { name: 'grype' },
    };
    chmodSync(
      write('bin/grype', `#!/bin/sh\n[ "$5" = rootfs:root ] || exit 9\ncat <<'X'\n${JSON.stringify(document)}\nX\n`),
      0o755,
    );
    expect((await look('--scanner', 'grype')).ids).toContain('CVE-2098-0001');
  });

  test.each([
    ['a scanner that is not installed', ['--scanner', 'snyk'], 'snyk is not installed', 3],
    ['a report of nobody', ['--scanner-report', 'vex.json'], 'this is no report of Trivy, Grype, Clair or Snyk', 2],
    ['a VEX document that is none', ['--vex', 'differ.json'], 'this is neither OpenVEX nor CycloneDX', 2],
    ['a file that is not there', ['--vex', 'gone.json'], 'there is no such file', 2],
    ['a Clair for a directory', ['--clair', 'http://127.0.0.1:9'], 'Clair reads images of registries only', 2],
    ['no address', ['--clair', 'clair'], '--clair takes an address', 2],
  ])('says so of %s', async (_name, args, message, exitCode) => {
    await expect(look(...args)).rejects.toMatchObject({ message: expect.stringContaining(message), exitCode });
  });
});

describe('plimsoll db status', () => {
  const status = (...args: readonly string[]) => runCommand(db, directory, ['status', ...args], { environment });

  test('says what there is and how old', async () => {
    const { code, stdout } = await status('--verify');
    expect(code).toBe(0);
    expect(stdout).toMatch(/checksum holds.*advisories {3}4 for 2 packages in 2 ecosystems.*osv\/npm/s);
    expect(JSON.parse((await status('--json')).stdout)).toMatchObject({
      version: 1,
      advisories: 4,
      ecosystems: [{ name: 'Debian:12' }, { name: 'npm' }],
    });
  });

  test('is 1 when it is too old, and an error where there is none', async () => {
    expect((await status('--max-age', '0.0000001')).code).toBe(1);
    expect((await status('--max-age', '7')).code).toBe(1);
    expect((await status('--max-age', '36500')).code).toBe(0);
    await expect(status('--directory', 'nowhere')).rejects.toMatchObject({
      message: 'there is no advisory store',
      exitCode: 3,
    });
    await expect(runCommand(db, directory, ['updat'], { environment })).rejects.toMatchObject({
      message: expect.stringContaining('is «update» meant?'),
    });
    await expect(status('--from', 'x')).rejects.toMatchObject({ message: '--from is for «plimsoll db update»' });
  });
});
