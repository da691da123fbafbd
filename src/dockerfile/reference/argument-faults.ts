import { nearest } from '../../core/nearest.ts';
import { readHeredocHead } from '../find-heredocs.ts';
import { isOtherJsonArray, parseJsonArray } from '../parse-json-array.ts';
import { splitAtBlanks, splitOnce, splitQuotedWords } from '../parse-words.ts';
import { isSpace, skipSpace } from '../white-space.ts';
import { parseGoDuration, parseGoInteger } from './go-number.ts';
import { flagFault } from './instruction-flags.ts';
import { runFlagFault } from './run-flags.ts';
import { flagText, keywords, type Statement, triggerOf } from './statement.ts';

/** Instructions whose arguments may be a JSON array. */
const takesJson: ReadonlySet<string> = new Set(['ADD', 'CMD', 'COPY', 'ENTRYPOINT', 'RUN', 'SHELL', 'VOLUME']);

/**
 * What BuildKit's parser refuses before it looks at any instruction's meaning, as a sentence: one such fault anywhere
 * keeps it from seeing the rest of the file.
 */
export function syntaxFault(statement: Statement): string | undefined {
  const { name, text } = statement;
  if (name === undefined) return undefined;
  if (name === 'ENV' || name === 'LABEL') return pairsFault(name, statement);
  if (name === 'ONBUILD') {
    const trigger = innermostTrigger(statement);
    return trigger && syntaxFault(trigger);
  }
  const json = name === 'HEALTHCHECK' ? healthcheckParts(text).command : takesJson.has(name) ? text : '';
  return isOtherJsonArray(json) ? 'A JSON array here must hold strings only.' : undefined;
}

/** What stands behind ONBUILD, and behind the ONBUILD that may stand there. */
function innermostTrigger(statement: Statement): Statement | undefined {
  let trigger = triggerOf(statement);
  while (trigger?.name === 'ONBUILD') trigger = triggerOf(trigger);
  return trigger;
}

function pairsFault(name: string, { text, escapeCharacter }: Statement): string | undefined {
  const words = splitQuotedWords(text, escapeCharacter);
  const [first] = words;
  if (first === undefined) return undefined;
  if (!first.word.includes('='))
    return splitOnce(text).end === text.length ? `${name} needs a value for '${first.word}'.` : undefined;
  const bare = words.find(({ word }) => !word.includes('='));
  return bare === undefined
    ? undefined
    : `'${shortened(bare.word)}' has no equals sign: ${name} wants NAME=value; a value with spaces needs quotes.`;
}

function shortened(word: string): string {
  return word.length > 40 ? `${word.slice(0, 39)}…` : word;
}

/** What BuildKit refuses when it reads this one instruction, as a sentence. */
export function instructionFault(statement: Statement): string | undefined {
  switch (statement.name) {
    case undefined:
      return unknownInstruction(statement.keyword);
    case 'ADD':
    case 'COPY':
      return copyArgumentsFault(statement) ?? flagFault(statement) ?? heredocDestinationFault(statement);
    case 'ARG':
      return argumentNamesFault(statement);
    case 'ENV':
    case 'LABEL':
      return flagFault(statement) ?? pairNamesFault(statement);
    case 'EXPOSE':
    case 'VOLUME':
      return listFault(statement);
    case 'FROM':
      return fromFault(statement) ?? flagFault(statement);
    case 'HEALTHCHECK':
      return healthcheckFault(statement);
    case 'MAINTAINER':
    case 'USER':
    case 'WORKDIR':
      return oneArgumentFault(statement) ?? flagFault(statement);
    case 'STOPSIGNAL':
      return oneArgumentFault(statement);
    case 'ONBUILD':
      return onbuildFault(statement);
    case 'RUN':
      return flagFault(statement) ?? runFlagFault(statement);
    case 'SHELL':
      return flagFault(statement) ?? shellFault(statement);
    case 'CMD':
    case 'ENTRYPOINT':
      return flagFault(statement);
  }
}

function unknownInstruction(keyword: string): string {
  const meant = nearest(keyword, keywords) ?? keywords.find((name) => keyword.toUpperCase().startsWith(`${name}[`));
  const hint =
    meant === undefined
      ? 'If it continues the line before, that line must end in a backslash.'
      : `Perhaps ${meant} is meant${keyword.includes('[') ? ', with a space behind it' : ''}.`;
  return `There is no instruction '${shortened(keyword)}'. ${hint}`;
}

function argumentWords(statement: Statement): readonly string[] {
  return (
    parseJsonArray(statement.text)?.map(({ value }) => value) ?? splitAtBlanks(statement.text).map(({ word }) => word)
  );
}

/** The words of ADD, COPY and VOLUME, from either form. */
export function listWords(statement: Statement): readonly string[] {
  return argumentWords(statement);
}

function copyArgumentsFault(statement: Statement): string | undefined {
  const count = argumentWords(statement).length;
  if (count >= 2) return undefined;
  return `${statement.name} needs a source and a destination${count === 0 ? '' : '; only one path is given'}.`;
}

