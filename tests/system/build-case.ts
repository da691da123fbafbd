import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildkitBuilder } from './buildkit-builder.ts';
import type { Answer, BuiltImage, ContainerEngine, Served } from './container-engine.ts';
import { runPlimsoll } from './run-plimsoll.ts';

const cases = path.join(path.dirname(fileURLToPath(import.meta.url)), 'builds');

/** How an application is tried: by requests to its port, or by running it to its end with arguments. */
export interface BuildCase {
  readonly name: string;
  readonly language: string;
  /** Rules that are left out, because what their fix asks for cannot be had here (a base image that has no stand-in). */
  readonly skip: readonly string[];
  /** Rules beyond the recommended ones are fixed, too. */
  readonly preset: 'recommended' | 'all';
  /** What the build is given, by name, as an argument and as a secret. */
  readonly secrets: Readonly<Record<string, string>>;
  /**
   * What a repair of its log gives: lines of JSON where there were none, or a log on the standard streams where there was none. Undefined:
   * its log is not looked at.
   */
  readonly logs: 'json' | 'there' | undefined;
  /** It stops on SIGTERM, which it did not before its repair. */
  readonly stops: boolean;
  /** What it asks of the front end the engine's own does not have. */
  readonly newestFrontend: boolean;
  readonly trial:
    | { readonly port: number; readonly paths: readonly string[] }
    | { readonly runs: readonly (readonly string[])[] };
}

/** An image and what it answered. */
export interface Tried {
  readonly image: BuiltImage;
  readonly answers: readonly Answer[];
  /** Of a case whose log or end is looked at. */
  readonly served: Served | undefined;
  /** The rules whose fixes were applied to the file that it was built from. */
  readonly rules: readonly string[];
}

/** The applications of tests/system/builds. */
export function readBuildCases(): BuildCase[] {
  return readdirSync(cases)
    .sort()
    .map((name) => {
      const {
        language,
        skip = [],
        preset = 'recommended',
        secrets = {},
        logs,
        stops = false,
        newestFrontend = false,
        ...trial
      } = JSON.parse(readFileSync(path.join(cases, name, 'case.json'), 'utf8'));
      return { name, language, skip, preset, secrets, logs, stops, newestFrontend, trial };
    });
}

/**
 * Builds a case as it is, repaired with safe fixes, and with all fixes; the last two undefined where nothing was to repair. Without
 * `builder` the engine builds.
 */
export async function tryCase(
  engine: ContainerEngine,
  { name, skip, preset, secrets, logs, stops, trial }: BuildCase,
  builder?: BuildkitBuilder,
): Promise<{ before: Tried; safe: Tried | undefined; review: Tried | undefined }> {
  const scratch = mkdtempSync(path.join(tmpdir(), `plimsoll-${name}-`));
  const given = Object.entries(secrets).map(([id, value]) => {
    const file = path.join(scratch, `${id}.secret`);
    writeFileSync(file, value);
    return { name: id, value, file };
  });
  const attempt = async (variant: string, context: string, rules: readonly string[]): Promise<Tried> => {
    const tag = `plimsoll-case/${name}:${variant}${builder ? '-buildkit' : ''}`;
    const image = await engine.build(context, tag, { builder, secrets: given });
    const answers: Answer[] = [];
    const isWatched = logs !== undefined || stops;
    const served = 'port' in trial && isWatched ? await engine.serve(tag, trial.port, trial.paths) : undefined;
    if (served) answers.push(...served.answers);
    else if ('port' in trial) answers.push(...(await engine.ask(tag, trial.port, trial.paths)));
    else for (const args of trial.runs) answers.push(await engine.run(tag, args));
    return { image, answers, served, rules };
  };
  const fixed = async (variant: string, flags: readonly string[]): Promise<Tried | undefined> => {
    const copy = path.join(scratch, variant);
    cpSync(path.join(cases, name), copy, { recursive: true });
    rmSync(path.join(copy, 'case.json'));
    const rules = fix(copy, [...flags, '--preset', preset, ...skip.flatMap((rule) => ['--skip', rule])]);
    return rules.length === 0 ? undefined : attempt(variant, copy, rules);
  };
  try {
    const original = path.join(scratch, 'before');
    cpSync(path.join(cases, name), original, { recursive: true });
    rmSync(path.join(original, 'case.json'));
    return {
      before: await attempt('before', original, []),
      safe: await fixed('safe', []),
      review: await fixed('review', ['--review']),
    };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Repairs a directory in place and tells the rules whose fixes were applied. */
function fix(directory: string, flags: readonly string[]): string[] {
  const { status, stdout, stderr } = runPlimsoll(['fix', directory, '--write', '--json', ...flags]);
  if (status > 1) throw new Error(`plimsoll fix: exit ${status}\n${stderr}`);
  const report: { readonly applied: readonly { readonly rule: string }[] } = JSON.parse(stdout);
  return [...new Set(report.applied.map(({ rule }) => rule))].sort();
}
