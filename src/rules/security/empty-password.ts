import { placeOfLayer } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'error',
  summary: 'An account without a password',
  why: 'Whoever may run su or log in becomes that account without being asked for anything.',
  remedy: 'Lock the account in the step that makes it: passwd --lock NAME.',
  peers: ['dockle:DKL-LI-0001'],
  check({ image }, { report }) {
    const open = (image.analysis.accounts ?? []).filter(({ password }) => password === 'none');
    if (open.length === 0) return;
    const file = image.analysis.files.find('etc/shadow') ?? image.analysis.files.find('etc/passwd');
    report({
      ...placeOfLayer(image, file?.layer),
      message: `${open.length === 1 ? 'An account has' : `${open.length} accounts have`} an empty password: ${open
        .slice(0, 5)
        .map(({ name }) => name)
        .join(', ')}.`,
    });
  },
});
