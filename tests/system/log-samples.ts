/** A container's log file as the kubelet has it, and what has to be found of it in a store. */
export interface LogSample {
  /** As in /var/log/containers: POD_NAMESPACE_CONTAINER-ID.log. */
  readonly file: string;
  /** How an agent that cannot do both has to join its lines. */
  readonly joins: 'none' | 'partial' | 'traces';
  readonly text: string;
  /** For each entry, the fields of its document, by their path. */
  readonly documents: readonly Readonly<Record<string, unknown>>[];
}

function file(pod: string, container: string): string {
  return `${pod}_samples_${container}-${'0123456789abcdef'.repeat(4)}.log`;
}

let second = 0;
function cri(text: string, tag = 'F', stream = 'stdout'): string {
  second += 1;
  return `2026-11-27T10:00:${String(second % 60).padStart(2, '0')}.123456789Z ${stream} ${tag} ${text}\n`;
}

const long = 'x'.repeat(20_000);
const longLine = JSON.stringify({ level: 'info', msg: 'long', payload: long, traceId: 'f00d' });

/** CRI log files with JSON, text, stack traces over lines, and a line that the runtime cut. */
export const logSamples: readonly LogSample[] = [
  {
    file: file('pino-7d9f8c6b5-abcde', 'api'),
    joins: 'none',
    text: [
      cri(
        '{"level":30,"time":1764237600000,"msg":"order taken","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","user":7,"http.status":201}',
      ),
      cri(
        '{"level":50,"time":1764237601000,"msg":"payment failed","user":{"id":7},"err":{"type":"TypeError","message":"no","stack":"TypeError: no\\n    at pay (/app/pay.js:3:9)"}}',
      ),
      cri('{"level":"warn","message":"slow","user":"seven","size":"12"}', 'F', 'stderr'),
    ].join(''),
    documents: [
      {
        message: 'order taken',
        level: 'info',
        trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
        stream: 'stdout',
        'app.user': 7,
      },
      {
        message: 'payment failed',
        level: 'error',
        'error.type': 'TypeError',
        'error.stack_trace': 'TypeError: no\n    at pay (/app/pay.js:3:9)',
        'app.user.id': 7,
      },
      { message: 'slow', level: 'warn', stream: 'stderr', 'app.user': 'seven' },
    ].map((each) => ({
      ...each,
      'kubernetes.pod_name': 'pino-7d9f8c6b5-abcde',
      'kubernetes.namespace_name': 'samples',
      'kubernetes.container_name': 'api',
    })),
  },
  {
    file: file('text-0', 'web'),
    joins: 'none',
    text: [cri('2026-11-27 10:00:00 ERROR cannot reach the store'), cri('listening on 8080')].join(''),
    documents: [
      {
        message: '2026-11-27 10:00:00 ERROR cannot reach the store',
        level: 'error',
        log: '2026-11-27 10:00:00 ERROR cannot reach the store',
      },
      { message: 'listening on 8080', level: undefined },
    ].map((each) => ({ ...each, 'kubernetes.pod_name': 'text-0' })),
  },
  {
    file: file('traces-5c4d3b2a1-zzzzz', 'shop'),
    joins: 'traces',
    text: [
      cri('GET /orders/7 200'),
      cri('TypeError: cannot read properties of undefined', 'F', 'stderr'),
      cri('    at pay (/app/pay.js:3:9)', 'F', 'stderr'),
      cri('    at node:internal/main:1:1', 'F', 'stderr'),
      cri('GET /orders/8 200'),
    ].join(''),
    documents: [
      { message: 'GET /orders/7 200' },
      {
        message:
          'TypeError: cannot read properties of undefined\n    at pay (/app/pay.js:3:9)\n    at node:internal/main:1:1',
        level: 'error',
      },
      { message: 'GET /orders/8 200' },
    ].map((each) => ({ ...each, 'kubernetes.pod_name': 'traces-5c4d3b2a1-zzzzz' })),
  },
  {
    file: file('partial-1', 'big'),
    joins: 'partial',
    text: [
      cri(longLine.slice(0, 8000), 'P'),
      cri(longLine.slice(8000, 16_000), 'P'),
      cri(longLine.slice(16_000)),
      cri('{"level":"debug","msg":"short"}'),
    ].join(''),
    documents: [
      { message: 'long', level: 'info', trace_id: 'f00d', 'app.payload': long },
      { message: 'short', level: 'debug' },
    ].map((each) => ({ ...each, 'kubernetes.pod_name': 'partial-1' })),
  },
];

/** The value at a path of a document: names with dots in them are found as well. */
export function valueAt(document: unknown, path: string): unknown {
  if (typeof document !== 'object' || document === null) return undefined;
  const entries = new Map(Object.entries(document));
  if (entries.has(path)) return entries.get(path);
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const below = entries.get(path.slice(0, dot));
    const value = valueAt(below, path.slice(dot + 1));
    if (value !== undefined) return value;
  }
  return undefined;
}
