import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause: 'ADD of a Git repository needs BuildKit, and many steps do more with the clone than ADD can.',
  summary: 'git clone in a RUN',
  why: 'The cache knows only the words of the step: it goes on with an old clone when the branch has moved, and fetches anew when nothing has.',
  remedy:
    'ADD https://…/repository.git#<commit> /directory: BuildKit looks up the commit and caches by it, and the image needs no git.',
  peers: ['tally:prefer-add-git'],
  check({ dockerfile }, { report }) {
    for (const { command } of dockerfile.commandsNamed('git')) {
      const words = command.arguments.map(({ value }) => value);
      if (words.find((word) => !word.startsWith('-')) !== 'clone') continue;
      const address = command.arguments.find(({ value }) => /^(?:https?|git):\/\/|^git@/.test(value));
      if (address === undefined) continue;
      report({ at: command.range, message: `${address.value} is cloned in a step that the cache cannot judge.` });
    }
  },
});
