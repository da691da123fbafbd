import type { ReportedPlace } from '../../core/rule.ts';
import { secretInVariable } from '../../core/secret-text.ts';
import { dataOf } from '../../kubernetes/relations.ts';
import { environmentOf, imageEnvironment } from '../../project/application-environment.ts';
import type { Project } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';

export const rule = projectRule({
  severity: 'error',
  summary: 'secret of the image that a manifest repeats',
  why: 'The manifest sets the variable anyway, so that the copy in the image serves nobody but whoever pulls it.',
  remedy: 'Take the variable out of the Dockerfile, change the secret, and give it to the container from a Secret.',
  peers: [],
  check({ project }, { report }) {
    const seen = new Set<string>();
    for (const build of project.builds)
      for (const { name, value, place } of imageEnvironment(build).values()) {
        const key = `${place.path}\0${place.range.start}`;
        const secret = value === undefined ? undefined : secretInVariable(name, value);
        if (!secret || value === undefined || seen.has(key)) continue;
        const copies = [
          ...build.runBy.flatMap((use) => {
            const given = environmentOf(project, build, use).variables.get(name);
            return given && given.from !== 'image' ? [{ ...given.place, note: 'sets it as well' }] : [];
          }),
          ...secretsWith(project, value),
        ];
        if (copies.length === 0) continue;
        seen.add(key);
        report({
          at: place,
          message: `${name} is a ${secret.kind} in the image, and the manifests set it as well.`,
          also: distinct(copies),
          cause: `secret-value:${name}`,
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
