import { cudaImage } from '../../bases/cuda-image.ts';
import type { CommandWord } from '../../core/command-line.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';

const tools = ['pip', 'uv', 'conda', 'mamba', 'micromamba', 'pip3'];

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'Packages for another version of CUDA than the base image has',
  why: 'They bring libraries of their own version: the ones of the base image are pulled for nothing, and what is compiled against one and loaded with the other fails at run time.',
  remedy: 'Choose packages and base image of one version of CUDA, or a base image without CUDA.',
  peers: ['tally:gpu/cuda-version-mismatch'],
  check({ dockerfile }, { report }) {
    if (!dockerfile.text.includes('cuda')) return;
    for (const { command, stage } of packageCommands(dockerfile, ...tools)) {
      const image = stage && cudaImage(baseImageOf(stage).reference);
      if (image?.version === undefined) continue;
      const asked = command.arguments
        .map((word) => ({ word, version: versionIn(word) }))
        .find(({ version }) => version !== undefined);
      // From 11.x on, programs for one minor version run with another of the same major version.
      if (asked?.version === undefined || major(asked.version) === major(image.version)) continue;
      report({
        at: asked.word.range,
        message: `${asked.word.value} is for CUDA ${asked.version}, and the base image has ${image.version}.`,
      });
    }
  },
});

/** `torch==2.0.0+cu118`, `…/whl/cu118`, `cu118`, `pytorch-cuda=11.8`, `cudatoolkit=11.8`. */
function versionIn({ value }: CommandWord): string | undefined {
  const wheel = /(?:^|[+/=])cu(\d{2})(\d)(?:$|[/"'])/.exec(value);
  if (wheel) return `${wheel[1]}.${wheel[2]}`;
  return /^(?:pytorch-cuda|cudatoolkit|cuda-version)==?(\d+\.\d+)/.exec(value)?.[1];
}

function major(version: string): string {
  return version.split('.')[0] ?? '';
}
