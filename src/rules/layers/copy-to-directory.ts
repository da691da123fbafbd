import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertAfter } from '../../dockerfile/edit.ts';
import type { CopyInstruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { expandedValue, imageInstructions, workingDirectory } from '../../project/stage-facts.ts';

const peers = [
  'hadolint:DL3021',
  'trivy:DS011',
  'kics:copy-with-more-than-two-arguments-not-ending-with-slash',
] as const;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Several files are copied to one name',
  why: 'Without a / at its end the destination is a file unless a directory of that name exists: the files replace each other, or the build stops.',
  remedy: 'End the destination with /.',
  peers,
  check({ dockerfile }, { report }) {
    for (const { instruction, stage } of dockerfile.instructionsNamed('COPY')) {
      const { sources, heredocs, destination } = instruction;
      if (sources.length + heredocs.length < 2 || destination === undefined || instruction.parents) continue;
      const target = destination.value;
      if (/(?:^|\/)\.{0,2}$|\\$|\$/.test(target) || isDirectory(dockerfile, stage, instruction, target)) continue;
      const fix = slashBehind(dockerfile, instruction);
      report({
        at: instruction.range,
        message: `${sources.length + heredocs.length} sources are copied to ${target}, which does not end with /.`,
        peers: heredocs.length === 0 ? peers : [],
        ...(fix && { fix }),
      });
    }
  },
});

/** True when something before it made the directory: WORKDIR, mkdir, or a COPY into it. */
function isDirectory(
  dockerfile: Dockerfile,
  stage: Stage | undefined,
  instruction: CopyInstruction,
  target: string,
): boolean {
  if (stage === undefined) return false;
  const end = instruction.syntax.range.start;
  const directory = workingDirectory(dockerfile, stage, instruction);
  const path = absolute(target, directory.path);
  if (path === undefined || directory.path === path || directory.path?.startsWith(`${path}/`)) return true;
  return imageInstructions(stage).some((each) => {
    if (each.syntax.range.start >= end) return false;
    if (each.name === 'WORKDIR') return expandedValue(dockerfile, each, each.value)?.startsWith(path) ?? true;
    if (each.name === 'COPY' || each.name === 'ADD') return each.destination?.value.startsWith(`${path}/`) ?? false;
    return each.name === 'RUN' && dockerfile.text.slice(each.range.start, each.range.end).includes(target);
  });
}

function absolute(target: string, directory: string | undefined): string | undefined {
  if (target.startsWith('/')) return target;
  return directory === undefined ? undefined : `${directory === '/' ? '' : directory}/${target.replace(/^\.\//, '')}`;
}

function slashBehind(dockerfile: Dockerfile, { destination, form }: CopyInstruction): Fix | undefined {
  if (destination === undefined || form === 'exec' || destination.raw !== undefined) return undefined;
  return {
    title: 'End the destination with /',
    changes: { edits: [insertAfter(dockerfile, destination.range, '/')] },
    assumptions: [
      {
        statement: 'The destination is meant to be a directory.',
        state: 'unknown',
        question: `Is ${destination.value} meant to be a directory that holds all of the files?`,
      },
    ],
  };
}
