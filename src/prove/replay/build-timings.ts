/**
 * Seconds by instruction from the log of a build that ran with `--progress=plain` or `--progress=rawjson`. Instructions that were cached
 * there are not in it. The text is as BuildKit names the step, without its place: `RUN npm ci`.
 */
export function readTimings(log: string): ReadonlyMap<string, number> {
  const timings = new Map<string, number>();
  for (const [name, seconds] of log.trimStart().startsWith('{') ? rawTimings(log) : plainTimings(log)) {
    const text = /^\[(?:\S+ +)* *\d+\/\d+\] (.*)$/s.exec(name)?.[1]?.replace(/\s+/g, ' ').trim();
    if (text !== undefined && !text.startsWith('FROM ')) timings.set(text, Math.max(timings.get(text) ?? 0, seconds));
  }
  return timings;
}

/** `#8 [build 3/8] RUN npm ci`, and later `#8 DONE 12.3s`. */
function* plainTimings(log: string): Generator<readonly [string, number]> {
  const names = new Map<string, string>();
  for (const line of log.split('\n')) {
    const [, step = '', rest = ''] = /^#(\d+) (.*?)\r?$/.exec(line) ?? [];
    if (rest.startsWith('[')) names.set(step, rest);
    const done = /^DONE (\d+(?:\.\d+)?)s$/.exec(rest)?.[1];
    const name = names.get(step);
    if (done !== undefined && name !== undefined) yield [name, Number(done)];
  }
}

interface Vertex {
  readonly digest?: unknown;
  readonly name?: unknown;
  readonly started?: unknown;
  readonly completed?: unknown;
  readonly cached?: unknown;
}

function* rawTimings(log: string): Generator<readonly [string, number]> {
  const vertices = new Map<string, Vertex>();
  for (const line of log.split('\n'))
    for (const vertex of verticesIn(line))
      if (typeof vertex.digest === 'string') vertices.set(vertex.digest, { ...vertices.get(vertex.digest), ...vertex });
  for (const { name, started, completed, cached } of vertices.values()) {
    if (typeof name !== 'string' || typeof started !== 'string' || typeof completed !== 'string' || cached === true)
      continue;
    const seconds = (Date.parse(completed) - Date.parse(started)) / 1000;
    if (Number.isFinite(seconds)) yield [name, seconds];
  }
}

function verticesIn(line: string): readonly Vertex[] {
  if (!line.startsWith('{')) return [];
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== 'object' || parsed === null || !('vertexes' in parsed) || !Array.isArray(parsed.vertexes))
      return [];
    return parsed.vertexes.filter((each): each is Vertex => typeof each === 'object' && each !== null);
  } catch {
    return [];
  }
}
