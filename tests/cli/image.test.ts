import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandAs } from '../../src/cli/command-form.ts';
import { command as audit } from '../../src/cli/commands/audit.ts';
import { command as history } from '../../src/cli/commands/history.ts';
import { command } from '../../src/cli/commands/image.ts';
import { commandHelp } from '../../src/cli/help.ts';
import { layoutFiles, testBlobs, types, writeFiles } from '../image/image-blobs.ts';
import { tarOf } from '../image/tar-archive.ts';
import { digestOf } from '../image/test-image.ts';
import { runCommand } from './run-command.ts';

let name = '';
const dockerfile = 'FROM scratch\nCOPY app /app\nRUN chmod -R 777 /app\nUSER 10001\n';
let scratch = '';
let other = '';

/** An archive as `docker save` writes it, of an image that the Dockerfile above would make. */
function archive(second: string): Buffer {
  const content = 'x'.repeat(1_500_000);
  const layers = [
    tarOf([{ name: 'app/' }, { name: 'app/data', content }]),
    tarOf([{ name: 'app/' }, { name: 'app/data', content: content + second, mode: 0o777 }]),
  ];
  const configuration = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: new Date().toISOString(),
    config: {
      User: '10001',
      Labels: { 'org.opencontainers.image.source': 's', 'org.opencontainers.image.revision': 'r' },
    },
    rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
    history: [
      { created_by: 'COPY app /app # buildkit' },
      { created_by: 'RUN /bin/sh -c chmod -R 777 /app # buildkit' },
      { created_by: 'USER 10001', empty_layer: true },
    ],
  });
  const manifest = [{ Config: 'config.json', RepoTags: ['shop/web:1'], Layers: ['0/layer.tar', '1/layer.tar'] }];
  return tarOf([
    { name: 'config.json', content: configuration },
    ...layers.map((content, at) => ({ name: `${at}/layer.tar`, content })),
    { name: 'manifest.json', content: JSON.stringify(manifest) },
  ]);
}

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-image-'));
  name = `docker-archive:${path.join(scratch, 'web.tar')}`;
  other = `docker-archive:${path.join(scratch, 'other.tar')}`;
  writeFileSync(path.join(scratch, 'web.tar'), archive(''));
  writeFileSync(path.join(scratch, 'other.tar'), archive('more'));
  mkdirSync(path.join(scratch, 'repository/app'), { recursive: true });
  writeFileSync(path.join(scratch, 'repository/Dockerfile'), dockerfile);
  writeFileSync(path.join(scratch, 'repository/app/data'), 'x');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const run = (...args: readonly string[]) => runCommand(command, scratch, [...args, '--no-vulnerabilities']);

