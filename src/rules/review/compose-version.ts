import { composeRule } from '../../project/rule.ts';

export const rule = composeRule({
  severity: 'note',
  summary: 'The Compose file names a version of its format',
  why: 'Compose ignores it and prints a warning each time.',
  remedy: 'Drop the line, unless docker stack deploy reads the file.',
  peers: [],
  check({ compose: { version } }, { report }) {
    if (version)
      report({
        at: { path: version.path, range: version.range },
        message: `version ${version.text} means nothing to Compose any more.`,
      });
  },
});
