import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import { type Telemetry, telemetries } from '../../ecosystems/telemetry.ts';
import { dockerfileRule } from '../../project/rule.ts';

const starters = ['npx', 'bunx', 'pnpm', 'yarn'];

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'Whether a build may report its use to the maker of a tool is a decision of a team; the image is the same either way.',
  summary: 'A build step reports its use to the maker of the tool',
  why: 'The tool sends data from the build machine with every build, where policy may forbid it and a network without a way out makes it wait.',
  remedy: 'Set the variable that the maker documents, with ENV or ARG before the step.',
  peers: ['tally:prefer-telemetry-opt-out'],
  check({ dockerfile }, { report }) {
    const placed = dockerfile.commandsNamed(...telemetries.flatMap(({ programs }) => programs), ...starters);
    const seen = new Set<string>();
    for (const each of placed) {
      const { command, instruction, stage } = each;
      const telemetry = telemetryOf(each);
      if (telemetry === undefined || stage === undefined || seen.has(`${stage.index} ${telemetry.tool}`)) continue;
      const scope = environmentAt(dockerfile, instruction);
      const isSet = (name: string) =>
        scope.has(name) ||
        dockerfile.script(instruction)?.assigned.some((assigned) => assigned.name === name) === true ||
        command.assignments.some((assigned) => assigned.name === name);
      if (isSet(telemetry.variable) || isSet('DO_NOT_TRACK')) continue;
      seen.add(`${stage.index} ${telemetry.tool}`);
      report({
        at: command.range,
        message: `${telemetry.tool} reports its use unless ${telemetry.variable}=${telemetry.value} is set.`,
      });
    }
  },
});

function telemetryOf({ command }: PlacedCommand): Telemetry | undefined {
  const name = starters.includes(command.name)
    ? command.arguments.find(({ value }) => !value.startsWith('-') && !['exec', 'dlx', 'run'].includes(value))?.value
    : command.name;
  return name === undefined ? undefined : telemetries.find(({ programs }) => programs.includes(name));
}
