import { readHeredocHead } from './find-heredocs.ts';
import { flagValue, isFlagSet } from './flag-value.ts';
import type { CopyInstruction, Flag, InstructionBase } from './instruction.ts';
import type { EscapeCharacter, MappedText, Token } from './syntax.ts';
import { readWordList } from './word-token.ts';

/** Sources, destination and flags of COPY and ADD. https://docs.docker.com/reference/dockerfile/#copy */
export function parseCopy(
  name: 'COPY' | 'ADD',
  base: InstructionBase,
  text: MappedText,
  escapeCharacter: EscapeCharacter,
): CopyInstruction {
  const { form, tokens } = readWordList(text, escapeCharacter);
  const destination = tokens.length > 1 ? tokens.at(-1) : undefined;
  const sources = destination === undefined ? tokens : tokens.slice(0, -1);
  const { flags } = base;
  return {
    syntax: base.syntax,
    range: base.range,
    keyword: base.keyword,
    flags: base.flags,
    heredocs: base.heredocs,
    line: base.line,
    name,
    sources: sources.filter((source) => readHeredocHead(source.raw ?? source.value) === undefined),
    destination,
    form,
    from: name === 'COPY' ? flagValue(flags, 'from') : undefined,
    chown: flagValue(flags, 'chown'),
    chmod: flagValue(flags, 'chmod'),
    link: isFlagSet(flags, 'link'),
    parents: name === 'COPY' && isFlagSet(flags, 'parents'),
    excludes: excludesOf(flags),
    checksum: name === 'ADD' ? flagValue(flags, 'checksum') : undefined,
    keepGitDir: name === 'ADD' && isFlagSet(flags, 'keep-git-dir'),
  };
}

function excludesOf(flags: readonly Flag[]): readonly Token[] {
  return flags.flatMap((flag) => (flag.name === 'exclude' && flag.value !== undefined ? [flag.value] : []));
}
