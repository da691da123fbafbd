import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { freePort } from '../free-port.ts';
import { eventually } from './eventually.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { loggingPod } from './logging-pod.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// A real OpenTelemetry Collector (0.139, of the components that the configuration names, beside the node) reads the log files of a real node's pods with the
// generated configuration and account, and sends them to a server that takes OTLP, as Loki does. For Elasticsearch its exporter is replaced by that one: it cannot
// be had here. npm run test:node.

const here = path.dirname(fileURLToPath(import.meta.url));
const collector = path.join(here, '../../.cache/bin/otelcol');
const missing = !hasNodeParts() || !existsSync(collector);
const reason = 'parts are missing: scripts/system-parts node otelcol';
const namespace = 'observe-otel';
const shop = 'observe-otel-shop';

/** A log record with what says whose it is. */
interface Received {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

describe.each(['loki', 'elasticsearch'] as const)(
  'the OpenTelemetry Collector with the configuration for %s',
  (store) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-otel-'));
    const received: Received[] = [];
    let refuses = false;
    const authorizations = new Set<string | undefined>();
    const server = http.createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of request) chunks.push(chunk);
      } catch {
        // The Collector was killed while it sent.
        return;
      }
      authorizations.add(request.headers.authorization);
      if (refuses) return void response.writeHead(503).end();
      if (request.url === '/otlp/v1/logs') received.push(...recordsOf(JSON.parse(Buffer.concat(chunks).toString())));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    let node: KubernetesNode;
    let running: ChildProcess | undefined;
    let log = '';

    beforeAll(async () => {
      if (missing && process.env.CI === 'true') throw new Error(reason);
      if (missing) return;
      node = startKubernetesNode();
      for (const name of [namespace, shop]) node.kubectl(['create', 'namespace', name]);
      node.kubectl(['apply', '--namespace', shop, '--filename', '-'], loggingPod);
      const project = path.join(directory, 'project');
      cpSync(path.join(here, '../../examples/carts-node'), project, { recursive: true });
      const choices = ['--log-agent', 'otel', '--log-store', store, '--namespace', namespace];
      const run = runPlimsoll(['observe', project, '--part', 'logging', ...choices]);
      expect(run.status, run.stderr).toBe(0);
      const base = path.join(project, 'observe/base/logging');
      node.kubectl(['apply', '--server-side', '--validate=strict', '--filename', path.join(base, 'access.yaml')]);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      mkdirSync(path.join(directory, 'state'));
      writeFileSync(path.join(directory, 'kubeconfig'), accountOf(node));
      writeFileSync(
        path.join(directory, 'otelcol.yaml'),
        await prepared(
          readFileSync(path.join(base, 'otel-collector.yaml'), 'utf8'),
          (server.address() as AddressInfo).port,
        ),
      );
      start();
    }, 3_600_000);
    beforeEach((context) => {
      if (missing) context.skip(reason);
    });
    afterAll(() => {
      running?.kill('SIGKILL');
      server.closeAllConnections();
      server.close();
      if (!missing && node) {
        node.kubectl(['delete', 'namespace', namespace, shop, '--ignore-not-found', '--wait=true', '--grace-period=1']);
        const roles = 'clusterrole,clusterrolebinding';
        node.kubectl(['delete', roles, 'plimsoll-otel-collector', '--ignore-not-found', '--wait=false']);
        node.stop();
      }
      rmSync(directory, { recursive: true, force: true });
    }, 120_000);

    function start(): void {
      running = spawn(collector, ['--config', path.join(directory, 'otelcol.yaml')], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          ...process.env,
          KUBECONFIG: path.join(directory, 'kubeconfig'),
          NODE_NAME: 'node1',
          POD_IP: '127.0.0.1',
          POD_NAMESPACE: namespace,
          STORE_USER: 'agent',
          STORE_PASSWORD: 'of-the-test',
        },
      });
      running.stderr?.on('data', (chunk: Buffer) => {
        log += chunk.toString();
      });
    }

    /** What is not of the node and its pods: who asks, where it is sent, where it keeps its place, what it listens on. */
    async function prepared(text: string, port: number): Promise<string> {
      const configuration = parse(text);
      const otlphttp = {
        endpoint: `http://127.0.0.1:${port}/otlp`,
        encoding: 'json',
        compression: 'none',
        auth: { authenticator: 'basicauth' },
        retry_on_failure: { enabled: true, max_interval: '1s', max_elapsed_time: 0 },
      };
      const [exporter] = Object.keys(configuration.exporters);
      const { sending_queue } = configuration.exporters[exporter ?? ''];
      configuration.exporters = { otlphttp: { ...otlphttp, sending_queue } };
      configuration.service.pipelines.logs.exporters = ['otlphttp'];
      configuration.processors.k8sattributes.auth_type = 'kubeConfig';
      configuration.extensions.health_check.endpoint = `127.0.0.1:${await freePort()}`;
      configuration.service.telemetry.metrics.readers[0].pull.exporter.prometheus.port = await freePort();
      for (const at of [configuration.extensions.file_storage, configuration.extensions.file_storage.compaction])
        at.directory = path.join(directory, 'state');
      return stringify(configuration);
    }

    const mine = () => received.filter(({ resource }) => resource['k8s.namespace.name'] === shop);
    const app = ({ attributes, body }: Received) => Object(store === 'loki' ? attributes : body);
    const text = (record: Received): string => {
      const value = store === 'loki' ? record.body : app(record).log;
      return typeof value === 'string' ? value : '';
    };

    it('takes whole entries out of the files: JSON, text, stack traces, lines that the runtime cut', {
      timeout: 120_000,
    }, async () => {
      await eventually(60, async () => {
        if (running?.exitCode !== null) throw new Error(log.slice(-3000));
        expect(mine().length, log.slice(-2000)).toBeGreaterThanOrEqual(4);
      });
      expect(app(mine().find((each) => app(each).app?.msg === 'order taken') ?? absent()).app).toEqual({
        level: 30,
        msg: 'order taken',
        user: { id: 7 },
      });
      const texts = mine().map(text);
      expect(texts).toContain('plain words');
      expect(texts).toContain('TypeError: no\n    at pay (/app/pay.js:3:9)\n    at next (/app/next.js:1:1)');
      expect(texts).toContain(`long ${'x'.repeat(20_000)}`);
      expect(mine()).toHaveLength(4);
    });

    it('says whose they are, by the generated account', async () => {
      for (const record of mine()) {
        expect(record.resource).toMatchObject({
          'k8s.namespace.name': shop,
          'k8s.container.name': 'carts',
          'k8s.pod.name': 'carts-7d9f8c6b5-abcde',
        });
        expect(record.resource).toMatchObject({
          'k8s.node.name': 'node1',
          'container.image.name': expect.stringContaining('pause'),
        });
        if (store === 'elasticsearch')
          expect(record.body).toMatchObject({
            stream: 'stdout',
            '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
            kubernetes: {
              namespace_name: shop,
              pod_name: 'carts-7d9f8c6b5-abcde',
              container_name: 'carts',
              host: 'node1',
            },
          });
      }
      expect([...authorizations]).toEqual([`Basic ${Buffer.from('agent:of-the-test').toString('base64')}`]);
      expect(log).not.toMatch(/forbidden/i);
    });

    it('loses nothing and sends nothing twice where the store fails and it is killed', {
      timeout: 120_000,
    }, async () => {
      refuses = true;
      node.kubectl([
        'exec',
        '--namespace',
        shop,
        'carts-7d9f8c6b5-abcde',
        '--',
        '/busybox',
        'sh',
        '-c',
        'echo after the fault >/proc/1/fd/1',
      ]);
      await new Promise((resolve) => setTimeout(resolve, 4000));
      running?.kill('SIGKILL');
      refuses = false;
      start();
      await eventually(60, async () => {
        expect(mine().map(text)).toContain('after the fault');
      });
      await new Promise((resolve) => setTimeout(resolve, 2000));
      expect(mine()).toHaveLength(5);
    });
  },
);

