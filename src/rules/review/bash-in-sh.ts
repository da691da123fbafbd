import type { Fix, TextEdit } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import {
  type DifferenceUse,
  differencesIn,
  type PlainShell,
  shellDifferences,
} from '../../dockerfile/shell-differences.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { shellAt } from '../../project/shell-at.ts';
import { portableEdits } from '../../repairs/portable-shell.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A step is written for bash and run by another shell',
  why: 'The shell form is read by the /bin/sh of the base image; what it does not know fails, or silently does something else.',
  remedy:
    'Write it so that every shell understands it, or put SHELL ["/bin/bash", "-c"] before the step where the image has bash.',
  peers: [],
  check({ dockerfile }, { report }) {
    for (const { instruction, stage } of dockerfile.instructionsNamed('RUN')) {
      const script = dockerfile.script(instruction);
      if (stage === undefined || script === undefined || script.form === 'exec' || script.dialect !== 'posix') continue;
      const uses = script.errors.length === 0 ? differencesIn(script) : [];
      const shell = uses.length > 0 ? shellAt(dockerfile, stage, instruction) : undefined;
      if (shell === undefined || shell === 'bash') continue;
      // What can be written otherwise does not wait for what cannot.
      for (const [effect, group] of byEffect(uses, shell))
        for (const { uses: some, edits } of apart(dockerfile, group)) {
          const [first, ...others] = some;
          report({
            at: first.range,
            message: `${names[shell]}, which reads this step, ${effect}.`,
            also: others.map(({ range }) => ({ range })),
            ...(edits.length > 0 && { fix: fixWith(edits, shell) }),
          });
        }
    }
  },
});

const names = { dash: 'dash', busybox: 'BusyBox' } as const;

/** The uses that this shell does not do as bash does, one entry for what it does instead. */
function byEffect(uses: readonly DifferenceUse[], shell: PlainShell): Map<string, [DifferenceUse, ...DifferenceUse[]]> {
  const groups = new Map<string, [DifferenceUse, ...DifferenceUse[]]>();
  for (const use of uses) {
    const effect = shellDifferences[use.kind][shell];
    if (effect === undefined) continue;
    const group = groups.get(effect);
    if (group) group.push(use);
    else groups.set(effect, [use]);
  }
  return groups;
}

/** The uses that can be written for every shell, with all their edits, and the others. */
function apart(
  dockerfile: Dockerfile,
  uses: readonly DifferenceUse[],
): { readonly uses: [DifferenceUse, ...DifferenceUse[]]; readonly edits: readonly TextEdit[] }[] {
  const found = uses.map((use) => ({ use, edits: portableEdits(dockerfile, use) }));
  return [true, false].flatMap((portable) => {
    const [first, ...others] = found.filter(({ edits }) => (edits !== undefined) === portable);
    if (first === undefined) return [];
    const all = [first, ...others].flatMap(({ edits }) => edits ?? []);
    return [{ uses: [first.use, ...others.map(({ use }) => use)], edits: all }];
  });
}

function fixWith(edits: readonly TextEdit[], shell: PlainShell): Fix {
  return {
    title: 'Write it for every shell',
    changes: { edits },
    assumptions: [
      {
        statement: 'Nothing depends on what the step has done until now.',
        state: 'unknown',
        question: `The step does what it says from now on, not what ${names[shell]} made of it: does a later step or the program count on that?`,
      },
    ],
  };
}
