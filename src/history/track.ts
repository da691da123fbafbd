import type { HistoricRun, RecordedFinding } from '../core/history.ts';
import type { RunReference } from '../core/trend-report.ts';
import { movedFindings } from './moved-files.ts';

/** One finding through all runs of a series, whatever its path was. */
export interface Track {
  /** As it was seen last. */
  finding: RecordedFinding;
  readonly first: RunReference;
  openSince: RunReference;
  /** The last run that looked for it and did not see it, before `openSince`. */
  before: RunReference | undefined;
  returned: number;
  readonly newRule: boolean;
  /** The first run without it; undefined while it is there. */
  fixed: RunReference | undefined;
  /** The newest run did not look for it. */
  unwatched: boolean;
}

/** What changed between two runs that follow each other. */
interface Step {
  readonly appeared: number;
  readonly disappeared: number;
}

export interface Tracks {
  readonly tracks: readonly Track[];
  /** One for each run. */
  readonly steps: readonly Step[];
}

/**
 * Follows findings through runs, the oldest run first. What a run's rules do not look for, and what it could not read, is neither there nor gone in it: it stays as it was.
 */
export function trackFindings(runs: readonly HistoricRun[]): Tracks {
  const all: Track[] = [];
  /** By the fingerprint that they have now. */
  const byFingerprint = new Map<string, Track>();
  const steps: Step[] = [];
  let previous: HistoricRun | undefined;
  for (const [at, run] of runs.entries()) {
    const here = referenceTo(run);
    const renamed = previous ? movedFindings(openIn(byFingerprint), run.found) : new Map<string, string>();
    const seen = new Set<Track>();
    let appeared = 0;
    for (const finding of run.found) {
      const was = renamed.get(finding.fingerprint);
      const known = byFingerprint.get(was ?? finding.fingerprint);
      const track = known ?? begin(finding, here, runs.slice(0, at), run);
      if (known === undefined) all.push(track);
      else if (track.fixed !== undefined) comeBack(track, here, runs.slice(0, at));
      if (was !== undefined) byFingerprint.delete(was);
      byFingerprint.set(finding.fingerprint, track);
      if (previous !== undefined && !track.newRule && track.openSince === here) appeared += 1;
      track.finding = finding;
      track.unwatched = false;
      seen.add(track);
    }
    steps.push({ appeared, disappeared: close(byFingerprint.values(), seen, run, here) });
    previous = run;
  }
  return { tracks: all, steps };
}

function openIn(tracks: ReadonlyMap<string, Track>): RecordedFinding[] {
  return [...tracks.values()].filter(({ fixed }) => fixed === undefined).map(({ finding }) => finding);
}

/** Whether a run would have seen a finding: its rule ran, and its file could be read. */
function looksFor({ rules, unread }: HistoricRun, { rule, path }: RecordedFinding): boolean {
  return rules.has(rule) && !unread.some((each) => isWithin(path, each));
}

/** Of a cluster nobody knows which objects were not read: then it may be any of them. */
function isWithin(path: string, unread: string): boolean {
  return unread === '.' || path === unread || path.startsWith(unread.endsWith(':') ? unread : `${unread}/`);
}

function begin(finding: RecordedFinding, here: RunReference, earlier: readonly HistoricRun[], run: HistoricRun): Track {
  // Of a file with a fault the rest is read: what is found there now was looked for there before.
  const isPartlyRead = run.rules.has(finding.rule) && !looksFor(run, finding);
  const before = earlier.findLast((each) => (isPartlyRead ? each.rules.has(finding.rule) : looksFor(each, finding)));
  return {
    finding,
    first: here,
    openSince: here,
    before: before && referenceTo(before),
    returned: 0,
    newRule: before === undefined && earlier.length > 0,
    fixed: undefined,
    unwatched: false,
  };
}

function comeBack(track: Track, here: RunReference, earlier: readonly HistoricRun[]): void {
  const before = earlier.findLast((run) => looksFor(run, track.finding));
  track.fixed = undefined;
  track.openSince = here;
  track.before = before && referenceTo(before);
  track.returned += 1;
}

/** Those that a run looked for and did not see are fixed. Gives how many. */
function close(tracks: Iterable<Track>, seen: ReadonlySet<Track>, run: HistoricRun, here: RunReference): number {
  let closed = 0;
  for (const track of tracks) {
    if (seen.has(track) || track.fixed !== undefined) continue;
    track.unwatched = !looksFor(run, track.finding);
    if (track.unwatched) continue;
    track.fixed = here;
    closed += 1;
  }
  return closed;
}

export function referenceTo({ id, at, commit, dirty }: HistoricRun): RunReference {
  return { run: id, at, commit, dirty };
}