function absent(): never {
  throw new Error('the JSON line did not come');
}

/** OTLP as JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
function recordsOf({ resourceLogs }: { readonly resourceLogs: readonly OtlpResource[] }): Received[] {
  return resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ attributes = [], body }) => ({
        resource: mapOf(resource.attributes ?? []),
        attributes: mapOf(attributes),
        body: plainValue(body ?? {}),
      })),
    ),
  );
}

interface OtlpResource {
  readonly resource: { readonly attributes?: readonly OtlpPair[] };
  readonly scopeLogs: readonly {
    readonly logRecords: readonly { readonly attributes?: readonly OtlpPair[]; readonly body?: OtlpValue }[];
  }[];
}
interface OtlpPair {
  readonly key: string;
  readonly value: OtlpValue;
}
interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly kvlistValue?: { readonly values: readonly OtlpPair[] };
}

function mapOf(pairs: readonly OtlpPair[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue({ stringValue, intValue, doubleValue, kvlistValue }: OtlpValue): unknown {
  if (kvlistValue) return mapOf(kvlistValue.values);
  return stringValue ?? doubleValue ?? (intValue === undefined ? undefined : Number(intValue));
}

function accountOf({ kubectl }: KubernetesNode): string {
  const token = kubectl(['create', 'token', 'otel-collector', '--namespace', namespace]).trim();
  const server = kubectl(['config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}']).trim();
  return `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: '${server}', insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: ${token}}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;
}
