import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertAfter, replace } from '../../dockerfile/edit.ts';
import { inCaseOf } from '../../dockerfile/edit-lines.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { resolveCopyFrom } from '../../dockerfile/stage-graph.ts';
import type { Token } from '../../dockerfile/syntax.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'COPY --from names a stage by its number',
  why: 'A stage that is put in before it gives the number to another stage, and files are copied from there without a word.',
  remedy: 'Give the stage a name with AS and copy from that.',
  peers: ['kics:using-unnamed-build-stages'],
  check({ dockerfile }, { report }) {
    const named = new Set<Stage>();
    for (const { instruction } of dockerfile.instructionsNamed('COPY')) {
      const { from } = instruction;
      if (from === undefined || !/^\d+$/.test(from.value)) continue;
      const reference = resolveCopyFrom(dockerfile, from);
      if (reference.kind !== 'stage') continue;
      const fix = byName(dockerfile, from, reference.stage) ?? giveName(dockerfile, reference.stage, named);
      report({ at: from.range, message: `Stage ${from.value} is named by its number.`, ...(fix && { fix }) });
    }
  },
});

/** A stage that shares its name with another would not be the one that is meant. */
function byName(dockerfile: Dockerfile, from: Token, { name, from: stageFrom }: Stage): Fix | undefined {
  const written = stageFrom?.alias?.value;
  if (name === undefined || written === undefined || from.raw !== undefined) return undefined;
  if (dockerfile.stages.filter((stage) => stage.name === name).length > 1) return undefined;
  return {
    title: `Copy from ${written}`,
    changes: { edits: [replace(dockerfile, from.range, written)] },
    assumptions: [{ statement: `Only stage ${from.value} is named ${written}.`, state: 'holds' }],
  };
}

/** The first copy from a stage without a name gives it one, for all. */
function giveName(dockerfile: Dockerfile, stage: Stage, named: Set<Stage>): Fix | undefined {
  const { from, name } = stage;
  if (from?.image === undefined || name !== undefined || named.has(stage)) return undefined;
  named.add(stage);
  const taken = new Set(dockerfile.stages.flatMap((each) => each.name ?? []));
  const copies = dockerfile.instructionsNamed('COPY').flatMap(({ instruction }) => instruction.from ?? []);
  for (const copy of copies) taken.add(copy.value.toLowerCase());
  for (const each of dockerfile.stages) if (each.from?.image) taken.add(each.from.image.value.toLowerCase());
  const chosen = ['build', `stage-${stage.index}`].find((each) => !taken.has(each));
  const number = String(stage.index);
  const meant = copies.filter(({ value, raw }) => value === number && raw === undefined);
  if (chosen === undefined) return undefined;
  return {
    title: `Name the stage ${chosen}`,
    changes: {
      edits: [
        insertAfter(dockerfile, from.image.range, ` ${inCaseOf(from, 'AS')} ${chosen}`),
        ...meant.map(({ range }) => replace(dockerfile, range, chosen)),
      ],
    },
    assumptions: [{ statement: `Nothing of the file is named ${chosen} yet.`, state: 'holds' }],
  };
}
