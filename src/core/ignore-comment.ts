import { isReason } from './reason.ts';

/** What one comment of ours or of another tool's takes out of the report. */
export interface IgnoreComment {
  /** Rule ids or `area/*` of ours, peer ids (`hadolint:DL3008`), or `*` for everything. */
  readonly ids: readonly string[];
  /** `next`: the instruction, line or node that follows, or the comment's own line; `file`: the whole file. */
  readonly scope: 'next' | 'file';
  /** Last day on which it holds, `2026-12-31`; {@link noDay} where what is written is no day: it holds no more. */
  readonly until: string | undefined;
  /** Undefined, too, where what is written says nothing: `no`, `ok`. */
  readonly reason: string | undefined;
}

/** Cheap test for a text that can hold an ignore comment at all. */
export function mayHoldIgnoreComment(text: string): boolean {
  return /plimsoll|hadolint|tally|trivy:|checkov:|check\s*=/.test(text);
}

/**
 * Reads one comment, with or without its `#`:
 *
 *     # plimsoll ignore=security/non-root-user,cache/* until=2026-12-31 -- the reason
 *     # plimsoll ignore-file=size/lighter-base -- the reason
 *     # hadolint ignore=DL3008,SC2086          # hadolint global ignore=DL3008
 *     # tally ignore=DL3008;reason=…           # tally global ignore=…
 *     # check=skip=JSONArgsRecommended         (BuildKit's directive, whole file)
 *     # trivy:ignore:DS002 exp:2026-12-31      # checkov:skip=CKV_DOCKER_2:reason   (whole file, as Checkov takes it)
 */
export function readIgnoreComment(comment: string): IgnoreComment | undefined {
  const text = comment.replace(/^[\s#]+/, '').trimEnd();
  if (text.startsWith('plimsoll')) return readOwn(text);
  if (text.startsWith('hadolint')) return readHadolint(text);
  if (text.startsWith('tally')) return readTally(text);
  if (text.startsWith('trivy:')) return readTrivy(text);
  if (text.startsWith('checkov:')) return readCheckov(text);
  if (/^check\s*=/i.test(text)) return readBuildkit(text);
  return undefined;
}

/** Before every day: what was to end, and does not say when, ends at once rather than never. */
export const noDay = '0000-00-00';

function lastDay(written: string | undefined): string | undefined {
  if (written === undefined) return undefined;
  const time = /^\d{4}-\d{2}-\d{2}$/.test(written) ? Date.parse(`${written}T00:00:00Z`) : Number.NaN;
  // February 30 would be a day in March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(written) ? written : noDay;
}

function readOwn(text: string): IgnoreComment | undefined {
  const match = /^plimsoll\s+(ignore|ignore-file)\s*=\s*([^\s]+)(.*)$/.exec(text);
  if (!match) return undefined;
  const [, kind, ids = '', rest = ''] = match;
  const dashes = rest.indexOf('--');
  const options = dashes === -1 ? rest : rest.slice(0, dashes);
  const until = lastDay(/\buntil=(\S*)/.exec(options)?.[1]);
  return {
    ids: listed(ids).map((id) => (id === 'all' ? '*' : id)),
    scope: kind === 'ignore' ? 'next' : 'file',
    until,
    reason: reasonOf(dashes === -1 ? undefined : rest.slice(dashes + 2)),
  };
}

function readHadolint(text: string): IgnoreComment | undefined {
  const match = /^hadolint\s+(global\s+)?ignore\s*=\s*([A-Z0-9,\s]+)/.exec(text);
  if (!match) return undefined;
  return {
    ids: withTool('hadolint', match[2]),
    scope: match[1] ? 'file' : 'next',
    until: undefined,
    reason: undefined,
  };
}

/** tally takes its own names and those of hadolint and BuildKit: https://github.com/wharflab/tally */
function readTally(text: string): IgnoreComment | undefined {
  const match = /^tally\s+(global\s+)?ignore\s*=\s*([^;]+)(?:;\s*reason=(.*))?$/.exec(text);
  if (!match) return undefined;
  const ids = listed(match[2] ?? '').flatMap((id) => {
    const name = id.slice(id.indexOf('/') + 1);
    return id === 'all' ? ['*'] : [`tally:${id.replace(/^tally\//, '')}`, `hadolint:${name}`, `buildkit:${name}`];
  });
  return { ids, scope: match[1] ? 'file' : 'next', until: undefined, reason: reasonOf(match[3]) };
}

/** https://docs.docker.com/reference/dockerfile/#check */
function readBuildkit(text: string): IgnoreComment | undefined {
  const skip = /(?:^check\s*=\s*|;\s*)skip\s*=\s*([^;]*)/i.exec(text)?.[1];
  if (skip === undefined) return undefined;
  const ids = listed(skip).flatMap((name) => (name.toLowerCase() === 'all' ? ['buildkit:*'] : [`buildkit:${name}`]));
  return { ids, scope: 'file', until: undefined, reason: undefined };
}

/** https://trivy.dev/latest/docs/configuration/filtering/#by-inline-comments */
function readTrivy(text: string): IgnoreComment | undefined {
  const ids = [...text.matchAll(/trivy:ignore:([A-Za-z0-9-]+|\*)/g)].map((match) => `trivy:${trivyId(match[1] ?? '')}`);
  if (ids.length === 0) return undefined;
  return { ids, scope: 'next', until: lastDay(/\bexp:(\S*)/.exec(text)?.[1]), reason: undefined };
}

/** `AVD-DS-0002`, `DS-0002` and `DS002` are one check; rules carry the short form of their list: DS002, KSV001. */
export function trivyId(written: string): string {
  const match = /^(?:AVD-)?([A-Za-z]+)-?(\d+)$/.exec(written);
  if (!match) return written;
  return `${(match[1] ?? '').toUpperCase()}${String(Number(match[2])).padStart(3, '0')}`;
}

/** https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html */
function readCheckov(text: string): IgnoreComment | undefined {
  const match = /^checkov:skip=([A-Za-z0-9_,]+)(?::(.*))?$/.exec(text);
  if (!match) return undefined;
  return { ids: withTool('checkov', match[1]), scope: 'file', until: undefined, reason: reasonOf(match[2]) };
}

function reasonOf(written: string | undefined): string | undefined {
  return written !== undefined && isReason(written) ? written.trim() : undefined;
}

function withTool(tool: string, ids: string | undefined): string[] {
  return listed(ids ?? '').map((id) => `${tool}:${id}`);
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}

/** True when one of the ids of an ignore comment names this finding by its rule, its area or one of its peers. */
export function idsName(ids: readonly string[], rule: string, peers: readonly string[]): boolean {
  return ids.some((id) => {
    if (id === '*' || id === rule) return true;
    if (id.endsWith('/*')) return rule.startsWith(id.slice(0, -1));
    if (id.endsWith(':*')) return peers.some((peer) => peer.startsWith(id.slice(0, -1)));
    return peers.some((peer) => peer.toLowerCase() === id.toLowerCase());
  });
}
