import { baseImage } from '../../bases/base-image.ts';
import type { StageReference } from '../../dockerfile/stage.ts';
import { resolveCopyFrom } from '../../dockerfile/stage-graph.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { externalBase, stageChain } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A whole file system is copied over another',
  why: 'The image then holds both systems: the files of the base image stay in their layers below, and what was installed to build comes along.',
  remedy: 'Copy the files that the program needs; FROM scratch is the base where all of them are wanted.',
  peers: ['hadolint:DL3067'],
  check({ dockerfile }, { report }) {
    for (const { instruction, stage } of dockerfile.instructionsNamed('COPY')) {
      const { from, sources, destination } = instruction;
      if (from === undefined || destination?.value !== '/' || !sources.some(({ value }) => value === '/')) continue;
      // Onto an empty base it is the way to make one layer of several.
      const base = stage && externalBase(stage);
      if (base?.kind === 'image' && holdsSystem(resolveCopyFrom(dockerfile, from)))
        report({ at: instruction.range, message: `All of ${from.value} is copied over ${base.reference}.` });
    }
  },
});

/** An image that is not known may be made of a few files, to be laid over others. */
function holdsSystem(source: StageReference): boolean {
  if (source.kind === 'stage') {
    const base = externalBase(source.stage);
    if (stageChain(source.stage).some(({ instructions }) => instructions.length > 0)) return base.kind === 'image';
    return holdsSystem(base);
  }
  return source.kind === 'image' && baseImage(source.reference).distribution !== 'unknown';
}
