import type { BuildStep } from '../build.ts';
import { addToTail, bytesOf, type OnStep, type ProgressReader, type ProgressResult } from './progress.ts';

/** What BuildKit calls a vertex: one step of a build, or what the build itself needs (`[internal] load build context`). */
interface Vertex {
  readonly name: string;
  readonly stage: string | undefined;
  readonly instruction: string | undefined;
  cached: boolean;
  seconds: number | undefined;
  failed: boolean;
  cancelled: boolean;
  ended: boolean;
  readonly tail: string[];
  bytes: number | undefined;
}

/** `[build 3/7] RUN npm ci`, `[linux/arm64 build 3/7] …` where several platforms are built, `[2/3] …` where there is one stage. */
const stepName = /^\[(?:\S+\/\S+ )?(?:(\S+) )?(\d+)\/(\d+)\] (.*)$/s;

const maximumVertices = 20_000;

/**
 * Reads what BuildKit's clients print with `--progress=plain`, of version 0.8 (Docker 20.10) to 0.32: `#5 [build 2/4] RUN make`, `#5 0.517 hello`,
 * `#5 CACHED`, `#5 DONE 1.8s`, `#5 ERROR: …`
 * (https://github.com/moby/buildkit/blob/v0.32.2/util/progress/progressui/printer.go).
 */
export function buildkitProgress(onStep?: OnStep): ProgressReader {
  const vertices = new Map<string, Vertex>();
  const totals = new Map<string, number>();
  let error = '';
  let isExcerpt = false;
  const tell = (vertex: Vertex) => {
    if (vertex.instruction === undefined) return;
    const steps = [...vertices.values()].filter(({ instruction }) => instruction !== undefined);
    const done = steps.filter(({ ended }) => ended).length;
    const of = [...totals.values()].reduce((sum, total) => sum + total, 0);
    onStep?.({ name: vertex.name, cached: vertex.cached }, done, of);
  };
  const add = (id: string, name: string) => {
    if (vertices.size >= maximumVertices) return;
    const [, stage, , total, instruction] = stepName.exec(name) ?? [];
    if (total !== undefined) totals.set(stage ?? '', Number(total));
    const vertex = { name, stage, instruction, cached: false, seconds: undefined };
    vertices.set(id, { ...vertex, failed: false, cancelled: false, ended: false, tail: [], bytes: undefined });
    const added = vertices.get(id);
    if (added) tell(added);
  };
  return {
    line(text) {
      const [, id, rest = ''] = /^#(\d+) (.*)$/s.exec(text) ?? [];
      if (id === undefined) {
        // Between rules there is what the failed step printed, or a part of the Dockerfile.
        if (/^-{6,}$/.test(text)) isExcerpt = !isExcerpt;
        else if (!isExcerpt && /^error:/i.test(text)) error = text;
        else if (!isExcerpt && text.trim() !== '' && !/^error:/i.test(error) && !/^\S+:\d+$/.test(text)) error = text;
        return;
      }
      const vertex = vertices.get(id);
      if (vertex === undefined) add(id, rest);
      else if (partsOf(id, rest).filter((part) => readStatus(vertex, part)).length > 0) tell(vertex);
    },
    result: () => resultOf([...vertices.values()], error),
  };
}

/** What a step printed last may have no line end: then how it ended stands behind it, in the same line. */
function partsOf(id: string, text: string): readonly string[] {
  const mark = `#${id} `;
  const at = /^\d+\.\d+ /.test(text) ? text.lastIndexOf(mark) : -1;
  const behind = at === -1 ? '' : text.slice(at + mark.length);
  return /^(?:DONE [0-9.]+s$|ERROR: |CANCELED$)/.test(behind) ? [text.slice(0, at), behind] : [text];
}

/** Whether the vertex ended with this line. */
function readStatus(vertex: Vertex, text: string): boolean {
  const done = /^DONE ([0-9.]+)s$/.exec(text);
  if (done) {
    vertex.seconds = Number(done[1]);
    vertex.ended = true;
    return true;
  }
  if (text === 'CACHED') {
    vertex.cached = true;
    vertex.seconds ??= 0;
    vertex.ended = true;
    return true;
  }
  if (text === 'CANCELED') {
    vertex.cancelled = true;
    vertex.ended = true;
    return true;
  }
  if (text.startsWith('ERROR: ')) {
    vertex.failed = true;
    vertex.ended = true;
    return true;
  }
  const sent = /^transferring \S+: ([0-9.]+[kKMGT]?B)\b/.exec(text);
  if (sent) vertex.bytes = bytesOf(sent[1] ?? '') ?? vertex.bytes;
  const [, printed] = /^\d+\.\d+ (.*)$/s.exec(text) ?? [];
  if (printed !== undefined) addToTail(vertex.tail, printed);
  return false;
}

function resultOf(vertices: readonly Vertex[], error: string): ProgressResult {
  const failed = vertices.find((vertex) => vertex.failed);
  const isOpen = ({ ended, cancelled, instruction }: Vertex) => (!ended || cancelled) && instruction !== undefined;
  const last = failed ?? vertices.findLast(isOpen);
  const sent = vertices.flatMap(({ name, bytes }) => (isContext(name) && bytes !== undefined ? [bytes] : []));
  return {
    steps: vertices.map(stepOf),
    contextBytes: sent.length === 0 ? undefined : sent.reduce((sum, bytes) => sum + bytes, 0),
    last: last && stepOf(last),
    failed: failed && stepOf(failed),
    tail: last?.tail ?? [],
    error,
  };
}

/** The Dockerfile and its ignore file are sent likewise, and are no part of the context. */
function isContext(name: string): boolean {
  return name === '[internal] load build context' || /^\[context \S+\] load from client/.test(name);
}

function stepOf({ name, stage, instruction, cached, seconds }: Vertex): BuildStep {
  return { name, instruction, stage, cached, seconds };
}
