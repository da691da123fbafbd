import { isJsonObject, type JsonObject, jsonObjectOf } from '../../core/json-object.ts';
import type { Advisory, AffectedPackage } from '../advisory.ts';
import { severityOf } from '../severity-words.ts';

/** Codenames of the releases that the tracker speaks of (https://www.debian.org/releases/). */
const releases = new Map([
  ['jessie', '8'],
  ['stretch', '9'],
  ['buster', '10'],
  ['bullseye', '11'],
  ['bookworm', '12'],
  ['trixie', '13'],
  ['forky', '14'],
  ['duke', '15'],
]);

/** https://security-team.debian.org/security_tracker.html: why no DSA is written. */
const reasons = new Map([
  ['ignored', 'will-not-fix'],
  ['postponed', 'fix-deferred'],
]);

/**
 * The vulnerabilities of one source package in Debian's tracker (https://security-tracker.debian.org/tracker/data/json), which is an object with such a value
 * for each of them.
 */
export function readDebianPackage(name: string, value: JsonObject): Advisory[] {
  return Object.entries(value).flatMap(([id, entry]) => {
    if (!/^(?:CVE-\d{4}-\d{4,}|TEMP-[\w-]+)$/.test(id) || !isJsonObject(entry)) return [];
    const affected = Object.entries(jsonObjectOf(entry.releases)).flatMap(([codename, state]) => {
      const release = releases.get(codename);
      return release === undefined ? [] : (affectedIn(name, `Debian:${release}`, jsonObjectOf(state)) ?? []);
    });
    if (affected.length === 0) return [];
    const description = typeof entry.description === 'string' ? entry.description : '';
    return [
      {
        id,
        aliases: [],
        upstream: [],
        summary: description.slice(0, 240),
        vectors: [],
        references: [`https://security-tracker.debian.org/tracker/${id}`],
        affected,
      },
    ];
  });
}

/** Undefined where the release is not affected: not at all, or nobody has looked yet. */
function affectedIn(name: string, ecosystem: string, state: JsonObject): AffectedPackage | undefined {
  const rating = severityOf(typeof state.urgency === 'string' ? state.urgency.replace(/\*+$/, '') : undefined);
  const common = { ecosystem, name, versions: [], ...(rating && { rating }) };
  if (state.status === 'resolved') {
    const fixed = typeof state.fixed_version === 'string' ? state.fixed_version : '0';
    return fixed === '0' ? undefined : { ...common, ranges: [[{ introduced: '0' }, { fixed }]] };
  }
  if (state.status !== 'open' && state.status !== 'undetermined') return undefined;
  const status = statusOf(state);
  return { ...common, ranges: [[{ introduced: '0' }]], ...(status && { status }) };
}

function statusOf({ status, urgency, nodsa, nodsa_reason: reason }: JsonObject): string | undefined {
  if (urgency === 'end-of-life') return 'end-of-life';
  if (status === 'undetermined') return 'under-investigation';
  const known = typeof reason === 'string' ? reasons.get(reason) : undefined;
  return known ?? (typeof nodsa === 'string' ? 'fix-deferred' : undefined);
}
