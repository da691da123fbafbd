import { UserError } from '../core/errors.ts';
import { parseImageReference } from '../core/image-reference.ts';
import { readImageName } from '../image/sources/image-name.ts';
import type { Project } from '../project/project.ts';
import { externalBase } from '../project/stage-facts.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import type { BuiltOn } from './named-bases.ts';
import type { Progress } from './progress.ts';
import { openNamed } from './read-image.ts';

/**
 * The images that `--built` names, with what they were built on: what their annotations say, else the last stage of the Dockerfile that builds an image of that
 * name. No layer is read.
 * @throws UserError where one cannot be opened, or nobody says what it was built on
 */
export async function builtImages(
  names: readonly string[],
  project: Project,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<readonly BuiltOn[]> {
  const found: BuiltOn[] = [];
  for (const name of names) {
    progress.step(`reading ${name}`);
    const image = await openNamed(name, undefined, parsed, terminal, progress);
    await image.close();
    const { annotations, configuration } = image;
    // Labels are inherited: they may be those of the base itself.
    const annotated = annotations.get('org.opencontainers.image.base.name') || undefined;
    const base = annotated ?? baseInFiles(image.reference ?? name, project);
    if (base === undefined || parseImageReference(base) === undefined)
      throw new UserError('nobody says what this image was built on', {
        where: name,
        remedy:
          'Its annotation org.opencontainers.image.base.name would, or a Dockerfile whose image has this name in Compose, bake or CI files.',
      });
    const baseDigest = annotated === undefined ? undefined : annotations.get('org.opencontainers.image.base.digest');
    found.push({ where: name, base, baseDigest: baseDigest || undefined, diffIds: configuration.diffIds });
  }
  return found;
}

/** The only Dockerfile of the project counts, whatever its image is called. */
function baseInFiles(name: string, { builds }: Project): string | undefined {
  const read = readImageName(name);
  const reference = parseImageReference(('image' in read ? read.image : undefined) ?? name);
  const named = builds.filter(({ images }) =>
    images
      .map(parseImageReference)
      .some((each) => each?.registry === reference?.registry && each?.repository === reference?.repository),
  );
  const [build, ...others] = named.length > 0 ? named : builds;
  const base = build?.stage && others.length === 0 ? externalBase(build.stage) : undefined;
  return base?.kind === 'image' && base.complete ? base.reference : undefined;
}
