import { parseImageReference } from '../../core/image-reference.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import { isBuildOnly } from '../../ecosystems/facts.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, externalBase, stageChain } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'The stage that ships stands on a full image where a slim one of the same kind exists',
  why: 'Full language images bring compilers, headers and version control for building; in a stage that only runs the program they are pulled, scanned and patched for nothing.',
  remedy: 'Build in a stage on the full image and ship on the slim one of the same distribution.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const stage of shippedStages(project, dockerfile)) {
      const image = baseImageOf(stage);
      const base = externalBase(stage);
      const [lighter] = image.lighter.filter(({ sameLibc }) => sameLibc);
      const from = stageChain(stage).at(-1)?.from?.image;
      if (lighter === undefined || from === undefined || base.kind !== 'image' || image.toolchain !== true) continue;
      const chain = new Set(stageChain(stage));
      const builds = packageCommands(dockerfile).some(
        (placed) =>
          placed.stage !== undefined &&
          chain.has(placed.stage) &&
          (placed.read.action === 'build' ||
            placed.read.packages.some(({ name }) => isBuildOnly(placed.read.ecosystem, name))),
      );
      report({
        at: from.range,
        message: `${parseImageReference(base.reference)?.text ?? base.reference} is made for building; ${lighter.reference} lacks ${lighter.lacks} and runs the same programs.`,
        remedy: builds
          ? `Build in a stage on ${base.reference} and ship on ${lighter.reference}.`
          : `Use ${lighter.reference}, and add by name what the program needs of the rest.`,
      });
    }
  },
});
