import type { ContextUse } from '../context/context-use.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import { expandToken } from '../dockerfile/expand.ts';
import type { CopyInstruction, Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import type { Token } from '../dockerfile/syntax.ts';

/** The instructions of a Dockerfile that take files from the build context: COPY and ADD without `--from`, bind mounts of RUN. */
export function contextUses(dockerfile: Dockerfile): readonly ContextUse[] {
  return dockerfile.instructions.flatMap((instruction) => {
    if (instruction.name === 'COPY' || instruction.name === 'ADD') return copyUse(dockerfile, instruction);
    return instruction.name === 'RUN' ? mountUses(dockerfile, instruction) : [];
  });
}

function copyUse(dockerfile: Dockerfile, instruction: CopyInstruction): ContextUse[] {
  if (instruction.from !== undefined || instruction.sources.length === 0) return [];
  const sources = expanded(dockerfile, instruction, instruction.sources);
  const excludes = expanded(dockerfile, instruction, instruction.excludes);
  return [
    {
      path: dockerfile.path,
      range: instruction.range,
      sources: sources.values,
      excludes: excludes.values,
      parents: instruction.parents,
      known: sources.known && excludes.known,
    },
  ];
}

function mountUses(dockerfile: Dockerfile, instruction: RunInstruction): ContextUse[] {
  return instruction.mounts.flatMap((mount) => {
    if (mount.type !== 'bind' || mount.options.has('from')) return [];
    const source = mount.options.get('source') ?? mount.options.get('src') ?? '.';
    return {
      path: dockerfile.path,
      range: mount.range,
      sources: [source],
      excludes: [],
      parents: false,
      known: !source.includes('$'),
    };
  });
}

function expanded(
  dockerfile: Dockerfile,
  instruction: Instruction,
  tokens: readonly Token[],
): { values: string[]; known: boolean } {
  if (!tokens.some(({ value }) => /[$\\"'`]/.test(value)))
    return { values: tokens.map(({ value }) => value), known: true };
  const variables = environmentAt(dockerfile, instruction);
  const expansions = tokens.map((token) => expandToken(token, variables, { escape: dockerfile.syntax.escape }));
  return {
    values: expansions.map(({ value }) => value),
    known: expansions.every(
      ({ unknown, unmatched, error }) => unknown.size === 0 && unmatched.size === 0 && error === undefined,
    ),
  };
}
