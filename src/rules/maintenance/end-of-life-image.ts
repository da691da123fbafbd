import { supportSaid } from '../../bases/end-of-life.ts';
import { knownImage } from '../../bases/mirrored-image.ts';
import { addDays } from '../../core/day.ts';
import { type ImageReference, parseImageReference } from '../../core/image-reference.ts';
import type { YamlScalar } from '../../kubernetes/yaml-node.ts';
import { buildRunBy } from '../../project/container-builds.ts';
import type { Project } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';

export const rule = projectRule({
  severity: 'warning',
  summary: 'An image that Compose or Kubernetes runs gets no security updates any more',
  why: 'What is found in it from now on stays open, however often the image is pulled again.',
  remedy: 'Move to a release that is still supported. The data of a database may have to be taken over first.',
  peers: [],
  judgesRelease: true,
  options: {
    days: { description: 'Days before the end of support from which on a note is given.', default: 90 },
  },
  check({ project }, { report, option, today }) {
    if (today === undefined) return;
    const until = addDays(today, option.number('days'));
    for (const { reference, places } of namedImages(project)) {
      const [first, ...others] = places;
      const { image, copyOf } = knownImage(reference, project.mirrors ?? new Map());
      const ends = image.endOfLife.filter(({ date }) => date < until);
      if (first === undefined || ends.length === 0) continue;
      const past = ends.filter(({ date }) => date < today);
      report({
        at: first,
        also: others.map((place) => ({ ...place, note: 'the same image' })),
        message: `${copyOf === undefined ? '' : `A copy of ${copyOf}: `}${supportSaid(past.length > 0 ? past : ends, today)}.`,
        ...(past.length === 0 && {
          severity: 'note' as const,
          why: 'After that day, what is found in it stays open.',
        }),
      });
    }
  },
});

interface NamedImage {
  readonly reference: ImageReference;
  readonly places: YamlScalar[];
}

/**
 * The images of others that Compose services and workloads name, each once with its places. Without those that are built here, those that a Dockerfile here
 * begins with, of which `maintenance/end-of-life-base` tells, and those that a variable decides.
 */
function namedImages(project: Project): Iterable<NamedImage> {
  const told = new Set([
    ...project.builds.flatMap(({ images }) => images),
    ...project.dockerfiles.flatMap(({ stages }) =>
      stages.flatMap(({ base }) => (base.kind === 'image' ? base.reference : [])),
    ),
  ]);
  const found = new Map<string, NamedImage>();
  const add = (reference: ImageReference | undefined, place: YamlScalar | undefined) => {
    if (reference === undefined || place === undefined || told.has(reference.text)) return;
    const known = found.get(reference.text);
    if (known) known.places.push(place);
    else found.set(reference.text, { reference, places: [place] });
  };
  for (const { services } of project.composeFiles)
    for (const { image, build } of services)
      if (image !== undefined && build === undefined && !image.text.includes('$'))
        add(parseImageReference(image.text), image);
  for (const { allContainers } of project.workloads)
    for (const container of allContainers)
      if (buildRunBy(project, container) === undefined) add(container.imageReference, container.image);
  return found.values();
}
