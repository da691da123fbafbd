import { insertWord } from '../../dockerfile/edit.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'gpg without a terminal rarely asks in practice, and official images that run it without --batch build well.',
  summary: 'gpg is run without --batch',
  why: 'In its interactive mode gpg may ask for a confirmation that nobody gives, and its output is not meant for scripts.',
  remedy: 'Pass --batch.',
  peers: ['parfum:gpgUseBatchFlag'],
  check({ dockerfile }, { report }) {
    for (const { command } of dockerfile.commandsNamed('gpg', 'gpg2')) {
      const words = command.arguments.map(({ value }) => value);
      if (words.length === 0 || words.some((word) => /^--(?:batch|version|no-tty|dearmor)$/.test(word))) continue;
      report({
        at: command.range,
        message: 'This gpg may ask, and nobody answers.',
        fix: {
          title: 'Pass --batch to gpg',
          changes: { edits: [insertWord(dockerfile, command.nameWord.range, '--batch')] },
          assumptions: [{ statement: 'A build has no terminal, so nothing could be answered anyway.', state: 'holds' }],
        },
      });
    }
  },
});
