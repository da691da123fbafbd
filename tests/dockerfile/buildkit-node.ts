import { readHeredocHead } from '../../src/dockerfile/find-heredocs.ts';
import type { CommandForm, Instruction } from '../../src/dockerfile/instruction.ts';
import type { Token } from '../../src/dockerfile/syntax.ts';

/** A node of BuildKit's parse tree as tests/oracles/parsetree prints it. */
export interface BuildkitNode {
  readonly keyword: string;
  readonly flags: readonly string[];
  readonly words: readonly string[];
  readonly json: boolean;
  readonly start: number;
  readonly end: number;
  readonly heredocs: readonly unknown[];
  readonly trigger?: BuildkitNode;
}

/** The node that BuildKit would make of an instruction, from what Plimsoll read. */
export function toNode(instruction: Instruction): BuildkitNode {
  const { syntax, keyword, flags, heredocs } = instruction;
  const trigger = instruction.name === 'ONBUILD' ? instruction.trigger : undefined;
  return {
    keyword: keyword.value,
    flags: flags.map(({ name, value }) => `--${name}${value === undefined ? '' : `=${value.value}`}`),
    ...argumentsOf(instruction),
    start: syntax.startLine,
    end: syntax.endLine,
    heredocs: heredocs.map(({ name, content, expand, chomp, fileDescriptor: fd }) => ({
      name,
      content,
      expand,
      chomp,
      fd,
    })),
    ...(trigger && { trigger: toNode(trigger) }),
  };
}

type Arguments = Pick<BuildkitNode, 'words' | 'json'>;

const written = (token: Token | undefined) => (token === undefined ? [] : [token.raw ?? token.value]);

function argumentsOf(instruction: Instruction): Arguments {
  switch (instruction.name) {
    case 'RUN':
    case 'CMD':
    case 'ENTRYPOINT':
    case 'SHELL':
      return commandArguments(instruction.command);
    case 'FROM':
      return { words: [instruction.image, instruction.asKeyword, instruction.alias].flatMap(written), json: false };
    case 'EXPOSE':
      return { words: instruction.ports.flatMap(written), json: false };
    case 'VOLUME':
      return { words: instruction.paths.flatMap(written), json: instruction.form === 'exec' };
    case 'COPY':
    case 'ADD':
      return {
        words: [...instruction.sources, instruction.destination].flatMap(written),
        json: instruction.form === 'exec',
      };
    case 'ENV':
    case 'LABEL':
      return {
        words: instruction.pairs.flatMap(({ key, value }) => [
          ...written(key),
          ...written(value),
          instruction.legacy ? '' : '=',
        ]),
        json: false,
      };
    case 'ARG':
      return {
        words: instruction.pairs.map(({ key, value }) => [...written(key), ...written(value)].join('=')),
        json: false,
      };
    case 'USER':
    case 'WORKDIR':
    case 'STOPSIGNAL':
    case 'MAINTAINER':
      return { words: written(instruction.value).filter((word) => word !== ''), json: false };
    case 'HEALTHCHECK':
      return healthcheckArguments(instruction.check);
    case 'ONBUILD':
      return { words: [], json: false };
    default:
      return { words: [''], json: false };
  }
}

function commandArguments(command: CommandForm): Arguments {
  if (command.form === 'exec') return { words: command.words.map(({ value }) => value), json: true };
  return { words: command.command.text === '' ? [] : [command.command.text], json: false };
}

function healthcheckArguments(check: (Instruction & { name: 'HEALTHCHECK' })['check']): Arguments {
  if (check.kind !== 'cmd') return { words: [check.kind], json: false };
  const { words, json } = commandArguments(check.command);
  return { words: ['CMD', ...words], json };
}

/**
 * BuildKit's node with only what Plimsoll's view of an instruction keeps: here-documents are no sources, words behind
 * FROM's three and behind HEALTHCHECK's NONE are gone, and an ONBUILD of ONBUILD is read no deeper.
 */
export function comparable(node: BuildkitNode, outer: BuildkitNode = node): BuildkitNode {
  const { trigger, ...rest } = node;
  const isNested = outer !== node && node.keyword.toUpperCase() === 'ONBUILD';
  return {
    ...rest,
    ...comparableArguments(node),
    start: outer.start,
    end: outer.end,
    heredocs: outer.heredocs,
    ...(trigger && !isNested && { trigger: comparable(trigger, outer) }),
  };
}

function comparableArguments({ keyword, words, json }: BuildkitNode): Arguments {
  switch (keyword.toUpperCase()) {
    case 'COPY':
    case 'ADD': {
      const last = words.length > 1 ? words.length - 1 : -1;
      return { words: words.filter((word, index) => index === last || readHeredocHead(word) === undefined), json };
    }
    case 'FROM':
      return { words: words[1]?.toLowerCase() === 'as' ? words.slice(0, 3) : words.slice(0, 1), json };
    case 'HEALTHCHECK': {
      const type = words[0]?.toUpperCase();
      if (type === 'NONE') return { words: ['none'], json: false };
      if (type !== 'CMD' || (words.length === 1 && !json)) return { words: ['invalid'], json: false };
      return { words: [type, ...words.slice(1)], json };
    }
    default:
      return { words, json };
  }
}
