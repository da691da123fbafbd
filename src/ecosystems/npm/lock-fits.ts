import type { AssumptionState } from '../../core/fix.ts';

type Json = Readonly<Record<string, unknown>>;

const fields = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

/** Whether a lock file answers all that a manifest asks for, so that an install which keeps to it does not fail. */
export function lockFits(manifest: string, lockName: string, lock: string): AssumptionState {
  const wanted = parsed(manifest);
  if (wanted === undefined) return 'unknown';
  const asked = fields.flatMap((field) => Object.entries(recordOf(wanted[field])));
  if (wanted.workspaces !== undefined || !asked.every(([, range]) => typeof range === 'string')) return 'unknown';
  if (lockName === 'yarn.lock') return yarnFits(asked, lock);
  if (lockName === 'pnpm-lock.yaml') return asked.length === 0 ? 'holds' : 'unknown';
  return npmFits(wanted, lock);
}

/** Locks of version 2 and 3 repeat what the manifest asked for when they were written. https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json */
function npmFits(wanted: Json, text: string): AssumptionState {
  const lock = parsed(text);
  if (lock === undefined || typeof lock.lockfileVersion !== 'number' || lock.lockfileVersion < 2) return 'unknown';
  const root = recordOf(recordOf(lock.packages)['']);
  return fields.every((field) => isSame(recordOf(wanted[field]), recordOf(root[field]))) ? 'holds' : 'fails';
}

function isSame(one: Json, other: Json): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** Every range that is asked for heads an entry: `name@range:`, `"a@1", "a@2":`, `"name@npm:range":`. */
function yarnFits(asked: readonly (readonly [string, unknown])[], text: string): AssumptionState {
  const heads = new Set(
    [...text.matchAll(/^(\S[^\n]*):\r?$/gm)].flatMap(([, line]) => (line ?? '').replaceAll('"', '').split(/,\s*/)),
  );
  return asked.every(([name, range]) => heads.has(`${name}@${range}`) || heads.has(`${name}@npm:${range}`))
    ? 'holds'
    : 'fails';
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}
