import { groupBy } from '../../core/group-by.ts';
import { counted, filesWhere, namesOf } from '../../project/image-files.ts';
import { placeOfLayer, stepOfLayer } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'warning',
  summary: 'Files and directories that everybody may write',
  why: 'Whoever breaks into the program can change what others read or run there, whichever user it runs as.',
  remedy: 'Give the path to the user that writes it: COPY --chown, or chmod o-w in the step that makes it.',
  peers: [],
  check({ image }, { report }) {
    const open = filesWhere(
      image,
      ({ kind, mode, path }) =>
        (kind === 'file' || kind === 'directory') &&
        (mode & 0o002) !== 0 &&
        // The sticky bit keeps everybody from the files of others.
        !(kind === 'directory' && (mode & 0o1000) !== 0) &&
        !/^(?:dev|proc|sys)\//.test(path),
    );
    const own = open.filter(({ layer }) => stepOfLayer(image, layer)?.ofBase !== true);
    for (const [layer, files] of groupBy(own, (file) => file.layer))
      report({
        ...placeOfLayer(image, layer),
        message: `${counted(files.length, 'path')} that everybody may write: ${namesOf(files)}.`,
      });
  },
});
