import { replace } from '../../dockerfile/edit.ts';
import type { FromInstruction } from '../../dockerfile/instruction.ts';
import { parsePlatform } from '../../dockerfile/reference/platform.ts';
import { dockerfileRule } from '../../project/rule.ts';

/** Docker's own images for one architecture each stand in these namespaces. https://hub.docker.com/u/arm64v8 */
const architectures: Readonly<Record<string, string>> = {
  amd64: 'amd64',
  arm32v5: 'arm',
  arm32v6: 'arm',
  arm32v7: 'arm',
  arm64v8: 'arm64',
  i386: '386',
  mips64le: 'mips64le',
  ppc64le: 'ppc64le',
  riscv64: 'riscv64',
  s390x: 's390x',
};

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'base image that does not exist for the platform that FROM asks for',
  why: 'The image is pulled for another platform than the stage is built for, and its programs do not run there.',
  remedy: 'Use the image without the namespace of an architecture, or ask for its platform.',
  peers: ['buildkit:InvalidBaseImagePlatform'],
  check({ dockerfile }, { report }) {
    for (const { instruction } of dockerfile.instructionsNamed('FROM')) {
      const asked = parsePlatform(instruction.platform?.value ?? '');
      const made = architectureOf(instruction);
      if (asked === undefined || made === undefined || asked.architecture === made) continue;
      const { image } = instruction;
      const namespace = /^(?:docker\.io\/)?[a-z0-9]+\//.exec(image?.value ?? '')?.[0] ?? '';
      const isWritten = image !== undefined && dockerfile.text.startsWith(namespace, image.range.start);
      report({
        at: image?.range ?? instruction.keyword.range,
        ...(isWritten && {
          fix: {
            title: `Take the image that is made for ${asked.architecture}`,
            changes: {
              edits: [replace(dockerfile, { start: image.range.start, end: image.range.start + namespace.length }, '')],
            },
            assumptions: [
              {
                statement: 'The namespace holds copies of official images, which have every platform.',
                state: 'holds' as const,
              },
              {
                statement: `The stage is meant to run on ${asked.architecture}.`,
                state: 'unknown' as const,
                question: `Which is meant: ${asked.architecture}, as --platform says, or ${made}, as the name of the image says?`,
              },
            ],
          },
        }),
        message: `${image?.value} is for ${made}, and FROM asks for ${asked.architecture}.`,
      });
    }
  },
});

function architectureOf({ image }: FromInstruction): string | undefined {
  const namespace = /^(?:docker\.io\/)?([a-z0-9]+)\//.exec(image?.value ?? '')?.[1];
  return namespace === undefined ? undefined : architectures[namespace];
}
