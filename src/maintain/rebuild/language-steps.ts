import type { Ecosystem } from '../../ecosystems/ecosystem.ts';
import type { InstalledPackage, PackageKind } from '../../ecosystems/installed-package.ts';
import { calledAs, type PackageCommand } from '../../ecosystems/package-command.ts';
import type { ImageAnalysis, ImagePackage } from '../../image/image-analysis.ts';
import { type CommandPlace, choosesAnew } from './chosen-anew.ts';
import { type GoOf, oldGo, withItsGo } from './go-step.ts';
import { changesSettings } from './kept-lock.ts';
import { counted, type LanguageOutcome, type LanguageStep, same, unknown } from './language-outcome.ts';
import { npmStep, projectsOf } from './npm-step.ts';
import { pipStep } from './pip-step.ts';
import type { BuildStep, StepCopy } from './predict-system.ts';
import type { StepCommand } from './replay-step.ts';
import type { AskSource } from './source-answer.ts';
import type { SystemFiles } from './system-files.ts';

const kindOf: Readonly<Partial<Record<Ecosystem, PackageKind>>> = {
  npm: 'npm',
  pip: 'pypi',
  gem: 'gem',
  go: 'golang',
  cargo: 'cargo',
  composer: 'composer',
  maven: 'maven',
  nuget: 'nuget',
};

/** What decides what the packages of languages would be. */
export interface LanguageSources {
  readonly ask: AskSource;
  /** Undefined: what stages stand on is taken to be as it was. */
  readonly goOf: GoOf | undefined;
  /** The image's own base; undefined where nobody tells. */
  readonly base: { readonly name: string; readonly moved: boolean } | undefined;
}

/** Of a step that brought no package of theirs that is seen: commands that may bring some now. */
export function movingUnseen(step: BuildStep, files: readonly SystemFiles[], seen: boolean): string[] {
  if (seen) return [];
  return step.commands
    .filter(({ read }) => kindOf[read.ecosystem] !== undefined && bringsPackages(read))
    .filter((command) => choosesAnew(command.read, placeOf(step, command, files, [])) !== 'no')
    .map(
      (command) => `what ${calledAs(command.read)} would bring now is not followed: none of what it brought is seen`,
    );
}

