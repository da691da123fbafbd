import type { Ecosystem } from '../../ecosystems/ecosystem.ts';
import { manifestOf } from '../../ecosystems/facts.ts';
import type { InstalledPackage, PackageKind } from '../../ecosystems/installed-package.ts';
import type { PackageCommand } from '../../ecosystems/package-command.ts';
import type { ImageAnalysis, ImagePackage } from '../../image/image-analysis.ts';
import { counted, type LanguageOutcome, type LanguageStep, unknown } from './language-outcome.ts';
import { npmStep } from './npm-step.ts';
import { pipStep } from './pip-step.ts';
import type { BuildStep } from './predict-system.ts';
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

/** Of a step that brought no package of theirs that is seen: commands that may bring some now. */
export function movingUnseen({ commands }: BuildStep, files: SystemFiles | undefined, seen: boolean): string[] {
  if (seen) return [];
  return commands
    .filter(({ read }) => kindOf[read.ecosystem] !== undefined && bringsPackages(read))
    .filter(({ read }) => isMoving(read, files))
    .map(
      ({ read }) =>
        `what ${[read.tool, read.subcommand?.value].filter(Boolean).join(' ')} would bring now is not followed: none of what it brought is seen`,
    );
}

/** By the index of the step. What a lock file holds comes again as it is; what nothing holds is asked for anew. */
export async function predictLanguages(
  analysis: ImageAnalysis,
  steps: readonly BuildStep[],
  files: readonly SystemFiles[],
  ask: AskSource,
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
      const commands = step.commands.flatMap(({ read }) =>
        read.ecosystem === ecosystem && bringsPackages(read) ? [read] : [],
      );
      outcomes.push(
        await outcomeOf(ecosystem, step, { commands, brought: brought.map(plain), files: here, analysis, ask }),
      );
    }
    if (outcomes.length > 0)
      found.set(index, {
        changes: outcomes.flatMap(({ changes }) => changes),
        unknown: outcomes.flatMap(({ unknown }) => unknown),
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

const same: LanguageOutcome = { changes: [], unknown: [] };

async function outcomeOf(ecosystem: string, step: BuildStep, given: LanguageStep): Promise<LanguageOutcome> {
  const { commands, brought, files } = given;
  if (step.copies?.kind === 'stage') {
    const moving = step.copies.commands.filter((read) => read.ecosystem === ecosystem && isMoving(read, undefined));
    if (moving.length === 0 && step.copies.commands.some((read) => read.ecosystem === ecosystem)) return same;
    return unknown(
      `${counted(brought.length)} of ${ecosystem} are copied: whether another stage would bring others is not followed`,
    );
  }
  // What a distribution's packages bring of a language changes with them.
  if (commands.length === 0) return same;
  const moving = commands.filter((read) => isMoving(read, files));
  if (moving.length === 0) return same;
  if (ecosystem === 'npm') return npmStep(moving, given);
  if (ecosystem === 'pip') return pipStep(moving, given);
  const [first] = moving;
  return unknown(
    `${first?.tool} ${first?.subcommand?.value ?? ''} keeps to no lock file that the image has: what it would bring now is not followed`,
  );
}

/**
 * Whether a command may choose other versions than before. `files` undefined: those of another stage, which are not in the image.
 * `npm ci` and its like, exact versions, and lock files beside the manifest do not move.
 */
function isMoving(read: PackageCommand, files: SystemFiles | undefined): boolean {
  const { action, frozen, packages } = read;
  if (frozen || action === 'run') return false;
  if (action === 'upgrade' || action === 'dist-upgrade') return true;
  if (action === 'install') return true;
  if (files === undefined) return true;
  if (read.ecosystem === 'pip' && packages.some(({ kind }) => kind === 'requirements-file')) return true;
  return !hasLock(files, read.ecosystem);
}

function hasLock({ contents }: SystemFiles, ecosystem: Ecosystem): boolean {
  return [...contents.keys()].some((path) => {
    const found = manifestOf(path);
    return found?.isLock === true && found.ecosystem === ecosystem;
  });
}
