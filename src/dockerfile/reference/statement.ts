import type { SourceRange } from '../../core/text.ts';
import type { Instruction } from '../instruction.ts';
import { contiguousText, rangeIn } from '../mapped-text.ts';
import { type FlagWord, readFlags } from '../parse-flags.ts';
import { splitOnce } from '../parse-words.ts';
import type { EscapeCharacter, MappedText } from '../syntax.ts';
import { skipSpace, trimEnd } from '../white-space.ts';

/** Every keyword that BuildKit knows. */
export const keywords = [
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
] as const;

export type Keyword = (typeof keywords)[number];

/**
 * One instruction before anything is made of its arguments: what BuildKit's own parser has in hand when it looks for
 * faults. The model of {@link Instruction} is made for what is right; this one keeps what is not.
 */
export interface Statement {
  /** As written. */
  readonly keyword: string;
  /** Undefined for an instruction that does not exist. */
  readonly name: Keyword | undefined;
  readonly flags: readonly FlagWord[];
  /** The arguments behind the flags, without white space around them. */
  readonly text: string;
  /** The instruction that findings about this statement name: for an inherited ONBUILD trigger the FROM that inherits it. */
  readonly instruction: Instruction;
  /** The statement's own text behind its keyword, with its places; undefined when it stands nowhere in this file. */
  readonly rest: MappedText | undefined;
  readonly escapeCharacter: EscapeCharacter;
}

const byKeyword: ReadonlyMap<string, Keyword> = new Map(keywords.map((name) => [name.toLowerCase(), name]));

/** The statement that an instruction of the file is. */
export function statementOf(instruction: Instruction, escapeCharacter: EscapeCharacter): Statement {
  const { keyword, rest } = instruction.syntax;
  return makeStatement(keyword.value, rest, 0, instruction, escapeCharacter, true);
}

/** The statement behind ONBUILD; undefined when nothing stands there. */
export function triggerOf(onbuild: Statement): Statement | undefined {
  if (onbuild.text === '') return undefined;
  const { end, next } = splitOnce(onbuild.text);
  const keyword = onbuild.text.slice(0, end);
  const { rest } = onbuild;
  if (rest === undefined)
    return makeStatement(
      keyword,
      contiguousText(onbuild.text, 0),
      next,
      onbuild.instruction,
      onbuild.escapeCharacter,
      false,
    );
  const start = trimEnd(rest.text, 0) - onbuild.text.length;
  return makeStatement(keyword, rest, start + next, onbuild.instruction, onbuild.escapeCharacter, true);
}

/** A trigger as the stage that inherits it runs it: read anew, with the default escape character. */
export function inheritedTrigger(onbuild: Statement, heir: Instruction): Statement | undefined {
  const text = onbuild.rest?.text ?? onbuild.text;
  const { end, next } = splitOnce(text);
  return makeStatement(text.slice(0, end), contiguousText(text, 0), next, heir, '\\', false);
}

function makeStatement(
  keyword: string,
  rest: MappedText,
  from: number,
  instruction: Instruction,
  escapeCharacter: EscapeCharacter,
  placed: boolean,
): Statement {
  const behind = rest.text.slice(from);
  const { flags, argumentsStart } = readFlags(behind, escapeCharacter);
  return {
    keyword,
    name: byKeyword.get(keyword.toLowerCase()),
    flags: from === 0 ? flags : flags.map((flag) => shifted(flag, from)),
    text: behind.slice(skipSpace(behind, argumentsStart), trimEnd(behind, argumentsStart)),
    instruction,
    rest: placed ? rest : undefined,
    escapeCharacter,
  };
}

function shifted(flag: FlagWord, by: number): FlagWord {
  const valueStart = flag.valueStart === undefined ? undefined : flag.valueStart + by;
  return { word: flag.word, start: flag.start + by, end: flag.end + by, valueStart };
}

/** Name of a flag without its dashes. */
export function flagName(flag: FlagWord): string {
  const sign = flag.word.indexOf('=');
  return flag.word.slice(2, sign === -1 ? undefined : sign);
}

/** Value of a flag; undefined for one without `=`. */
export function flagValue(flag: FlagWord): string | undefined {
  const sign = flag.word.indexOf('=');
  return sign === -1 ? undefined : flag.word.slice(sign + 1);
}

/** Value of the last flag of that name; '' when there is none. */
export function flagText(statement: Statement, name: string): string {
  const flag = statement.flags.findLast((each) => flagName(each) === name);
  return flag === undefined ? '' : (flagValue(flag) ?? '');
}

/** Values of all flags of that name, in order. */
export function flagTexts(statement: Statement, name: string): readonly string[] {
  return statement.flags.filter((flag) => flagName(flag) === name).map((flag) => flagValue(flag) ?? '');
}

/** Where a flag stands; the keyword when the statement itself stands nowhere in the file. */
export function flagRange(statement: Statement, flag: FlagWord): SourceRange {
  const { rest, instruction } = statement;
  return rest === undefined ? instruction.keyword.range : rangeIn(rest, flag.start, flag.end);
}
