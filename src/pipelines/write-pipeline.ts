import { UserError } from '../core/errors.ts';
import { type PlannedFile, planSealedFile } from '../core/planned-file.ts';
import { readSeal } from '../core/seal.ts';
import { azureIncludedPath, azurePath, azurePipeline } from './azure.ts';
import { githubPath, githubWorkflow } from './github.ts';
import { gitlabIncludedPath, gitlabPath, gitlabPipeline } from './gitlab.ts';
import { jenkinsfile, jenkinsIncludedPath, jenkinsPath } from './jenkins.ts';
import { kubernetesPath, reviewCronJob } from './kubernetes.ts';
import { type PipelinePlan, type ScannerName, type SystemName, scannerNames } from './pipeline-plan.ts';

/** The systems, each with what writes its file and where that lies. A further one is an entry here. */
const systems: Readonly<
  Record<SystemName, { readonly write: (plan: PipelinePlan) => string; readonly paths: readonly string[] }>
> = {
  github: { write: githubWorkflow, paths: [githubPath] },
  gitlab: { write: gitlabPipeline, paths: [gitlabPath, gitlabIncludedPath] },
  jenkins: { write: jenkinsfile, paths: [jenkinsPath, jenkinsIncludedPath] },
  azure: { write: azurePipeline, paths: [azurePath, azureIncludedPath] },
  kubernetes: { write: reviewCronJob, paths: [kubernetesPath] },
};

/**
 * Where the pipeline goes: where it is already, else the system's own place, or where a file of somebody else is there, the place that can be included.
 * @param read gives the text of a file, undefined where there is none
 * @param beside gives the paths of the files that lie where this one does
 */
export function pipelinePath(
  system: SystemName,
  read: (path: string) => string | undefined,
  beside: (path: string) => readonly string[],
): string {
  const { paths } = systems[system];
  const [first = githubPath] = paths;
  // GitHub runs all that lie there, whatever their names are: a second one beside one that was renamed would run all twice.
  const known = system === 'github' ? [first, ...beside(first).filter((path) => /\.ya?ml$/.test(path))] : paths;
  const there = known.find((path) => isWritten(read(path), system));
  return there ?? paths.find((path) => read(path) === undefined) ?? paths.at(-1) ?? first;
}

/** By its seal or, where somebody took that out, by the line of its choices. */
function isWritten(text: string | undefined, system: SystemName): boolean {
  return text !== undefined && new RegExp(`^(?:#|//) \\$ plimsoll ci init ${system}(?![\\w-])`, 'm').test(text);
}

/**
 * What to do with the pipeline's file. One that is there and was not written by this command counts as changed by hand.
 * @param before what is there
 */
export function planPipeline(
  plan: PipelinePlan,
  system: SystemName,
  file: { readonly path: string; readonly before: string | undefined; readonly force: boolean },
): PlannedFile {
  const planned = planSealedFile({ path: file.path, text: systems[system].write(plan) }, file.before, {
    force: file.force,
  });
  const isForeign = file.before !== undefined && readSeal(file.before).written === undefined;
  if (!isForeign || planned.action !== 'changed') return planned;
  const reason = isWritten(file.before, system) ? 'its line with the digest is gone' : 'plimsoll did not write it';
  return { ...planned, reason };
}

/** The choices that a pipeline was written with. */
export interface RememberedChoices {
  readonly scanners: readonly ScannerName[];
  readonly image: string | undefined;
  readonly prune: string | undefined;
  readonly package: string | undefined;
}

/**
 * Reads the choices of the last run out of the file that it wrote; undefined where it wrote none.
 * @throws UserError where their line was changed to what is no such line
 */
export function rememberedChoices(text: string | undefined, system: SystemName): RememberedChoices | undefined {
  if (text === undefined || (readSeal(text).written === undefined && !isWritten(text, system))) return undefined;
  const line =
    /^(?:#|\/\/) \$ plimsoll ci init ([a-z]+)((?: --(?:scanner [a-z]+|(?:image|prune) [\w./:*-]{1,300}|package [\w.:/@~^+=%?&#-]{1,1000}))*)\r?$/m.exec(
      text,
    );
  const [, of, flags = ''] = line ?? [];
  const pairs = [...flags.matchAll(/--(scanner|image|prune|package) (\S+)/g)].map(([, name, value = '']) => ({
    name,
    value,
  }));
  const names = pairs.filter(({ name }) => name === 'scanner').map(({ value }) => value);
  const scanners = scannerNames.filter((name) => names.includes(name));
  if (of !== system || scanners.length !== names.length)
    throw new UserError('the line that remembers the choices of the last run cannot be read', {
      remedy: 'Name them: --scanner, --image, --prune, --package.',
    });
  const chosen = (of: string) => pairs.find(({ name }) => name === of)?.value;
  return { scanners, image: chosen('image'), prune: chosen('prune'), package: chosen('package') };
}
