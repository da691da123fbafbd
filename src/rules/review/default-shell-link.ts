import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: '/bin/sh is replaced to get another shell',
  why: 'Every script of the distribution that counts on its own sh now runs in another shell, and the next update of that package puts the link back.',
  remedy: 'Put SHELL ["/bin/bash", "-c"] before the steps that need it.',
  peers: ['hadolint:DL4005', 'kics:changing-default-shell-using-run-command'],
  check({ dockerfile }, { report }) {
    for (const { command } of dockerfile.commandsNamed('ln')) {
      const words = command.arguments.map(({ value }) => value).filter((word) => !word.startsWith('-'));
      if (words.length >= 2 && words.at(-1) === '/bin/sh')
        report({ at: command.range, message: `/bin/sh is made to be ${words[0]}.` });
    }
  },
});
