import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import type { RunInstruction } from '../../dockerfile/instruction.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { pipefailFixes } from '../../repairs/pipefail.ts';

/** Programs whose failure at the head of a pipe leaves something wrong in the image. */
const producers = new Set([
  'curl',
  'wget',
  'cat',
  'gpg',
  'openssl',
  'tar',
  'gzip',
  'gunzip',
  'xz',
  'unzip',
  'git',
  'aws',
  'gsutil',
  'go',
  'npm',
  'pip',
  'make',
  'apt-get',
  'apk',
  'dpkg',
  'base64',
]);

/** They fail when what they read ends early, which is most of what can go wrong before them. */
const unpackers = new Set([
  'tar',
  'bsdtar',
  'gunzip',
  'gzip',
  'zcat',
  'xz',
  'unxz',
  'bunzip2',
  'bzip2',
  'zstd',
  'unzip',
  'cpio',
  'jq',
]);

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'The failure of a command in a pipe goes unnoticed',
  why: 'A shell takes the result of the last command of a pipe for the whole: a failed download in front of it gives a layer that looks built.',
  remedy:
    'Put SHELL ["/bin/bash", "-o", "pipefail", "-c"] before it, or set -o pipefail in the RUN where the shell knows it; or download to a file first.',
  peers: ['hadolint:DL4006'],
  check({ dockerfile }, { report }) {
    const found = unnoticed(dockerfile);
    if (found.size === 0) return;
    const fixes = pipefailFixes(dockerfile, new Set(found.keys()));
    for (const [instruction, { command }] of found) {
      const consumer = consumerOf(dockerfile.script(instruction)?.commands ?? [], command);
      const noticed = consumer !== undefined && unpackers.has(consumer.name);
      const download = command.name === 'curl' || command.name === 'wget';
      const fix = fixes.get(instruction);
      report({
        at: command.range,
        severity: download && !noticed ? 'warning' : 'note',
        message: noticed
          ? `Whether ${command.name} failed here is left to ${consumer.name} to notice.`
          : `When ${command.name} fails here, the build goes on.`,
        ...(fix && { fix }),
      });
    }
  },
});

/** The first such command of each RUN. */
function unnoticed(dockerfile: Dockerfile): ReadonlyMap<RunInstruction, PlacedCommand> {
  const found = new Map<RunInstruction, PlacedCommand>();
  for (const placed of dockerfile.commandsNamed(...producers)) {
    const { instruction } = placed;
    const script = dockerfile.script(instruction);
    if (!endsUnnoticed(placed) || script === undefined || script.options.has('pipefail')) continue;
    if (instruction.name !== 'RUN' || script.form === 'exec' || found.has(instruction)) continue;
    if (script.dialect === 'posix' || script.dialect === 'bash') found.set(instruction, placed);
  }
  return found;
}

/** The command that reads what this one writes. */
function consumerOf(commands: readonly ShellCommand[], command: ShellCommand): ShellCommand | undefined {
  return commands.find(
    ({ place }) => place.pipeline === command.place.pipeline && place.pipelineIndex === command.place.pipelineIndex + 1,
  );
}

/** At the head or in the middle of a pipe whose result matters. */
function endsUnnoticed({ command }: PlacedCommand): boolean {
  const { pipeline, pipelineIndex, inside } = command.place;
  if (pipeline === undefined || pipelineIndex === pipeline.length - 1) return false;
  return !inside.includes('condition');
}
