// 1,000 webhooks a second for 30 s on loopback, after a warm-up of some 2,000, whole process, beside a real API server where one is named: KUBECONFIG, or PLIMSOLL_NODE.
// Limits: p99 below 50 ms, no decision lost, no action twice; requests to the API server are counted.
// PLIMSOLL_RESPOND_COLD=1 leaves the warm-up out: the first webhook of the storm is the first of the process.
// On a machine that others use, `chrt -f 1 node benchmarks/respond.mjs` measures the responder and not them.
// PLIMSOLL_RESPOND_SECONDS makes it shorter; PLIMSOLL_RESPOND_KILL=1 kills the responder in the middle of the storm, and starts it again.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { machine, plimsoll, printTable, verdict } from './measure.mjs';

const seconds = Number(process.env.PLIMSOLL_RESPOND_SECONDS ?? 30);
const perSecond = 1000;
const killed = process.env.PLIMSOLL_RESPOND_KILL === '1';
const cold = process.env.PLIMSOLL_RESPOND_COLD === '1';
const workloads = 20;
const actions = 10;
const namespace = `respond-bench-${process.pid}`;
const token = 'of-the-benchmark-and-long-enough';
const kubeconfig =
  process.env.PLIMSOLL_NODE === undefined ? process.env.KUBECONFIG : path.join(process.env.PLIMSOLL_NODE, 'kubeconfig');
if (!kubeconfig) {
  console.error('names no cluster: KUBECONFIG, or PLIMSOLL_NODE (scripts/cluster up DIR api)');
  process.exit(3);
}
const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-respond-'));
const file = (name) => path.join(directory, name);
writeFileSync(file('token'), `${token}\n`);
writeFileSync(file('policy.yaml'), policy());
kubectl(['create', 'namespace', namespace]);
kubectl(
  ['apply', '--namespace', namespace, '--filename', '-'],
  Array.from({ length: workloads }, (_, at) => deployment(`web-${at}`)).join('---\n'),
);
const generations = () =>
  JSON.parse(kubectl(['get', 'deployments', '--namespace', namespace, '--output', 'json'])).items.map((item) => [
    item.metadata.name,
    item.metadata.generation,
    (item.metadata.annotations?.['respond.plimsoll.dev/actions'] ?? '').split(',').filter(Boolean).length,
  ]);
let port;
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
let failed = true;
try {
  await untilSettled();
  const before = new Map(generations().map(([name, generation]) => [name, generation]));
  let responder = await startResponder();
  if (!cold) await warmUp();
  const ready = performance.now();
  const busyBefore = responder.processor() ?? 0;
  const { latencies, codes, decided } = await storm(async () => {
    if (!killed) return;
    responder.child.kill('SIGKILL');
    responder = await startResponder();
  });
  const took = (performance.now() - ready) / 1000;
  const busy = (responder.processor() ?? 0) - (killed ? 0 : busyBefore);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const memory = sum(metrics, /^process_resident_memory_bytes (\S+)/gm) || responder.memory();
  const requests = sum(metrics, /^plimsoll_respond_api_requests_total\{[^}]*\} (\S+)/gm);
  const warmed = killed || cold ? 0 : 2000;
  const decisions = sum(metrics, /^plimsoll_respond_decisions_total\{[^}]*\} (\S+)/gm) - warmed;
  const patches = sum(metrics, /^plimsoll_respond_api_requests_total\{verb="patch"[^}]*\} (\S+)/gm);
  responder.child.kill('SIGTERM');
  const after = generations();
  const restarted = after.filter(([name, generation]) => generation > before.get(name));
  const twice = after.filter(([name, generation, ids]) => generation > before.get(name) + 1 || ids > 1);
  latencies.sort((a, b) => a - b);
  const percentile = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  const ok = codes.get(200) ?? 0;
  console.log(machine());
  printTable(
    `${perSecond} webhooks a second for ${seconds} s, ${workloads} workloads, at most ${actions} actions${killed ? ', killed in the middle' : ''}${cold ? ', cold' : ''}`,
    ['what', 'measured', 'limit'],
    [
      ['sent in time', `${Math.round(decided / took)} a second`, ''],
      ['answered 200', `${ok} of ${decided}`, killed ? '' : verdict(decided - ok, 0, ' lost')],
      [
        'other answers',
        [...codes]
          .filter(([code]) => code !== 200)
          .map(([code, count]) => `${code}: ${count}`)
          .join(', ') || 'none',
        '',
      ],
      ['median', `${percentile(0.5).toFixed(1)} ms`, ''],
      [
        'p99',
        `${percentile(0.99).toFixed(1)} ms`,
        killed ? '' : verdict(Number(percentile(0.99).toFixed(1)), 50, ' ms'),
      ],
      ['slowest', `${(latencies.at(-1) ?? 0).toFixed(1)} ms`, ''],
      ['decisions', String(decisions), killed ? '' : verdict(ok - decisions, 0, ' lost')],
      [
        'workloads restarted',
        String(restarted.length),
        verdict(Math.abs(restarted.length - actions), 0, ' from the limit of the policy'),
      ],
      ['restarted twice', String(twice.length), verdict(twice.length, 0, '')],
      [
        'requests to the API server',
        `${requests} (${(requests / took).toFixed(1)} a second), ${patches} of them patches`,
        verdict(Math.ceil(requests / took), 20, ' a second'),
      ],
      [
        'processor',
        `${busy.toFixed(1)} s${killed ? ' since it was started again' : `, ${((busy / decided) * 1000).toFixed(2)} ms a webhook`}`,
        '',
      ],
      ['memory', `${Math.round(memory / 1e6)} MB`, ''],
    ],
  );
  failed = twice.length > 0 || restarted.length !== actions || (!killed && (ok !== decided || decisions !== ok));
} finally {
  agent.destroy();
  kubectl(['delete', 'namespace', namespace, '--wait=false']);
  rmSync(directory, { recursive: true, force: true });
}
if (failed) process.exitCode = 1;

