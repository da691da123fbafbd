import type { InstalledPackage } from '../../ecosystems/installed-package.ts';
import type { ImageAnalysis } from '../../image/image-analysis.ts';
import type { PackagePair } from './rebuild-changes.ts';
import type { StepCommand } from './replay-step.ts';
import type { AskSource } from './source-answer.ts';
import type { SystemFiles } from './system-files.ts';

/** What a step would do otherwise with the packages of languages. */
export interface LanguageOutcome {
  readonly changes: readonly PackagePair[];
  readonly unknown: readonly string[];
  /** The changes come with another image that a stage stands on: a build has to pull it. */
  readonly pulls?: boolean;
}

/** A step's commands of one ecosystem, with what it brought when the image was built and the files that it could read. */
export interface LanguageStep {
  readonly commands: readonly StepCommand[];
  readonly brought: readonly InstalledPackage[];
  readonly files: SystemFiles;
  /** Those of before: a step may take its settings away again. */
  readonly filesBefore: SystemFiles;
  readonly analysis: ImageAnalysis;
  readonly ask: AskSource;
  /** Why it is not known whom the step asks: then nobody is. */
  readonly hiddenSettings: string | undefined;
}

/** What nothing chooses anew comes again. */
export const same: LanguageOutcome = { changes: [], unknown: [] };

export function unknown(reason: string): LanguageOutcome {
  return { changes: [], unknown: [reason] };
}

export function counted(count: number): string {
  return `${count} ${count === 1 ? 'package' : 'packages'}`;
}

/** What was there against what would be there, each name with its versions: the same ones fall out, the others are put beside each other. */
export function pairsOf(
  brought: readonly InstalledPackage[],
  coming: readonly InstalledPackage[],
  nameOf: (one: InstalledPackage) => string = ({ name }) => name,
): PackagePair[] {
  const names = [...new Set([...brought, ...coming].map(nameOf))].sort();
  return names.flatMap((name) => {
    const [old, next] = [brought, coming].map((all) => distinct(all.filter((one) => nameOf(one) === name)));
    const left = (old ?? []).filter((one) => !next?.some(({ version }) => version === one.version));
    const right = (next ?? []).filter((one) => !old?.some(({ version }) => version === one.version));
    return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => ({
      before: left[at],
      after: right[at],
    }));
  });
}

function distinct(packages: readonly InstalledPackage[]): InstalledPackage[] {
  return [...new Map(packages.map((one) => [one.version, one])).values()];
}
