import { flagValue } from './flag-value.ts';
import type { Flag, Instruction, InstructionBase } from './instruction.ts';
import { rangeIn, sliceMapped, tokenIn } from './mapped-text.ts';
import { parseCommandForm } from './parse-command-form.ts';
import { parseCopy } from './parse-copy.ts';
import { type FlagWord, readFlags } from './parse-flags.ts';
import { parseFrom } from './parse-from.ts';
import { parseHealthcheck } from './parse-healthcheck.ts';
import { parseMount } from './parse-mount.ts';
import { parseDeclarations, parsePairs } from './parse-pairs.ts';
import { parseVolume } from './parse-volume.ts';
import { splitOnce } from './parse-words.ts';
import type { EscapeCharacter, InstructionItem, MappedText, Token } from './syntax.ts';
import { skipSpace, trimEnd } from './white-space.ts';
import { blankSeparatedTokens, quotedToken } from './word-token.ts';

/**
 * Reads one instruction as BuildKit does. Never throws: of what BuildKit would refuse it gives what can be read.
 * https://docs.docker.com/reference/dockerfile/
 */
export function parseInstruction(item: InstructionItem, escapeCharacter: EscapeCharacter): Instruction {
  return parseWritten({ item, escapeCharacter, range: item.trimmed, isTrigger: false }, item.keyword, item.rest);
}

/** What an instruction is read from: an item of the file, or the rest of an ONBUILD. */
interface Source {
  readonly item: InstructionItem;
  readonly escapeCharacter: EscapeCharacter;
  readonly range: InstructionBase['range'];
  readonly isTrigger: boolean;
}

function parseWritten(source: Source, keyword: Token, rest: MappedText): Instruction {
  const { item, escapeCharacter, range } = source;
  const words = readFlags(rest.text, escapeCharacter);
  const end = trimEnd(rest.text, words.argumentsStart);
  const start = skipSpace(rest.text, words.argumentsStart, end);
  const flags = words.flags.map((flag) => readFlag(rest, flag));
  const base = { syntax: item, range, keyword, flags, heredocs: item.heredocs, line: item.startLine };
  return parseNamed(source, base, sliceMapped(rest, start, end));
}

function readFlag(rest: MappedText, { word, start, end, valueStart }: FlagWord): Flag {
  const sign = word.indexOf('=');
  return {
    name: word.slice(2, sign === -1 ? undefined : sign),
    value: valueStart === undefined ? undefined : tokenIn(rest, valueStart, end, word.slice(sign + 1)),
    range: rangeIn(rest, start, end),
  };
}

function parseNamed(source: Source, base: InstructionBase, text: MappedText): Instruction {
  const { escapeCharacter } = source;
  const name = base.keyword.value.toUpperCase();
  switch (name) {
    case 'FROM':
      return parseFrom(base, text, escapeCharacter);
    case 'RUN':
      return {
        syntax: base.syntax,
        range: base.range,
        keyword: base.keyword,
        flags: base.flags,
        heredocs: base.heredocs,
        line: base.line,
        name,
        command: parseCommandForm(text),
        mounts: base.flags.filter((flag) => flag.name === 'mount').map(parseMount),
        network: flagValue(base.flags, 'network'),
        security: flagValue(base.flags, 'security'),
      };
    case 'CMD':
    case 'ENTRYPOINT':
    case 'SHELL':
      return {
        syntax: base.syntax,
        range: base.range,
        keyword: base.keyword,
        flags: base.flags,
        heredocs: base.heredocs,
        line: base.line,
        name,
        command: parseCommandForm(text),
      };
    case 'HEALTHCHECK':
      return {
        syntax: base.syntax,
        range: base.range,
        keyword: base.keyword,
        flags: base.flags,
        heredocs: base.heredocs,
        line: base.line,
        name,
        check: parseHealthcheck(text),
      };
    case 'COPY':
    case 'ADD':
      return parseCopy(name, base, text, escapeCharacter);
    case 'ENV':
    case 'LABEL':
      return {
        syntax: base.syntax,
        range: base.range,
        keyword: base.keyword,
        flags: base.flags,
        heredocs: base.heredocs,
        line: base.line,
        name,
        ...parsePairs(text, escapeCharacter),
      };
    case 'ARG':
      return {
        syntax: base.syntax,
        range: base.range,
        keyword: base.keyword,
        flags: base.flags,
        heredocs: base.heredocs,
        line: base.line,
        name,
        pairs: parseDeclarations(text, escapeCharacter),
      };
    case 'EXPOSE':
      return {
        syntax: base.syntax,
        range: base.range,
        keyword: base.keyword,
        flags: base.flags,
        heredocs: base.heredocs,
        line: base.line,
        name,
        ports: blankSeparatedTokens(text, escapeCharacter),
      };
    case 'VOLUME':
      return parseVolume(base, text, escapeCharacter);
    case 'USER':
    case 'WORKDIR':
    case 'STOPSIGNAL':
      return {
        syntax: base.syntax,
        range: base.range,
        keyword: base.keyword,
        flags: base.flags,
        heredocs: base.heredocs,
        line: base.line,
        name,
        value: quotedToken(text, 0, text.text.length, escapeCharacter),
      };
    case 'MAINTAINER':
      return {
        syntax: base.syntax,
        range: base.range,
        keyword: base.keyword,
        flags: base.flags,
        heredocs: base.heredocs,
        line: base.line,
        name,
        value: tokenIn(text, 0, text.text.length),
      };
    case 'ONBUILD':
      return {
        syntax: base.syntax,
        range: base.range,
        keyword: base.keyword,
        flags: base.flags,
        heredocs: base.heredocs,
        line: base.line,
        name,
        trigger: source.isTrigger ? undefined : parseTrigger(source, text),
      };
    default:
      return {
        syntax: base.syntax,
        range: base.range,
        keyword: base.keyword,
        flags: base.flags,
        heredocs: base.heredocs,
        line: base.line,
        name: 'UNKNOWN',
      };
  }
}

/** ONBUILD of ONBUILD is refused by BuildKit, and read no deeper here. */
function parseTrigger(source: Source, text: MappedText): Instruction | undefined {
  if (text.text === '') return undefined;
  const { end, next } = splitOnce(text.text);
  const keyword = tokenIn(text, 0, end);
  const range = { start: keyword.range.start, end: source.item.trimmed.end };
  return parseWritten({ ...source, range, isTrigger: true }, keyword, sliceMapped(text, next, text.text.length));
}
