import path from 'node:path';
import { exitCodes, UserError } from '../core/errors.ts';
import type { PlannedFile } from '../core/planned-file.ts';
import { printable } from '../core/printable.ts';
import { recoverWriting } from '../fix/write-files.ts';
import { observeParts } from '../observe/generated.ts';
import { rootKustomizations } from '../observe/kustomizations.ts';
import type { GeneratedFile, ObservePlan } from '../observe/observe-plan.ts';
import { planFiles } from '../observe/plan-files.ts';
import { readPlan } from '../observe/read-plan.ts';
import { loadProject } from '../project/load-project.ts';
import type { Project } from '../project/project.ts';
import type { Command, ParsedArguments, Terminal } from './command.ts';
import { isColored } from './is-colored.ts';
import { loadConfiguration } from './load-configuration.ts';
import { type AskedFor, askedFor } from './observe-choices.ts';
import { outputDirectory } from './observe-directory.ts';
import { observeJson, observeText } from './observe-output.ts';
import { prefixFrom } from './path-prefix.ts';
import { patchOf, wouldChange, writePlanned } from './planned-files.ts';
import { progressOn } from './progress.ts';
import { readTarget } from './read-target.ts';
import { typedAgain } from './typed-again.ts';

/** Reads, generates and writes as the arguments of `plimsoll observe` say; gives the exit code. */
export async function performObserve(parsed: ParsedArguments, terminal: Terminal, command: Command): Promise<number> {
  const target = await readTarget(parsed.positionals, undefined, terminal);
  if (target.kind !== 'directory')
    throw new UserError('observe takes one directory', { remedy: 'Name the directory of a repository.' });
  const named = parsed.value('out');
  const out = named === undefined ? path.join(target.path, 'observe') : path.resolve(terminal.cwd, named);
  const writes = !parsed.has('dry-run') && !parsed.has('diff') && !parsed.has('check');
  if (writes) recoverWriting(out);
  const directory = outputDirectory(out);
  const available = observeParts.map(({ name }) => name);
  const asked = askedFor(parsed, command, directory.read('base/kustomization.yaml'), available);
  const progress = progressOn(terminal, parsed.has('quiet') || parsed.has('json'));
  try {
    const { configuration } = await loadConfiguration(parsed, target, terminal);
    const own = prefixFrom(target.path, out);
    const project = await loadProject(target, {
      helm: !parsed.has('no-helm'),
      // What was written before is not what is to be observed.
      exclude: [...configuration.exclude, ...(own === '' ? [] : [exactPattern(own)])],
      podTemplates: configuration.podTemplates,
      onProgress: progress.step,
    });
    const plan = readPlan(project, asked.choices);
    mustKnow(parsed.values('scale-memory'), plan);
    const generated = await generate(plan, asked, progress.step);
    const files = planFiles(generated, directory, { force: parsed.has('force') });
    progress.end();
    tellProblems(project, terminal);
    if (writes) writePlanned(out, files);
    show(parsed, terminal, { plan, asked, files, project, out, written: writes });
    return parsed.has('check') && files.some(wouldChange) ? exitCodes.findings : exitCodes.clean;
  } finally {
    progress.end();
  }
}

const mostTold = 10;

/** What could not be read is not observed either: a chart without Helm may be most of the workloads. */
function tellProblems({ problems }: Project, { stderr }: Terminal): void {
  for (const { path: at, message, remedy } of problems.slice(0, mostTold))
    stderr.write(`plimsoll: ${printable(at)} is not observed: ${printable(message)}\n  ${printable(remedy)}\n`);
  const more = problems.length - mostTold;
  if (more > 0) stderr.write(`plimsoll: ${more} more could not be read: «plimsoll audit» names them\n`);
}

/** @throws UserError for a workload that the project does not have. One of an earlier run that is gone since is no mistake. */
function mustKnow(names: readonly string[], { workloads }: ObservePlan): void {
  const known = [...new Set(workloads.map(({ name }) => name))];
  for (const name of names)
    if (!known.includes(name))
      throw new UserError(`--scale-memory: the project has no workload «${name}»`, {
        remedy:
          known.length === 0
            ? 'It has none at all.'
            : `It has ${known.slice(0, 10).map(printable).join(', ')}${known.length > 10 ? ` and ${known.length - 10} more` : ''}.`,
      });
}

/** As .gitignore has it: from the root, just this directory. */
function exactPattern(directory: string): string {
  return `/${directory.replace(/[\\*?[\]! #]/g, '\\$&')}/`;
}

async function generate(
  plan: ObservePlan,
  { parts, command }: AskedFor,
  step: (name: string) => void,
): Promise<readonly GeneratedFile[]> {
  const files: GeneratedFile[] = [];
  for (const { name, load } of observeParts) {
    if (!parts.includes(name)) continue;
    step(`writing ${name}`);
    files.push(...(await load()).write(plan));
  }
  return [...rootKustomizations(plan, files, parts, command), ...files];
}

/** What a run did, for its output. */
export interface ObserveRun {
  readonly plan: ObservePlan;
  readonly asked: AskedFor;
  readonly files: readonly PlannedFile[];
  readonly project: Project;
  readonly out: string;
  readonly written: boolean;
}

function show(parsed: ParsedArguments, terminal: Terminal, run: ObserveRun): void {
  const prefix = prefixFrom(terminal.cwd, run.out);
  if (parsed.has('json')) terminal.stdout.write(observeJson(run));
  else if (parsed.has('diff')) terminal.stdout.write(patchOf(run.files, prefix, ['create', 'update']));
  else {
    const shown = path.relative(terminal.cwd, run.out) || '.';
    const newer = Buffer.from(patchOf(run.files, prefix, ['changed'])).toString();
    terminal.stdout.write(
      observeText(run, {
        colored: isColored(parsed, terminal),
        directory: shown.split(path.sep).join('/'),
        command: typedAgain('observe', parsed, { without: ['--dry-run', '-n', '--check'] }),
        newer,
      }),
    );
  }
}