/** Two seconds of alerts that no rule is about: a responder that runs has its code compiled. What is measured comes after it. */
async function warmUp() {
  for (let at = 0; at < 100; at++) {
    await Promise.all(Array.from({ length: 20 }, () => post(body(7))));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Sends at a steady rate, whatever the answers do; what breaks is sent again, as Alertmanager does. */
async function storm(middle) {
  const latencies = [];
  const codes = new Map();
  const total = perSecond * seconds;
  const begun = performance.now();
  let sent = 0;
  const pending = new Set();
  let disturbed;
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * perSecond));
    for (; sent < due; sent++) {
      const one = sendUntilTaken(sent, latencies, codes).finally(() => pending.delete(one));
      pending.add(one);
    }
    if (!disturbed && sent > total / 2) disturbed = middle();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await disturbed;
  await Promise.all(pending);
  return { latencies, codes, decided: total };
}

async function sendUntilTaken(index, latencies, codes) {
  for (let tries = 0; tries < 200; tries++) {
    const begun = performance.now();
    const code = await post(body(index));
    codes.set(code, (codes.get(code) ?? 0) + 1);
    if (code === 200) {
      latencies.push(performance.now() - begun);
      return;
    }
    if (!killed) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function post(text) {
  return new Promise((resolve) => {
    const request = http.request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/alerts',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        },
      },
      (response) => {
        response.resume();
        // Who is killed in the middle of an answer ends nothing.
        response.once('close', () => resolve(response.complete ? response.statusCode : 'broken'));
      },
    );
    request.setTimeout(20_000, () => request.destroy());
    request.once('error', () => resolve('broken'));
    request.end(text);
  });
}

/** What a storm is like: mostly the same alerts over and over, some new ones, some that are over, some about nothing. */
function body(index) {
  const kind = index % 10;
  const workload = kind === 9 ? `web-${index % 1000}` : `web-${index % workloads}`;
  const alert = {
    status: kind === 8 ? 'resolved' : 'firing',
    labels: {
      alertname: kind === 7 ? 'Other' : 'Leak',
      namespace,
      workload,
      container: 'main',
      image: 'registry.example/shop/web:1.4.0',
      severity: 'critical',
      instance: '10.0.0.1:10250',
    },
    annotations: {
      summary: 'memory is near its limit',
      description: `Container main of ${workload} uses 95 % of its memory limit.`,
    },
    startsAt: new Date(1_790_000_000_000 + Math.floor(index / 500) * 1000).toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus/graph',
  };
  return JSON.stringify({
    version: '4',
    groupKey: `{}:{alertname="Leak",workload="${workload}"}`,
    truncatedAlerts: 0,
    status: alert.status,
    receiver: 'respond',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager',
    alerts: [alert],
  });
}

async function startResponder() {
  const child = spawn(
    process.execPath,
    [
      plimsoll,
      'respond',
      '--policy',
      file('policy.yaml'),
      '--token-file',
      file('token'),
      '--kubeconfig',
      kubeconfig,
      '--namespace',
      namespace,
      '--identity',
      'bench',
      '--listen',
      `127.0.0.1:${port ?? 0}`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let leads = false;
  child.stdout.setEncoding('utf8').on('data', (text) => {
    port ??= Number(/"address":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(text)?.[1]) || undefined;
    leads ||= text.includes('leading: this instance acts');
  });
  const end = performance.now() + 30_000;
  while (!leads || port === undefined) {
    if (performance.now() > end || child.exitCode !== null) throw new Error('the responder does not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { child, memory: () => residentBytes(child.pid), processor: () => processorSeconds(child.pid) };
}

/** Of the process so far; undefined where there is no /proc. */
function processorSeconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

function residentBytes(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(stdout) * 1024;
}

async function untilSettled() {
  const end = performance.now() + 30_000;
  for (;;) {
    const { items } = JSON.parse(kubectl(['get', 'deployments', '--namespace', namespace, '--output', 'json']));
    // An API server without controllers settles nothing; the responder is told that nothing is under way.
    if (items.every((item) => item.status?.updatedReplicas === 2)) return;
    if (performance.now() > end) {
      console.error('the Deployments do not settle: this cluster has no controllers');
      process.exit(3);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function sum(text, pattern) {
  return [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
}

function kubectl(args, input) {
  const { status, stdout, stderr } = spawnSync('kubectl', ['--kubeconfig', kubeconfig, ...args], {
    encoding: 'utf8',
    input,
  });
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Their pods are never scheduled: it is the responder that is measured. */
function deployment(name) {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 2
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      nodeSelector: {of-the-benchmark: none}
      containers: [{name: main, image: 'registry.example/shop/web:1.4.0'}]
`;
}

function policy() {
  return `version: 1
mode: act
limit: {actions: ${actions}, window: 1h}
rules:
  - name: leaks
    alerts: Leak
    namespaces: ${namespace}
    workloads: deployment/*
    do: restart
    limit: {actions: ${actions}, window: 1h}
    coolDown: 1h
`;
}
