import { isTellingName } from '../../core/secret-text.ts';
import { environmentOf, imageEnvironment } from '../../project/application-environment.ts';
import { projectRule } from '../../project/rule.ts';

export const rule = projectRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    "Overriding an image's default where it runs is what variables are for; only a person knows which of the two values is meant.",
  summary: 'variable with one value in the image and another in the manifest',
  why: 'What the image was built and tested with is not what runs, and its EXPOSE and HEALTHCHECK may speak of the other value.',
  remedy:
    'Leave the default out of the image where every manifest sets it, or out of the manifest where the default is right.',
  peers: [],
  check({ project }, { report }) {
    for (const build of project.builds) {
      // A Dockerfile that nothing runs need not even be parsed.
      if (build.runBy.length === 0) continue;
      const image = imageEnvironment(build);
      if (image.size === 0) continue;
      for (const use of build.runBy)
        for (const given of environmentOf(project, build, use).variables.values()) {
          const own = image.get(given.name);
          if (!own || given.from === 'image' || own.value === undefined || given.value === undefined) continue;
          if (own.value === given.value) continue;
          const values = isTellingName(given.name) ? '' : `: ${given.value} here, ${own.value} there`;
          report({
            at: given.place,
            message: `${given.name} differs from what the image sets${values}.`,
            also: [{ ...own.place, note: 'the image' }],
          });
        }
    }
  },
});
