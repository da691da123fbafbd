import type { CommandWord } from '../../core/command-line.ts';
import type { ShellCommand, ShellScript } from '../../dockerfile/shell.ts';
import { type Download, readDownload } from '../../ecosystems/downloads.ts';

/** What holds a file against a checksum. */
const checkers: ReadonlySet<string> = new Set(['sha256sum', 'sha384sum', 'sha512sum', 'shasum']);

const hash = /^[0-9a-f]{64,128}$/i;
const sumsFile = /\.(?:sha(?:256|384|512)(?:sum)?)$/;

/**
 * The program by which a script fetches what nothing holds against a checksum that stands in the script, a variable of the build, or a file of the context: it may be something
 * else the next time. Undefined where there is none. A signature says who made a file, and not that it is the same one.
 */
export function uncheckedDownload(script: ShellScript): string | undefined {
  const fetched = script.commands.flatMap((command) => {
    const read = readDownload(command);
    if (read !== undefined) return read.output === 'discarded' ? [] : [{ name: command.name, files: filesOf(read) }];
    const fetches =
      command.name === 'git' && command.arguments.some(({ value }) => value === 'pull' || value === 'fetch');
    return fetches ? [{ name: 'git', files: undefined }] : [];
  });
  if (fetched.length === 0) return undefined;
  const all = fetched.flatMap(({ files }) => files ?? []);
  const checked = script.commands
    .filter((command) => checks(command, script))
    .flatMap((each) => checkedBy(each, script, all));
  const isChecked = (file: string) => checked.some((name) => isSame(name, file));
  // A list of checksums is fetched to check with it: it is checked no more than what it lists, and that is asked for itself.
  return fetched.find(({ files }) => files === undefined || files.some((file) => !isChecked(file)))?.name;
}

/** Where to; undefined where it goes on through a pipe or is a directory. */
function filesOf({ tool, output, outputWord, urls, flags }: Download): readonly string[] | undefined {
  if (tool === 'git' || output === 'stdout' || urls.length === 0) return undefined;
  if (flags.some(({ name }) => name === 'input-file' || name === 'config' || name === 'recursive')) return undefined;
  if (output === 'file') return urls.length === 1 && outputWord ? [plain(outputWord.value)] : undefined;
  const names = urls.map(
    ({ value }) =>
      plain(value.replace(/[?#].*/, ''))
        .split('/')
        .at(-1) ?? '',
  );
  return names.includes('') ? undefined : names;
}

/** Whether the build fails where the check does. */
function checks(command: ShellCommand, { commands, options }: ShellScript): boolean {
  if (!checkers.has(command.name) || !command.arguments.some(({ value }) => /^(?:-\w*c\w*|--check)$/.test(value)))
    return false;
  const { place, list } = command;
  if (place.negated || place.inside.some((each) => !['group', 'nested-shell'].includes(each))) return false;
  if (place.pipeline && place.pipelineIndex < place.pipeline.length - 1) return false;
  const next = commands.find(
    (each) => each.range.start > command.range.start && each.list === list && each.place.pipeline !== place.pipeline,
  );
  const later = next ?? commands.find((each) => each.range.start > command.range.end && each.list === list);
  const after = later?.place.after;
  return after === undefined || after === '&&' || (after === ';' && options.has('errexit'));
}

/** The names of the files whose checksums a command knows. */
function checkedBy(command: ShellCommand, script: ShellScript, fetched: readonly string[]): readonly string[] {
  const [sums] = command.arguments.filter(({ value }) => !/^-./.test(value) && !/^\d+$/.test(value));
  const given = sums === undefined || sums.value === '-' ? linesBefore(command, script) : undefined;
  if (given) return listedIn(given, script);
  const name = sums && plain(sums.value);
  // A list that was fetched, too, has another checksum when the file has changed.
  if (name === undefined || fetched.some((file) => isSame(file, name)) || !sumsFile.test(name)) return [];
  return [name.replace(sumsFile, '')];
}

/** The words of `echo` or `printf` that are piped into a command. */
function linesBefore({ place, range }: ShellCommand, { commands }: ShellScript): readonly CommandWord[] | undefined {
  const [only, ...others] = commands.filter(
    (each) => place.pipeline !== undefined && each.place.pipeline === place.pipeline && each.range.end <= range.start,
  );
  return only && others.length === 0 && /^(?:echo|printf)$/.test(only.name) ? only.arguments : undefined;
}

/** Names behind checksums: in the words themselves, `HASH  FILE`, or in words of their own, as printf takes them. */
function listedIn(words: readonly CommandWord[], { assigned }: ShellScript): readonly string[] {
  const parts = words.flatMap(({ value }) => value.split(/\s+|\\n/)).filter((part) => part !== '' && !/^%/.test(part));
  const isKnown = (part: string) => {
    if (hash.test(part)) return true;
    const name = /^\$\{?(\w+)\}?$/.exec(part)?.[1];
    // What the script itself finds out may be what the server says.
    return (
      name !== undefined &&
      assigned.every((each) => each.name !== name || (each.value?.literal === true && hash.test(each.value.value)))
    );
  };
  return parts.flatMap((part, at) => (at > 0 && isKnown(parts[at - 1] ?? '') ? [plain(part.replace(/^\*/, ''))] : []));
}

/** One that is written without its directory is where the script then is. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((each) => each.replace(/^\.\//, ''));
  if (a === b) return true;
  const last = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  return a !== undefined && b !== undefined && (!a.includes('/') || !b.includes('/')) && last(a) === last(b);
}

function plain(text: string): string {
  return text.replace(/\$\{(\w+)\}/g, '$$$1');
}
