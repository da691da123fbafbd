import type { ReportedPlace } from '../../core/rule.ts';
import { sliceRange } from '../../core/text.ts';
import { findSecrets } from '../../dockerfile/find-secrets.ts';
import { dataOf } from '../../kubernetes/relations.ts';
import { environmentOf, imageEnvironment } from '../../project/application-environment.ts';
import { buildsOf, type Project } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'secret of the image that a manifest repeats',
  why: 'The manifest sets the variable anyway, so that the copy in the image serves nobody but whoever pulls it.',
  remedy:
    'Take the variable out of the Dockerfile, change the secret, and give it to the container from a Secret that is not committed.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const { instruction, name, kind, range } of findSecrets(dockerfile)) {
      if (name === undefined || instruction?.name !== 'ENV') continue;
      const copies = [
        ...buildsOf(project, dockerfile)
          .filter((build) => imageEnvironment(build).has(name))
          .flatMap((build) =>
            build.runBy.flatMap((use) => {
              const given = environmentOf(project, build, use).variables.get(name);
              return given && given.from !== 'image' ? [{ ...given.place, note: 'sets it as well' }] : [];
            }),
          ),
        ...secretsWith(project, sliceRange(dockerfile.text, range)),
      ];
      if (copies.length === 0) continue;
      report({
        at: range,
        message: `${name} is a ${kind} in the image, and the manifests set it as well.`,
        also: distinct(copies),
        // The same as that of secrets/secret-in-build: the two are one finding.
        cause: `secret: ${range.start}`,
      });
    }
  },
});

/** Keys of Secrets that hold the very value. */
function secretsWith(project: Project, value: string): ReportedPlace[] {
  const encoded = Buffer.from(value).toString('base64');
  return project.objects
    .filter(({ kind, group }) => kind === 'Secret' && group === '')
    .flatMap((object) => dataOf(object))
    .flatMap(({ key, value: node, base64 }) => {
      const same = node.kind === 'scalar' && node.text.trim() === (base64 ? encoded : value);
      return same ? [{ path: key.path, range: key.range, note: 'the same value' }] : [];
    });
}

function distinct(places: readonly ReportedPlace[]): ReportedPlace[] {
  const keys = places.map((place) => `${place.path}\0${place.range.start}`);
  return places.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
}
