import type { KeyValue } from '../../dockerfile/instruction.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'A label that is set twice in a stage',
  why: 'Only the last value is kept; the earlier one misleads whoever reads or changes the file.',
  remedy: 'Keep one.',
  peers: ['tally:labels/no-duplicate-keys'],
  check({ dockerfile }, { report }) {
    if (dockerfile.instructionsNamed('LABEL').length === 0) return;
    for (const stage of dockerfile.stages) {
      const seen = new Map<string, KeyValue>();
      for (const instruction of stage.instructions) {
        if (instruction.name !== 'LABEL') continue;
        for (const pair of instruction.pairs) {
          const name = pair.key.value;
          if (name.includes('$')) continue;
          const earlier = seen.get(name);
          seen.set(name, pair);
          if (earlier === undefined) continue;
          report({
            at: earlier.range,
            message: `The label ${name} is set again below, and this value is lost.`,
            also: [{ range: pair.range, note: 'the value that is kept' }],
          });
        }
      }
    }
  },
});
