import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createExporter, type ExporterSources } from '../../../src/observe/exporter/exporter.ts';
import { familyBuilder, maximumSeries } from '../../../src/observe/exporter/metric-family.ts';
import { registryFacts } from '../../../src/observe/exporter/registry-facts.ts';
import type { RunningContainer } from '../../../src/observe/exporter/running-container.ts';
import { listenAddress, serveExporter } from '../../../src/observe/exporter/serve.ts';
import type { SourceChange } from '../../../src/observe/exporter/source-states.ts';

/** A cluster that answers with these objects, by resource; an error is thrown. */
function clusterOf(objects: Readonly<Record<string, unknown[] | Error>>): ExporterSources['cluster'] {
  return {
    async *pages({ resource }) {
      const found = objects[resource] ?? [];
      if (found instanceof Error) throw found;
      yield found.map((each) => ({ apiVersion: 'v1', kind: 'X', metadata: { name: '' }, ...Object(each) }));
    },
  };
}

function pods(count: number, image = (index: number) => `shop/web:${index}`) {
  return Array.from({ length: count }, (_, index) => ({
    metadata: { name: `p${index}`, namespace: 'shop' },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: image(index) }] },
    status: { phase: 'Running' },
  }));
}

function exporterOf(objects: Record<string, unknown[] | Error>) {
  const log: SourceChange[] = [];
  const state = { now: 1_000_000, objects };
  const exporter = createExporter(
    {
      cluster: {
        pages: (type, options) => clusterOf(state.objects)?.pages(type, options) ?? raise(),
      },
      namespaces: [],
      registry: undefined,
      audits: undefined,
    },
    { version: '1.2.3', clock: () => state.now, log: (change) => log.push(change) },
  );
  return { exporter, log, state };
}

function raise(): never {
  throw new Error('no cluster');
}

