import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command as db } from '../../src/cli/commands/db.ts';
import { command as image } from '../../src/cli/commands/image.ts';
import { layoutFiles, type TestDescriptor, testBlobs, types, writeFiles } from '../image/image-blobs.ts';
import { type TarFile, tarOf } from '../image/tar-archive.ts';
import { digestOf } from '../image/test-image.ts';
import { debianTracker, lodash } from '../vulnerabilities/exports.ts';
import { makeZip } from '../vulnerabilities/make-zip.ts';
import { runCommand } from './run-command.ts';

let directory: string;
let environment: Record<string, string>;
const { blobs, add } = testBlobs();

function debian(version: string): TarFile[] {
  return [
    { name: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n' },
    { name: 'usr/bin/apt-get', content: 'x' },
    {
      name: 'var/lib/dpkg/status',
      content: `Package: libssl3\nStatus: install ok installed\nSource: openssl\nVersion: ${version}\nArchitecture: amd64\n`,
    },
  ];
}

const application: TarFile[] = [
  { name: 'app/node_modules/lodash/package.json', content: '{"name":"lodash","version":"4.17.20"}' },
];
const [old, patched] = [debian('3.0.11-1~deb12u1'), debian('3.0.11-1~deb12u2')];
const alpine: TarFile[] = [
  { name: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20.0\n' },
  { name: 'lib/apk/db/installed', content: 'P:openssl\nV:3.3.0-r0\nA:x86_64\n\n' },
];

function manifest(name: string, layers: readonly (readonly TarFile[])[]): TestDescriptor {
  const tars = layers.map(tarOf);
  const config = add(types.config, {
    os: 'linux',
    architecture: 'amd64',
    config: {},
    history: tars.map(() => ({ created_by: 'x' })),
    rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
  });
  const body = { schemaVersion: 2, mediaType: types.manifest, config, layers: tars.map((tar) => add(types.tar, tar)) };
  return add(types.manifest, body, { annotations: { 'org.opencontainers.image.ref.name': name } });
}

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-image-base-'));
  environment = { PLIMSOLL_DB: path.join(directory, 'db'), HOME: directory, PATH: '/usr/bin:/bin' };
  const manifests = [
    manifest('web', [old, application]),
    manifest('old', [old]),
    manifest('patched', [patched]),
    manifest('alpine', [alpine]),
  ];
  writeFiles(path.join(directory, 'out'), layoutFiles(blobs, manifests));
  mkdirSync(path.join(directory, 'exports/npm'), { recursive: true });
  mkdirSync(path.join(directory, 'exports/debian'));
  writeFileSync(path.join(directory, 'exports/npm/all.zip'), makeZip({ 'a.json': JSON.stringify(lodash) }));
  writeFileSync(path.join(directory, 'exports/debian/tracker.json'), JSON.stringify(debianTracker));
  await runCommand(db, directory, ['update', '--from', 'exports', '--quiet'], { environment });
});

afterAll(() => rmSync(directory, { recursive: true }));

const named = (name: string) => `oci:${directory}/out:${name}`;

async function look(...args: readonly string[]) {
  return runCommand(image, directory, [named('web'), '--quiet', '--fail-on', 'never', ...args], { environment });
}

describe('plimsoll image and the base of an image', () => {
  test('tells what a base that is given mends', async () => {
    const { stdout } = await look('--base', named('old'));
    expect(stdout).toContain('1 with the base image');
    expect(stdout.replace(/\s+/g, ' ')).toContain('; 1 layer (its layers are the lowest).');
    expect(stdout).toMatch(/With the base image: 1 vulnerability\n.*\n.*\n.*CVE-2023-5363/);
  });

  test('tells how many go away with another base, and which are new', async () => {
    const args = ['--base', named('old'), '--compare-base', named('patched')];
    const { base, remedies } = JSON.parse((await look(...args, '--json')).stdout);
    expect(base).toMatchObject({
      namedBy: 'user',
      layers: 1,
      compared: { gone: 1, of: 4, come: [], operatingSystem: 'Debian 12' },
    });
    expect(remedies.map(({ way, ids }: { way: string; ids: string[] }) => [way, ids])).toContainEqual([
      'base',
      ['CVE-2023-5363'],
    ]);
    for (const format of ['text', 'markdown', 'html'])
      expect((await look(...args, '--format', format)).stdout.replace(/\s+/g, ' ')).toContain(
        `1 of 4 go away with base ${named('patched')} (Debian 12), none new.`,
      );
  });

  test('counts nothing where the store knows nothing of the other base', async () => {
    const { stdout } = await look('--base', named('old'), '--compare-base', named('alpine'), '--json');
    expect(JSON.parse(stdout).base.compared).toMatchObject({
      gone: null,
      text: expect.stringMatching(/^Base .*out:alpine \(alpine\) is not compared: .*Alpine/),
    });
  });

  test('gives the command that updates system packages where no base is known', async () => {
    expect((await look()).stdout).toContain('apt-get update && apt-get install -y --only-upgrade libssl3');
  });

  test('refuses a base that the image does not stand on', async () => {
    await expect(look('--base', named('patched'))).rejects.toMatchObject({
      message: expect.stringMatching(/web does not stand on .*patched: 0 of its 1 layers are there/),
      exitCode: 2,
    });
  });
});
