import { expandWord } from './expand.ts';

/** What announces a here-document: `2<<-"EOF"`. */
export interface HeredocHead {
  readonly name: string;
  readonly expand: boolean;
  readonly chomp: boolean;
  readonly fileDescriptor: number;
}

const nothingSet = { has: () => false, get: () => undefined };
const operator = /^(\d*)<<(-?)/;
const plainName = /^[A-Za-z0-9_.-]+$/;

/** The here-documents that one whole instruction announces, in order; none when its quotes are not closed. */
export function findHeredocHeads(line: string): readonly HeredocHead[] {
  if (!line.includes('<<')) return [];
  const { words } = expandWord(line, nothingSet, { escape: '\\', unset: 'keep', rawQuotes: true, rawEscapes: true });
  return words.map(readHeredocHead).filter((head) => head !== undefined);
}

/** Reads one word as the head of a here-document; undefined when it is something else. */
export function readHeredocHead(word: string): HeredocHead | undefined {
  const [operatorText, fileDescriptor, dash] = operator.exec(word) ?? [];
  if (operatorText === undefined) return undefined;
  const name = word.slice(operatorText.length).replace(/^[\t\n\f\r ]+/, '');
  if (name === '' || name.includes('<')) return undefined;
  const delimiter = plainName.test(name) ? { name, expand: true } : readDelimiter(name);
  return delimiter && { ...delimiter, chomp: dash === '-', fileDescriptor: Number(fileDescriptor) };
}

/** A delimiter without its quotes. When one part of it is quoted, nothing in the content is expanded. */
function readDelimiter(written: string): Pick<HeredocHead, 'name' | 'expand'> | undefined {
  const plain = expandWord(written, nothingSet, { escape: '\\', unset: 'keep' });
  const quoted = expandWord(written, nothingSet, { escape: '\\', unset: 'keep', rawQuotes: true });
  const [name, ...others] = plain.words;
  const [quotedName] = quoted.words;
  if (plain.error !== undefined || name === undefined || quotedName === undefined || others.length > 0)
    return undefined;
  return { name, expand: countQuotes(name) === countQuotes(quotedName) };
}

function countQuotes(text: string): number {
  return text.split(/['"]/).length;
}
