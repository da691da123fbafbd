import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { dockerfileRule } from '../../project/rule.ts';

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

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'The failure of a command in a pipe goes unnoticed',
  why: 'A shell takes the result of the last command of a pipe for the whole: a failed download in front of it gives a layer that looks built.',
  remedy:
    'Put SHELL ["/bin/bash", "-o", "pipefail", "-c"] before it, or set -o pipefail in the RUN where the shell knows it; or download to a file first.',
  peers: ['hadolint:DL4006'],
  check({ dockerfile }, { report }) {
    const reported = new Set<object>();
    for (const placed of dockerfile.commandsNamed(...producers)) {
      const { command, instruction } = placed;
      const script = dockerfile.script(instruction);
      if (!endsUnnoticed(placed) || script === undefined || script.options.has('pipefail') || reported.has(instruction))
        continue;
      if (script.dialect !== 'posix' && script.dialect !== 'bash') continue;
      if (script.form === 'exec') continue;
      reported.add(instruction);
      const download = command.name === 'curl' || command.name === 'wget';
      report({
        at: command.range,
        severity: download ? 'warning' : 'note',
        message: `When ${command.name} fails here, the build goes on.`,
      });
    }
  },
});

/** At the head or in the middle of a pipe whose result matters. */
function endsUnnoticed({ command }: PlacedCommand): boolean {
  const { pipeline, pipelineIndex, inside } = command.place;
  if (pipeline === undefined || pipelineIndex === pipeline.length - 1) return false;
  return !inside.includes('condition');
}
