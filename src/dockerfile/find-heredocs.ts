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
  const plain = expandWord(name, nothingSet, { escape: '\\', unset: 'keep' });
  const quoted = expandWord(name, nothingSet, { escape: '\\', unset: 'keep', rawQuotes: true });
  const [plainName, ...others] = plain.words;
  const [quotedName] = quoted.words;
  if (plain.error !== undefined || plainName === undefined || quotedName === undefined || others.length > 0)
    return undefined;
  return {
    name: plainName,
    expand: countQuotes(plainName) === countQuotes(quotedName),
    chomp: dash === '-',
    fileDescriptor: Number(fileDescriptor),
  };
}

function countQuotes(text: string): number {
  return text.split(/['"]/).length;
}