/** By the index of the step. What a lock file holds comes again as it is; what nothing holds is asked for anew. */
export async function predictLanguages(
  analysis: ImageAnalysis,
  steps: readonly BuildStep[],
  files: readonly SystemFiles[],
  sources: LanguageSources,
): Promise<Map<number, LanguageOutcome>> {
  const found = new Map<number, LanguageOutcome>();
  for (const [index, step] of steps.entries()) {
    const here = step.layer === undefined ? undefined : files[step.layer];
    if (step.isBase || here === undefined || step.copies?.kind === 'context') continue;
    const inLayer = analysis.packages.filter(({ layer }) => layer === step.layer);
    const outcomes: LanguageOutcome[] = [];
    for (const [ecosystem, kind] of Object.entries(kindOf)) {
      // The project's own manifest is no package that something brings.
      const brought = inLayer.filter(
        (one) => one.kind === kind && (kind !== 'npm' || /(?:^|\/)node_modules\//.test(one.path)),
      );
      if (brought.length === 0) continue;
      const given = {
        brought: brought.map(plain),
        files: here,
        filesBefore: files[(step.layer ?? 0) - 1] ?? nothing,
        analysis,
        ask: sources.ask,
        // What another step of the same layer wrote is not seen before this one.
        hiddenSettings: steps.find((one) => one.layer === step.layer && one.hiddenSettings !== undefined)
          ?.hiddenSettings,
      };
      outcomes.push(
        step.copies?.kind === 'stage'
          ? await copiedOutcome(ecosystem, step.copies, given.brought, sources)
          : await outcomeOf(ecosystem, step, files, given, sources),
      );
    }
    if (outcomes.length > 0)
      found.set(index, {
        changes: outcomes.flatMap(({ changes }) => changes),
        unknown: outcomes.flatMap(({ unknown }) => unknown),
        pulls: outcomes.some(({ pulls }) => pulls),
      });
  }
  return found;
}

function plain({ layer: _, ...one }: ImagePackage): InstalledPackage {
  return one;
}

function bringsPackages({ action }: PackageCommand): boolean {
  return ['install', 'install-project', 'upgrade', 'dist-upgrade', 'build', 'run'].includes(action);
}

async function outcomeOf(
  ecosystem: string,
  step: BuildStep,
  files: readonly SystemFiles[],
  given: Omit<LanguageStep, 'commands'>,
  { base, goOf }: LanguageSources,
): Promise<LanguageOutcome> {
  const commands = step.commands.filter(({ read }) => read.ecosystem === ecosystem && bringsPackages(read));
  // What a distribution's packages bring of a language changes with them.
  if (commands.length === 0) return same;
  const setting = step.commands.find(({ read }) => read.ecosystem === ecosystem && changesSettings(read));
  if (setting !== undefined)
    return unknown(`${setting.read.tool} config changes what the step asks or keeps to, which is not followed`);
  const folders = ecosystem === 'npm' ? projectsOf(given.brought) : [];
  const chosen = commands.map((command) => ({
    command,
    anew: choosesAnew(command.read, placeOf(step, command, files, folders)),
  }));
  const [doubt] = chosen.flatMap(({ anew }) => (typeof anew === 'string' ? [] : [anew.unknown]));
  if (doubt !== undefined) return unknown(doubt);
  const moving = chosen.flatMap(({ command, anew }) => (anew === 'yes' ? [command] : []));
  const mounted = mountsThatTell(step, moving, commands);
  if (mounted !== undefined) return unknown(mounted);
  const [first] = moving;
  if (first === undefined) {
    if (ecosystem !== 'go') return same;
    if (base?.moved) return withItsGo(given.brought, base.name, goOf);
    const old = oldGo(given.brought);
    return old === undefined ? same : unknown(old);
  }
  if (ecosystem === 'npm') return npmStep({ ...given, commands: moving });
  if (ecosystem === 'pip') return pipStep({ ...given, commands: moving });
  return unknown(
    `${calledAs(first.read)} keeps to no lock file that the image has: what it would bring now is not followed`,
  );
}

/** Why a secret or a file that is mounted may have a step bring other packages than the public registry says: nobody is asked then, as it may be no business of theirs. */
function mountsThatTell(
  { mounts }: BuildStep,
  moving: readonly StepCommand[],
  commands: readonly StepCommand[],
): string | undefined {
  if (mounts === undefined) return undefined;
  const [first] = moving;
  if (first !== undefined)
    return `it mounts ${mounts.what}, which may name another registry or other packages: what ${calledAs(first.read)} would bring now is not followed`;
  // https://docs.npmjs.com/cli/v11/commands/npm-ci: a frozen lock file holds, whatever settings say.
  const held = mounts.ofTool ? commands.find(({ read }) => read.ecosystem !== 'go' && !read.frozen) : undefined;
  return held && `it mounts ${mounts.what}, which may keep ${calledAs(held.read)} from its lock file`;
}

/** What a COPY brings of another stage. */
async function copiedOutcome(
  ecosystem: string,
  { commands, base }: Extract<StepCopy, { kind: 'stage' }>,
  brought: readonly InstalledPackage[],
  { goOf }: LanguageSources,
): Promise<LanguageOutcome> {
  const own = commands.filter(({ read }) => read.ecosystem === ecosystem && bringsPackages(read));
  const place = { before: undefined, after: undefined, shared: false, folders: [] };
  const isHeld = own.every(({ read, variable }) => choosesAnew(read, { ...place, variable }) === 'no');
  if (own.length === 0 || !isHeld)
    return unknown(
      `${counted(brought.length)} of ${ecosystem} are copied: whether another stage would bring others is not followed`,
    );
  return ecosystem === 'go' ? withItsGo(brought, base, goOf) : same;
}

function placeOf(
  { layer, shared = false }: BuildStep,
  { variable }: StepCommand,
  files: readonly SystemFiles[],
  folders: readonly string[],
): CommandPlace {
  const at = layer ?? files.length;
  return { before: files[at - 1] ?? nothing, after: files[at], shared, folders, variable };
}

const nothing: SystemFiles = { contents: new Map(), texts: new Map() };
