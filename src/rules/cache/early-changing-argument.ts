import { variableReference } from '../../core/variable-reference.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { ArgInstruction, EnvInstruction, Instruction } from '../../dockerfile/instruction.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { systemInstallsAgain } from '../../ecosystems/rebuild-work.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain } from '../../project/stage-facts.ts';
import { declareLate, type Early } from '../../repairs/declare-late.ts';
import { doesMore, usesOf } from '../../repairs/late-uses.ts';

/** Names, in small letters, of values that are new for each commit or each build. */
const changing =
  /^(?:(?:app|image|build|git|ci|vcs|scm|source|docker|github|drone|travis)_)*(?:commit(?:_(?:sha|hash|id|ref))?|sha|sha1|revision|rev|git_ref|vcs_ref|build_?(?:date|number|id|time|timestamp|num)|timestamp|build_date|created(?:_at)?)$/;
/** These are a release of the program when only labels and the environment take them, and of a download otherwise. */
const versions = /^(?:(?:app|image|build|release|service|package)_)?version$/;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A value that changes with each build is declared before packages are installed',
  why: 'Every RUN after an ARG or ENV has it in its environment, so that a new value runs all of them again, whether they use it or not.',
  remedy: 'Declare it just before the first instruction that uses it, with its labels behind the last step.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const stage of dockerfile.stages) {
      const early = stage.instructions.flatMap((instruction) =>
        instruction.name === 'ARG' || instruction.name === 'ENV'
          ? (earlyDeclaration(dockerfile, stage, instruction) ?? [])
          : [],
      );
      const [first, ...others] = early;
      if (first === undefined) continue;
      const count = first.needless.length;
      const used = early.filter(({ isUsed }) => isUsed);
      const fix = used.length === early.length ? declareLate(project, dockerfile, stage, used) : undefined;
      report({
        at: first.instruction.range,
        also: [
          ...others.map(({ instruction }) => ({ range: instruction.range, note: 'changes too' })),
          ...first.needless.map(({ range }) => ({ range, note: 'runs again for each new value' })),
        ],
        message: `A new value of ${early.map(({ name }) => name).join(', ')} runs ${count === 1 ? 'an installation' : `${count} installations`} again that ${count === 1 ? 'does' : 'do'} not use it.`,
        cost: systemInstallsAgain(count),
        ...(fix && { fix }),
      });
    }
  },
});

interface EarlyDeclaration extends Early {
  /** The installations that run again and do not use it. Never empty. */
  readonly needless: readonly Instruction[];
  readonly isUsed: boolean;
}

function earlyDeclaration(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: ArgInstruction | EnvInstruction,
): EarlyDeclaration | undefined {
  const [pair] = instruction.pairs;
  if (pair === undefined || instruction.pairs.length > 1) return undefined;
  const name = pair.key.value;
  // With another base all is built again anyway.
  if (stageChain(stage).some(({ from }) => from?.image && variableReference(name).test(from.image.value)))
    return undefined;
  const isChanging = changing.test(name.toLowerCase());
  if (!isChanging && !versions.test(name.toLowerCase())) return undefined;
  const uses = usesOf(dockerfile, stage, instruction, name);
  // What hands on an argument moves with it; a literal one is a release when nothing is built from it.
  if (instruction.name === 'ENV' && (uses.needed !== undefined || isExpanded(pair.value?.value))) return undefined;
  if (!isChanging && (uses.needed !== undefined || (instruction.name === 'ARG' && uses.followers.length === 0)))
    return undefined;
  const needless = installs(dockerfile, stage).filter(
    ({ range }) =>
      range.start > instruction.range.start && (uses.needed === undefined || range.start < uses.needed.range.start),
  );
  const lastNeedless = needless.at(-1);
  if (lastNeedless === undefined) return undefined;
  const isUsed = instruction.name === 'ENV' || uses.needed !== undefined || uses.followers.length > 0;
  return { ...uses, needless, lastNeedless, isUsed };
}

function isExpanded(value: string | undefined): boolean {
  return value === undefined || value.includes('$');
}

function installs(dockerfile: Dockerfile, stage: Stage): readonly Instruction[] {
  const installing = new Set(
    packageCommands(dockerfile).flatMap(({ read, instruction }) =>
      read.action === 'install' || read.action === 'install-project' ? instruction : [],
    ),
  );
  return stage.instructions.filter(
    (each) => each.name === 'RUN' && installing.has(each) && !doesMore(dockerfile, each),
  );
}
