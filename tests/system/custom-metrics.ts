import { readFileSync } from 'node:fs';
import https from 'node:https';
import { parse } from 'yaml';

/** One rule of prometheus-adapter's configuration, as far as this adapter knows it. */
interface AdapterRule {
  readonly name: { readonly as: string };
  readonly seriesQuery: string;
  readonly metricsQuery: string;
}

interface Answer {
  readonly data: {
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];
  };
}

export interface CustomMetrics {
  readonly port: number;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/**
 * A small adapter of the tests' own for custom.metrics.k8s.io, because prometheus-adapter cannot be had from the registries reached here: it
 * takes the same rules and asks the same Prometheus, for pods only.
 * https://github.com/kubernetes/design-proposals-archive/blob/main/instrumentation/custom-metrics-api.md
 */
export async function serveCustomMetrics(
  rules: readonly AdapterRule[],
  prometheus: string,
  certificate: { readonly key: string; readonly cert: string },
  address: string,
): Promise<CustomMetrics> {
  const asked: string[] = [];
  const root = '/apis/custom.metrics.k8s.io/v1beta1';
  const answer = async (url: URL): Promise<object | undefined> => {
    if (url.pathname === root)
      return {
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion: 'custom.metrics.k8s.io/v1beta1',
        resources: rules.map(({ name }) => ({
          name: `pods/${name.as}`,
          singularName: '',
          namespaced: true,
          kind: 'MetricValueList',
          verbs: ['get'],
        })),
      };
    const [, namespace, metric] = /\/namespaces\/([^/]+)\/pods\/(?:\*|%2A)\/([^/]+)$/.exec(url.pathname) ?? [];
    const rule = rules.find(({ name }) => name.as === metric);
    if (namespace === undefined || rule === undefined) return undefined;
    const series = rule.seriesQuery.replace(/\{.*/, '');
    const query = rule.metricsQuery
      .replaceAll('<<.Series>>', series)
      .replaceAll(
        '<<.LabelMatchers>>',
        `namespace="${namespace}"${podMatcher(url.searchParams.get('labelSelector') ?? '')}`,
      )
      .replaceAll('<<.GroupBy>>', 'pod');
    const response = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data }: Answer = JSON.parse(await response.text());
    return {
      kind: 'MetricValueList',
      apiVersion: 'custom.metrics.k8s.io/v1beta1',
      metadata: {},
      items: data.result.map(({ metric: labels, value: [seconds, value] }) => ({
        describedObject: { kind: 'Pod', namespace, name: labels.pod, apiVersion: '/v1' },
        metricName: metric,
        timestamp: new Date(seconds * 1000).toISOString(),
        value: `${Math.round(Number(value) * 1000)}m`,
      })),
    };
  };
  const server = https.createServer(certificate, async (request, response) => {
    const url = new URL(request.url ?? '', 'https://adapter');
    asked.push(url.pathname);
    const body = await answer(url).catch((error: unknown) => ({
      kind: 'Status',
      status: 'Failure',
      message: String(error),
    }));
    response.statusCode = body === undefined ? 404 : 'status' in body ? 500 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404 }));
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The pods of a workload: the tests' selectors are `app=NAME`, and its pods are named by it. prometheus-adapter lists them instead. */
function podMatcher(selector: string): string {
  const name = /^app=([a-z0-9-]+)$/.exec(selector)?.[1];
  return name === undefined ? '' : `,pod=~"${name}-.+"`;
}

/** The rules of a generated `config.yaml`. */
export function readAdapterRules(file: string): readonly AdapterRule[] {
  const { rules }: { readonly rules: readonly AdapterRule[] } = parse(readFileSync(file, 'utf8'));
  return rules;
}
