import type { PeerId } from '../../core/finding.ts';
import type { ReportedPlace } from '../../core/rule.ts';
import type { SourceRange } from '../../core/text.ts';
import type { Dockerfile } from '../dockerfile.ts';
import { rangeIn } from '../mapped-text.ts';
import { convert, isChecked } from './conversion.ts';
import { readCheckOptions } from './file-faults.ts';
import type { BuildCheck, BuildCheckHit } from './outcome.ts';

/** Every place where one of BuildKit's build checks strikes, in BuildKit's order. Those of one file are computed at once. */
export function findBuildCheckHits(dockerfile: Dockerfile, check: BuildCheck): readonly BuildCheckHit[] {
  const { hits } = convert(dockerfile);
  return hits.length === 0 ? hits : hits.filter((hit) => hit.check === check);
}

/** Whether the file asks by `# check=` for the experimental check of comments before ARG and FROM. */
export function checksDescriptions(dockerfile: Dockerfile): boolean {
  const options = readCheckOptions(dockerfile);
  return typeof options !== 'string' && isChecked('InvalidDefinitionDescription', options);
}

/** How far into an instruction a place is looked for. */
const longestSearched = 65_536;

/** Where to report a hit. The first place is on the line that BuildKit names, the exact one may follow. */
export interface HitPlace {
  readonly at: SourceRange;
  readonly also: readonly ReportedPlace[];
}

/** The keyword of the instruction, or one of `texts` behind it when that stands on the same line. Blanks around a text only tell it from others. */
export function placeOf(
  { instruction, line }: BuildCheckHit,
  { lines }: Dockerfile,
  ...texts: readonly string[]
): HitPlace {
  const { rest } = instruction.syntax;
  const searched = rest.text.slice(0, longestSearched);
  const keyword = instruction.keyword.range;
  for (const text of texts) {
    const start = text === '' ? -1 : searched.indexOf(text);
    if (start === -1) continue;
    const lead = text.length - text.trimStart().length;
    const range = rangeIn(rest, start + lead, start + text.trimEnd().length);
    return lines.positionAt(range.start).line === line ? { at: range, also: [] } : { at: keyword, also: [{ range }] };
  }
  return { at: keyword, also: [] };
}

/** How a variable can be written, for {@link placeOf}. */
export function variableForms(name: string): readonly string[] {
  return [`\${${name}`, `$${name}`];
}

/** The peers that would report a hit: BuildKit does not come to it when it stops at a fault before. */
export function peersOf({ reached }: BuildCheckHit, peers: readonly PeerId[]): readonly PeerId[] {
  return reached ? peers : peers.filter((peer) => !peer.startsWith('buildkit:'));
}
