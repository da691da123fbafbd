import type { CommandForm } from '../../dockerfile/instruction.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { execFormOfWords } from '../../repairs/exec-form.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'CMD has no effect beside an ENTRYPOINT in the shell form',
  why: 'CMD is handed to the shell, which does not look at it: neither it nor the arguments of docker run reach the program.',
  remedy: 'Write ENTRYPOINT as a JSON array; CMD then gives its arguments.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const stage of dockerfile.stages) {
      const entrypoint = stage.instructions.findLast(({ name }) => name === 'ENTRYPOINT');
      const command = stage.instructions.findLast(({ name }) => name === 'CMD');
      if (entrypoint?.name !== 'ENTRYPOINT' || command === undefined) continue;
      // An empty one clears that of the base image, and is meant to have no effect.
      if (command.name === 'CMD' && command.command.form === 'exec' && command.command.words.length === 0) continue;
      const text = shellText(entrypoint.command)?.trim() ?? '';
      // `sh -c 'script' one two`: what a script takes as arguments does reach it.
      if (text === '' || /\$(?:[@*#0-9]|\{[@*#0-9])|\bshift\b/.test(text)) continue;
      const fix = execFormOfWords(project, dockerfile, stage, entrypoint);
      report({
        at: command.range,
        also: [{ range: entrypoint.range, note: 'runs through a shell' }],
        message: 'This CMD has no effect: the ENTRYPOINT runs through a shell.',
        ...(fix && { fix }),
      });
    }
  },
});

/** What a shell runs: the shell form, or `["/bin/sh", "-c", "…"]`, which is the same. */
function shellText(form: CommandForm): string | undefined {
  if (form.form === 'shell') return form.command.text;
  const [shell, option, text, ...others] = form.words.map(({ value }) => value);
  return /^(?:\/bin\/)?(?:ba|da|a)?sh$/.test(shell ?? '') && option === '-c' && others.length === 0 ? text : undefined;
}
