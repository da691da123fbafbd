import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadProject } from '../../src/project/load-project.ts';
import { proveSettingsFor } from '../../src/project/prove-settings.ts';
import { readConfiguration } from '../../src/project/read-configuration.ts';
import type { TrialPlan } from '../../src/prove/trial.ts';
import { trialPlan } from '../../src/prove/trials/plan.ts';

const directory = path.resolve(process.env.PLIMSOLL_APPLICATIONS ?? 'benchmarks/prove/applications');

/** One change of an application that works. */
export interface Change {
  readonly title: string;
  /** What kind of mutation it is; null for one that breaks nothing. */
  readonly breaks: string | null;
  /** File, the text that stands there once, and what takes its place. */
  readonly edits?: readonly (readonly [file: string, from: string, to: string])[];
  readonly add?: Readonly<Record<string, string>>;
}

const checkedOut = new Date('2026-11-01T12:00:00Z');

/** The applications that the verifier is measured with, by name. */
export function applicationNames(): readonly string[] {
  return readdirSync(directory).sort();
}

export function changesOf(name: string): readonly Change[] {
  return JSON.parse(readFileSync(path.join(directory, name, 'changes.json'), 'utf8'));
}

/** Lays an application out in a directory of its own, changed or not. @throws Error where a change does not fit it any more */
export async function layOut(
  name: string,
  change: Change | undefined,
): Promise<{ readonly context: string; readonly plan: TrialPlan; remove(): void }> {
  const top = mkdtempSync(path.join(tmpdir(), 'plimsoll-verifier-'));
  const context = path.join(top, name);
  cpSync(path.join(directory, name), context, { recursive: true, preserveTimestamps: true });
  rmSync(path.join(context, 'changes.json'));
  for (const [file, from, to] of change?.edits ?? []) {
    const text = readFileSync(path.join(context, file), 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${name}: «${change?.title}» does not fit ${file}`);
    writeFileSync(
      path.join(context, file),
      text.replace(from, () => to),
    );
  }
  for (const [file, text] of Object.entries(change?.add ?? {})) writeFileSync(path.join(context, file), text);
  // As of one check-out: times of files are no difference between the original and what was changed of it.
  for (const file of readdirSync(context, { recursive: true, encoding: 'utf8' }))
    utimesSync(path.join(context, file), checkedOut, checkedOut);
  return { context, plan: await planOf(context), remove: () => rmSync(top, { recursive: true, force: true }) };
}

async function planOf(context: string): Promise<TrialPlan> {
  const project = await loadProject({ kind: 'directory', path: context });
  const [build] = project.builds;
  if (build === undefined) throw new Error(`${context}: nothing is built here`);
  const text = readFileSync(path.join(context, 'plimsoll.yaml'), 'utf8');
  return trialPlan(build, project, proveSettingsFor(readConfiguration('plimsoll.yaml', text, new Map()).prove, build));
}