function heredocDestinationFault(statement: Statement): string | undefined {
  return readHeredocHead(argumentWords(statement).at(-1) ?? '') === undefined
    ? undefined
    : `The destination of ${statement.name} cannot be a here-document.`;
}

function argumentNamesFault({ text, escapeCharacter }: Statement): string | undefined {
  const words = splitQuotedWords(text, escapeCharacter);
  if (words.length === 0) return 'ARG needs a name.';
  return words.some(({ word }) => word.startsWith('=')) ? 'ARG has a value without a name.' : undefined;
}

function pairNamesFault({ name, text, escapeCharacter }: Statement): string | undefined {
  const words = splitQuotedWords(text, escapeCharacter);
  if (words.length === 0) return `${name} needs a name and a value.`;
  return words[0]?.word.includes('=') && words.some(({ word }) => word.startsWith('='))
    ? `${name} has a value without a name.`
    : undefined;
}

function listFault(statement: Statement): string | undefined {
  const { name } = statement;
  const words = name === 'VOLUME' ? argumentWords(statement) : splitAtBlanks(statement.text).map(({ word }) => word);
  if (words.length === 0) return `${name} needs at least one ${name === 'VOLUME' ? 'path' : 'port'}.`;
  const flags = flagFault(statement);
  if (flags !== undefined) return flags;
  return name === 'VOLUME' && words.some((word) => word.trim() === '') ? 'A path of VOLUME is empty.' : undefined;
}

const stageName = /^[a-z][a-z0-9-_.]*$/;

function fromFault({ text }: Statement): string | undefined {
  const words = splitAtBlanks(text).map(({ word }) => word);
  const [image, as, name] = words;
  if (image === undefined) return 'FROM needs an image or the name of a stage.';
  if (words.length === 1) return undefined;
  if (words.length !== 3 || as?.toLowerCase() !== 'as' || name === undefined)
    return "Behind the image of FROM only 'AS' and one name can stand.";
  return stageName.test(name.toLowerCase())
    ? undefined
    : `'${name}' cannot name a stage: a name begins with a letter and holds letters, digits, '-', '_' and '.'.`;
}

/** HEALTHCHECK's first word, and what follows it. */
export function healthcheckParts(text: string): { readonly type: string; readonly command: string } {
  let end = 0;
  while (end < text.length && !isSpace(text.charCodeAt(end))) end += 1;
  return { type: text.slice(0, end), command: text.slice(skipSpace(text, end)) };
}

function healthcheckFault(statement: Statement): string | undefined {
  const { type, command } = healthcheckParts(statement.text);
  if (type === '') return 'HEALTHCHECK needs CMD with a command, or NONE.';
  if (type.toUpperCase() === 'NONE')
    return command === '' || parseJsonArray(command)?.length === 0 ? undefined : 'HEALTHCHECK NONE takes no arguments.';
  const flags = flagFault(statement);
  if (flags !== undefined) return flags;
  if (type.toUpperCase() !== 'CMD') return `HEALTHCHECK knows CMD and NONE, not '${shortened(type)}'.`;
  if (command === '' || parseJsonArray(command)?.length === 0) return 'HEALTHCHECK CMD needs a command.';
  return healthcheckFlagsFault(statement);
}

const millisecond = 1e6;

function healthcheckFlagsFault(statement: Statement): string | undefined {
  for (const name of ['interval', 'timeout', 'start-period', 'start-interval']) {
    const value = flagText(statement, name);
    const duration = value === '' ? 0 : parseGoDuration(value);
    if (duration === undefined) return `--${name}=${value} is no duration; write it as 30s or 1m30s.`;
    if (duration !== 0 && duration < millisecond) return `--${name}=${value} is less than 1ms.`;
  }
  const retries = flagText(statement, 'retries');
  const count = retries === '' ? 0n : parseGoInteger(retries, 32);
  return count === undefined || count < 0n
    ? `--retries=${retries} must be a whole number that is not negative.`
    : undefined;
}

function oneArgumentFault({ name, text }: Statement): string | undefined {
  return text === '' ? `${name} needs a value.` : undefined;
}

function onbuildFault(statement: Statement): string | undefined {
  const trigger = triggerOf(statement);
  if (trigger === undefined) return 'ONBUILD needs an instruction.';
  const flags = flagFault(statement);
  if (flags !== undefined) return flags;
  if (trigger.name === 'ONBUILD') return 'ONBUILD cannot trigger another ONBUILD.';
  return trigger.name === 'MAINTAINER' || trigger.name === 'FROM'
    ? `ONBUILD cannot trigger ${trigger.name}.`
    : undefined;
}

function shellFault({ text }: Statement): string | undefined {
  const words = parseJsonArray(text);
  if (text === '' || words?.length === 0) return 'SHELL needs a program.';
  return words === undefined ? 'SHELL must be a JSON array of strings, in double quotes.' : undefined;
}
