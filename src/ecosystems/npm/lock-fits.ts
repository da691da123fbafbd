import type { AssumptionState } from '../../core/fix.ts';
import { type JsonObject, jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';

const fields = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

/** Whether a lock file answers all that a manifest asks for, so that an install which keeps to it does not fail. */
export function lockFits(manifest: string, lockName: string, lock: string): AssumptionState {
  const wanted = parseJsonObject(manifest);
  if (wanted === undefined) return 'unknown';
  const asked = fields.flatMap((field) => Object.entries(jsonObjectOf(wanted[field])));
  if (wanted.workspaces !== undefined || !asked.every(([, range]) => typeof range === 'string')) return 'unknown';
  if (lockName === 'yarn.lock') return yarnFits(asked, lock);
  if (lockName === 'pnpm-lock.yaml') return asked.length === 0 ? 'holds' : 'unknown';
  return npmFits(wanted, lock);
}

/** Locks of version 2 and 3 repeat what the manifest asked for when they were written. https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json */
function npmFits(wanted: JsonObject, text: string): AssumptionState {
  const lock = parseJsonObject(text);
  if (lock === undefined || typeof lock.lockfileVersion !== 'number' || lock.lockfileVersion < 2) return 'unknown';
  const root = jsonObjectOf(jsonObjectOf(lock.packages)['']);
  return fields.every((field) => isSame(jsonObjectOf(wanted[field]), jsonObjectOf(root[field]))) ? 'holds' : 'fails';
}

function isSame(one: JsonObject, other: JsonObject): boolean {
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
