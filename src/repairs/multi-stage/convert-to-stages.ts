import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { buildsOf, type Project } from '../../project/project.ts';
import { rebuilderOf } from '../../project/rebuilds-on-change.ts';
import { lastInstruction, workingDirectory } from '../../project/stage-facts.ts';
import { planDotnet } from './plan-dotnet.ts';
import { planGo } from './plan-go.ts';
import { planJava } from './plan-java.ts';
import { planMake } from './plan-make.ts';
import { planNode } from './plan-node.ts';
import { planPython } from './plan-python.ts';
import { planRuby } from './plan-ruby.ts';
import { planRust } from './plan-rust.ts';
import type { Planned, SplitSubject } from './split-plan.ts';
import { splitStage } from './split-stage.ts';
import { copySteps, runSteps } from './stage-steps.ts';
import { staticSite } from './static-site.ts';

/** A fix, or the clause that says why there is none. */
export type Conversion = { readonly fix: Fix } | { readonly refusal: string };

const planners: readonly ((subject: SplitSubject) => Planned)[] = [
  (subject) => planGo(subject, true),
  (subject) => planGo(subject, false),
  planRust,
  planDotnet,
  planJava,
  planNode,
  planPython,
  planRuby,
  planMake,
];

const known = new WeakMap<Stage, Conversion | 'none'>();

/**
 * Lets the stage that ships build only, and a new one ship what it made. Undefined for a stage of a kind that no planner knows. What was
 * planned once is kept: several rules ask.
 */
export function convertToStages(project: Project, dockerfile: Dockerfile, stage: Stage): Conversion | undefined {
  let found = known.get(stage);
  if (found === undefined) {
    found = convert(project, dockerfile, stage) ?? 'none';
    known.set(stage, found);
  }
  return found === 'none' ? undefined : found;
}

function convert(project: Project, dockerfile: Dockerfile, stage: Stage): Conversion | undefined {
  if (stage !== dockerfile.final || stage.base.kind !== 'image' || !stage.base.complete) return undefined;
  const cannot = preventing(project, dockerfile, stage);
  if (cannot !== undefined) return { refusal: cannot };
  const subject = subjectOf(project, dockerfile, stage);
  const site = staticSite(subject);
  if (site !== undefined && !('refusal' in site)) return { fix: site };
  let refusal = site?.refusal;
  for (const plan of planners) {
    const planned = plan(subject);
    if (planned === undefined) continue;
    const result = 'refusal' in planned ? planned : splitStage(subject, planned);
    if (!('refusal' in result)) return { fix: result };
    refusal ??= result.refusal;
  }
  return refusal === undefined ? undefined : { refusal };
}

/** What makes any conversion of the stage impossible. A clause. */
export function preventing(project: Project, dockerfile: Dockerfile, stage: Stage): string | undefined {
  const { instructions, from } = stage;
  if (from?.alias !== undefined) return 'the stage has a name, by which it may be built';
  if (from?.platform !== undefined) return 'the stage is of one platform';
  if (buildsOf(project, dockerfile).some((build) => build.stage !== undefined && build.stage !== stage))
    return 'other stages ship, too';
  if (dockerfile.rejections.length > 0) return 'the file does not build as it is';
  if (instructions.some(({ name }) => name === 'ONBUILD' || name === 'SHELL' || name === 'UNKNOWN'))
    return 'it has ONBUILD or SHELL';
  const copiesOfStages = instructions.some((each) => each.name === 'COPY' && each.from !== undefined);
  if (copiesOfStages) return 'it takes files from other stages already';
  const settings = dockerfile
    .commandsNamed('git')
    .find(
      ({ command, stage: own }) =>
        own === stage &&
        command.arguments[0]?.value === 'config' &&
        command.arguments.some(({ value }) => /^--(?:global|system)$/.test(value)),
    );
  if (settings !== undefined) return `line ${settings.instruction.line} sets up git, which is then to be used there`;
  const rebuilder = rebuilderOf(dockerfile, stage);
  if (rebuilder !== undefined) return `${rebuilder} builds in the container`;
  return undefined;
}

/** A stage taken apart, as planners want it. */
export function subjectOf(project: Project, dockerfile: Dockerfile, stage: Stage): SplitSubject {
  const last = stage.instructions.at(-1);
  return {
    project,
    dockerfile,
    stage,
    runs: runSteps(dockerfile, stage),
    copies: copySteps(dockerfile, stage),
    program: programOf(dockerfile, stage),
    directory: last === undefined ? undefined : workingDirectory(dockerfile, stage, endOf(last)).path,
  };
}

/** A place behind the last instruction, so that a WORKDIR that stands last counts. */
function endOf(last: Stage['instructions'][number]): Stage['instructions'][number] {
  const { end } = last.syntax.range;
  return { ...last, syntax: { ...last.syntax, range: { start: end, end } } };
}

/** The words of the only command that ENTRYPOINT, else CMD, starts. */
function programOf(dockerfile: Dockerfile, stage: Stage): readonly string[] | undefined {
  const instruction = lastInstruction(stage, 'ENTRYPOINT') ?? lastInstruction(stage, 'CMD');
  const commands = instruction === undefined ? [] : (dockerfile.script(instruction)?.commands ?? []);
  const [command, ...others] = commands;
  if (command === undefined || others.length > 0) return undefined;
  return [command.nameWord.value, ...command.arguments.map(({ value }) => value)];
}
