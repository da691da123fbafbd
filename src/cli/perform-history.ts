import path from 'node:path';
import { exitCodes, UserError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { usingStore } from '../history/open-store.ts';
import { listRuns, readRun } from '../history/read-runs.ts';
import { findingsCsv, historyJson, renderRun, renderRuns, runsCsv } from '../report/history.ts';
import { type AskedHistory, filterFrom, isDirectory, openAskedHistory } from './asked-history.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { countFrom } from './count-flag.ts';
import { isColored } from './is-colored.ts';
import { refuseTwoFormats } from './refuse-two-formats.ts';
import { writeFile } from './write-file.ts';

const lastByDefault = 20;

/** Lists or shows recorded runs as the arguments of `plimsoll history` say. Gives the exit code. */
export async function performHistory(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const [first, ...others] = parsed.positionals;
  const isOther = first !== undefined && !runNumberForm.test(first) && isDirectory(first, terminal.cwd);
  const numbers = (isOther ? others : parsed.positionals).map(runNumber);
  const asked = await openAskedHistory(parsed, terminal, isOther ? first : undefined);
  const text = usingStore(asked.store, () => textOf(asked, numbers, parsed, terminal));
  writeOut(text, parsed, terminal);
  return exitCodes.clean;
}

function textOf(
  { store, shown, project }: AskedHistory,
  numbers: readonly number[],
  parsed: ParsedArguments,
  terminal: Terminal,
): string {
  const format = formatOf(parsed);
  const options = {
    columns: terminal.stdout.isTTY ? (terminal.stdout.columns ?? 100) : 120,
    color: parsed.value('output') === undefined && isColored(parsed, terminal),
    all: parsed.has('all'),
  };
  const whole = (id: number) => {
    const run = readRun(store, id);
    if (run === undefined)
      throw new UserError(`there is no run ${id} in this history`, {
        where: shown,
        remedy: '«plimsoll history» lists them.',
      });
    return run;
  };
  if (numbers.length > 0) {
    const runs = numbers.map(whole);
    if (format === 'json') return historyJson(shown, runs);
    return format === 'csv' ? findingsCsv(runs) : runs.map((run) => renderRun(run, options)).join('\n');
  }
  const last = parsed.has('all') ? undefined : countFrom(parsed, 'last', lastByDefault);
  const filter = filterFrom(parsed, parsed.has('all-projects') ? undefined : project);
  const runs = listRuns(store, { ...filter, last });
  const detailed = parsed.has('details');
  if (format === 'json') return historyJson(shown, detailed ? runs.map(({ id }) => whole(id)) : runs);
  if (format === 'csv') return detailed ? findingsCsv(runs.map(({ id }) => whole(id))) : runsCsv(runs);
  if (runs.length === 0)
    throw new UserError(`there is no such run of «${printable(project)}» in this history`, {
      where: shown,
      remedy: '--all-projects lists those of other projects; «plimsoll audit --record» records one.',
    });
  return renderRuns(shown, runs, options);
}

const runNumberForm = /^[1-9]\d{0,14}$/;

function runNumber(text: string): number {
  if (runNumberForm.test(text)) return Number(text);
  throw new UserError(`history takes a directory and numbers of runs; not «${printable(text)}»`, {
    remedy: '«plimsoll history» lists the runs.',
  });
}

/** @throws UserError where two are asked for */
export function formatOf(parsed: ParsedArguments): string {
  refuseTwoFormats(parsed);
  return parsed.has('json') ? 'json' : (parsed.value('format') ?? 'text');
}

/** To standard output, or the file that `--output` names. */
export function writeOut(text: string, parsed: ParsedArguments, terminal: Terminal): void {
  const output = parsed.value('output');
  if (output === undefined) terminal.stdout.write(text);
  else writeFile(path.resolve(terminal.cwd, output), text);
}
