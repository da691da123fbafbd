import { enumerate } from '../core/enumerate.ts';
import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { commentedStart, lineEndOf } from '../dockerfile/edit-lines.ts';
import type { Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { SyntaxItem } from '../dockerfile/syntax.ts';
import type { ProjectFiles } from '../ecosystems/install-inputs.ts';
import type { Project } from '../project/project.ts';
import { contextFiles } from './context-files.ts';
import { type Declared, isBlind } from './late-uses.ts';
import { readerOf } from './requirement-files.ts';

/** A declaration that steps run after which do not need it. */
export interface Early extends Declared {
  /** The last of them. */
  readonly lastNeedless: Instruction;
}

/** Where a declaration goes: before an instruction, or behind the last step. */
type Target = { readonly before: Instruction } | { readonly behind: Instruction };

/** What moves, all of a stage together, each with its comments. */
interface Move {
  readonly instruction: Instruction;
  readonly target: Target;
}

/**
 * Moves declarations down past the steps that do not need them, to where they are used or the steps end; what only shows their values, LABEL and ENV,
 * follows. Undefined where a comment would be left over something else, or a value would be another one there.
 */
export function declareLate(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  early: readonly Early[],
): Fix | undefined {
  const files = contextFiles(project, dockerfile, '');
  const moves = movesOf(dockerfile, files, stage, early);
  if (moves === undefined || moves.some((move) => !keepsValue(dockerfile, stage, move, moves))) return undefined;
  const edits = editsOf(dockerfile, moves);
  if (edits === undefined) return undefined;
  const followers = [...new Set(moves.map(({ instruction }) => instruction.name))].filter((name) => name === 'LABEL');
  const isBeforeUse = moves.every(({ target }) => 'before' in target) && followers.length === 0;
  const names = enumerate(early.map(({ name }) => name));
  return {
    title: `Declare ${names} ${isBeforeUse ? 'just before the first use' : `${followers.length > 0 ? 'and set the labels ' : ''}behind the installation`}`,
    changes: { edits },
    assumptions: [notRead(dockerfile, files, stage, moves)],
  };
}

function movesOf(
  dockerfile: Dockerfile,
  files: ProjectFiles | undefined,
  stage: Stage,
  early: readonly Early[],
): Move[] | undefined {
  const moves = new Map<Instruction, Move>();
  for (const each of early) {
    const target = targetOf(dockerfile, files, stage, each);
    if (target === undefined) return undefined;
    const end = placeOf(target);
    for (const instruction of [each.instruction, ...each.followers]) {
      if (instruction.range.start >= end) continue;
      const known = moves.get(instruction);
      if (known === undefined || placeOf(known.target) < end) moves.set(instruction, { instruction, target });
    }
  }
  return [...moves.values()].sort((a, b) => a.instruction.range.start - b.instruction.range.start);
}

function placeOf(target: Target): number {
  return 'before' in target ? target.before.range.start : target.behind.range.end;
}

/** As early as possible behind the steps that do not need it: what comes then may read its environment. */
function targetOf(
  dockerfile: Dockerfile,
  files: ProjectFiles | undefined,
  stage: Stage,
  early: Early,
): Target | undefined {
  const behind = stage.instructions.filter(({ range }) => range.start > early.lastNeedless.range.start);
  const before = behind.find(
    (each) =>
      each === early.needed ||
      early.followers.some((follower) => follower === each) ||
      (each.name === 'RUN' && !isBlind(dockerfile, files, each)),
  );
  if (before !== undefined) return { before };
  return { behind: behind.findLast(({ name }) => name === 'RUN') ?? early.lastNeedless };
}

/** No other declaration of what it uses or sets stands between. */
function keepsValue(
  { text }: Dockerfile,
  { instructions }: Stage,
  { instruction, target }: Move,
  moves: readonly Move[],
): boolean {
  if (instruction.name !== 'ARG' && instruction.name !== 'ENV' && instruction.name !== 'LABEL') return false;
  const names = new Set(
    [...text.slice(instruction.range.start, instruction.range.end).matchAll(/\$\{?(\w+)/g)].map(([, name]) => name),
  );
  const keys = new Set(instruction.pairs.map(({ key }) => key.value));
  return instructions.every((each) => {
    if (each.range.start <= instruction.range.start || each.range.start >= placeOf(target)) return true;
    if (moves.some((move) => move.instruction === each)) return true;
    if (each.name === 'LABEL')
      return instruction.name !== 'LABEL' || each.pairs.every(({ key }) => !keys.has(key.value));
    if (each.name !== 'ARG' && each.name !== 'ENV') return each.name !== 'ONBUILD';
    return each.pairs.every(
      ({ key }) => !names.has(key.value) && (instruction.name === 'LABEL' || !keys.has(key.value)),
    );
  });
}

function notRead(
  dockerfile: Dockerfile,
  files: ProjectFiles | undefined,
  stage: Stage,
  moves: readonly Move[],
): Assumption {
  const statement = 'No step between reads it from the environment.';
  const set = moves.filter(({ instruction }) => instruction.name !== 'LABEL');
  const seeing = stage.instructions.find(
    (each): each is RunInstruction =>
      each.name === 'RUN' &&
      set.some(
        ({ instruction, target }) => each.range.start > instruction.range.start && each.range.start < placeOf(target),
      ) &&
      !isBlind(dockerfile, files, each),
  );
  if (seeing === undefined) return { statement, state: 'holds' };
  const names = [
    ...new Set(
      set.flatMap(({ instruction }) =>
        instruction.name === 'ARG' || instruction.name === 'ENV' ? instruction.pairs.map(({ key }) => key.value) : [],
      ),
    ),
  ];
  if (readerOf(files, names) !== undefined) return { statement, state: 'fails' };
  return {
    statement,
    state: 'unknown',
    question: `Does the step at line ${seeing.line}, or what it starts, read ${enumerate(names)} from the environment?`,
  };
}

/** One edit for each piece that goes and one for each place that they come to. */
function editsOf(dockerfile: Dockerfile, moves: readonly Move[]): TextEdit[] | undefined {
  if (!moves.every(({ instruction }) => ownsItsComment(dockerfile, instruction, moves))) return undefined;
  const places = new Set(moves.map(({ target }) => insertionOf(dockerfile, target)));
  return [
    ...removals(dockerfile, moves),
    ...[...places].flatMap((place) => {
      const here = moves.filter(({ target }) => insertionOf(dockerfile, target) === place);
      return insertion(dockerfile, place, here) ?? [];
    }),
  ];
}

/** What moves is taken away with the comments over it, and with the blank line behind it where one stands before it, too. */
function removals(dockerfile: Dockerfile, moves: readonly Move[]): readonly TextEdit[] {
  const { path, syntax } = dockerfile;
  const { items } = syntax;
  const moved = new Set<SyntaxItem>();
  for (const { instruction } of moves) {
    const start = commentedStart(dockerfile, instruction);
    for (let at = items.indexOf(instruction.syntax); (items[at]?.range.start ?? -1) >= start; at--) {
      const item = items[at];
      if (item !== undefined) moved.add(item);
    }
  }
  const edits: TextEdit[] = [];
  for (let at = 0; at < items.length; at++) {
    const first = items[at];
    if (first === undefined || !moved.has(first)) continue;
    const before = items[at - 1];
    let last = first;
    for (let next = items[at + 1]; next !== undefined && moved.has(next); next = items[at + 1]) {
      last = next;
      at += 1;
    }
    const next = items[at + 1];
    if (next?.kind === 'blank' && (before === undefined || before.kind === 'blank')) last = next;
    edits.push({ path, range: { start: first.range.start, end: last.range.end }, replacement: '' });
  }
  return edits;
}

/** What comes to one place, set apart by blank lines as it was before. */
function insertion(dockerfile: Dockerfile, place: number, here: readonly Move[]): TextEdit | undefined {
  const { path, text } = dockerfile;
  const target = here[0]?.target;
  if (target === undefined) return undefined;
  const eol = lineEndOf(dockerfile);
  const lead = 'behind' in target && isSetApart(dockerfile, here[0]?.instruction, 'before') ? eol : '';
  const trail =
    'before' in target && target.before.name === 'RUN' && isSetApart(dockerfile, here.at(-1)?.instruction, 'behind')
      ? eol
      : '';
  const blocks = here.map(({ instruction }, index) => {
    const own = text.slice(commentedStart(dockerfile, instruction), instruction.syntax.range.end);
    const gap = index > 0 && isSetApart(dockerfile, instruction, 'before') ? eol : '';
    return gap + (own.endsWith('\n') ? own : own + eol);
  });
  const all = lead + blocks.join('') + trail;
  // Behind the last line of a file that has no line end there.
  const replacement = place === 0 || text[place - 1] === '\n' ? all : eol + all.replace(/\r?\n$/, '');
  return { path, range: { start: place, end: place }, replacement };
}

function insertionOf(dockerfile: Dockerfile, target: Target): number {
  return 'before' in target ? commentedStart(dockerfile, target.before) : target.behind.syntax.range.end;
}

/** A blank line stands above its comments, or under it. */
function isSetApart(dockerfile: Dockerfile, instruction: Instruction | undefined, side: 'before' | 'behind'): boolean {
  if (instruction === undefined) return false;
  const { items } = dockerfile.syntax;
  if (side === 'behind') return items[items.indexOf(instruction.syntax) + 1]?.kind === 'blank';
  const start = commentedStart(dockerfile, instruction);
  return items[items.findIndex(({ range }) => range.start === start) - 1]?.kind === 'blank';
}

/** A comment may speak of all the declarations below it: it goes along only where they all go. */
function ownsItsComment({ syntax, stages }: Dockerfile, instruction: Instruction, moves: readonly Move[]): boolean {
  const { items } = syntax;
  const at = items.indexOf(instruction.syntax);
  if (items[at - 1]?.kind !== 'comment') return true;
  const goes = new Set<SyntaxItem>(moves.map((move) => move.instruction.syntax));
  const all = stages.flatMap(({ instructions }) => instructions);
  for (let next = at + 1; items[next]?.kind === 'instruction'; next++) {
    const other = all.find(({ syntax: own }) => own === items[next]);
    if (other?.name !== 'ARG' && other?.name !== 'ENV' && other?.name !== 'LABEL') return true;
    if (items[next] !== undefined && !goes.has(other.syntax)) return false;
  }
  return true;
}
