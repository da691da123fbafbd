import { readFileSync } from 'node:fs';
import type { Area } from '../../src/core/area.ts';
import type { Finding, Location } from '../../src/core/finding.ts';
import { compareFindings } from '../../src/core/order.ts';
import type { ClusterInventory, Report } from '../../src/core/report.ts';
import { scoreOf } from '../../src/core/score.ts';

export const dockerfileText = readFileSync(new URL('fixtures/web.Dockerfile', import.meta.url), 'utf8');
const lines = dockerfileText.split('\n');

function onLine(path: string, line: number, column: number, length: number, note?: string): Location {
  const offset = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
  return {
    path,
    start: { line, column },
    end: { line, column: column + length },
    range: { start: offset, end: offset + length },
    ...(note !== undefined && { note }),
  };
}

function wholeFile(path: string): Location {
  return { path, start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
}

const chown: Finding = {
  rule: 'layers/no-chown-after-copy',
  area: 'layers',
  severity: 'error',
  message: 'A recursive chown after COPY stores the application a second time.',
  why: 'A layer holds every file that a step touches, whole, even when only its owner changes.',
  remedy: 'Give the owner in the COPY itself with --chown.',
  locations: [onLine('web/Dockerfile', 7, 1, 28), onLine('web/Dockerfile', 5, 1, 8, 'the files that are stored twice')],
  peers: ['tally:prefer-copy-chown'],
  cost: {
    bytes: 168_000_000,
    basis: 'estimated',
    derivation: '168 MB in node_modules and 312 kB of sources, stored again',
  },
  fix: {
    title: 'Copy with --chown=node:node and drop the chown',
    changes: {
      edits: [
        {
          path: 'web/Dockerfile',
          range: onLine('web/Dockerfile', 5, 1, 8).range ?? { start: 0, end: 0 },
          replacement: 'COPY --chown=node:node . .',
        },
        {
          path: 'web/Dockerfile',
          range: onLine('web/Dockerfile', 7, 1, 29).range ?? { start: 0, end: 0 },
          replacement: '',
        },
      ],
    },
    assumptions: [
      { statement: 'The user node exists in the base image.', state: 'holds' },
      {
        statement: 'Nothing else needs the files to be owned by root.',
        state: 'unknown',
        question: 'Does a process that runs as root write to /app?',
      },
    ],
  },
};

const manifests: Finding = {
  rule: 'cache/copy-manifests-first',
  area: 'cache',
  severity: 'error',
  message: 'Every source change installs all dependencies again.',
  why: 'A step runs again as soon as a file that an earlier step copied has changed.',
  remedy: 'Copy package.json and the lock file first, install, then copy the sources.',
  locations: [onLine('web/Dockerfile', 5, 1, 8), onLine('web/Dockerfile', 6, 1, 15, 'installs the dependencies')],
  peers: [],
  cost: { seconds: 41, basis: 'measured', derivation: '41 s between two builds with one changed source file' },
  fix: {
    title: 'Copy package.json and the lock file first, then install',
    changes: {
      edits: [
        {
          path: 'web/Dockerfile',
          range: {
            start: onLine('web/Dockerfile', 5, 1, 0).range?.start ?? 0,
            end: onLine('web/Dockerfile', 5, 1, 0).range?.start ?? 0,
          },
          replacement: 'COPY package.json package-lock.json ./\n',
        },
      ],
    },
    assumptions: [{ statement: 'No install script reads the sources.', state: 'holds' }],
  },
};

const user: Finding = {
  rule: 'security/non-root-user',
  area: 'security',
  severity: 'warning',
  message: 'The stage that ships has no USER, and deployment/web asks for runAsNonRoot: the pod will not start.',
  why: 'The kubelet refuses a container that would run as root when runAsNonRoot is set.',
  remedy: 'Add USER with a numeric id after the last step that needs root.',
  locations: [wholeFile('web/Dockerfile'), { ...onLine('deploy/web.yaml', 3, 11, 4), note: 'asks for runAsNonRoot' }],
  peers: ['hadolint:DL3002', 'trivy:DS002', 'checkov:CKV_DOCKER_3'],
};

const latest: Finding = {
  rule: 'cache/pinned-base',
  area: 'cache',
  severity: 'warning',
  message: 'The base image has no version: two builds can differ.',
  why: 'latest is another image tomorrow.',
  remedy: 'Name a version.',
  locations: [onLine('web/Dockerfile', 2, 6, 4)],
  peers: ['hadolint:DL3006', 'buildkit:JSONArgsRecommended'],
};

const limits: Finding = {
  rule: 'alerting/memory-limit',
  area: 'alerting',
  severity: 'note',
  message: 'The container has no memory limit, so nothing can warn before the node is out of memory.',
  why: 'Without a limit one container can take the memory of all.',
  remedy: 'Set resources.limits.memory.',
  locations: [
    {
      path: 'deploy/web.yaml',
      start: { line: 3, column: 5 },
      end: { line: 3, column: 14 },
      range: { start: 40, end: 49 },
    },
  ],
  peers: ['kube-score:container-resources', 'checkov:CKV_K8S_13'],
};

const lookedAt = new Set<Area>(['size', 'security', 'layers', 'cache', 'context', 'config', 'secrets', 'alerting']);

/** A report as an audit of a small shop gives it, with every field in use. */
export const sampleReport: Report = reportOf([chown, manifests, user, latest, limits]);

/** What `audit --cluster PATH` adds to the inventory. */
export const sampleCluster: ClusterInventory = {
  server: 'https://10.0.0.1:6443',
  context: 'production',
  version: 'v1.37.2',
  namespaces: ['shop', 'billing'],
  leftOut: ['kube-system'],
  pods: 4,
  images: [
    {
      image: 'registry.example/shop/web:1.4',
      registry: 'registry.example',
      digests: [`sha256:${'a'.repeat(64)}`],
      created: '2026-10-01T08:00:00.000Z',
      ageDays: 54,
      bytes: 406_317_244,
      nodes: 2,
      pullPolicies: ['IfNotPresent'],
      pulls: { count: 2, medianSeconds: 13.5, longestSeconds: 21, bytes: 171_000_000 },
      runBy: [
        {
          path: 'cluster:shop/deployment/web',
          namespace: 'shop',
          kind: 'deployment',
          name: 'web',
          container: 'web',
          pods: 3,
          restarts: 7,
          lastReason: 'OOMKilled',
        },
      ],
    },
    {
      image: 'busybox',
      registry: 'docker.io',
      digests: [],
      created: undefined,
      ageDays: undefined,
      bytes: undefined,
      nodes: 0,
      pullPolicies: ['Always'],
      pulls: undefined,
      runBy: [
        {
          path: 'cluster:shop/pod/try',
          namespace: 'shop',
          kind: 'pod',
          name: 'try',
          container: 'try',
          pods: 1,
          restarts: 0,
          lastReason: undefined,
        },
      ],
    },
  ],
  nodes: [{ name: 'node1', version: 'v1.37.2', platform: 'linux/amd64', images: 3, bytes: 582_000_000 }],
  drift: {
    compared: 5,
    differing: [
      {
        live: 'cluster:shop/deployment/web',
        manifest: 'deploy/web.yaml',
        line: 4,
        differences: [
          { kind: 'replicas', field: 'spec.replicas', manifest: '3', live: '5' },
          { kind: 'env', field: 'spec.template.spec.containers[web].env[TOKEN]', manifest: undefined, live: undefined },
        ],
      },
    ],
    missing: [{ kind: 'service', name: 'web', manifest: 'deploy/web.yaml' }],
    unknown: ['cluster:shop/pod/try'],
  },
};

/** The sample with other findings, ordered and scored as an audit does it. */
export function reportOf(findings: readonly Finding[], changes: Partial<Report> = {}): Report {
  const ordered = [...findings].sort(compareFindings);
  return {
    tool: { name: 'plimsoll', version: '0.1.0' },
    target: 'shop',
    name: 'shop',
    inventory: {
      dockerfiles: 2,
      workloads: 3,
      objects: 7,
      composeServices: 1,
      applications: 1,
      contexts: [
        { path: 'web', files: 5120, bytes: 184_000_000, unneededBytes: 171_000_000 },
        { path: 'worker', files: 12, bytes: 310_000, unneededBytes: 0 },
      ],
      links: [
        {
          dockerfile: 'web/Dockerfile',
          context: 'web',
          image: 'shop/web',
          runBy: [{ kind: 'Deployment', name: 'web', replicas: 3, path: 'deploy/web.yaml' }],
        },
      ],
    },
    findings: ordered,
    suppressed: [{ finding: { ...latest, rule: 'size/lighter-base' }, by: 'comment', reason: 'the tests need glibc' }],
    problems: [
      {
        path: 'charts/web/templates/deploy.yaml',
        position: { line: 17, column: 3 },
        message: 'this template needs Helm to be read, and helm is not installed',
        remedy: 'The other files were audited. Install helm, or exclude charts/ in plimsoll.yaml.',
      },
    ],
    score: scoreOf(ordered, lookedAt),
    seconds: 0.21,
    excerpts: new Map([
      ['web/Dockerfile', new Map(lines.map((text, index) => [index + 1, text]))],
      ['deploy/web.yaml', new Map([[3, '    - name: web']])],
    ]),
    rules: [...new Map(findings.map((finding) => [finding.rule, finding])).values()].map(
      ({ rule, area, severity, message }) => ({
        id: rule,
        area,
        severity,
        summary: message,
        docs: `docs/rules/${rule}.md`,
      }),
    ),
    ...changes,
  };
}

export const sampleFindings = { chown, manifests, user, latest, limits };
export const cleanReport: Report = reportOf([], { problems: [], suppressed: [] });

/** The sample as of a cluster. */
export const clusterReport: Report = {
  ...sampleReport,
  inventory: { ...sampleReport.inventory, dockerfiles: 0, contexts: [], links: [], cluster: sampleCluster },
};

/** Of a repository that has programs, and nothing yet that says how they ship. */
export const reportOfApplications: Report = {
  ...cleanReport,
  inventory: { dockerfiles: 0, workloads: 0, objects: 0, composeServices: 0, applications: 2, contexts: [], links: [] },
};
