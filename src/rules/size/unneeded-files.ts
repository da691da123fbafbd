import { groupBy } from '../../core/group-by.ts';
import { counted, filesWhere, namesOf } from '../../project/image-files.ts';
import { placeOfLayer, stepOfLayer } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'note',
  summary: "Files of a developer's machine in the image",
  why: 'They were not meant for it: they tell who breaks in how it is built, and change the layer whenever they change.',
  remedy: 'Name them in .dockerignore, or copy only what the program needs.',
  peers: ['dockle:DKL-LI-0003'],
  check({ image }, { report }) {
    const found = filesWhere(image, ({ kind, path }) => kind === 'file' && isDevelopers(path));
    for (const [layer, files] of groupBy(found, ({ path, layer }) => image.analysis.broughtBy?.(path) ?? layer)) {
      if (stepOfLayer(image, layer)?.ofBase === true) continue;
      report({
        ...placeOfLayer(image, layer),
        message: `${counted(files.length, 'file')} of a developer's machine: ${namesOf(files)}.`,
        cost: {
          bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
          basis: 'measured',
          derivation: 'content of the files, unpacked',
        },
      });
    }
  },
});

function isDevelopers(path: string): boolean {
  if (/(?:^|\/)(?:node_modules|vendor|site-packages|dist-packages|gems|usr\/share|usr\/lib)\//.test(path)) return false;
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (
    /^(?:Dockerfile|Containerfile|docker-compose\.ya?ml|compose\.ya?ml|\.dockerignore|\.vimrc)$/.test(name) ||
    /(?:^|\/)\.(?:vscode|idea)\//.test(path)
  );
}
