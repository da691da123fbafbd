import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command as bases } from '../../src/cli/commands/bases.ts';
import type { RebuildReport } from '../../src/core/rebuild-report.ts';
import { fixture } from '../ecosystems/installed/catalogue.ts';
import { layoutFiles, testBlobs, types, writeFiles } from '../image/image-blobs.ts';
import { type TarFile, tarOf } from '../image/tar-archive.ts';
import { digestOf } from '../image/test-image.ts';
import { runCommand } from './run-command.ts';

/* Images without a network: where nothing can be asked, nothing may be said to stay the same. */

let directory: string;
const { blobs, add } = testBlobs();

const debian: readonly TarFile[] = [
  { name: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' },
  {
    name: 'var/lib/dpkg/status',
    content: 'Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9\n\n',
  },
];
const unreadable = (byte: string): TarFile => ({
  name: 'var/lib/rpm/rpmdb.sqlite',
  content: `SQLite format 3\0${byte.repeat(4080)}`,
});
const flask: TarFile = {
  name: 'usr/lib/python3/dist-packages/flask-1.0.dist-info/METADATA',
  content: 'Metadata-Version: 2.1\nName: flask\nVersion: 1.0\n',
};
const flaskOf3: TarFile = { ...flask, name: 'usr/local/lib/python3.11/site-packages/flask-1.0.dist-info/METADATA' };
const some: TarFile = { name: 'opt/file', content: 'x' };

const goProgram: TarFile = {
  name: 'app/server',
  content: fixture('go-1.26.8'),
  mode: 0o755,
};

const npmPackage = (folder: string, name: string, version: string): TarFile => ({
  name: `${folder}/node_modules/${name}/package.json`,
  content: JSON.stringify({ name, version }),
});
const npmLock: TarFile = { name: 'app/package-lock.json', content: '{"lockfileVersion": 3}' };
const npmManifest: TarFile = { name: 'app/package.json', content: '{"dependencies": {"ms": "^2.0.0"}}' };

interface Case {
  readonly lines: readonly string[];
  readonly own: readonly TarFile[];
  readonly base?: readonly TarFile[];
  /** The Dockerfile is not known, the base is by its name. */
  readonly untold?: boolean;
  /** The base's name stands for these files now. */
  readonly movedTo?: readonly TarFile[];
  /** The Go that the base is of now. */
  readonly movedGo?: string;
  readonly state: string;
  readonly told: string;
  /** No question is sent. */
  readonly asksNobody?: boolean;
}

const cases: Readonly<Record<string, Case>> = {
  dnf: {
    lines: ['RUN dnf install -y curl && dnf upgrade -y'],
    base: [unreadable('\0')],
    own: [unreadable('\u0001')],
    state: 'unknown',
    told: 'database',
  },
  'rpm-of-base': { lines: ['RUN mkdir /opt/x'], base: [unreadable('\0')], own: [some], state: 'unknown', told: 'rpm' },
  'pip-unseen': { lines: ['RUN pip install flask'], own: [some], state: 'unknown', told: 'pip install' },
  pip: { lines: ['RUN pip install flask'], own: [flask], state: 'unknown', told: '' },
  npm: { lines: ['RUN npm install'], own: [some], state: 'unknown', told: 'npm install' },
  // A lock file that the install wrote itself holds nothing.
  'npm-lock-of-the-step': {
    lines: ['RUN npm install'],
    base: [...debian, npmManifest],
    own: [npmPackage('app', 'ms', '2.0.0'), npmLock],
    state: 'unknown',
    told: 'ms',
  },
  'npm-elsewhere': {
    lines: ['RUN npm install'],
    base: [...debian, npmManifest, { name: 'app/.npmrc', content: 'registry=https://npm.example/\n' }],
    own: [npmPackage('app', 'ms', '2.0.0')],
    state: 'unknown',
    told: 'app/.npmrc has npm ask another registry',
  },
  'pip-elsewhere': {
    lines: ['RUN pip install flask'],
    base: [...debian, { name: 'etc/pip.conf', content: '[global]\nindex-url = https://pypi.example/simple\n' }],
    own: [flask],
    state: 'unknown',
    told: 'etc/pip.conf has pip ask another index',
  },
  ...Object.fromEntries(
    (
      [
        [
          'RUN npm_config_registry=https://npm.example/ npm install',
          'npm_config_registry has npm ask another registry',
        ],
        ['RUN export NPM_CONFIG_REGISTRY=$WHERE && npm install', 'npm_config_registry has npm ask another registry'],
        ['RUN npm install --registry https://npm.example/', '--registry has npm ask another registry'],
        [
          'RUN npm config set registry https://npm.example/ && npm install && npm config delete registry',
          'npm config changes what the step asks',
        ],
      ] as const
    ).map(([line, told], index) => [
      `npm-elsewhere-by-step-${index}`,
      {
        ...{ lines: [line], base: [...debian, npmManifest], own: [npmPackage('app', 'ms', '2.0.0')] },
        ...{ state: 'unknown', told },
      },
    ]),
  ),
  'npm-elsewhere-taken-away': {
    lines: ['RUN npm install && rm /app/.npmrc'],
    base: [...debian, npmManifest, { name: 'app/.npmrc', content: 'registry=https://npm.example/\n' }],
    own: [npmPackage('app', 'ms', '2.0.0'), { name: 'app/.wh..npmrc', content: '' }],
    state: 'unknown',
    told: 'app/.npmrc has npm ask another registry',
  },
  ...Object.fromEntries(
    (
      [
        ['RUN PIP_INDEX_URL=https://pypi.example/simple pip install flask', '', 'PIP_INDEX_URL has pip ask'],
        ['RUN PIP_FIND_LINKS=/wheels pip install flask', '', 'PIP_FIND_LINKS has pip ask'],
        ['RUN PIP_NO_INDEX=1 pip install flask', '', 'PIP_NO_INDEX has pip ask'],
        ['RUN export PIP_PRE=1; pip install flask', '', 'PIP_PRE has pip ask'],
        ['RUN pip config set global.index-url https://pypi.example && pip install flask', '', 'pip config changes'],
        ...['index-url: x', 'index_url = x', 'extra_index_url=x', 'find-links = x', 'constraint = x'].map(
          (line) => ['RUN pip install flask', line, 'etc/pip.conf has pip ask'] as const,
        ),
        ...['no-index = true', 'pre = true'].map(
          (line) => ['RUN pip install flask', line, 'etc/pip.conf has pip ask'] as const,
        ),
      ] as const
    ).map(([line, setting, told], index) => [
      `pip-elsewhere-${index}`,
      {
        lines: [line],
        base: [...debian, { name: 'etc/pip.conf', content: `[global]\n${setting}\n` }],
        ...{ own: [flask], state: 'unknown', told },
      },
    ]),
  ),
  'pip-beside-poetry-lock': {
    lines: ['RUN pip install .'],
    base: [
      ...debian,
      { name: 'app/pyproject.toml', content: '[project]\nname = "x"\n' },
      { name: 'app/poetry.lock', content: 'x' },
    ],
    own: [flask],
    state: 'unknown',
    told: '«.» is not followed',
  },
  'npm-lock': {
    lines: ['RUN npm install'],
    base: [...debian, npmManifest, npmLock],
    own: [npmPackage('app', 'ms', '2.0.0')],
    state: 'does not pay',
    told: 'the same packages',
  },
  'moved-base': {
    lines: ['RUN mkdir -p /opt'],
    base: [...debian, npmPackage('usr/local/lib', 'npm', '10.0.0'), npmPackage('opt', 'gone', '1.0.0')],
    movedTo: [
      ...debian,
      npmPackage('usr/local/lib', 'npm', '11.0.0'),
      npmPackage('usr/local/lib', 'beside', '1.0.0'),
      npmPackage('srv', 'elsewhere', '1.0.0'),
    ],
    own: [some],
    state: 'pays',
    told: '3 packages change',
  },
  // The modules are those of go.sum; the standard library is that of the base.
  'moved-go': {
    lines: ['RUN go build -o /app/server .'],
    movedTo: [...debian, some],
    movedGo: '1.27.1',
    own: [goProgram],
    state: 'pays',
    told: '1 package changes',
  },
  'moved-go-unknown': {
    lines: ['RUN go build -o /app/server .'],
    movedTo: [...debian, some],
    own: [goProgram],
    state: 'unknown',
    told: '-base has now is not known',
  },
  script: { lines: ['RUN curl -fsSL https://example.invalid/latest.sh | sh'], own: [some], state: 'unknown', told: '' },
  program: { lines: ['RUN ./install.sh'], own: [some], state: 'unknown', told: 'install.sh' },
  found: { lines: ['RUN find /opt -exec sh {} +'], own: [some], state: 'unknown', told: 'find -exec sh' },
  run: { lines: ['RUN npm run build'], own: [some], state: 'unknown', told: 'npm run' },
  mounted: {
    lines: ['RUN --mount=type=bind,from=alpine,target=/m cp /m/x /opt'],
    own: [some],
    state: 'unknown',
    told: 'mounts',
  },
  'npm-secret': {
    lines: ['RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm install'],
    base: [...debian, npmManifest],
    own: [npmPackage('app', 'ms', '2.0.0')],
    state: 'unknown',
    told: 'it mounts the secret npmrc, which may name another registry',
  },
  'npm-secret-default-target': {
    lines: ['RUN --mount=type=secret,id=npmrc cp /run/secrets/npmrc /root/.npmrc && npm install && rm /root/.npmrc'],
    base: [...debian, npmManifest],
    own: [npmPackage('app', 'ms', '2.0.0')],
    state: 'unknown',
    told: 'it mounts the secret npmrc, which may name another registry',
  },
  'npm-secret-lock': {
    lines: ['RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm install'],
    base: [...debian, npmManifest, npmLock],
    own: [npmPackage('app', 'ms', '2.0.0')],
    state: 'unknown',
    told: 'may keep npm install from its lock file',
  },
  // Its token is for the registry; which packages come, the lock file says.
  'npm-secret-token-lock': {
    lines: ['RUN --mount=type=secret,id=token,env=NPM_TOKEN npm install'],
    base: [...debian, npmManifest, npmLock],
    own: [npmPackage('app', 'ms', '2.0.0')],
    state: 'does not pay',
    told: 'the same packages',
  },
  'npm-ci-secret': {
    lines: ['RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci'],
    base: [...debian, npmManifest, npmLock],
    own: [npmPackage('app', 'ms', '2.0.0')],
    state: 'does not pay',
    told: 'the same packages',
  },
  'pip-secret': {
    lines: ['RUN --mount=type=secret,id=pip,dst=/etc/pip.conf pip install flask'],
    own: [flask],
    state: 'unknown',
    told: 'it mounts the secret pip, which may name another registry',
  },
  'pip-bind': {
    lines: [
      'RUN --mount=type=bind,source=requirements.txt,target=/tmp/requirements.txt pip install -r /tmp/requirements.txt',
    ],
    base: [...debian, { name: 'srv/requirements.txt', content: 'flask==1.0\n' }],
    own: [flask],
    state: 'unknown',
    told: 'it mounts files of the build context',
  },
  'apt-secret': {
    lines: ['RUN --mount=type=secret,id=own,target=/etc/apt/sources.list.d/own.list apt-get install -y curl'],
    own: [some],
    state: 'unknown',
    told: 'it mounts the secret own, which may name other sources',
  },
  ...Object.fromEntries(
    (
      [
        'echo "@acme:registry=https://npm.example/" > .npmrc && npm install && rm .npmrc',
        'cp /opt/x /root/.npmrc && npm install && rm /root/.npmrc',
        'cp -r /opt/settings/. /root/ && npm install && rm -r /root/.n*',
        'npm login --scope=@acme && npm install',
        '--mount=type=bind,from=own,source=.npmrc,target=/root/.npmrc npm install',
        '--mount=type=cache,target=/root/.config/npm npm install',
      ] as const
    ).map((line, index) => [
      `npm-hidden-${index}`,
      {
        ...{ lines: [`RUN ${line}`], base: [...debian, npmManifest], own: [npmPackage('app', 'ms', '2.0.0')] },
        ...{ state: 'unknown', told: 'another registry', asksNobody: true },
      },
    ]),
  ),
  ...Object.fromEntries(
    (
      [
        ["printf '[global]\\nindex-url=x' > /etc/pip.conf && pip install flask && rm /etc/pip.conf", []],
        ['--mount=type=bind,from=own,target=/etc/pip pip install flask', []],
        ['--mount=type=cache,target=/root/.config/pip pip install flask', []],
        ['pip install flask', ['ARG PIP_INDEX_URL']],
      ] as const
    ).map(([line, before], index) => [
      `pip-hidden-${index}`,
      {
        lines: [...before, `RUN ${line}`],
        own: [flaskOf3],
        state: 'unknown',
        told: 'another registry',
        asksNobody: true,
      },
    ]),
  ),
  // A cache that is pip's own hides nothing.
  'pip-cache': {
    lines: ['RUN --mount=type=cache,target=/root/.cache/pip pip install flask'],
    own: [flaskOf3],
    state: 'unknown',
    told: 'flask: connect',
  },
  // No builder notes what a step mounts.
  'npm-untold': {
    lines: ['RUN npm install'],
    base: [...debian, npmManifest],
    own: [npmPackage('app', 'ms', '2.0.0')],
    untold: true,
    state: 'unknown',
    told: 'only the Dockerfile tells what it mounts',
    asksNobody: true,
  },
  'npm-secret-copied-lock': {
    lines: ['RUN --mount=type=secret,id=own cp /run/secrets/own /root/.npmrc && npm install'],
    base: [...debian, npmManifest, npmLock],
    own: [npmPackage('app', 'ms', '2.0.0')],
    state: 'unknown',
    told: 'may keep npm install from its lock file',
  },
  'apt-secret-option': {
    lines: ['RUN --mount=type=secret,id=x apt-get -c /run/secrets/x install -y curl'],
    own: [some],
    state: 'unknown',
    told: 'it mounts the secret x, which may name other sources',
  },
  'cache-copied': {
    lines: ['RUN --mount=type=cache,target=/c cp -r /c/node_modules /app/'],
    own: [some],
    state: 'unknown',
    told: 'it mounts a cache',
  },
  'bind-copied': {
    lines: ['RUN --mount=type=bind,target=/src cp -r /src/x /app/'],
    own: [some],
    state: 'does not pay',
    told: 'of the same sources',
  },
  'copy-untold': {
    lines: ['COPY /out/bin /opt/file'],
    own: [some],
    untold: true,
    state: 'unknown',
    told: 'only the Dockerfile',
  },
  'copy-image': {
    lines: ['COPY --from=alpine /x /opt/file'],
    own: [some],
    state: 'unknown',
    told: 'copies from alpine',
  },
  context: {
    lines: ['COPY file /opt/file'],
    own: [some],
    state: 'does not pay',
    told: 'of the same sources',
  },
  local: {
    lines: ["RUN mkdir -p /opt && echo x >/opt/file && find /opt -name '*.pyc' -exec rm {} +"],
    own: [some],
    state: 'does not pay',
    told: 'the same packages',
  },
};

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-rebuild-'));
  const moved: ReturnType<typeof add>[] = [];
  const manifests = Object.entries(cases).map(([name, { lines, own, base = debian, untold, movedTo, movedGo }]) => {
    const tars = [base, own].map(tarOf);
    const config = add(types.config, {
      os: 'linux',
      architecture: 'amd64',
      config: {},
      history: [
        { created_by: '/bin/sh -c #(nop) ADD file:abc in / ' },
        ...lines.map((line) => ({
          created_by: `${line.replace(/^RUN (?:--\S+ )?/, 'RUN /bin/sh -c ').replace(/--from=\S+ /, '')} # buildkit`,
          comment: 'buildkit.dockerfile.v0',
          ...(line.startsWith('ARG ') && { empty_layer: true }),
        })),
      ],
      rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
    });
    if (!untold) {
      mkdirSync(path.join(directory, name));
      writeFileSync(path.join(directory, name, 'Dockerfile'), `FROM debian:12\n${lines.join('\n')}\n`);
      writeFileSync(path.join(directory, name, 'file'), 'x');
    }
    if (movedTo) moved.push(imageOf(`${name}-base`, movedTo, movedGo));
    const body = {
      schemaVersion: 2,
      mediaType: types.manifest,
      config,
      layers: tars.map((tar) => add(types.tar, tar)),
    };
    return add(types.manifest, body, { annotations: { 'org.opencontainers.image.ref.name': name } });
  });
  writeFiles(path.join(directory, 'out'), layoutFiles(blobs, [...manifests, ...moved, imageOf('base', debian)]));
});

