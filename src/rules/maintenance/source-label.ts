import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { externalBase, imageInstructions } from '../../project/stage-facts.ts';

const keys = ['org.opencontainers.image', 'org.label-schema'].flatMap((prefix) =>
  ['source', 'url', 'vcs-url'].map((name) => `${prefix}.${name}`),
);

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause: 'Most pipelines set the labels of an image when they build it, which the Dockerfile does not show.',
  summary: 'The image does not say where its source is',
  why: 'Who finds the image in a registry or a cluster cannot tell which repository to mend, and registries and bots link it by this label.',
  remedy: 'LABEL org.opencontainers.image.source=https://…, or let the pipeline set it.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const stage of shippedStages(project, dockerfile)) {
      const isLabelled = imageInstructions(stage).some(
        (instruction) => instruction.name === 'LABEL' && instruction.pairs.some(({ key }) => keys.includes(key.value)),
      );
      if (!isLabelled && stage.from)
        report({
          at: stage.from.range,
          message: 'The image has no label org.opencontainers.image.source.',
          // A base brings its own, which names another repository: on one, the image's label would say nothing of this file.
          ...(externalBase(stage).kind === 'scratch' && { claim: { kind: 'no label', keys } }),
        });
    }
  },
});
