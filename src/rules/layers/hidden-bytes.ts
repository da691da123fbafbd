import type { HiddenHow } from '../../image/image-analysis.ts';
import { counted } from '../../project/image-files.ts';
import { placeOfLayer, stepOfLayer } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'warning',
  summary: 'A step hides what earlier layers hold',
  why: 'The bytes are still stored and pulled with the image: a layer can hide the files of those below it and not remove them.',
  remedy:
    'Change or delete the files in the step that makes them: COPY --chown and --chmod, cleaning in the same RUN, or a stage that hands on only the result.',
  peers: [],
  options: { bytes: { description: 'Fewer hidden bytes are not reported', default: 1_000_000 } },
  check({ image }, { report, option }) {
    for (const [index, { removed, removedPaths = [], removedHow }] of image.analysis.layers.entries()) {
      if (removed.bytes < option.number('bytes')) continue;
      const step = stepOfLayer(image, index);
      if (step?.ofBase === true) continue;
      report({
        ...placeOfLayer(image, index),
        message: `This step deletes or replaces ${counted(removed.files, 'file')} of earlier layers, which stay in the image${largest(removedPaths, removed.files)}.`,
        ...remedyFor(removedPaths, removedHow),
        cost: {
          bytes: removed.bytes,
          basis: 'measured',
          derivation: `content of the files in layers below layer ${index + 1} that it takes away or replaces, unpacked`,
        },
        ...(step?.written && { cause: `hides: ${step.written.range.start}` }),
      });
    }
  },
});

const namedPaths = 3;

function largest(paths: readonly string[], files: number): string {
  if (paths.length === 0) return '';
  const names = paths.slice(0, namedPaths).map((path) => `/${path}`);
  return `: ${names.join(', ')}${files > names.length ? ' …' : ''}`;
}

/** What package managers write anew with each package that they install. */
const databases =
  /^(?:var\/lib\/(?:dpkg|rpm|dnf|apt\/extended_states)|var\/cache\/(?:debconf|ldconfig|man|fontconfig)|usr\/lib\/sysimage|lib\/apk\/db|usr\/lib\/apk\/db|etc\/(?:passwd|group|g?shadow|ld\.so\.cache)|var\/log)(?:\/|-?$)/;

const caches = /^(?:var\/(?:lib\/apt\/lists|cache)|(?:root|home\/[^/]+)\/\.(?:cache|npm)|tmp|var\/tmp)\//;

/** By how the bytes came to be hidden; the rule's own remedy where that is not known. */
const remedies: ReadonlyMap<HiddenHow, string> = new Map<HiddenHow, string>([
  [
    'files deleted by a later layer',
    'Delete the files in the step that brings them, do not copy them at all, or hand on only the result of a build stage.',
  ],
  ['files replaced by a later layer', 'Bring the final files only, or change them in the step that brings them.'],
  [
    'files copied to change their owner',
    'Give the owner where they are written: COPY --chown, and USER before the RUN that writes them.',
  ],
  [
    'files copied to change their mode',
    'Give the mode where they are written: COPY --chmod, or chmod in the RUN that writes them.',
  ],
  ['files copied once more, unchanged', 'Copy them once.'],
]);

function isOfDatabases(paths: readonly string[]): boolean {
  return paths.length > 0 && paths.every((path) => databases.test(path));
}

function remedyFor(
  paths: readonly string[],
  how: HiddenHow | undefined,
): { readonly remedy?: string; readonly severity?: 'note' } {
  if (isOfDatabases(paths))
    return {
      severity: 'note',
      remedy: 'Install all packages in one step: each one writes the package manager’s database anew.',
    };
  const isCache = paths.length > 0 && paths.every((path) => caches.test(path));
  if (isCache)
    return {
      remedy: 'Clean caches in the RUN that fills them, or keep them out of the layer with RUN --mount=type=cache.',
    };
  const remedy = how === undefined ? undefined : remedies.get(how);
  return remedy === undefined ? {} : { remedy };
}
