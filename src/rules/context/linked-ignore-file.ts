import { contextRule } from '../../project/rule.ts';

export const rule = contextRule({
  severity: 'note',
  summary: 'The ignore file is a link to another file',
  why: 'Git, or another build, reads the same lines in another way, and what one of them needs changed the other gets. So nothing is repaired in it.',
  remedy: 'Put a copy in the place of the link, and write into it what Docker is to leave out.',
  peers: [],
  check({ context }, { report }) {
    const { ignoreFile, ignoreLink } = context;
    if (ignoreFile === undefined || ignoreLink === undefined) return;
    report({
      at: { path: ignoreFile.path, range: { start: 0, end: 0 } },
      message: `${ignoreFile.path} is a link to ${ignoreLink}, so that nothing is repaired in it: put a copy in the place of the link first.`,
    });
  },
});
