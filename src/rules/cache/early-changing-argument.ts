import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { ArgInstruction, Instruction } from '../../dockerfile/instruction.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { dockerfileRule } from '../../project/rule.ts';

/** Names of values that are new for each commit or each build. */
const changing =
  /^(?:(?:app|image|build|git|ci|vcs|scm|source|docker|github|drone|travis)_)*(?:commit(?:_(?:sha|hash|id|ref))?|sha|sha1|revision|rev|git_ref|vcs_ref|build_?(?:date|number|id|time|timestamp|num)|timestamp|build_date)$/i;
/** These are a release of the program when only labels and the environment take them, and of a download otherwise. */
const versions = /^(?:(?:app|image|build|release|service|package)_)?version$/i;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'An argument that changes with each build is declared before packages are installed',
  why: 'Every RUN after an ARG has it in its environment, so that a new value runs all of them again, whether they use it or not.',
  remedy: 'Declare it just before the first instruction that uses it.',
  peers: [],
  check({ dockerfile }, { report }) {
    for (const stage of dockerfile.stages) {
      const early = stage.instructions.flatMap((instruction) =>
        instruction.name === 'ARG' ? (earlyArgument(dockerfile, stage, instruction) ?? []) : [],
      );
      const [first, ...others] = early;
      if (first === undefined) continue;
      const names = early.map(({ name }) => name).join(', ');
      const count = first.needless.length;
      const fix = early.every((each) => each.fix) ? together(early) : undefined;
      report({
        at: first.instruction.range,
        also: [
          ...others.map(({ instruction }) => ({ range: instruction.range, note: 'changes too' })),
          ...first.needless.map(({ range }) => ({ range, note: 'runs again for each new value' })),
        ],
        message: `A new value of ${names} runs ${count === 1 ? 'an installation' : `${count} installations`} again that ${count === 1 ? 'does' : 'do'} not use it.`,
        cost: {
          basis: 'estimated',
          derivation: `RUN instructions that install packages between the ARG and its first use: ${count}`,
        },
        ...(fix && { fix }),
      });
    }
  },
});

interface EarlyArgument {
  readonly instruction: ArgInstruction;
  readonly name: string;
  /** The installations that run again and do not use it. Never empty. */
  readonly needless: readonly Instruction[];
  readonly fix: Fix | undefined;
}

function earlyArgument(dockerfile: Dockerfile, stage: Stage, instruction: ArgInstruction): EarlyArgument | undefined {
  const [pair] = instruction.pairs;
  if (pair === undefined || instruction.pairs.length > 1) return undefined;
  const name = pair.key.value;
  if (!changing.test(name) && !versions.test(name)) return undefined;
  const after = stage.instructions.filter(({ range }) => range.start > instruction.range.start);
  const firstUse = after.find((each) => uses(dockerfile, each, name));
  const isRelease = versions.test(name) && firstUse && isLabel(firstUse) && !ranWith(dockerfile, after, name);
  if (!changing.test(name) && !isRelease) return undefined;
  const needless = installs(dockerfile, after).filter(
    ({ range }) => firstUse === undefined || range.start < firstUse.range.start,
  );
  if (needless.length === 0) return undefined;
  return { instruction, name, needless, fix: firstUse && moveDown(dockerfile, stage, instruction, firstUse) };
}

function together(early: readonly EarlyArgument[]): Fix {
  const fixes = early.flatMap(({ fix }) => fix ?? []);
  const assumptions = fixes.flatMap((fix) => fix.assumptions);
  return {
    title: `Declare ${early.map(({ name }) => name).join(', ')} just before the first use`,
    changes: { edits: fixes.flatMap(({ changes }) => changes.edits) },
    assumptions: assumptions.filter(
      ({ state }, at) => state !== 'holds' || assumptions.findIndex((each) => each.state === 'holds') === at,
    ),
  };
}

function isLabel({ name }: Instruction): boolean {
  return name === 'LABEL' || name === 'ENV';
}

function ranWith(dockerfile: Dockerfile, after: readonly Instruction[], name: string): boolean {
  return after.some((each) => each.name === 'RUN' && uses(dockerfile, each, name));
}

function uses({ text }: Dockerfile, { range }: Instruction, name: string): boolean {
  const body = text.slice(range.start, range.end);
  return body.includes(`$${name}`) || body.includes(`\${${name}`);
}

function installs(dockerfile: Dockerfile, after: readonly Instruction[]): readonly Instruction[] {
  const installing = new Set(
    packageCommands(dockerfile).flatMap(({ read, instruction }) => (read.action === 'install' ? instruction : [])),
  );
  return after.filter((each) => installing.has(each));
}

/** Tools whose work does not depend on variables of these names. */
const blind =
  /^(?:apt-get|apt|apk|dnf|yum|microdnf|zypper|pip3?|npm|yarn|pnpm|gem|bundle|composer|mkdir|rm|cp|mv|ln|chmod|chown|set|cd|useradd|adduser|groupadd|addgroup|echo|true|update-ca-certificates|locale-gen)$/;

/** Moves the whole line, where nothing between reads the value from its environment and no comment belongs to it. */
function moveDown(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: ArgInstruction,
  firstUse: Instruction,
): Fix | undefined {
  const { items } = dockerfile.syntax;
  const at = items.indexOf(instruction.syntax);
  const before = items[at - 1];
  if (at === -1 || before?.kind === 'comment' || instruction.syntax.innerComments.length > 0) return undefined;
  const line = dockerfile.text.slice(instruction.syntax.range.start, instruction.syntax.range.end);
  if (!line.endsWith('\n') || firstUse.name === 'ONBUILD') return undefined;
  const between = stage.instructions.filter(
    ({ range, name }) => name === 'RUN' && range.start > instruction.range.start && range.start < firstUse.range.start,
  );
  const isBlind = between.every(
    (run) => dockerfile.script(run)?.commands.every(({ name }) => blind.test(name)) === true,
  );
  const start = firstUse.syntax.range.start;
  return {
    title: 'Declare it just before its first use',
    changes: {
      edits: [
        { path: dockerfile.path, range: instruction.syntax.range, replacement: '' },
        { path: dockerfile.path, range: { start, end: start }, replacement: line },
      ],
    },
    assumptions: [
      isBlind
        ? { statement: 'No step between reads it from the environment.', state: 'holds' }
        : {
            statement: 'No step between reads it from the environment.',
            state: 'unknown',
            question: `Does a step before line ${firstUse.line} read ${instruction.pairs[0]?.key.value ?? 'it'} from its environment?`,
          },
    ],
  };
}
