import type { PeerId } from '../../core/finding.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { expandedValue, isRootUser, lastInstruction } from '../../project/stage-facts.ts';
import { numberedUser } from '../../repairs/numbered-user.ts';
import { withRunAsNonRoot } from '../../repairs/run-as-non-root.ts';

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'A name is as good as a number everywhere but under runAsNonRoot without runAsUser, and that case has a rule of its own.',
  summary: 'USER is a name and no number',
  why: 'Kubernetes cannot tell whether a name is root: with runAsNonRoot it does not start the container.',
  remedy: 'Write the number of the user, for instance USER 10001.',
  peers: ['hadolint:DL3066'],
  check({ dockerfile, project }, { report }) {
    for (const stage of shippedStages(project, dockerfile)) {
      const instruction = lastInstruction(stage, 'USER');
      const user = instruction && expandedValue(dockerfile, instruction, instruction.value)?.split(':', 1)[0];
      if (instruction === undefined || user === undefined || /^\d*$/.test(user) || isRootUser(user)) continue;
      const peers: readonly PeerId[] = instruction.value.value.includes('$') ? [] : ['hadolint:DL3066'];
      const ofImage = numberedUser(dockerfile, stage);
      const fix = ofImage && withRunAsNonRoot(project, dockerfile, stage, ofImage);
      const message = `The user is named ${user}, without its number.`;
      report({ at: instruction.range, message, peers, ...(fix && { fix }) });
    }
  },
});
