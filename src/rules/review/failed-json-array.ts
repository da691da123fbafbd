import type { RuleReport } from '../../core/rule.ts';
import { commandOf } from '../../dockerfile/command-form.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import type { CommandForm, Instruction } from '../../dockerfile/instruction.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'A JSON array with a mistake in it',
  why: 'Docker takes what is no valid JSON for the shell form, so that a shell is asked to run a program named [.',
  remedy: 'Put every word in double quotes, with a comma between two and none behind the last.',
  peers: ['tally:invalid-json-form'],
  check({ dockerfile }, { report }) {
    for (const name of ['RUN', 'CMD', 'ENTRYPOINT', 'HEALTHCHECK'] as const)
      for (const { instruction } of dockerfile.instructionsNamed(name)) {
        const form = commandOf(instruction);
        if (form?.form !== 'shell' || !form.failedJson) continue;
        const found = faultOf(dockerfile, instruction, form);
        if (found !== undefined) report(found);
      }
  },
});

function faultOf(
  dockerfile: Dockerfile,
  instruction: Instruction,
  { command }: Extract<CommandForm, { form: 'shell' }>,
): RuleReport | undefined {
  const text = command.text.trim();
  const words = meantWords(text);
  if (words === undefined && !looksLikeArray(text)) return undefined;
  const begin = command.text.indexOf('[');
  const start = command.sourceOffset(begin);
  const end = command.sourceOffset(begin + text.length - 1) + 1;
  const isWhole = dockerfile.text.slice(start, end) === text;
  return {
    at: { start, end },
    message: `${instruction.name} is given an array that is no valid JSON, and runs it through a shell.`,
    cause: `shell-form:${instruction.line}`,
    ...(words !== undefined &&
      isWhole && {
        fix: {
          title: 'Write the array as JSON',
          changes: { edits: [replace(dockerfile, { start, end }, `[${words.map(quoted).join(', ')}]`)] },
          assumptions: [
            {
              statement: 'The array holds the words that are meant to run.',
              state: 'unknown',
              question: 'Are these the program and its arguments, with nothing that a shell should expand?',
            },
          ],
        },
      }),
  };
}

function quoted(word: string): string {
  return JSON.stringify(word);
}

/** Square brackets of `test` stand apart from what is in them, and nothing is listed there. */
function looksLikeArray(text: string): boolean {
  return (
    /^\[\s*(?:"[^"\n]*"|'[^'\n]*'|[“”][^“”\n]*[“”]|[^\s"',[\]]+)\s*,[^\n]*\]$/.test(text) ||
    /^\["[^"\n]*"[^\n]*\]$/.test(text)
  );
}

/** The words of an array in single, typographic or no quotes, or with one comma too many; undefined where they are not clear. */
function meantWords(text: string): string[] | undefined {
  if (!looksLikeArray(text) || text.includes('$') || text.includes('\\')) return undefined;
  const words: string[] = [];
  const item = /\s*(?:"([^"]*)"|'([^']*)'|[“”]([^“”]*)[“”]|([^\s"',[\]“”]+))\s*(,|$)/y;
  const inner = text.slice(1, -1).trimEnd();
  while (item.lastIndex < inner.length) {
    const at = item.lastIndex;
    const found = item.exec(inner);
    if (found === null) return undefined;
    words.push(found[1] ?? found[2] ?? found[3] ?? found[4] ?? '');
    if (item.lastIndex === at) return undefined;
  }
  return words.length === 0 ? undefined : words;
}
