import type { Finding, Location } from '../core/finding.ts';
import { type IgnoreComment, idsName, mayHoldIgnoreComment, readIgnoreComment } from '../core/ignore-comment.ts';
import type { SuppressedFinding } from '../core/report.ts';
import { lineIndex, type SourceRange, sliceRange } from '../core/text.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Project } from '../project/project.ts';
import { textOf } from './places.ts';
import { namingPeers } from './retired-peers.ts';

interface Suppression {
  readonly comment: IgnoreComment;
  /** Where it holds; undefined for the whole file. */
  readonly range: SourceRange | undefined;
}

export interface Sifted {
  readonly kept: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
}

/**
 * Takes out the findings that a comment in their file ignores. A comment whose last day has passed holds no more.
 * @param today as `YYYY-MM-DD`
 */
export function siftIgnored(project: Project, findings: readonly Finding[], today: string): Sifted {
  const byPath = new Map<string, readonly Suppression[]>();
  const kept: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of findings) {
    const ignoringAt = ({ path, range }: Location) => {
      let suppressions = byPath.get(path);
      if (suppressions === undefined) {
        suppressions = suppressionsIn(project, path);
        byPath.set(path, suppressions);
      }
      return suppressions.find(
        ({ comment, range: scope }) =>
          (comment.until === undefined || comment.until >= today) &&
          (scope === undefined || (range !== undefined && range.start >= scope.start && range.start <= scope.end)) &&
          idsName(comment.ids, finding.rule, namingPeers(finding)),
      );
    };
    const match = ignoringAt(finding.locations[0]);
    const isIgnored = (location: Location) => location.alike !== undefined && ignoringAt(location) !== undefined;
    if (match === undefined) {
      kept.push(withoutIgnored(finding, isIgnored));
      continue;
    }
    const rest = besidesIgnored(finding, isIgnored);
    if (rest) kept.push(rest);
    else
      suppressed.push({
        finding,
        by: 'comment',
        ...(match.comment.reason !== undefined && { reason: match.comment.reason }),
      });
  }
  return { kept, suppressed };
}

/** A finding that is ignored at some of its further places only: without these, and without the fix, which would change what the comment protects. */
function withoutIgnored(finding: Finding, isIgnored: (location: Location) => boolean): Finding {
  if (!finding.locations.some(isIgnored)) return finding;
  const { fix: _, ...rest } = finding;
  const [first, ...others] = finding.locations;
  return { ...rest, locations: [first, ...others.filter((location) => !isIgnored(location))] };
}

/**
 * What is left of a finding that is ignored at its primary place: that it is found elsewhere alike. Without its fix, which would change what the comment protects;
 * undefined where nothing is left.
 */
function besidesIgnored(
  { fix: _, ...finding }: Finding,
  isIgnored: (location: Location) => boolean,
): Finding | undefined {
  const [first, ...others] = finding.locations.filter(
    (location) => location.alike !== undefined && !isIgnored(location),
  );
  if (first?.alike === undefined) return undefined;
  const { note: _note, alike: message, ...primary } = first;
  return { ...finding, message, locations: [primary, ...others] };
}

function suppressionsIn(project: Project, path: string): readonly Suppression[] {
  // What an image says of itself must not silence what is found in it.
  if (project.images?.some((image) => image.path === path)) return [];
  const text = textOf(project, path);
  if (text === undefined || !mayHoldIgnoreComment(text)) return [];
  const dockerfile = project.dockerfiles.find((each) => each.path === path);
  return dockerfile ? dockerfileSuppressions(dockerfile) : lineSuppressions(text);
}

function dockerfileSuppressions(dockerfile: Dockerfile): Suppression[] {
  const result: Suppression[] = [];
  let waiting: IgnoreComment[] = [];
  const read = (range: SourceRange) => readIgnoreComment(sliceRange(dockerfile.text, range));
  for (const item of dockerfile.syntax.items) {
    if (item.kind === 'instruction') {
      const inner = item.innerComments.flatMap((range) => read(range) ?? []);
      for (const comment of [...waiting, ...inner])
        result.push({ comment, range: comment.scope === 'file' ? undefined : item.range });
      waiting = [];
    } else if (item.kind !== 'blank') {
      const comment = read(item.range);
      if (comment?.scope === 'file') result.push({ comment, range: undefined });
      else if (comment) waiting.push(comment);
    }
  }
  return result;
}

/** In files of lines (YAML, .dockerignore, properties): the comment's own line, or the next line with what is indented below it. */
function lineSuppressions(text: string): Suppression[] {
  const lines = text.split('\n');
  const index = lineIndex(text);
  return lines.flatMap((line, at): Suppression[] => {
    const hash = commentStart(line);
    const comment = hash === -1 ? undefined : readIgnoreComment(line.slice(hash));
    if (comment === undefined) return [];
    if (comment.scope === 'file') return [{ comment, range: undefined }];
    const first = line.slice(0, hash).trim() === '' ? nextCodeLine(lines, at + 1) : at;
    const last = first === at ? at : blockEnd(lines, first);
    return [{ comment, range: { start: index.lineStart(first + 1), end: index.lineStart(last + 2) - 1 } }];
  });
}

/** `#` (or `//`) at the line's start or behind white space. */
function commentStart(line: string): number {
  const match = /(?:^|\s)(?:#|\/\/)/.exec(line);
  return match ? match.index + match[0].search(/[#/]/) : -1;
}

function nextCodeLine(lines: readonly string[], from: number): number {
  for (let at = from; at < lines.length; at++) {
    const trimmed = (lines[at] ?? '').trim();
    if (trimmed !== '' && !trimmed.startsWith('#')) return at;
  }
  return lines.length - 1;
}

/** The last line of the block that begins at `first`: all that is indented deeper. */
function blockEnd(lines: readonly string[], first: number): number {
  const indent = indentOf(lines[first] ?? '');
  let last = first;
  for (let at = first + 1; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.trim() === '') continue;
    if (indentOf(line) <= indent) break;
    last = at;
  }
  return last;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
