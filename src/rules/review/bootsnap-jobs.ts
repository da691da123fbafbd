import { insertAfter } from '../../dockerfile/edit.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'bootsnap precompile starts several processes',
  why: 'In an image that is built for another processor under QEMU its parallel workers hang or crash.',
  remedy: 'Pass -j 1: it is quick enough in one process.',
  peers: ['tally:ruby/bootsnap-precompile-without-j1'],
  check({ dockerfile }, { report }) {
    for (const { command } of dockerfile.commandsNamed('bootsnap', 'bundle')) {
      const words = command.arguments;
      const at = words.findIndex(({ value }) => value === 'precompile');
      const word = words[at];
      const isBootsnap = command.name === 'bootsnap' ? at === 0 : /(?:^|\/)bootsnap$/.test(words[at - 1]?.value ?? '');
      if (word === undefined || !isBootsnap) continue;
      if (words.some(({ value }) => /^(?:-j|--jobs)/.test(value)) || /TARGETPLATFORM/.test(dockerfile.text)) continue;
      report({
        at: command.range,
        message: 'bootsnap precompile is not held to one process.',
        fix: {
          title: 'Pass -j 1',
          changes: { edits: [insertAfter(dockerfile, word.range, ' -j 1')] },
          assumptions: [{ statement: 'One process compiles the same files as several.', state: 'holds' }],
        },
      });
    }
  },
});
