import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { exitCodes, UserError } from '../core/errors.ts';
import { meantOf } from '../core/nearest.ts';
import type { PlannedFile } from '../core/planned-file.ts';
import { printable } from '../core/printable.ts';
import { recoverWriting } from '../fix/write-files.ts';
import { plimsollImage } from '../observe/plimsoll-image.ts';
import { type PipelinePlan, type SystemName, scannerNames, systemNames } from '../pipelines/pipeline-plan.ts';
import { type PipelineChoices, readPipelinePlan } from '../pipelines/read-pipeline-plan.ts';
import { pipelinePath, planPipeline, rememberedChoices } from '../pipelines/write-pipeline.ts';
import { loadProject } from '../project/load-project.ts';
import { ciJson, ciText } from './ci-output.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { loadConfiguration } from './load-configuration.ts';
import { outputDirectory } from './observe-directory.ts';
import { prefixFrom } from './path-prefix.ts';
import { patchOf, wouldChange, writePlanned } from './planned-files.ts';
import { progressOn } from './progress.ts';
import { readTarget } from './read-target.ts';
import { sizeBudgetOf } from './size-budget.ts';

/** Reads, plans and writes as the arguments of `plimsoll ci` say; gives the exit code. */
export async function performCi(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const { system, rest } = systemFrom(parsed.positionals);
  const target = await readTarget(rest, undefined, terminal);
  if (target.kind !== 'directory')
    throw new UserError('ci init takes one directory', { remedy: 'Name the root of a repository.' });
  const root = target.path;
  mustBeRoot(root);
  const writes = !parsed.has('dry-run') && !parsed.has('diff') && !parsed.has('check');
  if (writes) recoverWriting(root);
  const { read } = outputDirectory(root);
  const file = outFrom(parsed.value('out'), system, root, terminal.cwd) ?? pipelinePath(system, read, besideIn(root));
  const before = read(file);
  const choices = choicesFrom(parsed, system, before);
  const progress = progressOn(terminal, parsed.has('quiet') || parsed.has('json'));
  try {
    const { configuration } = await loadConfiguration(parsed, target, terminal);
    const project = await loadProject(target, {
      // The pipeline's own builds tell nothing of the project.
      exclude: [...configuration.exclude, exactPattern(file)],
      podTemplates: configuration.podTemplates,
      onProgress: progress.step,
    });
    const budgets = project.builds
      .map(({ dockerfile }) => dockerfile.path)
      .filter((each) => sizeBudgetOf(configuration, path.join(root, each), terminal.cwd));
    const plan = readPipelinePlan(project, { ...choices, budgets: new Set(budgets), plimsollImage });
    const planned = planPipeline(plan, system, { path: file, before, force: parsed.has('force') });
    progress.end();
    if (writes) writePlanned(root, [planned]);
    show(parsed, terminal, { system, plan, file: planned, root, written: writes });
    // What was asked for is not in the file.
    if (writes && planned.action === 'changed') return exitCodes.findings;
    return parsed.has('check') && wouldChange(planned) ? exitCodes.findings : exitCodes.clean;
  } finally {
    progress.end();
  }
}

/** What a run did, for its output. */
export interface CiRun {
  readonly system: SystemName;
  readonly plan: PipelinePlan;
  readonly file: PlannedFile;
  readonly root: string;
  readonly written: boolean;
}

/** The files that lie in the directory of one, as paths from the root. */
function besideIn(root: string): (file: string) => readonly string[] {
  return (file) => {
    const directory = path.posix.dirname(file);
    if (!existsSync(path.join(root, directory))) return [];
    const found = readdirSync(path.join(root, directory), { withFileTypes: true });
    return found
      .filter((each) => each.isFile())
      .map(({ name }) => path.posix.join(directory, name))
      .sort();
  };
}

/** As .gitignore has it: from the root, just this file. */
function exactPattern(file: string): string {
  return `/${file.replace(/[\\*?[\]! #]/g, '\\$&')}`;
}

function systemFrom(positionals: readonly string[]): { system: SystemName; rest: readonly string[] } {
  const [action, name, ...rest] = positionals;
  const system = systemNames.find((each) => each === name);
  if (action !== 'init' || system === undefined)
    throw new UserError(
      action === 'init' && name !== undefined
        ? `no pipeline can be written for «${printable(name)}»${meantOf(name, systemNames)}`
        : action === 'init' || action === undefined
          ? 'ci takes «init» and the system that runs the pipeline, or «comment»'
          : `ci takes «init» or «comment»; not «${printable(action)}»${meantOf(action, ['init', 'comment'])}`,
      { remedy: `plimsoll ci init ${systemNames.join('|')} [PATH], or plimsoll ci comment --before FILE --after FILE` },
    );
  return { system, rest };
}

/** The files are read at a repository's root only. */
function mustBeRoot(directory: string): void {
  if (existsSync(path.join(directory, '.git'))) return;
  for (let above = path.dirname(directory); above !== path.dirname(above); above = path.dirname(above))
    if (existsSync(path.join(above, '.git')))
      throw new UserError('pipelines are read at the root of a repository, and this is below it', {
        where: directory,
        remedy: `Name the root: ${printable(above)}`,
      });
}

/** @throws UserError for a file outside of the repository, which no path of the pipeline would fit */
function outFrom(named: string | undefined, system: SystemName, root: string, cwd: string): string | undefined {
  if (named === undefined) return undefined;
  const file = path.relative(root, path.resolve(cwd, named)).split(path.sep).join('/');
  const isFit = system === 'jenkins' ? /(?:^|\/)Jenkinsfile(?:\.\w+)?$|\.groovy$/.test(file) : /\.ya?ml$/.test(file);
  if (file === '' || file.startsWith('../') || path.isAbsolute(file) || !isFit)
    throw new UserError(
      `--out takes a ${system === 'jenkins' ? 'Jenkinsfile' : '.yml or .yaml file'} of the repository; not «${printable(named)}»`,
    );
  return file;
}

function choicesFrom(
  parsed: ParsedArguments,
  system: SystemName,
  before: string | undefined,
): Omit<PipelineChoices, 'budgets' | 'plimsollImage'> {
  const given = parsed.has('scanner') || parsed.has('image') || parsed.has('prune') || parsed.has('package');
  const earlier = given ? undefined : rememberedChoices(before, system);
  if (earlier) return { system, ...earlier };
  const names = parsed.values('scanner');
  return {
    system,
    scanners: scannerNames.filter((name) => names.includes(name)),
    image: parsed.value('image'),
    prune: parsed.value('prune'),
    package: parsed.value('package'),
  };
}

function show(parsed: ParsedArguments, terminal: Terminal, run: CiRun): void {
  const prefix = prefixFrom(terminal.cwd, run.root);
  if (parsed.has('json')) terminal.stdout.write(ciJson(run));
  else if (parsed.has('diff')) terminal.stdout.write(patchOf([run.file], prefix, ['create', 'update']));
  else {
    const newer = Buffer.from(patchOf([run.file], prefix, ['changed'])).toString();
    terminal.stdout.write(ciText(run, newer));
  }
}
