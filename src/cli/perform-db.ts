import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { exitCodes, UserError } from '../core/errors.ts';
import { meantOf } from '../core/nearest.ts';
import { openStore, storeDirectory } from '../vulnerabilities/advisory-store.ts';
import { ecosystemNamed } from '../vulnerabilities/published-sources.ts';
import { storeTime } from '../vulnerabilities/store-information.ts';
import { type Origin, updateStore } from '../vulnerabilities/update-store.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { statusJson, statusText, updateJson, updateText } from './db-output.ts';
import { isColored } from './is-colored.ts';
import { progressOn } from './progress.ts';

/** `plimsoll db update|status`: gives the exit code. */
export async function performDb(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const [verb, ...rest] = parsed.positionals;
  if (rest.length > 0) throw new UserError(`db ${verb} takes no further argument; not «${rest[0]}»`);
  const asked = parsed.value('directory');
  const directory =
    asked === undefined ? storeDirectory(terminal.environment, homedir()) : path.resolve(terminal.cwd, asked);
  if (verb === 'update') return update(directory, parsed, terminal);
  if (verb === 'status') return status(directory, parsed, terminal);
  throw new UserError(
    verb === undefined
      ? 'db needs to be told what to do'
      : `db does not know «${verb}»${meantOf(verb, ['update', 'status'])}`,
    { remedy: '«plimsoll db update» fetches advisories, «plimsoll db status» says how old they are.' },
  );
}

async function update(directory: string, parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  refuse(parsed, ['verify', 'max-age'], 'status');
  const ecosystems = parsed.values('ecosystem').map(ecosystemNamed);
  const progress = progressOn(terminal, parsed.has('quiet') || parsed.has('json'));
  try {
    const result = await updateStore({
      directory,
      origin: originOf(parsed.value('from'), terminal.cwd),
      ...(ecosystems.length > 0 && { ecosystems }),
      fetch,
      timeoutSeconds: positive(parsed, 'timeout') ?? 60,
      progress: progress.step,
      now: () => new Date(),
    });
    progress.end();
    terminal.stdout.write(
      parsed.has('json') ? updateJson(result, directory) : updateText(result, directory, isColored(parsed, terminal)),
    );
    return exitCodes.clean;
  } finally {
    progress.end();
  }
}

function status(directory: string, parsed: ParsedArguments, terminal: Terminal): number {
  refuse(parsed, ['from', 'ecosystem', 'timeout'], 'update');
  const maximumAge = positive(parsed, 'max-age');
  const store = openStore(directory);
  if (store === undefined)
    throw new UserError('there is no advisory store', {
      where: directory,
      remedy: '«plimsoll db update» fetches one; «plimsoll db update --from DIR» makes one without a network.',
      exitCode: 3,
    });
  try {
    if (parsed.has('verify')) store.verify();
    const now = new Date();
    const facts = { store, now, verified: parsed.has('verify') };
    terminal.stdout.write(parsed.has('json') ? statusJson(facts) : statusText(facts, isColored(parsed, terminal)));
    const days = (now.getTime() - Date.parse(storeTime(store.information))) / 86_400_000;
    return maximumAge !== undefined && !(days <= maximumAge) ? exitCodes.findings : exitCodes.clean;
  } finally {
    store.close();
  }
}

function refuse(parsed: ParsedArguments, flags: readonly string[], verb: string): void {
  const wrong = flags.find((flag) => parsed.has(flag) || parsed.values(flag).length > 0);
  if (wrong !== undefined) throw new UserError(`--${wrong} is for «plimsoll db ${verb}»`);
}

function positive(parsed: ParsedArguments, flag: string): number | undefined {
  const written = parsed.value(flag);
  if (written === undefined) return undefined;
  if (!/^\d{1,5}(?:\.\d+)?$/.test(written) || Number(written) === 0)
    throw new UserError(`--${flag} takes a number above 0; not «${written}»`);
  return Number(written);
}

function originOf(written: string | undefined, cwd: string): Origin {
  if (written === undefined) return { kind: 'published' };
  if (/^https?:\/\//.test(written)) {
    if (!URL.canParse(written)) throw new UserError(`--from takes an address or a directory; not «${written}»`);
    return { kind: 'mirror', url: written };
  }
  const directory = path.resolve(cwd, written);
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError('there is no such directory', {
      where: written,
      remedy: '--from takes an address (https://…) or a directory.',
    });
  return { kind: 'directory', directory };
}