const value = (text: string, series: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${series} `))
    ?.split(' ')[1];

describe('the exporter', () => {
  it('a source that fails is a metric, a line in the log once, and takes no other source away', async () => {
    const { exporter, log, state } = exporterOf({ pods: pods(2), nodes: new Error('forbidden (403)') });
    await exporter.refresh();
    await exporter.refresh();
    const text = await exporter.text();
    expect(value(text, 'plimsoll_exporter_up{source="nodes"}')).toBe('0');
    expect(value(text, 'plimsoll_exporter_up{source="pods"}')).toBe('1');
    expect(text).toContain('image="shop/web:0"');
    expect(log.map(({ source, up, message }) => [source, up, message])).toEqual([['nodes', false, 'forbidden (403)']]);
    expect(exporter.down).toEqual(['nodes']);
    state.objects = { pods: pods(2) };
    await exporter.refresh();
    expect(log.at(-1)).toMatchObject({ source: 'nodes', up: true });
  });

  it('shows what was known for five minutes, then nothing: nobody knows any more', async () => {
    const { exporter, state } = exporterOf({ pods: pods(1) });
    await exporter.refresh();
    state.objects = { pods: new Error('the API server hangs') };
    state.now += 299;
    await exporter.refresh();
    expect(await exporter.text()).toContain('image="shop/web:0"');
    state.now += 2;
    await exporter.refresh();
    const text = await exporter.text();
    expect(text).not.toContain('image="shop/web:0"');
    expect(value(text, 'plimsoll_exporter_up{source="pods"}')).toBe('0');
    expect(value(text, 'plimsoll_exporter_last_success_timestamp_seconds{source="pods"}')).toBe('1000000');
  });

  it('has bounds: more series than a metric may have are counted, not served', async () => {
    const { exporter } = exporterOf({ pods: pods(maximumSeries + 5) });
    await exporter.refresh();
    const text = await exporter.text();
    expect(text.match(/^plimsoll_container_image_info\{/gm)).toHaveLength(maximumSeries);
    expect(value(text, 'plimsoll_exporter_series_dropped{metric="plimsoll_container_image_info"}')).toBe('5');
  });

  it('pods of one workload are one series', async () => {
    const owned = pods(3, () => 'shop/web:1').map((each) => ({
      ...each,
      metadata: { ...each.metadata, ownerReferences: [{ controller: true, kind: 'StatefulSet', name: 'web' }] },
    }));
    const { exporter } = exporterOf({ pods: owned });
    await exporter.refresh();
    const lines = (await exporter.text())
      .split('\n')
      .filter((line) => line.startsWith('plimsoll_container_image_info{'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/workload="web",workload_kind="StatefulSet".* 3$/);
  });

  it('labels are cut and cleaned, values that are none are left out', () => {
    const builder = familyBuilder({ name: 'm', help: 'h', labels: ['a'] });
    builder.add({ a: 'x'.repeat(2000) }, 1);
    builder.add({ a: '\u0000\u202e' }, 2);
    builder.add({ a: 'none' }, Number.NaN);
    expect(builder.family.samples.map(({ labels, value: of }) => [labels.a?.length, of])).toEqual([
      [512, 1],
      ['\\x00\\u{202e}'.length, 2],
    ]);
  });
});

describe('its server', () => {
  const servers: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function serve() {
    const { exporter } = exporterOf({ pods: pods(1) });
    const server = await serveExporter(exporter, { host: '127.0.0.1', port: 0 });
    servers.push(server);
    const ask = (where: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${where}`, init);
    return { exporter, server, ask };
  }

  it('is healthy at once, ready when everything was read once', async () => {
    const { exporter, ask } = await serve();
    expect((await ask('/healthz')).status).toBe(200);
    expect((await ask('/readyz')).status).toBe(503);
    await exporter.refresh();
    expect((await ask('/readyz')).status).toBe(200);
    const metrics = await ask('/metrics?x=1');
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await metrics.text()).toContain('plimsoll_exporter_build_info{version="1.2.3"} 1');
  });

  it.each([
    ['/metrics', { method: 'POST', body: 'x'.repeat(1_000_000) }, 405],
    ['/metrics', { method: 'HEAD' }, 200],
    ['/../etc/passwd', {}, 404],
    ['/metricss', {}, 404],
  ])('%s %o: %i', async (where, init, status) => {
    const { ask } = await serve();
    expect((await ask(where, init)).status).toBe(status);
  });

  it('a port that is taken is an error that says so', async () => {
    const { exporter, server } = await serve();
    await expect(serveExporter(exporter, { host: '127.0.0.1', port: server.port })).rejects.toThrow(
      'something listens there already',
    );
  });

  it.each([
    ['127.0.0.1:9925', { host: '127.0.0.1', port: 9925 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    [':9925', { host: undefined, port: 9925 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
  ])('listens on %s', (text, address) => {
    expect(listenAddress(text)).toEqual(address);
  });

  it.each(['9925', 'a:b', '127.0.0.1:70000', '::1:80', ''])('%j is no address', (text) => {
    expect(() => listenAddress(text)).toThrow(/no address and port/);
  });
});

describe('registries', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  const running = (image: string, digest: string): RunningContainer => ({
    workload: { namespace: 'n', kind: 'Pod', name: 'p' },
    pod: 'p',
    node: 'n1',
    container: 'c',
    image,
    digest,
    pullPolicy: '',
    restarts: 0,
    lastReason: undefined,
    waiting: undefined,
  });
  const digest = `sha256:${'0'.repeat(64)}`;
  const options = { fetch, credentials: () => undefined, timeoutSeconds: 2 };

  async function registry(answer: string, status = 200) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(status).end(answer);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address: AddressInfo | string | null = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    return { asked, host: `127.0.0.1:${port}` };
  }

  it('on this machine are asked only where they are named: any pod may name one as its image', async () => {
    const { asked, host } = await registry('{}');
    await registryFacts('public', options, () => 0).refresh([running(`${host}/a:1`, digest)], new Map());
    await registryFacts('none', options, () => 0).refresh([running(`${host}/a:1`, digest)], new Map());
    await registryFacts(['ghcr.io'], options, () => 0).refresh([running(`${host}/a:1`, digest)], new Map());
    expect(asked).toEqual([]);
  });

  it('are asked for the digest that runs; other bytes than it names are not believed; a failure is not asked again at once', async () => {
    const { asked, host } = await registry('{"config":{}}');
    let now = 0;
    const facts = registryFacts([host], options, () => now);
    const ask = () => facts.refresh([running(`${host}/a:1`, digest)], new Map());
    await expect(ask()).rejects.toThrow(/gave other bytes than sha256:0000/);
    await expect(ask()).rejects.toThrow(/gave other bytes/);
    expect(asked).toEqual([`/v2/a/manifests/${digest}`]);
    now = 601;
    await expect(ask()).rejects.toThrow();
    now = 1200;
    await expect(ask()).rejects.toThrow();
    expect(asked).toHaveLength(2);
    await facts.refresh([], new Map());
    expect(facts.failures.size).toBe(0);
  });
});
