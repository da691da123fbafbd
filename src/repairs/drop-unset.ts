import type { Fix } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import type { Instruction } from '../dockerfile/instruction.ts';

/**
 * Writes what an ARG or ENV that refers to its own, unset name comes to: `ARG X=${X:-1}` is `ARG X=1`, and behind `ENV LD_LIBRARY_PATH=/lib:$LD_LIBRARY_PATH`
 * nothing stands. Undefined for all else.
 */
export function dropUnset(dockerfile: Dockerfile, instruction: Instruction, name: string): Fix | undefined {
  if (instruction.name !== 'ARG' && instruction.name !== 'ENV') return undefined;
  const pair = instruction.pairs.find(({ key }) => key.value === name);
  if (pair?.value === undefined) return undefined;
  const { start, end } = pair.value.range;
  const written = dockerfile.text.slice(start, end);
  const own = `\\$(?:${name}|\\{${name}\\})`;
  if (instruction.name === 'ARG') {
    const [, quote = '', fallback] = new RegExp(`^(["']?)\\$\\{${name}:?-([\\w.@:/+-]+)\\}\\1$`).exec(written) ?? [];
    if (fallback === undefined || quote === "'") return undefined;
    return {
      title: `Write the default as one: ${name}=${fallback}`,
      changes: { edits: [replace(dockerfile, pair.value.range, `${quote}${fallback}${quote}`)] },
      assumptions: [
        { statement: `Nothing before it sets ${name}; a build argument wins over the default.`, state: 'holds' },
      ],
    };
  }
  const [, kept, quote] = new RegExp(`^([^\\n\\\\]+):${own}("?)$`).exec(written) ?? [];
  // An empty entry of MANPATH stands for the system's own pages, see manpath(1).
  if (!/^(?!(?:|MAN|INFO)PATH$).*PATH$/.test(name) || kept === undefined || quote === undefined || kept.includes(name))
    return undefined;
  return {
    title: `Leave out $${name}, which nothing sets`,
    changes: { edits: [replace(dockerfile, pair.value.range, kept + quote)] },
    assumptions: [
      {
        statement: `The empty entry of ${name}, which stands for the working directory, is not wanted.`,
        state: 'unknown',
        question: `Is ${name} to hold the working directory? An empty entry behind the colon means that.`,
      },
    ],
  };
}
