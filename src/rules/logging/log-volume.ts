import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { imageInstructions } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'VOLUME for log files',
  why: 'A volume for logs says that the program logs to files: nothing collects or rotates them, and every container leaves an anonymous volume behind.',
  remedy: 'Log to standard output, and drop the VOLUME.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    const seen = new Set<number>();
    for (const stage of shippedStages(project, dockerfile))
      for (const instruction of imageInstructions(stage)) {
        if (instruction.name !== 'VOLUME') continue;
        for (const path of instruction.paths) {
          if (!/(?:^|\/)logs?\/?$|^\/var\/log\//.test(path.value) || seen.has(path.range.start)) continue;
          seen.add(path.range.start);
          report({ at: path.range, message: `${path.value} is a volume that holds logs.` });
        }
      }
  },
});
