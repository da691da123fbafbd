import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import { lineEndOf } from '../../dockerfile/edit-lines.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import { expandToken } from '../../dockerfile/expand.ts';
import type { EnvInstruction, KeyValue } from '../../dockerfile/instruction.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'ENV uses a variable that the same ENV sets',
  why: 'Variables are put in as they were before the whole instruction, so the new value is not seen.',
  remedy: 'Write two ENV instructions, the variable first.',
  peers: ['hadolint:DL3044'],
  check({ dockerfile }, { report }) {
    for (const { instruction } of dockerfile.instructionsNamed('ENV')) {
      if (instruction.name !== 'ENV' || instruction.pairs.length < 2) continue;
      const { pair, name } = firstUse(dockerfile, instruction) ?? {};
      if (pair === undefined) {
        const lost = overwritten(instruction);
        if (lost)
          report({
            at: lost.first.range,
            also: [{ range: lost.again.range, note: 'the value that counts' }],
            message: `${lost.first.key.value} is set again by this very instruction, so this value is lost.`,
            remedy: 'Write the whole value once.',
            peers: lost.usesItself ? ['hadolint:DL3044'] : [],
          });
        continue;
      }
      // On the first line, where other tools report it too.
      const isThere = dockerfile.lines.positionAt(pair.range.start).line === instruction.line;
      const fix = inTwo(dockerfile, instruction, pair, name ?? '');
      report({
        at: isThere ? pair.range : instruction.keyword.range,
        also: isThere ? [] : [{ range: pair.range }],
        message: `$${name} is set by this very instruction, so it is empty here.`,
        cause: `undefined-variable:${instruction.line}:${name}`,
        ...(fix && { fix }),
      });
    }
  },
});

/** The first value that names a variable of another pair which nothing has set before. */
function firstUse(
  dockerfile: Dockerfile,
  instruction: EnvInstruction,
): { readonly pair: KeyValue; readonly name: string } | undefined {
  const environment = environmentAt(dockerfile, instruction);
  for (const pair of instruction.pairs) {
    if (pair.value === undefined) continue;
    const { unmatched } = expandToken(pair.value, environment, { escape: dockerfile.syntax.escape });
    const { raw, value } = pair.value;
    const name = instruction.pairs.find(
      ({ key }) =>
        key.value !== pair.key.value &&
        unmatched.has(key.value) &&
        // An ARG without a default has what the build gives it.
        environment.declaration(key.value) === undefined &&
        isUsedPlainly(raw ?? value, key.value),
    )?.key.value;
    // PATH and the like come from the base image.
    if (
      name !== undefined &&
      !/^(?:PATH|HOME|HOSTNAME|TERM|LANG|LD_LIBRARY_PATH|PYTHONPATH|CLASSPATH|JAVA_HOME)$/.test(name)
    )
      return { pair, name };
  }
  return undefined;
}

/** `ENV PATH=/a:$PATH PATH=/b:$PATH`: the second value is made of what PATH was before the instruction, and takes the place of the first. */
function overwritten({
  pairs,
}: EnvInstruction): { readonly first: KeyValue; readonly again: KeyValue; readonly usesItself: boolean } | undefined {
  for (const [at, again] of pairs.entries()) {
    const first = pairs.slice(0, at).find(({ key }) => key.value === again.key.value);
    if (first === undefined || first.value?.value === again.value?.value) continue;
    const { raw, value } = again.value ?? { raw: undefined, value: '' };
    return { first, again, usesItself: isUsedPlainly(raw ?? value, again.key.value) };
  }
  return undefined;
}

/** `$name` or `${name}`: not `${name:-default}`, which is written for a name that may be unset. */
function isUsedPlainly(text: string, name: string): boolean {
  return (
    text.includes(`\${${name}}`) ||
    text
      .split(`$${name}`)
      .slice(1)
      .some((rest) => !/^\w/.test(rest))
  );
}

/** An ENV of its own begins with the pair that uses the variable. */
function inTwo(dockerfile: Dockerfile, instruction: EnvInstruction, pair: KeyValue, name: string): Fix | undefined {
  const at = instruction.pairs.indexOf(pair);
  const before = instruction.pairs[at - 1];
  const setter = instruction.pairs.findIndex(({ key }) => key.value === name);
  if (before === undefined || setter === -1 || setter > at) return undefined;
  const gap = { start: before.range.end, end: pair.range.start };
  if (!/^[\s\\`]+$/.test(dockerfile.text.slice(gap.start, gap.end))) return undefined;
  return {
    title: `Begin another ENV with ${pair.key.value}`,
    changes: { edits: [replace(dockerfile, gap, `${lineEndOf(dockerfile)}${instruction.keyword.value} `)] },
    assumptions: [
      {
        statement: `The ${name} that is set here is meant.`,
        state: 'unknown',
        question: `Is $${name} in ${pair.key.value} meant to be the value that this ENV sets? It is empty there today.`,
      },
    ],
  };
}
