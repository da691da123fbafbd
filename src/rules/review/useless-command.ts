import type { ShellCommand } from '../../dockerfile/shell.ts';
import { dockerfileRule } from '../../project/rule.ts';

/** Programs that act on a running machine, which a build step is not. */
const useless = [
  'ssh',
  'vim',
  'vi',
  'nano',
  'emacs',
  'less',
  'more',
  'shutdown',
  'reboot',
  'halt',
  'poweroff',
  'service',
  'systemctl',
  'ps',
  'free',
  'top',
  'htop',
  'kill',
  'mount',
  'ifconfig',
];

/** What hadolint names. */
const known = new Set(['ssh', 'vim', 'shutdown', 'service', 'ps', 'free', 'top', 'kill', 'mount', 'ifconfig']);

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'A build step runs a program that only makes sense on a running machine',
  why: 'Processes that a step starts end with the step, and nobody is there to edit, watch or restart anything.',
  remedy: 'Drop it; start services by ENTRYPOINT or CMD, or start and use them within one RUN.',
  peers: ['hadolint:DL3001', 'kics:run-utilities-and-posix-commands'],
  check({ dockerfile }, { report }) {
    for (const { command, instruction } of dockerfile.commandsNamed(...useless)) {
      const words = command.arguments.map(({ value }) => value);
      // `systemctl enable` makes links in the file system; a service may be started for the commands that follow in the RUN.
      if (command.name === 'systemctl' && !words.some((word) => /^(?:start|restart|stop|status)$/.test(word))) continue;
      if (words.length === 1 && /^(?:-V|--version|-h|--help)$/.test(words[0] ?? '')) continue;
      const commands = dockerfile.script(instruction)?.commands ?? [];
      const isAlone = commands.length === 1;
      const isForOthers = command.name === 'service' || command.name === 'kill' || command.name === 'mount';
      if (isForOthers && !isAlone && !isStartedForNothing(command, commands)) continue;
      if (
        command.place.pipeline !== undefined ||
        command.place.inside.includes('condition') ||
        command.place.inside.includes('substitution')
      )
        continue;
      report({
        at: command.range,
        message: `${command.name} does nothing that lasts in a build step.`,
        ...(!known.has(command.name) && { peers: [] }),
        ...(isForOthers && !isAlone && { peers: ['hadolint:DL3001'] }),
      });
    }
  },
});

/** A service that is started when nothing follows in the RUN, or nothing but tidying up. */
function isStartedForNothing(command: ShellCommand, commands: readonly ShellCommand[]): boolean {
  if (command.name !== 'service' || !/^(?:re)?start$/.test(command.arguments[1]?.value ?? '')) return false;
  return commands.slice(commands.indexOf(command) + 1).every(({ name, arguments: words }) => {
    const isCleaning = words.some(({ value }) => value === 'clean' || value === 'autoremove');
    return name === 'rm' || name === 'echo' || (isCleaning && /^(?:apt|apt-get|yum|dnf)$/.test(name));
  });
}
