import { insertWord } from '../../dockerfile/edit.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import { hasFlag } from '../../ecosystems/package-command.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'npm cache clean without --force does nothing but fail',
  why: 'Since npm 5 the command refuses to run without --force and exits with 1, so the build stops or the cache stays.',
  remedy: 'Pass --force, or better keep the cache in a cache mount.',
  peers: ['parfum:npmCacheCleanUseForce'],
  check({ dockerfile }, { report }) {
    for (const { read, command } of packageCommands(dockerfile, 'npm')) {
      const words = command.arguments;
      const clean = words.find(({ value }) => value === 'clean' || value === 'clear');
      if (read.action !== 'clean-cache' || clean === undefined || hasFlag(read, 'force')) continue;
      report({
        at: command.range,
        message: 'npm cache clean exits with an error without --force.',
        fix: {
          title: 'Pass --force',
          changes: { edits: [insertWord(dockerfile, clean.range, '--force')] },
          assumptions: [{ statement: 'npm knows --force, which all versions do.', state: 'holds' }],
        },
      });
    }
  },
});
