import { groupBy } from '../../core/group-by.ts';
import { placeOfLayer } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'warning',
  summary: 'Two accounts with one number',
  why: 'The kernel knows numbers only: the accounts may do all to the files and processes of each other.',
  remedy: 'Give each account a number of its own.',
  peers: ['dockle:DKL-LI-0002'],
  check({ image }, { report }) {
    const shared = [...groupBy(image.analysis.accounts ?? [], ({ user }) => user)].filter(
      ([, group]) => group.length > 1,
    );
    const { layer } = image.analysis.files.find('etc/passwd') ?? {};
    for (const [user, group] of shared)
      report({
        ...placeOfLayer(image, layer),
        message: `${group
          .map(({ name }) => name)
          .slice(0, 5)
          .join(' and ')} have the same number ${user}.`,
      });
  },
});
