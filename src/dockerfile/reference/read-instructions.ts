import type { Dockerfile } from '../dockerfile.ts';
import type { Instruction } from '../instruction.ts';
import { instructionFault, syntaxFault } from './argument-faults.ts';
import { checkDescription, commentsBefore } from './description-comments.ts';
import { checkFile, checkLineLengths } from './file-faults.ts';
import type { Outcome } from './outcome.ts';
import type { StagePlan } from './plan-stages.ts';
import { checkFromCasing } from './stage-names.ts';
import { type Statement, statementOf } from './statement.ts';

interface ReadStatement {
  readonly statement: Statement;
  /** Why BuildKit's parser refuses it, before it looks at any instruction. */
  readonly fault: string | undefined;
}

function readStatements(dockerfile: Dockerfile, outcome: Outcome): readonly ReadStatement[] {
  checkFile(dockerfile, outcome);
  const statements = dockerfile.instructions.map((instruction) => {
    const statement = statementOf(instruction, dockerfile.syntax.escape);
    return { statement, fault: syntaxFault(statement) };
  });
  for (const { statement, fault } of statements) {
    const { instruction } = statement;
    if (fault !== undefined) outcome.reject(fault, instruction);
    const open = instruction.heredocs.find(({ terminated }) => !terminated);
    if (open !== undefined)
      outcome.reject(`The here-document is not closed: no line holds only '${open.name}'.`, instruction);
  }
  checkLineLengths(dockerfile, outcome);
  return statements;
}

/** Reports instructions that go on behind an empty line. */
export function checkContinuations(dockerfile: Dockerfile, outcome: Outcome): void {
  for (const instruction of dockerfile.instructions)
    if (instruction.syntax.emptyContinuations.length > 0)
      outcome.hit('NoEmptyContinuation', instruction, '', { line: lastContinuationLine(instruction, dockerfile) });
}

/** BuildKit names the last line of the instruction, here-documents left out. */
function lastContinuationLine(instruction: Instruction, { lines, text }: Dockerfile): number {
  const [heredoc] = instruction.heredocs;
  if (heredoc === undefined) return instruction.syntax.endLine;
  return lines.positionAt(Math.min(heredoc.contentRange.start, text.length)).line - 1;
}

/** The instructions that BuildKit would go on with. */
export interface ReadInstructions {
  /** ARGs before the first FROM. */
  readonly globals: readonly Statement[];
  readonly stages: readonly StagePlan[];
}

/** The first two steps of BuildKit: its parser reads the whole file, then each instruction is read and put into its stage. */
export function readInstructions(dockerfile: Dockerfile, outcome: Outcome): ReadInstructions {
  const statements = readStatements(dockerfile, outcome);
  const comments = commentsBefore(dockerfile.syntax);
  const globals: Statement[] = [];
  const stages: (StagePlan & { readonly statements: Statement[] })[] = [];
  let isOutsideReported = false;
  for (const { statement, fault: syntax } of statements) {
    if (statement.name === 'MAINTAINER') outcome.hit('MaintainerDeprecated', statement.instruction, '');
    if (statement.name === 'FROM') checkFromCasing(statement, outcome);
    if (statement.name === undefined && outcome.isFull()) continue;
    const fault = syntax ?? instructionFault(statement);
    if (fault !== undefined) {
      if (syntax === undefined) outcome.reject(fault, statement.instruction);
      if (statement.name !== 'FROM') continue;
    } else
      checkDescription(
        statement,
        comments.get(statement.instruction.syntax.keyword.range.start),
        dockerfile.text,
        outcome,
      );
    const stage = stages.at(-1);
    if (statement.name === 'FROM') stages.push({ from: statement, statements: [] });
    else if (stage !== undefined) stage.statements.push(statement);
    else if (statement.name === 'ARG') globals.push(statement);
    else if (!isOutsideReported) {
      outcome.reject(`${statement.name} stands before the first FROM; only ARG can.`, statement.instruction);
      isOutsideReported = true;
    }
  }
  if (stages.length === 0 && outcome.rejections.length === 0)
    outcome.reject('The file has no FROM, so there is nothing to build.', undefined);
  return { globals, stages };
}
