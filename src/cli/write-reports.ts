import path from 'node:path';
import { UserError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { Report } from '../core/report.ts';
import type { Severity } from '../core/severity.ts';
import { shellWord } from '../core/shell-word.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { commands } from './generated.ts';
import { formats, type ReportFormat } from './report-formats.ts';
import { writeFile, writePieces } from './write-file.ts';

interface RenderSettings {
  readonly columns: number;
  readonly color: boolean;
  readonly all: boolean;
  /** The severity from which the run counts as failed. */
  readonly failFrom: Severity;
  readonly place: string | undefined;
}

/** Formats whose paths are read from the working directory: by editors, by CI systems that annotate files. */
const seenFromHere: readonly ReportFormat[] = ['plain', 'github', 'codequality', 'sarif', 'junit', 'markdown'];

/** A report as text; in pieces, made when they are asked for, where the whole may be large. */
type Rendered = string | Iterable<string>;

/** Every format with its renderer, loaded only when it is asked for. */
const renderers: Readonly<Record<ReportFormat, (report: Report, settings: RenderSettings) => Promise<Rendered>>> = {
  text: async (report, settings) =>
    (await import('../report/terminal.ts')).renderTerminal(report, {
      ...settings,
      commands: commands.map(({ name }) => name),
    }),
  plain: async (report) => (await import('../report/plain.ts')).renderPlain(report),
  json: async (report) => (await import('../report/json.ts')).reportPieces(report),
  sarif: async (report) => (await import('../report/sarif.ts')).renderSarif(report),
  markdown: async (report) => (await import('../report/markdown.ts')).renderMarkdown(report),
  junit: async (report, { failFrom }) => (await import('../report/junit.ts')).renderJunit(report, { failFrom }),
  github: async (report) => (await import('../report/github.ts')).renderGithub(report),
  codequality: async (report) => (await import('../report/code-quality.ts')).renderCodeQuality(report),
  html: async (report) => (await import('../report/html.ts')).renderHtml(report),
};

/** Writes the report to standard output or `--output`, and further ones as `--also` says. */
export async function writeReports(
  report: Report,
  /** The audited directory as seen from the working directory; '' for itself and for what lies elsewhere. */
  prefix: string,
  failOn: Severity | 'never',
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<void> {
  const failFrom = failOn === 'never' ? 'error' : failOn;
  const output = parsed.value('output');
  const toTerminal = output === undefined && terminal.stdout.isTTY;
  const format = parsed.has('json') ? 'json' : formatNamed(parsed.value('format') ?? '');
  const text = await render(format ?? (toTerminal || colorIsForced(parsed) ? 'text' : 'plain'), report, prefix, {
    columns: terminal.stdout.columns ?? 100,
    color: colorIsForced(parsed) || (toTerminal && parsed.value('color') !== 'never' && !terminal.environment.NO_COLOR),
    all: parsed.has('all'),
    failFrom,
    place: typedPlace(report, parsed),
  });
  if (output !== undefined) writeRendered(path.resolve(terminal.cwd, output), text);
  else for (const piece of typeof text === 'string' ? [text] : text) terminal.stdout.write(piece);
  // A clean run into a pipe leaves the pipe empty; a person at the other end still sees that something was looked at.
  if (text === '' && !parsed.has('quiet'))
    terminal.stderr.write((await import('../report/plain.ts')).summaryLine(report));
  for (const { format: further, file } of furtherReports(parsed)) {
    const settings = { columns: 100, color: false, all: true, failFrom, place: typedPlace(report, parsed) };
    writeRendered(path.resolve(terminal.cwd, file), await render(further, report, prefix, settings));
  }
}

/** The audited paths as they were typed; undefined where none were, or something else was audited. */
function typedPlace({ target }: Report, { positionals }: ParsedArguments): string | undefined {
  if (positionals.length === 0 || positionals.join(' ') !== target || target === '.') return undefined;
  // What a flag would look like stood behind «--».
  if (positionals.some((each) => each.startsWith('-'))) return undefined;
  return positionals.map((each) => shellWord(printable(each))).join(' ');
}

function colorIsForced(parsed: ParsedArguments): boolean {
  return parsed.value('color') === 'always';
}

/**
 * What `--also` asks for.
 * @throws UserError for a format that is none, and where no file is named
 */
export function furtherReports(parsed: ParsedArguments): readonly { format: ReportFormat; file: string }[] {
  return parsed.values('also').map((further) => {
    const equals = further.indexOf('=');
    const format = formatNamed(further.slice(0, Math.max(0, equals)));
    const file = further.slice(equals + 1);
    if (format === undefined || file === '')
      throw new UserError(`--also takes FORMAT=FILE with one of ${formats.join(', ')}; not «${further}»`);
    return { format, file };
  });
}

function writeRendered(file: string, text: Rendered): void {
  if (typeof text === 'string') writeFile(file, text);
  else writePieces(file, text);
}

function formatNamed(name: string): ReportFormat | undefined {
  return formats.find((format) => format === name);
}

async function render(
  format: ReportFormat,
  report: Report,
  prefix: string,
  settings: RenderSettings,
): Promise<Rendered> {
  if (prefix === '' || !seenFromHere.includes(format)) return renderers[format](report, settings);
  const { prefixPaths } = await import('../report/prefix-paths.ts');
  return renderers[format](prefixPaths(report, prefix), settings);
}