function imageOf(name: string, files: readonly TarFile[], go?: string) {
  const tar = tarOf(files);
  const config = add(types.config, {
    os: 'linux',
    architecture: 'amd64',
    config: go === undefined ? {} : { Env: [`GOLANG_VERSION=${go}`] },
    history: [{ created_by: 'x' }],
    rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
  });
  const body = { schemaVersion: 2, mediaType: types.manifest, config, layers: [add(types.tar, tar)] };
  return add(types.manifest, body, { annotations: { 'org.opencontainers.image.ref.name': name } });
}

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('bases --rebuild', () => {
  it.each(Object.entries(cases))('%s', async (name, { state, told, untold, movedTo, asksNobody }) => {
    const args = ['--rebuild', `oci:${directory}/out:${name}`, '--any', '--no-vulnerabilities', '--json'];
    const base = movedTo ? ['--base', `oci:${directory}/out:${name}-base`] : ['--same-base'];
    const { code, stdout, stderr } = await runCommand(
      bases,
      directory,
      [...args, ...(untold ? ['--base', `oci:${directory}/out:base`] : ['--dockerfile', name, ...base])],
      { environment: { HOME: directory, PATH: '/usr/bin:/bin', HTTPS_PROXY: 'http://127.0.0.1:9' } },
    );
    const report: RebuildReport = JSON.parse(stdout || '{}');
    expect(report.verdict?.state, stdout + stderr).toBe(state);
    expect(code).toBe(state === 'unknown' ? 3 : state === 'pays' ? 1 : 0);
    expect([report.verdict.reason, ...report.steps.flatMap(({ reasons }) => reasons)].join('\n')).toContain(told);
    // A question to any public registry goes to the proxy that refuses.
    if (asksNobody) expect(stdout + stderr).not.toMatch(/ECONNREFUSED/);
    // Of the base nothing is said here: what is unknown is the step.
    if (!name.startsWith('rpm'))
      expect(report.steps.filter((step) => step.state === 'unknown').map(({ layer }) => layer)).toEqual(
        state === 'unknown' ? expect.arrayContaining([2]) : [],
      );
    expect(report.steps.some((step) => step.state === 'as the sources say')).toBe(
      ['context', 'bind-copied'].includes(name),
    );
  });
});
