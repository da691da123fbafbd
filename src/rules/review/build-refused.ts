import type { PeerId } from '../../core/finding.ts';
import { nearest } from '../../core/nearest.ts';
import type { Dockerfile, Rejection } from '../../dockerfile/dockerfile.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { keywords } from '../../dockerfile/reference/statement.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { isPlaceholderImage, refusedBase } from '../../project/placeholder-image.ts';
import type { Project } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';

/** The instruction that is refused, and what others call it. */
interface Refused {
  readonly instruction: Instruction;
  readonly stage: Stage | undefined;
}

const portPeers = ['hadolint:DL3011', 'trivy:DS008', 'kics:unix-ports-out-of-range'] as const;
const ownStagePeers = ['hadolint:DL3023', 'trivy:DS006', 'kics:copy-from-references-current-from-alias'] as const;
const laterStagePeers = ['hadolint:DL3022'] as const;
const triggerPeers = ['hadolint:DL3043'] as const;
const orderPeers = ['hadolint:DL3061'] as const;
const unknownPeers = ['tally:unknown-instruction'] as const;
const circlePeers = ['tally:circular-stage-deps'] as const;
const noStagePeers = ['tally:require-stages'] as const;

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'BuildKit refuses the file',
  why: 'The build stops here, before anything is built.',
  remedy: 'Write the instruction as the Dockerfile reference has it.',
  peers: [
    ...portPeers,
    ...ownStagePeers,
    ...laterStagePeers,
    ...triggerPeers,
    ...orderPeers,
    ...unknownPeers,
    ...circlePeers,
    ...noStagePeers,
  ],
  check({ dockerfile, project }, { report }) {
    if (project.templates.has(dockerfile.path)) return;
    // What only wants a build argument builds once it is given; what stands behind a fault is often its consequence.
    const first = dockerfile.rejections.find((rejection) => (rejection.unlessGiven ?? []).length === 0);
    if (first === undefined) return;
    const isPart = isFragment(project, dockerfile);
    const refused = refusedInstruction(dockerfile, first)?.instruction;
    report({
      at: first.range,
      message: isPart ? `The file has no FROM, so it is no image by itself. ${first.message}` : first.message,
      peers: peersFor(dockerfile, first),
      ...(refused?.name === 'FROM' && { cause: refusedBase(refused.line) }),
      ...(isPart && {
        severity: 'note',
        remedy: 'If other files are put together from it, exclude it in the configuration; otherwise give it a FROM.',
      }),
      ...(isPlaceholder(dockerfile, first) && {
        severity: 'note',
        remedy: 'If this is a template, exclude it in the configuration.',
      }),
    });
  },
});

function peersFor(dockerfile: Dockerfile, rejection: Rejection): readonly PeerId[] {
  const refused = refusedInstruction(dockerfile, rejection);
  if (refused === undefined) return [];
  const { instruction, stage } = refused;
  if (instruction.name !== 'UNKNOWN' && dockerfile.stages.every(({ from }) => from === undefined))
    return [...orderPeers, ...noStagePeers];
  switch (instruction.name) {
    case 'UNKNOWN':
      return unknownPeers;
    case 'EXPOSE':
      return instruction.ports.some(({ value }) => (value.match(/\d+/g) ?? []).some((port) => Number(port) > 65535))
        ? portPeers
        : [];
    case 'COPY':
      if (stage?.name !== undefined && instruction.from?.value === stage.from?.alias?.value) return ownStagePeers;
      if (needsItself(dockerfile, stage, instruction.from?.value)) return circlePeers;
      return isLater(dockerfile, stage, instruction.from?.value) ? laterStagePeers : [];
    case 'ONBUILD':
    case 'MAINTAINER':
    case 'FROM':
      return isForbiddenTrigger(dockerfile, rejection) ? triggerPeers : [];
    default:
      return standsBeforeFrom(dockerfile, instruction) ? orderPeers : [];
  }
}

const partDirectory = /(?:^|[/_.-])(?:templates?|fragments?|snippets?|partials?)\//i;

/**
 * A part that Dockerfiles are put together from: nothing names it as what is built, it has no FROM, and lies where templates do or has another
 * name than that which Docker looks for.
 */
function isFragment({ builds }: Project, { path, stages, instructions }: Dockerfile): boolean {
  if (stages.some(({ from }) => from !== undefined)) return false;
  if (builds.some(({ dockerfile, toldBy }) => dockerfile.path === path && toldBy !== 'convention')) return false;
  if (instructions.some(isMisspeltFrom)) return false;
  if (partDirectory.test(path)) return true;
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /^(?:Dockerfile|Containerfile)\../i.test(name) && instructions.every((each) => each.name !== 'UNKNOWN');
}

/** `FORM node:22`: the file has a FROM, and a fault in it. */
function isMisspeltFrom({ name, keyword }: Instruction): boolean {
  return name === 'UNKNOWN' && nearest(keyword.value, keywords) === 'FROM';
}

/** What a script replaces before the file is built: `FROM BASEIMAGE`, `__LABELS__`, `{{ … }}`, `@IMAGE@`. */
function isPlaceholder(dockerfile: Dockerfile, rejection: Rejection): boolean {
  const instruction = refusedInstruction(dockerfile, rejection)?.instruction;
  if (instruction?.name === 'FROM') return isPlaceholderImage(instruction.image?.value ?? '');
  return (
    instruction?.name === 'UNKNOWN' && /^(?:[A-Z]+_[A-Z_]+$|__|\{\{|\{%|<%|%%|@|#)/.test(instruction.keyword.value)
  );
}

function refusedInstruction(dockerfile: Dockerfile, { range }: Rejection): Refused | undefined {
  const instruction = dockerfile.instructions.findLast((each) => each.syntax.range.start <= range.start);
  if (instruction === undefined) return undefined;
  return { instruction, stage: dockerfile.stages.findLast(({ from }) => isBefore(from, instruction)) };
}

function isBefore(from: Instruction | undefined, instruction: Instruction): boolean {
  return from !== undefined && from.syntax.range.start < instruction.syntax.range.start;
}

function isForbiddenTrigger(dockerfile: Dockerfile, { range }: Rejection): boolean {
  const onbuild = dockerfile.instructions.findLast((each) => each.syntax.range.start <= range.start);
  const trigger = onbuild?.name === 'ONBUILD' ? onbuild.trigger?.name : undefined;
  return trigger === 'ONBUILD' || trigger === 'FROM' || trigger === 'MAINTAINER';
}

function standsBeforeFrom({ stages }: Dockerfile, instruction: Instruction): boolean {
  const first = stages.find(({ from }) => from !== undefined)?.from;
  return first === undefined || instruction.syntax.range.start < first.syntax.range.start;
}

/** Whether a stage of that name comes behind this one, and none before it. */
function isLater({ stages }: Dockerfile, stage: Stage | undefined, name: string | undefined): boolean {
  const named = stages.find((each) => each.name !== undefined && each.name === name?.toLowerCase());
  return stage !== undefined && named !== undefined && named.index > stage.index;
}

/** Whether the stage of that name is built on, or takes files from, the one that wants its files. */
function needsItself({ stages }: Dockerfile, stage: Stage | undefined, name: string | undefined): boolean {
  const other = stages.find((each) => each.name !== undefined && each.name === name?.toLowerCase());
  if (stage === undefined || other === undefined) return false;
  const needed = new Set([other]);
  for (const each of needed) for (const next of each.dependsOn) needed.add(next);
  return needed.has(stage);
}
