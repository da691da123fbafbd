import type { CommandForm, Instruction } from './instruction.ts';

/** The command of an instruction, of a health check and a trigger too; undefined for one that runs nothing. */
export function commandOf(instruction: Instruction): CommandForm | undefined {
  switch (instruction.name) {
    case 'RUN':
    case 'CMD':
    case 'ENTRYPOINT':
      return instruction.command;
    case 'HEALTHCHECK':
      return instruction.check.kind === 'cmd' ? instruction.check.command : undefined;
    case 'ONBUILD':
      return instruction.trigger && commandOf(instruction.trigger);
    default:
      return undefined;
  }
}

/** The words of a command; of the shell form what stands between white space, quotes and operators included. */
export function wordsOf(form: CommandForm): readonly string[] {
  return form.form === 'exec' ? form.words.map(({ value }) => value) : form.command.text.trim().split(/\s+/);
}
