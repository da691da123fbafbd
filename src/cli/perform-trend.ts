import { isDay } from '../core/day.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { TrendReport } from '../core/trend-report.ts';
import { usingStore } from '../history/open-store.ts';
import { readHistory } from '../history/read-runs.ts';
import { trendOf } from '../history/trend.ts';
import { type AskedHistory, chosenSeries, isDirectory, openAskedHistory } from './asked-history.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { isColored } from './is-colored.ts';
import { formatOf, writeOut } from './perform-history.ts';

/** Tells how the runs of a project went as the arguments of `plimsoll trend` say. Gives the exit code. */
export async function performTrend(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const [directory, ...others] = parsed.positionals;
  if (others.length > 0 || (directory !== undefined && !isDirectory(directory, terminal.cwd)))
    throw new UserError(`trend takes one directory, or none; not «${printable(parsed.positionals.join(' '))}»`, {
      remedy: 'Is it there? --project NAME names another project of the store.',
    });
  const since = sinceDay(parsed, new Date());
  const asked = await openAskedHistory(parsed, terminal, directory);
  const trend = usingStore(asked.store, () => trendFrom(asked, parsed, since));
  writeOut(await rendered(trend, parsed, terminal), parsed, terminal);
  return exitCodes.clean;
}

/** Of the branch that is asked for, else of that of the newest run. */
function trendFrom(asked: AskedHistory, parsed: ParsedArguments, since: string | undefined): TrendReport {
  const series = chosenSeries(asked, parsed);
  const branch = parsed.has('all-branches') ? undefined : (parsed.value('branch') ?? series.branch);
  const history = readHistory(asked.store, series, branch);
  const { project, kind, subject } = series;
  return trendOf({ ...history, series: { project, kind, subject } }, { branch, since, now: new Date().toISOString() });
}

/**
 * `--since` as a day, `YYYY-MM-DD`.
 * @throws UserError for what is neither a day nor a number of days
 */
function sinceDay(parsed: ParsedArguments, now: Date): string | undefined {
  const text = parsed.value('since');
  if (text === undefined) return undefined;
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  if (days !== undefined) return new Date(now.getTime() - Number(days) * 86_400_000).toISOString().slice(0, 10);
  if (isDay(text)) return text;
  throw new UserError(`--since takes a day or a number of days; not «${printable(text)}»`, {
    remedy: 'Write it as 2026-10-01 or 90d.',
  });
}

async function rendered(trend: TrendReport, parsed: ParsedArguments, terminal: Terminal): Promise<string> {
  const format = formatOf(parsed);
  if (format === 'html') {
    const { renderTrendHtml } = await import('../report/trend-html.ts');
    return renderTrendHtml(trend, terminal.version);
  }
  const { renderTrend, trendCsv, trendJson } = await import('../report/trend.ts');
  if (format === 'json') return trendJson(trend);
  if (format === 'csv') return trendCsv(trend);
  const toTerminal = terminal.stdout.isTTY && parsed.value('output') === undefined;
  return renderTrend(trend, {
    columns: toTerminal ? (terminal.stdout.columns ?? 100) : 120,
    color: parsed.value('output') === undefined && isColored(parsed, terminal),
    all: parsed.has('all'),
    plain: !toTerminal,
  });
}
