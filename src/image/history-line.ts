import type { HistoryEntry } from './image.ts';

/** Longer instructions are cut: what a hostile image says of itself is shown as one line. */
const longestLine = 4000;

/** How a builder notes an instruction: `buildkit` keeps all of it, `classic` writes the hash of what it copied. */
export type HistoryForm = 'buildkit' | 'classic' | 'other';

/** One step of an image's history as a Dockerfile would say it. */
export interface HistoryLine {
  /** One line: `RUN apt-get update`; what is no instruction is a comment (`# Imported from -`). */
  readonly text: string;
  readonly form: HistoryForm;
}

const instruction =
  /^(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\s/;

/**
 * A history entry as an instruction. The forms are those of BuildKit (`dispatchRun` and its kin in
 * https://github.com/moby/buildkit/blob/master/frontend/dockerfile/dockerfile2llb/convert.go) and of the classic builder
 * (`#(nop)`, https://github.com/moby/moby/blob/master/builder/dockerfile/dispatchers.go).
 */
export function historyLine({ createdBy, comment }: Pick<HistoryEntry, 'createdBy' | 'comment'>): HistoryLine {
  const { text, form } = unwrapped(oneLine(createdBy));
  if (instruction.test(text)) return { text: plainForm(text), form };
  const said = oneLine([text, comment ?? ''].filter((part) => part.trim() !== '').join(': '));
  return { text: `# ${said === '' ? 'a layer without a note' : said.replace(/^[#\s]+/, '')}`, form: 'other' };
}

/** A line break would begin another instruction, `<<` a here-document, a backslash at the end would take in the next line. */
function oneLine(text: string): string {
  return text
    .slice(0, longestLine * 4)
    .replace(/\s{1,9999}/g, ' ')
    .replace(/<<(?=[^<\s])/g, '<< ')
    .slice(0, longestLine)
    .replace(/[\\`\s]{1,9999}$/, '')
    .trim();
}

function unwrapped(text: string): HistoryLine {
  const nop = /^(?:\/bin\/sh -c|cmd \/S \/C|powershell[^#]{0,200}) #\(nop\)\s{0,9}(.*)$/.exec(text);
  if (nop) return { text: classicCopy(nop[1] ?? ''), form: 'classic' };
  const marked = text.replace(/ # buildkit$/, '');
  const ran = /^RUN (.*)$/.exec(marked)?.[1];
  if (ran !== undefined) return { text: `RUN ${withoutShell(withoutArguments(ran))}`, form: 'buildkit' };
  if (instruction.test(marked)) return { text: marked, form: 'buildkit' };
  const command = withoutArguments(marked);
  const script = withoutShell(command);
  return script === command ? { text: marked, form: 'other' } : { text: `RUN ${script}`, form: 'classic' };
}

/** `|2 A=1 B=2 /bin/sh -c make`: the build arguments are no part of the command. */
function withoutArguments(command: string): string {
  if (!/^\|\d/.test(command)) return command;
  const shell = command.search(/ \/(?:usr\/)?bin\/[a-z]{2,4} -/);
  return shell === -1 ? command : command.slice(shell + 1);
}

function withoutShell(command: string): string {
  return command.replace(
    /^\/(?:usr\/)?bin\/[a-z]{2,4} (?:-o pipefail |-[a-z]{1,6} ){0,4}?-[a-z]{0,6}c (?:-o pipefail )?/,
    '',
  );
}

/** `COPY dir:0f… in /app` is `COPY dir:0f… /app`. */
function classicCopy(text: string): string {
  return text.trim().replace(/^((?:COPY|ADD) .{0,200}?(?:file|dir|multi):[0-9a-f]{64}) in /, '$1 ');
}

/** `CMD ["a" "b"]`, `EXPOSE map[80/tcp:{}]`, `VOLUME [/data]` as a Dockerfile writes them. */
function plainForm(text: string): string {
  const [keyword = '', rest = ''] = [text.slice(0, text.indexOf(' ')), text.slice(text.indexOf(' ') + 1).trim()];
  if (/^(?:CMD|ENTRYPOINT|SHELL)$/.test(keyword) && /^\[".*"\]$/.test(rest))
    return `${keyword} ${rest.replace(/" "/g, '", "')}`;
  const list = /^(?:EXPOSE|VOLUME|SHELL)$/.test(keyword) ? /^(?:map)?\[(.*)\]$/.exec(rest)?.[1] : undefined;
  if (list !== undefined) {
    const words = list
      .replace(/:\{\}/g, '')
      .split(' ')
      .filter((word) => word !== '');
    return keyword === 'SHELL' ? `SHELL ${JSON.stringify(words)}` : `${keyword} ${words.join(' ')}`;
  }
  const check = keyword === 'HEALTHCHECK' ? /^&\{\["CMD(?:-SHELL)?" (.{1,2000}?)\] "/.exec(rest)?.[1] : undefined;
  if (check !== undefined) return `HEALTHCHECK CMD ${check.replace(/^"|"$/g, '')}`;
  return text;
}
