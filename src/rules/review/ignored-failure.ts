import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import type { ShellCommand, ShellScript } from '../../dockerfile/shell.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stopAtFailure } from '../../repairs/stop-at-failure.ts';

/** Commands whose failure leaves the image without something. */
const matters = [
  'apt-get',
  'apt',
  'apk',
  'yum',
  'dnf',
  'pip',
  'pip3',
  'npm',
  'yarn',
  'pnpm',
  'bundle',
  'gem',
  'composer',
  'go',
  'cargo',
  'mvn',
  'make',
  'cmake',
  'curl',
  'wget',
  'tar',
  'unzip',
  'git',
  'cd',
  'cp',
  'mv',
  'gcc',
  './configure',
  'configure',
];

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A step goes on after a command that failed',
  why: 'Commands joined by «;» or line ends run whether or not the one before failed, and only the last one decides: the layer looks built and is cached.',
  remedy: 'Join the commands with &&, or begin the RUN with set -e.',
  peers: [],
  check({ dockerfile }, { report }) {
    const reported = new Set<object>();
    for (const placed of dockerfile.commandsNamed(...matters)) {
      const { command, instruction } = placed;
      if (reported.has(instruction) || !failsUnnoticed(dockerfile, placed)) continue;
      reported.add(instruction);
      const fix = instruction.name === 'RUN' ? stopAtFailure(dockerfile, instruction) : undefined;
      report({
        at: command.range,
        message: `When ${command.name} fails here, the step goes on with what follows.`,
        ...(fix && { fix }),
      });
    }
  },
});

/** `[ -d binder ] && cd binder; …`: a directory that was just seen can be entered, and without it nothing is. */
function entersWhatIsThere({ commands }: ShellScript, command: ShellCommand): boolean {
  const before = commands[commands.indexOf(command) - 1];
  const [target] = command.arguments;
  return (
    command.name === 'cd' &&
    command.place.after === '&&' &&
    target !== undefined &&
    before?.list === command.list &&
    /^(?:\[{1,2}|test)$/.test(before.name) &&
    before.arguments[0]?.value === '-d' &&
    before.arguments[1]?.value === target.value
  );
}

function failsUnnoticed(dockerfile: Dockerfile, { command, instruction }: PlacedCommand): boolean {
  const script = dockerfile.script(instruction);
  if (script === undefined || script.form === 'exec' || script.options.has('errexit') || script.errors.length > 0)
    return false;
  if (script.dialect !== 'posix' && script.dialect !== 'bash') return false;
  if (command.place.inside.length > 0 || command.place.negated || command.place.pipeline !== undefined) return false;
  if (entersWhatIsThere(script, command)) return false;
  // The next of its list, and not all of the list: a step may have thousands of commands.
  const own = script.commands.indexOf(command);
  const next = script.commands.find(
    (other, at) => at > own && other.list === command.list && other.place.inside.length === 0,
  );
  return next !== undefined && next.place.after === ';' && next.name !== '';
}
