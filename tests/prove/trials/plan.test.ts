import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProject } from '../../../src/project/load-project.ts';
import { proveSettingsFor } from '../../../src/project/prove-settings.ts';
import { readConfiguration } from '../../../src/project/read-configuration.ts';
import type { TrialPlan } from '../../../src/prove/trial.ts';
import { trialPlan } from '../../../src/prove/trials/plan.ts';

async function planOf(files: Readonly<Record<string, string>>, configuration = ''): Promise<TrialPlan> {
  const root = mkdtempSync(path.join(tmpdir(), 'plimsoll-plan-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), text);
    }
    const project = await loadProject({ kind: 'directory', path: root });
    const [build] = project.builds;
    if (build === undefined) throw new Error('nothing is built');
    const { prove } = readConfiguration('plimsoll.yaml', configuration, new Map());
    return trialPlan(build, project, proveSettingsFor(prove, build));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const deployment = (container: string, pod = '') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
${pod.replace(/^(?=.)/gm, '      ')}      containers:
        - name: web
          image: web:1
${container.replace(/^(?=.)/gm, '          ')}`;

const compose = (rest: string) =>
  `services:\n  web:\n    image: web:1\n    build: .\n${rest.replace(/^(?=.)/gm, '    ')}`;
const skaffold = 'apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n    - image: web\n';

const image = 'FROM debian:12\nEXPOSE 80 443/tcp 53/udp\nCMD ["web"]\n';

describe('what an image says of itself', () => {
  it('EXPOSE makes it a service, whose first page is asked', async () => {
    const plan = await planOf({ Dockerfile: image });
    expect(plan).toMatchObject({ kind: 'service', ports: [80, 443], startSeconds: 30, graceSeconds: 10 });
    expect(plan.requests.map(({ from, scheme, port, path: where }) => [from, scheme, port, where])).toEqual([
      ['default', 'http', 80, '/'],
      ['default', 'https', 443, '/'],
    ]);
  });

  it.each([
    ['goes to the port of the image', '[/, { path: /status, port: 90 }]', [80, 90]],
    ['is not there: the listed ports are all', '[{ path: /status, port: 90 }, { path: /, port: 70 }]', [70, 90]],
  ])('a request without a port %s', async (_, requests, ports) => {
    expect((await planOf({ Dockerfile: image }, `prove: { requests: ${requests} }`)).ports).toEqual(ports);
  });

  it('HEALTHCHECK over HTTP is a request', async () => {
    const plan = await planOf({
      Dockerfile: 'FROM debian:12\nHEALTHCHECK CMD curl -f http://localhost:9000/up || exit 1\nCMD ["web"]\n',
    });
    expect(plan).toMatchObject({ kind: 'service', ports: [9000] });
    expect(plan.requests[0]).toMatchObject({ from: 'healthcheck', port: 9000, path: '/up' });
  });

  it('what listens on nothing is a program that ends', async () => {
    expect(await planOf({ Dockerfile: 'FROM debian:12\nCMD ["report"]\n' })).toMatchObject({
      kind: 'program',
      runs: [{ arguments: [], entrypoint: undefined, input: undefined }],
      requests: [],
    });
  });
});

describe('what the manifest says', () => {
  const files = (container: string, pod?: string) => ({
    Dockerfile: image,
    'skaffold.yaml': skaffold,
    'web.yaml': deployment(container, pod),
  });

  it('probes, ports and the time to end', async () => {
    const plan = await planOf(
      files(
        `ports: [{ name: http, containerPort: 8080 }]
readinessProbe: { httpGet: { path: /ready, port: http, httpHeaders: [{ name: X-From, value: kubelet }] } }
livenessProbe: { exec: { command: [web, --check] } }
startupProbe: { tcpSocket: { port: 9090 } }
`,
        'terminationGracePeriodSeconds: 7\n',
      ),
    );
    expect(plan).toMatchObject({
      kind: 'service',
      ports: [8080, 9090],
      graceSeconds: 7,
      commands: [{ from: 'livenessProbe', command: ['web', '--check'] }],
    });
    expect(plan.requests[0]).toMatchObject({ from: 'readinessProbe', port: 8080, path: '/ready' });
    expect([...(plan.requests[0]?.headers ?? [])]).toEqual([['X-From', 'kubelet']]);
  });

  it('a gRPC probe is said to be tried by its port only', async () => {
    const plan = await planOf(files('livenessProbe: { grpc: { port: 9000 } }\n'));
    expect(plan.ports).toEqual([9000]);
    expect(plan.notes).toEqual(['The livenessProbe of web asks over gRPC: only its port is tried.']);
  });

  it('variables, and placeholders for what no file says', async () => {
    const {
      environment,
      notes,
      arguments: args,
    } = await planOf({
      ...files(`args: ["--name=$(NAME)", "$$(NAME)", "$(OTHER)"]
env:
  - { name: NAME, value: Ada }
  - { name: LEVEL, valueFrom: { configMapKeyRef: { name: settings, key: level } } }
  - { name: PASSWORD, valueFrom: { secretKeyRef: { name: web, key: password } } }
envFrom: [{ configMapRef: { name: settings }, prefix: S_ }]
`),
      'settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { level: info }\n',
    });
    expect(environment.get('NAME')).toBe('Ada');
    expect(environment.get('S_level')).toBe('info');
    expect(environment.get('PASSWORD')).toContain('placeholder');
    expect(notes.join()).toContain('PASSWORD');
    expect(args).toEqual(['--name=Ada', '$(NAME)', '$(OTHER)']);
  });

  it('rights, what may be written, and the files of ConfigMaps', async () => {
    const {
      security,
      files: mounted,
      notes,
    } = await planOf({
      ...files(
        `securityContext:
  runAsUser: 1000
  runAsGroup: 2000
  runAsNonRoot: true
  readOnlyRootFilesystem: true
  allowPrivilegeEscalation: false
  capabilities: { drop: [ALL], add: [CAP_NET_BIND_SERVICE] }
volumeMounts:
  - { name: tmp, mountPath: /tmp }
  - { name: settings, mountPath: /etc/web }
  - { name: secret, mountPath: /etc/secret }
`,
        'volumes: [{ name: tmp, emptyDir: {} }, { name: settings, configMap: { name: settings } }, { name: secret, secret: { secretName: web } }]\n',
      ),
      'settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { web.conf: "a=1" }\n',
    });
    expect(security).toEqual({
      user: '1000:2000',
      nonRoot: true,
      readOnlyRoot: true,
      dropCapabilities: ['ALL'],
      addCapabilities: ['NET_BIND_SERVICE'],
      noNewPrivileges: true,
      writable: ['/tmp'],
    });
    expect([...mounted]).toEqual([['/etc/web/web.conf', 'a=1']]);
    expect(notes).toEqual(['The volume secret at /etc/secret is not there in trials.']);
  });

  it('a Job runs to its end', async () => {
    const job = deployment('').replace('apps/v1', 'batch/v1').replace('kind: Deployment', 'kind: Job');
    expect(await planOf({ Dockerfile: image, 'skaffold.yaml': skaffold, 'job.yaml': job })).toMatchObject({
      kind: 'program',
    });
  });
});

describe('what the Compose file says', () => {
  it('command, ports, rights, health, and what is missing', async () => {
    const plan = await planOf({
      Dockerfile: 'FROM debian:12\nCMD ["web"]\n',
      'compose.yaml': compose(`entrypoint: ["/start.sh"]
command: serve --title "two words" 'x y'
ports: ["80:8080"]
user: "1000"
read_only: true
cap_drop: [ALL]
security_opt: ["no-new-privileges:true"]
tmpfs: /tmp
stop_grace_period: 1m5s
depends_on: [db]
environment: { MODE: fast, KEY: "\${KEY}" }
healthcheck: { test: ["CMD", "check", "--fast"] }
`),
    });
    expect(plan).toMatchObject({
      kind: 'service',
      ports: [8080],
      command: ['/start.sh'],
      arguments: ['serve', '--title', 'two words', 'x y'],
      graceSeconds: 65,
      commands: [{ from: 'healthcheck', command: ['check', '--fast'] }],
      security: {
        user: '1000',
        readOnlyRoot: true,
        dropCapabilities: ['ALL'],
        noNewPrivileges: true,
        writable: ['/tmp'],
      },
    });
    expect(plan.environment.get('MODE')).toBe('fast');
    expect(plan.notes).toContain('db, which web depends on, is not there in trials.');
  });
});

describe('what the user says in plimsoll.yaml', () => {
  it('wins, for all builds and for those that it names', async () => {
    const plan = await planOf(
      { Dockerfile: image },
      `prove:
  startSeconds: 5
  requests: [/a]
  environment: { A: 1, HOME: }
  builds:
    - paths: Dockerfile
      requests:
        - { path: /b, method: POST, port: 81, headers: { X-A: 1 }, body: text }
      environment: { B: "2" }
    - paths: [other/]
      startSeconds: 99
`,
    );
    expect(plan).toMatchObject({ startSeconds: 5, ports: [81] });
    expect(plan.requests).toEqual([
      {
        from: 'configuration',
        method: 'POST',
        scheme: 'http',
        port: 81,
        path: '/b',
        headers: new Map([['X-A', '1']]),
        body: 'text',
      },
    ]);
    expect([...plan.environment]).toEqual([
      ['A', '1'],
      ['HOME', process.env.HOME],
      ['B', '2'],
    ]);
  });

  it('runs make it a program', async () => {
    const plan = await planOf(
      { Dockerfile: image },
      'prove:\n  runs:\n    - [--version]\n    - { entrypoint: sh, arguments: [-c, "cat"], input: hello }\n',
    );
    expect(plan).toMatchObject({
      kind: 'program',
      runs: [
        { arguments: ['--version'], entrypoint: undefined },
        { arguments: ['-c', 'cat'], entrypoint: 'sh', input: 'hello' },
      ],
    });
  });

  it.each([
    ['prove: { kind: daemon }', 'one of service, program is needed here'],
    ['prove: { requests: [orders] }', 'a path begins with / and has no spaces'],
    ['prove: { requests: [{ method: POST }] }', 'a request needs a «path»'],
    ['prove: { requests: [{ path: /, method: "GET /x" }] }', 'a method is GET'],
    ['prove: { requests: [{ path: /, headers: { "A\\nB": x } }] }', 'this is no header of HTTP'],
    ['prove: { ports: [0] }', 'a port is a number from 1 to 65535'],
    ['prove: { startSeconds: soon }', 'seconds are a number'],
    ['prove: { runs: [x] }', 'a run is a list of arguments'],
    ['prove: { builds: [{ requests: [/] }] }', 'a build needs «paths»'],
    ['prove: { request: [/] }', 'is «requests» meant?'],
  ])('%s is refused with its place', async (text, message) => {
    expect(() => readConfiguration('plimsoll.yaml', text, new Map())).toThrow(message);
  });
});