describe('plimsoll image', () => {
  test('says what it is and what is worst, and exits with 1', async () => {
    const { code, stdout } = await run(name);
    expect(stdout).toContain('linux/amd64');
    expect(stdout).toMatch(/RUN chmod -R 777 \/app\s+layers\/hidden-bytes/);
    expect(stdout).toContain('1.5 MB (measured)');
    expect(code).toBe(1);
  });

  test('findings stand at the lines of the Dockerfile that made it', async () => {
    const { stdout } = await run(name, '--dockerfile', 'repository', '--format', 'plain');
    expect(stdout).toMatch(/^Dockerfile:3:1: warning layers\/hidden-bytes/m);
  });

  test.each([
    [['--fail-on', 'error'], 0],
    [['--fail-on', 'never'], 0],
    [['--ci'], 1],
    [['--sbom', 'spdx'], 0],
  ])('%j exits with %i', async (flags, expected) => {
    expect((await run(name, ...flags)).code).toBe(expected);
  });

  test('the rules of a .dive-ci decide alone', async () => {
    writeFileSync(
      path.join(scratch, 'lenient'),
      'rules:\n  lowestEfficiency: 0.1\n  highestUserWastedPercent: disabled\n',
    );
    const { code, stderr } = await run(name, '--ci-config', 'lenient');
    expect(stderr).toMatch(/^PASS lowestEfficiency/m);
    expect(stderr).toMatch(/^SKIP highestUserWastedPercent/m);
    expect(code).toBe(0);
    const stricter = await run(name, '--ci-config', 'lenient', '--lowestEfficiency', '0.99');
    expect(stricter.stderr).toMatch(/^FAIL lowestEfficiency/m);
    expect(stricter.stderr).toMatch(/^SKIP highestUserWastedPercent/m);
    expect(stricter.code).toBe(1);
  });

  test.each([
    [['--lowestEfficiency', '2'], '«2» is no value for lowestEfficiency'],
    [['--ci-config', 'gone'], 'there is no such file'],
  ])('says that the gate %j is written wrong before it reads the image', async (flags, message) => {
    await expect(run('docker-archive:gone.tar', ...flags)).rejects.toThrow(message);
  });

  test('writes the page beside the report', async () => {
    await run(name, '--html', 'web.html', '--fail-on', 'never');
    expect(readFileSync(path.join(scratch, 'web.html'), 'utf8')).toContain('<title>/app/data 1.5 MB</title>');
  });

  test('only the files', async () => {
    expect((await run(name, '--files')).stdout).toMatch(/^-rwxrwxrwx\s+0:0\s+1500000\s+2 \/app\/data$/m);
  });

  test('diff and compare', async () => {
    const diff = await run('diff', name, other);
    expect(diff.stdout).toMatch(/~\s+1\.5 MB\s+1\.5 MB\s+content\s+\/app\/data/);
    expect(diff.code).toBe(0);
    expect((await runCommand(command, scratch, ['compare', name, other])).stdout).toContain(
      'a node that has all stores 4.5 MB',
    );
  });

  test.each([[[]], [['a', 'b']], [['diff', 'a']], [['compare', 'a']], [['browse']]])('%j is refused', async (args) => {
    await expect(runCommand(command, scratch, args)).rejects.toThrow(/image/);
  });

  test.each([
    [['diff', 'a', 'b', '--sarif'], 'image diff has no flag --sarif'],
    [['--fail-on', 'error', 'diff', 'a', 'b'], 'image diff has no flag --fail-on'],
    [['diff', 'a', 'b', '--json', '--rule', 'nope'], 'image diff has no flag --rule'],
    [['diff', 'a', 'b', '--scanner-report', 'x'], 'image diff has no flag --scanner-report'],
    [['diff', 'a', 'b', '-f', 'json'], 'image diff has no flag -f'],
    [['compare', 'a', 'b', '--vex', 'x'], 'image compare has no flag --vex'],
    [['browse', 'a', '--json'], 'image browse has no flag --json'],
    [['a', '--json', '--sarif'], '--json and --sarif do not go together'],
    [['a', '--format', 'text', '--json'], '--json and --format text do not go together'],
    [['a', '--sbom', 'spdx', '--json'], '--json and --sbom do not go together'],
    [['a', '--layers', '--json'], '--layers has no effect beside --json'],
    [['a', '--packages', '--sbom', 'spdx'], '--packages has no effect beside --sbom'],
    [['a', '--sbom', 'spdx', '--fail-on', 'note'], '--fail-on has no effect beside --sbom'],
    [['a', '--ci', '--fail-on', 'never'], '--fail-on has no effect beside --ci'],
    [['a', '--lowestEfficiency', '1', '--fail-on', 'never'], '--fail-on has no effect beside --lowestEfficiency'],
    [['a', '--vulnerability-fixable', '--no-vulnerabilities'], 'has no effect beside --no-vulnerabilities'],
    [['a', '--compare-base', 'b', '--no-vulnerabilities'], 'has no effect beside --no-vulnerabilities'],
  ])('%j is refused, as it would have no effect', async (args, message) => {
    await expect(runCommand(command, scratch, args).catch((error) => error.message)).resolves.toContain(message);
  });

  test.each([
    ['diff', '--no-vulnerabilities', '--sarif'],
    ['compare', '--output', '--vex'],
    ['browse', '--platform', '--json'],
  ])('%s has a help page of its own', (form, flag, other) => {
    const help = commandHelp(commandAs(command, form));
    expect(help).toContain(`Usage: plimsoll image ${form} `);
    expect(help).toContain(`${flag} `);
    expect(help).not.toContain(other);
  });

  test('the help of every form names flags that there are', () => {
    for (const { flags } of command.forms ?? [])
      for (const flag of flags) expect(command.flags.map(({ name }) => name)).toContain(flag);
  });
});

/** Runs `--sbom attested` on an image to which a document is attached as BuildKit attaches it. */
async function runAttested(document: object | Buffer) {
  const blobs = testBlobs();
  const image = blobs.image('web');
  const config = blobs.add('application/vnd.oci.empty.v1+json', {});
  const attestation = blobs.add(
    types.manifest,
    { schemaVersion: 2, config, layers: [blobs.add('application/vnd.in-toto+json', document)] },
    {
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.digest': image.digest },
    },
  );
  const index = blobs.add(types.index, { schemaVersion: 2, manifests: [image, attestation] });
  const layout = mkdtempSync(path.join(scratch, 'attested-'));
  writeFiles(layout, layoutFiles(blobs.blobs, [index]));
  return run(`oci:${layout}`, '--sbom', 'attested');
}

