import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { excerptsFor } from '../../src/audit/excerpts.ts';
import type { Terminal } from '../../src/cli/command.ts';
import { command } from '../../src/cli/commands/audit.ts';
import { parseArguments } from '../../src/cli/parse-arguments.ts';
import type { Finding } from '../../src/core/finding.ts';
import { loadProject } from '../../src/project/load-project.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll audit '));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), content);
  }
}

async function audit(args: readonly string[], input = ''): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  const terminal: Terminal = {
    version: '0.0.0-test',
    cwd: directory,
    environment: {},
    stdin: Readable.from([Buffer.from(input)]),
    stdout: {
      isTTY: false,
      columns: undefined,
      write: (text) => {
        stdout += text;
      },
    },
    stderr: {
      isTTY: false,
      write: (text) => {
        stderr += text;
      },
    },
  };
  const code = await command.run(parseArguments(command, args), terminal);
  return { code, stdout, stderr };
}

/** What reports would show if every line had a finding. */
async function everyExcerpt(paths: readonly string[]): Promise<string> {
  const project = await loadProject({ kind: 'directory', path: directory });
  const findings = paths.flatMap((each) =>
    readFileSync(path.join(directory, each), 'utf8')
      .split('\n')
      .map((_, at): Finding => {
        const place = { line: at + 1, column: 1 };
        return {
          rule: 'review/any',
          area: 'review',
          severity: 'note',
          message: '',
          why: '',
          remedy: '',
          locations: [{ path: each, start: place, end: place, range: { start: 0, end: 0 } }],
          peers: [],
        };
      }),
  );
  const excerpts = excerptsFor(project, findings);
  return [...excerpts.values()].flatMap((lines) => [...lines.values()]).join('\n');
}

const bad = 'FROM node:latest\nCOPY . .\nRUN npm install\nCMD ["node", "server.js"]\n';

describe('what is audited', () => {
  test('a directory: this one when none is named', async () => {
    write({ Dockerfile: bad });
    expect((await audit([])).stdout).toMatch(/^Dockerfile:1:\d+: \w+ /m);
  });

  test('files and directories named one by one', async () => {
    write({ 'a/Dockerfile': bad, 'b/other.Dockerfile': bad, 'c/Dockerfile': bad });
    const { stdout } = await audit(['a/Dockerfile', 'b']);
    expect(stdout).toContain('a/Dockerfile:1:');
    expect(stdout).toContain('b/other.Dockerfile:1:');
    expect(stdout).not.toContain('c/Dockerfile');
  });

  test('standard input, a Dockerfile or a manifest', async () => {
    expect((await audit(['-'], bad)).stdout).toContain('-:1:6: warning cache/image-tag');
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - {name: c, image: nginx}\n';
    expect((await audit(['-', '--stdin-path', 'pod.yaml'], pod)).stdout).toContain('pod.yaml:6:');
  });

  test('not what git ignores, unless asked', async () => {
    write({ Dockerfile: 'FROM debian:12\nUSER 1000\n', '.gitignore': 'old/\n', 'old/Dockerfile': bad });
    expect((await audit([])).stdout).not.toContain('old/');
    expect((await audit(['--no-gitignore'])).stdout).toContain('old/Dockerfile');
  });
});

describe('what decides the exit code', () => {
  test('findings at or above the threshold', async () => {
    write({ Dockerfile: bad });
    expect((await audit([])).code).toBe(1);
    expect((await audit(['--fail-on', 'never'])).code).toBe(0);
    write({ Dockerfile: 'FROM debian:12\nUSER 1000\nENV A b\n' });
    expect((await audit([])).code).toBe(0);
    expect((await audit(['--fail-on', 'note'])).code).toBe(1);
  });

  test('a clean project is one line on stderr and nothing in the pipe', async () => {
    write({ Dockerfile: 'FROM debian:12\nUSER 1000\n' });
    const { code, stdout, stderr } = await audit([]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/1 Dockerfile.*nothing found\n$/);
  });
});

