import { cudaImage, isInCudaImage } from '../../bases/cuda-image.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';

const againPeer = 'tally:gpu/no-redundant-cuda-install';
const hostPeer = 'tally:gpu/no-container-runtime-in-image';

/** Parts of the NVIDIA Container Toolkit, which a node has and not an image. */
const ofTheHost =
  /^(?:nvidia-container-toolkit(?:-base)?|nvidia-container-runtime|nvidia-docker2|libnvidia-container.*)$/;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Packages for GPUs that the base image has already or that belong on the host',
  why: 'A second CUDA takes gigabytes and may be another version than the first; the container toolkit works only in the engine that starts the container.',
  remedy:
    'Leave them out: choose the flavor of nvidia/cuda that has what is needed, and set up the toolkit on the nodes.',
  peers: [againPeer, hostPeer],
  check({ dockerfile }, { report }) {
    if (!/cuda|nvidia|cudnn/.test(dockerfile.text)) return;
    for (const { read, stage } of packageCommands(dockerfile)) {
      if (read.action !== 'install' || (read.ecosystem !== 'apt' && read.ecosystem !== 'rpm')) continue;
      const image = stage && cudaImage(baseImageOf(stage).reference);
      for (const { name, word } of read.packages) {
        const isOfHost = ofTheHost.test(name);
        if (!isOfHost && (image === undefined || !isInCudaImage(image, name))) continue;
        report({
          at: word.range,
          message: isOfHost
            ? `${name} is part of the engine's set-up on the host and does nothing in an image.`
            : `${name} is in the base image already.`,
          peers: [isOfHost ? hostPeer : againPeer],
        });
      }
    }
  },
});