describe('--sbom attested', () => {
  test('writes the list that is attached, and says in what it differs from what is there', async () => {
    const bom = { bomFormat: 'CycloneDX', components: [{ type: 'library', purl: 'pkg:npm/a@1', name: 'a' }] };
    const { code, stdout, stderr } = await runAttested({ predicateType: 'https://cyclonedx.org/bom', predicate: bom });
    expect(JSON.parse(stdout)).toEqual(bom);
    expect(stderr).toMatch(/1 package as attached \(sha256:[0-9a-f]{64}\); 1 not found in the image \(a 1\)/);
    expect(code).toBe(0);
  });

  test.each([
    ['is nested too deep to be written', `{"spdxVersion":"SPDX-2.3","x":${'['.repeat(1e5)}${']'.repeat(1e5)}}`],
    ['could be read. sha256:', '{'],
  ])('says that the list %s', async (message, document) => {
    await expect(runAttested(Buffer.from(document))).rejects.toThrow(message);
  });

  test('is refused where the source cannot tell', async () => {
    await expect(run(name, '--sbom', 'attested')).rejects.toThrow('is not known here');
  });
});

test('plimsoll audit --image says of one cause one thing, with the measured cost and the image beside', async () => {
  const { stdout } = await runCommand(audit, path.join(scratch, 'repository'), [
    '--image',
    `docker-archive:${path.join(scratch, 'web.tar')}`,
    '--no-vulnerabilities',
    '--json',
    '--fail-on',
    'never',
  ]);
  const report = JSON.parse(stdout);
  const found = report.findings.filter(
    (finding: { line: number; path: string }) => finding.line === 3 && finding.path === 'Dockerfile',
  );
  const hidden = found.filter((finding: { cost: { basis: string } | null }) => finding.cost?.basis === 'measured');
  expect(hidden).toHaveLength(1);
  expect(hidden[0].locations.some((location: { path: string }) => location.path.startsWith('image:'))).toBe(true);
  expect(report.inventory.images).toHaveLength(1);
});

test.each([
  [['--cluster', '--image', 'a'], 'not with a cluster'],
  [['--platform', 'linux/amd64'], '--platform has no effect without --image'],
  [['--vulnerability-days', '3'], '--vulnerability-days has no effect without --image'],
  [['--image', 'a', '--image', 'b', '--base', 'c'], '--base is of one image, and there are 2'],
  [['--image', 'a', '--vulnerability-days', 'x'], '«x» is no number of days'],
])('plimsoll audit %j is refused', async (args, message) => {
  await expect(runCommand(audit, scratch, args).catch((error) => error.message)).resolves.toContain(message);
});

describe('plimsoll audit --image with an image that cannot be read', () => {
  const auditWith = (...args: readonly string[]) =>
    runCommand(audit, path.join(scratch, 'repository'), [...args, '--no-vulnerabilities', '--json'], {
      environment: { DOCKER_HOST: `unix://${path.join(scratch, 'engine.sock')}` },
    });

  test('reports the repository and the other image, names the problem, and exits with 2', async () => {
    writeFileSync(path.join(scratch, 'cut.tar'), archive('').subarray(0, 1_000_000));
    const cut = `docker-archive:${path.join(scratch, 'cut.tar')}`;
    const { code, stdout } = await auditWith('--image', cut, '--image', name, '--fail-on', 'never');
    const report = JSON.parse(stdout);
    expect(report.inventory.images).toHaveLength(1);
    expect(report.findings.length).toBeGreaterThan(0);
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]).toMatchObject({ path: `image:${cut}` });
    expect(code).toBe(2);
  });

  test('exits with 3 where an engine fails, whatever else does', async () => {
    const none = path.join(scratch, 'none.tar');
    const engine = createServer((connection) => connection.destroy()).listen(path.join(scratch, 'engine.sock'));
    await once(engine, 'listening');
    const { code, stdout } = await auditWith('--image', 'docker-daemon:shop/web:1', '--image', none);
    engine.close();
    expect(JSON.parse(stdout).problems).toHaveLength(2);
    expect(code).toBe(3);
  });

  test('a platform that is none is refused at once', async () => {
    await expect(auditWith('--image', name, '--platform', 'amd64')).rejects.toThrow('is no platform');
  });
});

test('runs of an archive are compared by the name of the image in it, wherever the archive lies', async () => {
  const store = path.join(scratch, 'history.db');
  for (const each of [name, other])
    await runCommand(command, scratch, [each, '--no-config', '--record', '--store', store, '--json']);
  const { stdout } = await runCommand(history, scratch, ['--store', store, '--json']);
  const runs: readonly { subject: string; images: readonly { name: string }[] }[] = JSON.parse(stdout).runs;
  expect(runs.map(({ subject }) => subject)).toEqual(['shop/web', 'shop/web']);
});

test('of a plain directory nothing is said that only a configuration tells', async () => {
  const root = path.join(scratch, 'root');
  mkdirSync(root);
  writeFileSync(path.join(root, 'hello'), 'hello');
  const args = [`rootfs:${root}`, '--no-config', '--preset', 'all', '--fail-on', 'note', '--no-vulnerabilities'];
  const { code, stdout } = await runCommand(command, scratch, args);
  expect(stdout).toContain(' · no configuration');
  expect(stdout).not.toMatch(/runs as|image-(?:user|platform|age|labels|healthcheck)/);
  expect(code).toBe(0);
});