describe('a named input that was not read', () => {
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: "web:1"}]}\n';
  const cutOff = pod.slice(0, -3);

  test.each([
    ['a binary file', ['broken/Dockerfile'], { 'broken/Dockerfile': new Uint8Array([0, 1, 2]) }],
    ['a missing one beside others', ['Dockerfile', 'missing'], { Dockerfile: 'FROM debian:12\nUSER 1000\n' }],
    [
      'a Dockerfile of too many instructions',
      ['Dockerfile'],
      { Dockerfile: `FROM debian:12\n${'RUN true\n'.repeat(3000)}` },
    ],
    ['a manifest that is cut off', ['pod.yaml'], { 'pod.yaml': cutOff }],
    ['one document of several', ['pods.yaml'], { 'pods.yaml': `${pod}---\n${cutOff}` }],
    ['a Compose file that is cut off', ['compose.yaml'], { 'compose.yaml': 'services:\n  web: {image: web\n' }],
    ['a Dockerfile of 10 MB', ['Dockerfile'], { Dockerfile: `FROM debian:12\n${'# a comment\n'.repeat(900_000)}` }],
  ])('%s is exit code 2', async (_, args, files) => {
    write(files);
    const { code, stdout } = await audit(args);
    expect(code).toBe(2);
    expect(stdout).toMatch(/: problem: /);
  });

  test('so is a manifest on standard input', async () => {
    expect((await audit(['-'], cutOff)).code).toBe(2);
  });

  test.each([
    ['a manifest that is cut off, in a directory', ['.'], cutOff],
    ['a template, which is no YAML yet', ['pod.yaml'], '{{ if .on }}\napiVersion: v1\nkind: Pod\n{{ end }}\n'],
    ['a key that stands twice', ['pod.yaml'], `${pod}metadata: {name: web}\n`],
  ])('%s is told, and no error of the input', async (_, args, text) => {
    write({ 'pod.yaml': text });
    const { code, stdout } = await audit([...args, '--fail-on', 'never']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/pod\.yaml:\d+:\d+: problem: /);
  });

  test('the others are audited all the same', async () => {
    write({ Dockerfile: bad });
    const { code, stdout } = await audit(['Dockerfile', 'missing']);
    expect(code).toBe(2);
    expect(stdout).toContain('Dockerfile:1:6: warning cache/image-tag');
  });

  test('a link that leads out of the project is not followed', async () => {
    symlinkSync('/etc/hostname', path.join(directory, 'Dockerfile'));
    const { stdout } = await audit(['Dockerfile']);
    expect(stdout).toContain('Dockerfile:1:1: problem: this link leads out of the project');
  });
});

