import { baseImage } from '../bases/base-image.ts';
import { questionOf } from '../bases/release-changes.ts';
import { runTimeImage } from '../bases/run-time-image.ts';
import { type Successor, successorOf } from '../bases/successors.ts';
import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertLinesAfter } from '../dockerfile/edit-lines.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { copiedConfigurations } from '../project/copied-configuration.ts';
import { copiedScript } from '../project/copied-script.ts';
import { buildsOf, type Project } from '../project/project.ts';
import { stageChain } from '../project/stage-facts.ts';
import { startedScripts } from '../project/started-commands.ts';
import { bundledPrograms } from './bundled-programs.ts';
import { type CopiedText, releaseHazards } from './release-hazards.ts';
import { replaceReference } from './replace-base.ts';
import { otherTargetFramework, type TargetFramework } from './target-framework.ts';

/**
 * Lets the stages that begin with one image begin with the supported image that is nearest to it, and renames the packages that have
 * another name there. Undefined where no such image is known or the file cannot be edited in one place. `fails` where a step is
 * known to fail on it: then `why` says what.
 */
export function moveToSuccessor(
  project: Project,
  dockerfile: Dockerfile,
  reference: string,
  stages: readonly Stage[],
  today: string,
):
  | {
      readonly fix: Fix;
      readonly successor: Successor;
      readonly certain: readonly string[];
      /** What has to be raised before the image. */
      readonly framework: TargetFramework | undefined;
    }
  | undefined {
  const successor = successorOf(reference, today);
  if (successor === undefined) return undefined;
  const tokens = stages.flatMap(({ from }) => from?.image ?? []);
  const edits = replaceReference(dockerfile, tokens, reference, successor.reference);
  if (edits === undefined) return undefined;
  const standing = dockerfile.stages.filter((stage) => stageChain(stage).some((each) => stages.includes(each)));
  const copied = copiedTexts(project, dockerfile, standing);
  const hazards = releaseHazards(dockerfile, standing, reference, successor.reference, copied);
  const bundled = bundledPrograms(dockerfile, stages, reference, successor.reference);
  const running = moveRunTime(dockerfile, standing, reference, successor.reference);
  const certain = [...hazards.certain, ...bundled.certain];
  const framework = otherTargetFramework(project, dockerfile, successor.reference);
  const pip = hazards.pipIntoSystem
    ? stages.flatMap(({ from }) =>
        from ? insertLinesAfter(dockerfile, from, ['ARG PIP_BREAK_SYSTEM_PACKAGES=1']) : [],
      )
    : [];
  const assumptions: Assumption[] = [
    {
      statement: `What the file builds and runs works on ${successor.reference}.`,
      state: certain.length > 0 || framework !== undefined ? 'fails' : 'unknown',
      question: [questionOf(successor.changes), ...hazards.possible, ...bundled.possible, ...running.possible].join(
        ' ',
      ),
    },
  ];
  return {
    fix: {
      title: `Move from ${reference} to ${successor.reference}`,
      changes: { edits: [...edits, ...hazards.edits, ...bundled.edits, ...running.edits, ...pip] },
      assumptions,
    },
    successor,
    certain,
    framework,
  };
}

/** The start scripts and the configurations of servers that stages copy from their context. */
function copiedTexts(project: Project, dockerfile: Dockerfile, stages: readonly Stage[]): readonly CopiedText[] {
  return [
    ...stages
      .flatMap((stage) =>
        [...startedScripts(dockerfile, stage)].flatMap(
          (script) => copiedScript(project, dockerfile, stage, script) ?? [],
        ),
      )
      .map(({ path, start }) => ({ path, text: start })),
    ...buildsOf(project, dockerfile)
      .filter(({ stage }) => stage !== undefined && stages.includes(stage))
      .flatMap((build) => copiedConfigurations(project, build))
      .filter(({ isMeant }) => isMeant)
      .map(({ artifact }) => artifact),
  ];
}

/**
 * The stages that run what is compiled on an image, and stand on the same release of the distribution: they move with it, for a program that was linked to a
 * newer C library does not start on an older one.
 */
function moveRunTime(
  dockerfile: Dockerfile,
  compiling: readonly Stage[],
  reference: string,
  successor: string,
): { readonly edits: readonly TextEdit[]; readonly possible: readonly string[] } {
  const [from, to] = [reference, successor].map((each) => runTimeImage(each)?.reference);
  const isCompiled = ['go', 'rust'].includes(baseImage(reference).runtime?.name ?? '');
  if (!isCompiled || from === undefined || to === undefined || from === to) return { edits: [], possible: [] };
  const running = dockerfile.stages.filter(
    ({ base, dependsOn }) =>
      base.kind === 'image' && base.reference === from && dependsOn.some((each) => compiling.includes(each)),
  );
  if (running.length === 0) return { edits: [], possible: [] };
  const standing = dockerfile.stages.filter((stage) => stageChain(stage).some((each) => running.includes(each)));
  const hazards = releaseHazards(dockerfile, standing, from, to);
  const tokens = running.flatMap((stage) => stage.from?.image ?? []);
  const edits = hazards.certain.length > 0 ? undefined : replaceReference(dockerfile, tokens, from, to);
  if (edits === undefined)
    return {
      edits: [],
      possible: [`Does what is compiled on ${successor} start on ${from}, whose C library is older?`],
    };
  return { edits: [...edits, ...hazards.edits], possible: [`Does it run on ${to}, which takes the place of ${from}?`] };
}
