import { exitCodes, UserError } from '../../core/errors.ts';
import { meantOf } from '../../core/nearest.ts';
import type { Command } from '../command.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

export const command: Command = {
  name: 'completion',
  summary: 'Print the completion script of a shell',
  arguments: 'bash|zsh|fish',
  description: 'Prints a script that completes commands, flags and their values.',
  flags: [],
  examples: [
    { call: 'source <(plimsoll completion bash)', meaning: 'In ~/.bashrc' },
    { call: 'plimsoll completion zsh > "${fpath[1]}/_plimsoll"', meaning: 'For zsh' },
    { call: 'plimsoll completion fish > ~/.config/fish/completions/plimsoll.fish', meaning: 'For fish' },
  ],
  async run(parsed, terminal) {
    const shell = shells.find((each) => each === parsed.positionals[0]);
    if (shell === undefined || parsed.positionals.length !== 1)
      throw new UserError(
        `completion takes one shell: ${shells.join(', ')}${meantOf(parsed.positionals[0] ?? '', shells)}`,
      );
    const { completionScript } = await import('../completion-script.ts');
    terminal.stdout.write(await completionScript(shell));
    return exitCodes.clean;
  },
};
