import { parseImageReference } from '../../core/image-reference.ts';
import { composeRule } from '../../project/rule.ts';
import { asks, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';
import { tagElsewhere } from '../../repairs/tag-elsewhere.ts';

export const rule = composeRule({
  severity: 'note',
  summary: 'A Compose service runs an image without a version',
  why: 'Two machines, or one machine on two days, run different versions, and a new major version may not read the data of the old one.',
  remedy: 'Name a version, for instance the minor release.',
  peers: [],
  check({ compose, project }, { report }) {
    for (const { image, build } of compose.services) {
      // What is built here is named by the same line.
      if (image === undefined || build !== undefined) continue;
      const { text, complete } = compose.expand(image.text);
      const reference = complete ? parseImageReference(text) : undefined;
      if (!reference || reference.digest !== undefined || builtHere(compose.services, text)) continue;
      if (reference.tag !== undefined && reference.tag !== 'latest') continue;
      const known = tagElsewhere(project, reference, compose.path);
      const isWritten = image.text === text;
      const fix =
        known && isWritten
          ? manifestFix(
              `Name version ${known.tag}, as ${known.path} does`,
              replaceIn(project, {}, image, `${text.replace(/:latest$/, '')}:${known.tag}`),
              [
                asks(
                  'That version reads the data that is there.',
                  `Which version made the data of this service? ${known.path} names ${known.tag}.`,
                ),
              ],
            )
          : undefined;
      // As written: what .env sets is read to judge by, and not shown.
      report({
        ...(fix && { fix }),
        at: { path: image.path, range: image.range },
        message:
          reference.tag === undefined
            ? `${image.text} has no tag, which means latest.`
            : `${image.text} is whatever was released last.`,
      });
    }
  },
});

/** Another service of the file builds the image and gives it this name. */
function builtHere(
  services: readonly { readonly image: { readonly text: string } | undefined; readonly build: unknown }[],
  text: string,
): boolean {
  return services.some(({ image, build }) => build !== undefined && image?.text === text);
}
