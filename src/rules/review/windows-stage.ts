import type { SourceRange } from '../../core/text.ts';
import { replace } from '../../dockerfile/edit.ts';
import type { Flag, Instruction } from '../../dockerfile/instruction.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';

const ownerPeer = 'tally:windows/no-chown-flag';
const mountPeer = 'tally:windows/no-run-mounts';
const signalPeer = 'tally:windows/no-stopsignal';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A flag or instruction that Windows containers do not know',
  why: 'Windows has no numeric owners, no POSIX signals and, in BuildKit, no mounts of RUN: the first two are dropped without a word, the last ends the build.',
  remedy: 'Take it out of the Windows stage; set rights with icacls and handle the shutdown event in the program.',
  peers: [ownerPeer, mountPeer, signalPeer],
  check({ dockerfile }, { report }) {
    for (const stage of dockerfile.stages) {
      if (baseImageOf(stage).distribution !== 'windows') continue;
      for (const instruction of stage.instructions) {
        const owner = ownerFlag(instruction);
        if (owner !== undefined)
          report({
            at: owner.range,
            message: '--chown has no effect on Windows.',
            peers: [ownerPeer],
            fix: {
              title: 'Remove --chown',
              changes: { edits: [replace(dockerfile, withSpace(dockerfile.text, owner.range), '')] },
              assumptions: [{ statement: 'The flag has no effect in this stage.', state: 'holds' }],
            },
          });
        if (instruction.name === 'STOPSIGNAL')
          report({ at: instruction.range, message: 'STOPSIGNAL has no effect on Windows.', peers: [signalPeer] });
        const mount = instruction.name === 'RUN' ? instruction.mounts[0] : undefined;
        if (mount !== undefined)
          report({
            at: mount.range,
            message: `RUN --mount=type=${mount.type} fails in a Windows container.`,
            severity: 'error',
            peers: [mountPeer],
          });
      }
    }
  },
});

function ownerFlag(instruction: Instruction): Flag | undefined {
  if (instruction.name !== 'COPY' && instruction.name !== 'ADD') return undefined;
  return instruction.flags.find(({ name }) => name === 'chown');
}

function withSpace(text: string, { start, end }: SourceRange): SourceRange {
  let after = end;
  while (text[after] === ' ' || text[after] === '\t') after += 1;
  return { start, end: after };
}
