import { cudaImage } from '../../bases/cuda-image.ts';
import type { RuleReport } from '../../core/rule.ts';
import type { KeyValue } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';

const devicePeer = 'tally:gpu/no-hardcoded-visible-devices';
const capabilityPeer = 'tally:gpu/prefer-minimal-driver-capabilities';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'The image says which GPUs or driver parts a container gets',
  why: 'Which devices there are is known where the container runs: an index of one machine is wrong on the next, and the choice of the scheduler is overruled.',
  remedy:
    'Leave the choice to docker run --gpus, the device plug-in or the variables of the deployment; name only the driver capabilities in use.',
  peers: [devicePeer, capabilityPeer],
  check({ dockerfile }, { report }) {
    if (!/VISIBLE_DEVICES|DRIVER_CAPABILITIES/.test(dockerfile.text)) return;
    for (const { instruction, stage } of dockerfile.instructionsNamed('ENV')) {
      if (instruction.name !== 'ENV') continue;
      for (const pair of instruction.pairs) {
        // Only the last value of a stage is in its image.
        const isReplaced = stage?.instructions.some(
          (later) =>
            later.name === 'ENV' &&
            later.range.start > instruction.range.start &&
            later.pairs.some(({ key }) => key.value === pair.key.value),
        );
        const found = isReplaced ? undefined : faultOf(pair, stage);
        if (found !== undefined) report(found);
      }
    }
  },
});

function faultOf({ key, value, range }: KeyValue, stage: Stage | undefined): RuleReport | undefined {
  const given = value?.value.trim() ?? '';
  switch (key.value) {
    case 'NVIDIA_VISIBLE_DEVICES':
      if (/^(?:\d+(?:,\d+)*|(?:GPU|MIG)-.*)$/.test(given)) return device(range, key.value, given);
      if (given !== 'all' || stage === undefined || !cudaImage(baseImageOf(stage).reference)) return undefined;
      return {
        at: range,
        message: 'The CUDA images set NVIDIA_VISIBLE_DEVICES=all already.',
        severity: 'note',
        peers: [devicePeer],
      };
    case 'CUDA_VISIBLE_DEVICES':
      return /^(?:\d+(?:,\d+)*|(?:GPU|MIG)-.*)$/.test(given) ? device(range, key.value, given) : undefined;
    case 'NVIDIA_DRIVER_CAPABILITIES':
      if (given.toLowerCase() !== 'all') return undefined;
      return {
        at: range,
        message: 'All parts of the driver are mounted into the container; computing needs compute,utility.',
        severity: 'note',
        peers: [capabilityPeer],
      };
    default:
      return undefined;
  }
}

function device(range: KeyValue['range'], name: string, value: string): RuleReport {
  return { at: range, message: `${name} is fixed to ${value} in the image.`, peers: [devicePeer] };
}