describe('what takes findings out', () => {
  test('an ignore comment, with its last day', async () => {
    write({ Dockerfile: `# plimsoll ignore=cache/image-tag -- moves on purpose\n${bad}` });
    expect((await audit([])).stdout).not.toContain('cache/image-tag');
    expect((await audit(['--no-ignore-comments'])).stdout).toContain('cache/image-tag');
    write({ Dockerfile: `# plimsoll ignore=cache/image-tag until=2020-01-01\n${bad}` });
    expect((await audit([])).stdout).toContain('cache/image-tag');
  });

  test("other tools' ignore comments", async () => {
    write({ Dockerfile: `# hadolint ignore=DL3007\n${bad}` });
    expect((await audit([])).stdout).not.toContain('cache/image-tag');
    write({ Dockerfile: `# check=skip=LegacyKeyValueFormat\n${bad}ENV a b\n` });
    expect((await audit([])).stdout).not.toContain('legacy-key-value');
  });

  test('a check that hadolint has given up, in a comment and in .hadolint.yaml', async () => {
    const upgraded = 'FROM debian:12\nRUN apt-get update && apt-get -y dist-upgrade\n';
    write({ Dockerfile: upgraded });
    expect((await audit([])).stdout).toContain('maintenance/dist-upgrade');
    write({ '.hadolint.yaml': 'ignored: [DL3005]\n' });
    expect((await audit([])).stdout).not.toContain('maintenance/dist-upgrade');
    expect((await audit(['--no-config'])).stdout).toContain('maintenance/dist-upgrade');
    write({ Dockerfile: upgraded.replace('RUN', '# hadolint ignore=DL3005\nRUN') });
    expect((await audit(['--no-config'])).stdout).not.toContain('maintenance/dist-upgrade');
  });

  test('two formats for one report are refused', async () => {
    write({ Dockerfile: bad });
    await expect(audit(['--json', '--format', 'sarif'])).rejects.toThrow('--json and --format sarif');
  });

  test('the configuration, and .hadolint.yaml', async () => {
    write({ Dockerfile: bad, 'plimsoll.yaml': 'rules: {cache/image-tag: off}\nfailOn: error\n' });
    expect((await audit([])).stdout).not.toContain('cache/image-tag');
    expect((await audit(['--no-config'])).stdout).toContain('cache/image-tag');
    write({ 'plimsoll.yaml': '', '.hadolint.yaml': 'ignored: [DL3007]\n' });
    expect((await audit([])).stdout).not.toContain('cache/image-tag');
  });

  test('what is offered next names what was audited as a shell takes it', async () => {
    write({ 'a b $(touch HACK)/Dockerfile': bad });
    const { stdout } = await audit(['--color', 'always', 'a b $(touch HACK)']);
    expect(stdout).toContain("plimsoll fix 'a b $(touch HACK)'");
  });

  test('a baseline that is not there is to be written by a word of a shell', async () => {
    await expect(audit(['--baseline', 'x $(touch HACK)'])).rejects.toMatchObject({
      remedy: "Write it first: plimsoll audit --write-baseline 'x $(touch HACK)'",
    });
  });

  test('a baseline: moved lines stay known, new findings are reported', async () => {
    write({ Dockerfile: bad });
    expect((await audit(['--write-baseline', 'known.json'])).code).toBe(0);
    expect((await audit(['--baseline', 'known.json'])).stdout).toBe('');
    write({ Dockerfile: `# a comment\n\n${bad}RUN sudo true\n` });
    const { stdout } = await audit(['--baseline', 'known.json']);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stdout).toContain('security/sudo');
  });
});

describe('bad input costs nobody else a result', () => {
  test.each([
    ['an empty file', ''],
    ['a byte order mark alone', '\uFEFF'],
    ['a binary file', new Uint8Array([0, 1, 2, 255, 254, 0])],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x46, 0, 0x52, 0])],
    ['invalid UTF-8', new Uint8Array([0x46, 0x52, 0x4f, 0x4d, 0x20, 0xff, 0xfe, 0x0a])],
    ['an unknown instruction', 'FROM debian:12\nRNU true\n'],
    ['a file without end', 'FROM debian:12\nRUN <<EOF\ntrue'],
  ])('%s', async (_, content) => {
    write({ 'broken/Dockerfile': content, 'good/Dockerfile': bad });
    const { stdout } = await audit([]);
    expect(stdout).toContain('good/Dockerfile:1:');
    expect(stdout).toMatch(/^broken\/Dockerfile:\d+:\d+: (?:problem|error|warning|note)/m);
  });

  test('a Dockerfile that Maven fills in is no broken one', async () => {
    const text = 'FROM ${docker.base.image}\nCOPY ${pkg.name}.deb /tmp/\nUSER ${pkg.user}\n';
    write({ 'pom.xml': '<project/>', 'msa/docker/Dockerfile': text });
    expect((await audit([])).stdout).not.toContain('review/build-refused');
    write({ 'other/go.mod': 'module a\n', 'other/Dockerfile': text });
    rmSync(path.join(directory, 'pom.xml'));
    expect((await audit([])).stdout).toContain('other/Dockerfile:1:1: error review/build-refused');
  });

  test('manifests: broken, templated, a bomb', async () => {
    const bomb = `apiVersion: v1\nkind: ConfigMap\na: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
      .split('')
      .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[at]}`).join(',')}]`)
      .join('\n')}\n`;
    write({
      'a.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: [unclosed\n',
      'b.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n',
      'c.yaml': bomb,
      'd.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - {name: c, image: nginx}\n',
    });
    const { stdout } = await audit([]);
    expect(stdout).toMatch(/^a\.yaml:\d+:\d+: problem/m);
    expect(stdout).toMatch(/^b\.yaml:\d+:\d+: problem/m);
    expect(stdout).toMatch(/^d\.yaml:6:/m);
  });

  test('a loop of links and an unreadable file', async () => {
    write({ Dockerfile: bad, 'locked/Dockerfile': bad });
    symlinkSync('.', path.join(directory, 'loop'));
    chmodSync(path.join(directory, 'locked/Dockerfile'), 0);
    const { stdout } = await audit([]);
    expect(stdout).toContain('\nDockerfile:1:6:');
  });

  test('hostile names do not reach the terminal', async () => {
    write({ 'a\u001b[31m\nb/Dockerfile': bad });
    const { stdout } = await audit([]);
    expect(stdout).not.toContain('\u001b');
    for (const line of stdout.trim().split('\n')) expect(line).toMatch(/:\d+:\d+: /);
  });
});

