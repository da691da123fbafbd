import { groupBy } from '../../core/group-by.ts';
import { counted, filesWhere, namesOf } from '../../project/image-files.ts';
import { placeOfLayer } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'note',
  summary: 'Files that run with the rights of their owner or group',
  why: 'A set-user-id program is a way from an ordinary user to root for whoever finds a fault in it, and most containers call none of them.',
  remedy:
    'Take the bits away in the step that brings the files: chmod a-s FILE; better, forbid their use: allowPrivilegeEscalation: false.',
  peers: ['dockle:CIS-DI-0008'],
  check({ image }, { report }) {
    const byLayer = groupBy(
      filesWhere(image, ({ kind, mode }) => kind === 'file' && (mode & 0o6000) !== 0),
      ({ layer }) => layer,
    );
    for (const [layer, files] of byLayer)
      report({
        ...placeOfLayer(image, layer),
        message: `${counted(files.length, 'file')} with set-user-id or set-group-id: ${namesOf(files)}.`,
        cause: `set-id: ${layer}`,
      });
  },
});
