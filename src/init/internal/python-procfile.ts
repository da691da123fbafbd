import type { Place } from '../detector.ts';
import type { procfileCommand } from './procfile.ts';
import { environment } from './python-install.ts';
import { productionSettings } from './python-settings.ts';
import type { Found, PythonStart } from './python-start.ts';
import { portOfWords, splitAtLast, splitCommand, takeAssignments, withExec } from './shell-words.ts';

/** Where a program listens that says nothing of it. */
export const defaultPort = 8000;

/** A Procfile's line; of several commands the last is what serves. */
export function fromProcfile(
  place: Place,
  { line, words, evidence }: NonNullable<ReturnType<typeof procfileCommand>>,
  found: Found,
): PythonStart {
  const { before, last } = splitAtLast(line);
  const serving = words ?? splitCommand(last) ?? [];
  const bound = boundGunicorn(place, serving);
  const port = portOfWords(bound.words) ?? bound.port ?? defaultPort;
  const ofFile = uwsgiFile(place, serving);
  const more = {
    port,
    ...((bound.readsPort || ofFile.includes('$(PORT)')) && { readsPort: true }),
    environment: {
      ...productionSettings(place),
      ...(ofFile.includes('$(VIRTUAL_ENV)') && { VIRTUAL_ENV: environment }),
    },
  };
  if (words !== undefined) return found(bound.words, evidence, more);
  // What gunicorn is not told yet is added at the end of what it is told.
  const added = bound.words.slice(serving.length).join(' ');
  return found(['sh', '-c', withExec(added === '' ? line : `${before} ${last} ${added}`.trim())], evidence, more);
}

/** The configuration that uwsgi is started with, where variables stand as `$(PORT)`; '' for other servers. */
function uwsgiFile(place: Place, words: readonly string[]): string {
  const [program = '', ...rest] = takeAssignments(words).rest;
  if (!/(?:^|\/)uwsgi$/.test(program)) return '';
  const file = rest.find((word) => word.endsWith('.ini'))?.replace(/^(?:--ini[= ])?(?:\.\/)?/, '');
  return file === undefined ? '' : (place.read(file) ?? '');
}

/**
 * A gunicorn that nobody tells where to listen: it listens on the machine's own address, unless PORT is set, as Heroku does. Its
 * configuration may say more.
 */
function boundGunicorn(
  place: Place,
  words: readonly string[],
): { readonly words: readonly string[]; readonly port?: number; readonly readsPort: boolean } {
  const program = takeAssignments(words).rest.findLast((word) => /(?:^|\/)gunicorn$/.test(word));
  if (program === undefined || words.some((word) => /^(?:-b|--bind)/.test(word))) return { words, readsPort: false };
  const at = words.findIndex((word) => /^(?:-c|--config)(?:=|$)/.test(word));
  const named = at === -1 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1]);
  const configuration = place.read((named ?? 'gunicorn.conf.py').replace(/^(?:file:|python:|\.\/)/, ''));
  if (configuration !== undefined && /^[ \t]*bind\s*=/m.test(configuration)) {
    const port = /^[ \t]*bind\s*=.*?:(\d{2,5})["']/m.exec(configuration)?.[1];
    return { words, readsPort: /PORT/.test(configuration), ...(port !== undefined && { port: Number(port) }) };
  }
  return configuration === undefined && at === -1
    ? { words: [...words, '--bind', `0.0.0.0:${defaultPort}`], readsPort: false }
    : { words, readsPort: true };
}