describe('reports', () => {
  test.each(['text', 'plain', 'json', 'sarif', 'markdown', 'junit', 'github', 'codequality', 'html'])(
    '%s is written to a file',
    async (format) => {
      write({ Dockerfile: bad });
      const { stdout } = await audit(['--format', format, '--output', 'report.out']);
      expect(stdout).toBe('');
      expect(readFileSync(path.join(directory, 'report.out'), 'utf8')).toContain('cache/image-tag');
    },
  );

  test('several at once', async () => {
    write({ Dockerfile: bad });
    await audit(['--also', 'sarif=a.sarif', '--also', 'html=a.html']);
    expect(JSON.parse(readFileSync(path.join(directory, 'a.sarif'), 'utf8')).version).toBe('2.1.0');
    expect(readFileSync(path.join(directory, 'a.html'), 'utf8')).toContain('<!doctype html>');
  });

  test('no report holds the value of a secret', async () => {
    const secret = ['hunter', '22', 'correct'].join('');
    write({ Dockerfile: `FROM debian:12\nENV DB_PASSWORD=${secret}\nRUN curl -u me:${secret} https://example.com\n` });
    for (const format of ['text', 'plain', 'json', 'sarif', 'markdown', 'junit', 'github', 'codequality', 'html'])
      expect((await audit(['--format', format, '--preset', 'all'])).stdout).not.toContain(secret);
    await audit(['--write-baseline', 'known.json', '--preset', 'all']);
    expect(readFileSync(path.join(directory, 'known.json'), 'utf8')).not.toContain(secret);
  });

  // Put together at run time, so that no scanner takes the fixtures for leaks.
  const leak = ['Qz7', 'leaked', '41x'].join('');
  const token = `ghp_${leak}${'a1B2'.repeat(9)}`.slice(0, 40);
  const run = (command: string) => ({ Dockerfile: `FROM debian:12\nRUN ${command}\n` });
  const pod = (env: string) => ({
    'pod.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web\n      image: web:1\n${env}`,
  });
  const manifest = (data: string) => ({ 'secret.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n${data}` });
  const service = (rest: string) => ({ 'compose.yaml': `services:\n  db:\n    image: postgres:17\n${rest}` });
  test.each<[string, Readonly<Record<string, string>>]>([
    ['a flow mapping of Compose', service(`    environment: {POSTGRES_PASSWORD: ${leak}, X: y}\n`)],
    ['a flow sequence of Compose', service(`    environment: ["X=y", "POSTGRES_PASSWORD=${leak}"]\n`)],
    ['a flow mapping of a Secret', manifest(`stringData: {password: ${leak}, other: ${leak}b}\n`)],
    [
      'a Secret on one line',
      { 's.yaml': `{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: ${leak}}}\n` },
    ],
    ['a key of a Secret that says nothing', manifest(`stringData:\n  config: ${leak} and more\n`)],
    ['Base64 in a Secret', manifest(`data: {password: ${Buffer.from(leak).toString('base64')}}\n`)],
    ['env in flow form', pod(`      env: [{name: DB_PASSWORD, value: ${leak}}]\n`)],
    ['an item in flow form', pod(`      env:\n        - {name: DB_PASS, value: ${leak}}\n`)],
    ['an item in block form', pod(`      env:\n        - name: DB_PASSWORD\n          value: ${leak}\n`)],
    ['the value before the name', pod(`      env:\n        - value: ${leak}\n          name: DB_PASSWORD\n`)],
    ['arguments of a container', pod(`      args: [--password, ${leak}, --token=${leak}]\n`)],
    ['netrc', run(`echo "machine example.com login x password ${leak}" > ~/.netrc`)],
    ['netrc by printf', run(`printf 'machine %s login %s password %s' example.com x ${leak} > ~/.netrc`)],
    ['chpasswd', run(`echo 'root:${leak}' | chpasswd`)],
    ['chpasswd by printf', run(`printf '%s' 'root:${leak}' | chpasswd`)],
    ['chpasswd on the next line', run(`echo 'root:${leak}' \\\n  | chpasswd`)],
    ['passwd', run(`printf '%s\\n' ${leak} ${leak} | passwd root`)],
    ['docker login', run(`printf '%s' ${leak} | docker login -u me --password-stdin example.com`)],
    ['git clone', run(`git clone https://user:${token}@github.com/a/b.git && cd b && make`)],
    ['git clone with a token alone', run(`git clone https://${leak}${leak}@example.com/a/b.git`)],
    ['a password in a URL', run(`git clone https://user:${leak}@example.com/a/b.git`)],
    ['a token around column 400', run(`echo ${'x'.repeat(376)} ${token} && cd /tmp && apt-get install -y curl`)],
    [
      'a password around column 400',
      run(`echo ${'x'.repeat(372)} && cd /tmp && PASSWORD="${leak}${leak}" make && apt-get install -y curl`),
    ],
    ['ENV in the old form', { Dockerfile: `FROM debian:12\nENV DB_PASSWORD ${leak}\n` }],
    ['ENV with spaces', { Dockerfile: `FROM debian:12\nENV DB_PASSWORD="two ${leak}"\n` }],
    ['MAINTAINER, which a fix moves', { Dockerfile: `FROM debian:12\nMAINTAINER https://me:${leak}@example.com\n` }],
    ['CMD in shell form, which a fix rewrites', { Dockerfile: `FROM debian:12\nCMD serve --password ${leak}\n` }],
    ['cd, which a fix rewrites', run(`cd /tmp && curl -u me:${leak} https://example.com -o f`)],
  ])('no report holds a secret of %s', async (_, files) => {
    write(files);
    expect(await everyExcerpt(Object.keys(files)), 'an excerpt').not.toContain(leak.slice(0, 8));
    for (const format of ['text', 'plain', 'json', 'sarif', 'markdown', 'junit', 'github', 'codequality', 'html']) {
      const { stdout } = await audit(['--format', format, '--preset', 'all']);
      for (const part of [leak, leak.slice(0, 8), Buffer.from(leak).toString('base64'), token.slice(0, 12)])
        expect(stdout, format).not.toContain(part);
    }
    await audit(['--write-baseline', 'known.json', '--preset', 'all']);
    expect(readFileSync(path.join(directory, 'known.json'), 'utf8')).not.toContain(leak);
  });

  test('an unknown format of --also and an unwritable file are refused', async () => {
    write({ Dockerfile: bad });
    await expect(audit(['--also', 'xml=a'])).rejects.toThrow('--also takes FORMAT=FILE');
    await expect(audit(['--output', 'no/such/dir/a'])).rejects.toThrow('cannot be written');
    await expect(audit(['--rule', 'cache/nothing'])).rejects.toThrow('there is no rule');
    await expect(audit(['--baseline', 'none.json'])).rejects.toThrow('baseline cannot be read');
  });
});

test('what plimsoll.yaml calls a copy is judged as what it is a copy of', async () => {
  const mirrors = 'bases: {mirrors: {registry.example/mirror: docker.io}}\n';
  write({ Dockerfile: 'FROM registry.example/mirror/node:16\nUSER node\nCMD ["node"]\n' });
  const said = async () => (await audit(['--rule', 'maintenance/end-of-life-base'])).stdout;
  expect(await said()).not.toContain('end-of-life-base');
  write({ 'plimsoll.yaml': mirrors });
  expect(await said()).toContain('A copy of docker.io/node: Node.js 16 has had no security updates');
});

describe('what cannot be read or asked', () => {
  test('a further report of a kind that there is not is refused before anything is told or recorded', async () => {
    write({ Dockerfile: 'FROM debian\n' });
    await expect(audit(['--also', 'foo=x', '--record', '--output', 'out.txt'])).rejects.toThrow('--also takes');
    expect(readdirSync(directory)).toEqual(['Dockerfile']);
  });

  test.each([
    ['cach/*', 'is «cache/*» meant?'],
    ['cache', 'is «cache/*» meant?'],
    ['cache/image-tags', 'is «cache/image-tag» meant?'],
  ])('the rule %s is none', async (rule, meant) => {
    await expect(audit(['--rule', rule])).rejects.toThrow(meant);
  });

  test('a directory with nothing in it is told in one sentence', async () => {
    const { stderr, code } = await audit([]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/: nothing to look at: no Dockerfile, Compose file or Kubernetes manifest\n$/);
  });

  test('a report that cannot be written says why', async () => {
    write({ Dockerfile: 'FROM debian:12\n' });
    await expect(audit(['--output', 'no/such/place'])).rejects.toThrow('this file cannot be written (ENOENT)');
  });
});

describe('an ignore comment at one of several containers', () => {
  const deployment = (first: string, second: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        ${first}
        - name: side
          image: side:1.0.0
        ${second}
        - name: web
          image: web:1.0.0
`;
  const ignoring = '# plimsoll ignore=all -- from elsewhere';
  const hardening = async (first: string, second: string) => {
    write({ 'web.yaml': deployment(first, second) });
    const { stdout } = await audit(['--rule', 'security/container-hardening', '--json']);
    const { findings, suppressed } = JSON.parse(stdout);
    return { findings, suppressed };
  };

  test('says nothing of the others, and takes the fix of all along', async () => {
    const { findings, suppressed } = await hardening(ignoring, '#');
    expect(findings).toMatchObject([
      { line: 14, message: 'Deployment web: container web does not set any securityContext.', fix: null },
    ]);
    expect(suppressed).toEqual([]);
  });

  test('keeps the fix of all away, also where it is not the first', async () => {
    const { findings } = await hardening('#', ignoring);
    expect(findings).toMatchObject([{ line: 11, fix: null }]);
    expect(findings[0].locations).toHaveLength(1);
  });

  test('at each of them leaves nothing', async () => {
    const { findings, suppressed } = await hardening(ignoring, ignoring);
    expect(findings).toEqual([]);
    expect(suppressed).toHaveLength(1);
  });
});

test('a severity that .hadolint.yaml sets holds, also where nothing is switched off beside it', async () => {
  write({
    Dockerfile: 'FROM debian:12\nRUN apt-get update && apt-get install -y curl\n',
    '.hadolint.yaml': 'override: {error: [DL3015]}\n',
  });
  const { stdout } = await audit(['--rule', 'size/no-install-recommends']);
  expect(stdout).toMatch(/^Dockerfile:2:\d+: error size\/no-install-recommends: /);
});
