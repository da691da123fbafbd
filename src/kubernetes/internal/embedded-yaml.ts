import type { SourceRange } from '../../core/text.ts';
import { readYaml } from '../read-yaml.ts';
import type { YamlSource, YamlStream } from '../yaml-document.ts';
import type { YamlScalar } from '../yaml-node.ts';

/**
 * Reads the YAML that a scalar of a file holds, such as an inline patch. For a literal block (`|`) the places are exact; in
 * other styles everything is said to be at the scalar.
 */
export function readEmbedded(scalar: YamlScalar, source: YamlSource): YamlStream {
  const artifact = { path: source.path, text: scalar.text, encoding: source.encoding };
  const exact = literalRanges(scalar, source.text);
  return readYaml(artifact, { source, derived: exact === undefined, rangeOf: exact ?? (() => scalar.range) });
}

function literalRanges(scalar: YamlScalar, text: string): ((start: number, end: number) => SourceRange) | undefined {
  if (scalar.style !== 'literal' || scalar.derived) return undefined;
  const starts = lineStarts(scalar.text, 0);
  const fileStarts = lineStarts(text, scalar.range.start).slice(1);
  const indent = indentation(scalar, text, starts, fileStarts);
  const offset = (at: number) => {
    const line = lineOf(starts, at);
    return Math.min((fileStarts[line] ?? text.length) + indent + at - (starts[line] ?? 0), text.length);
  };
  return (start, end) => {
    const from = offset(start);
    return { start: from, end: Math.max(from, offset(end)) };
  };
}

/** How far the block is indented: by as much as its first line with text is longer in the file. */
function indentation(
  scalar: YamlScalar,
  text: string,
  starts: readonly number[],
  fileStarts: readonly number[],
): number {
  for (const [line, start] of starts.entries()) {
    const column = /\S/.exec(scalar.text.slice(start, starts[line + 1]))?.index;
    const from = fileStarts[line];
    if (column === undefined || from === undefined) continue;
    const end = text.indexOf('\n', from);
    const fileColumn = /\S/.exec(text.slice(from, end === -1 ? text.length : end))?.index ?? 0;
    return Math.max(0, fileColumn - column);
  }
  return 0;
}

function lineStarts(text: string, from: number): number[] {
  const starts = [from];
  for (let at = text.indexOf('\n', from); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
