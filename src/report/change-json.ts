import type { FindingChange, WrittenFinding } from '../core/finding-change.ts';
import { jsonText } from '../core/json-text.ts';

/** Goes up when a field is renamed, removed or means something else; added fields do not change it. */
export const changeVersion = 1;

/** What became of the comment. */
export interface WrittenComment {
  /** The host and the request that it is of. */
  readonly request: string;
  readonly action: string;
  readonly suggested: number;
}

/** What a change brings as JSON that `schemas/change.schema.json` describes: every field always there, `null` where nothing is known. */
export function changeJson(change: FindingChange, comment: WrittenComment | undefined): string {
  const { loadLine, added, fixed, hidden, unlooked, standing, problems } = change;
  const value = {
    format: 'plimsoll-change',
    version: changeVersion,
    loadLine: { before: loadLine.before ?? null, after: loadLine.after ?? null },
    added: added.map(findingJson),
    fixed: fixed.map(findingJson),
    hidden: hidden.map(({ finding, by, reason }) => ({ ...findingJson(finding), by, reason: reason ?? null })),
    unlooked: unlooked.map(findingJson),
    standing,
    problems,
    comment: comment ? { request: comment.request, action: comment.action, suggested: comment.suggested } : null,
  };
  return jsonText(value);
}

function findingJson({
  rule,
  severity,
  path,
  line,
  message,
  remedy,
  fingerprint,
  excerpt,
  hasSafeFix,
}: WrittenFinding) {
  return { rule, severity, path, line, message, remedy, fingerprint, excerpt: excerpt ?? null, hasSafeFix };
}
