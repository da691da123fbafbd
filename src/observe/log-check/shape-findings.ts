import type { LogFacts } from './check-log.ts';
import type { FieldRole } from './field-roles.ts';
import type { LogFinding, LogReport } from './log-report.ts';

type Shape = Omit<LogReport, 'findings'>;

/** A share below which a field cannot be relied on in a search. */
const nearlyAll = 0.95;

/** What the log as a whole lacks: structure, one format, a time, a level. */
export function shapeFindings(shape: Shape, facts: LogFacts): LogFinding[] {
  if (shape.lines === 0) return [];
  return [...structure(shape), ...roles(shape, facts)];
}

function structure({ structured, formats, lines }: Shape): LogFinding[] {
  const entries = formats.filter(({ format }) => format !== 'continuation');
  const found: LogFinding[] = [];
  if (structured === 0)
    found.push({
      kind: 'unstructured',
      severity: 'warning',
      message: 'no line is JSON or logfmt: each format of text needs a pattern of its own in every agent',
      remedy: 'Let the application write one JSON object a line; «plimsoll fix» knows how for the usual loggers.',
      count: lines,
      lines: [entries[0]?.firstLine ?? 1],
    });
  if (entries.length > 1) {
    const rare = entries.slice(1);
    found.push({
      kind: 'mixed-formats',
      severity: 'warning',
      message: `formats are mixed: ${entries.map(({ format, lines: count }) => `${format} ${percent(count / lines)}`).join(', ')}; a parser for one leaves the others unparsed`,
      remedy: 'Bring start scripts, servers and libraries to the format of the most lines, or parse by container.',
      count: rare.reduce((total, each) => total + each.lines, 0),
      lines: rare.map(({ firstLine }) => firstLine).slice(0, 3),
    });
  }
  return found;
}

function roles(shape: Shape, facts: LogFacts): LogFinding[] {
  const structuredLines = Math.round(shape.structured * shape.lines);
  if (structuredLines === 0) return textRoles(shape, facts);
  const found: LogFinding[] = [];
  const shareOf = (role: FieldRole) =>
    Math.min(
      1,
      shape.roles.filter((each) => each.role === role).reduce((total, { share }) => total + share, 0),
    );
  const first = shape.formats.find(({ format }) => format === 'json' || format === 'logfmt')?.firstLine ?? 1;
  const lacking = (role: FieldRole) => Math.round((1 - shareOf(role)) * structuredLines);
  if (shareOf('timestamp') < nearlyAll)
    found.push(
      lack(
        'no-timestamp',
        'note',
        'timestamp',
        'the time at which the runtime read the line is taken in its place',
        lacking('timestamp'),
        first,
      ),
    );
  if (shareOf('level') < nearlyAll)
    found.push(
      lack(
        'no-level',
        'warning',
        'level',
        'errors cannot be told from the rest, nor alerted on',
        lacking('level'),
        first,
      ),
    );
  if (shareOf('message') < nearlyAll)
    found.push(lack('no-message', 'warning', 'message', 'a person has nothing to read', lacking('message'), first));
  const names = new Map<FieldRole, string[]>();
  // Where one name is on nearly all lines, the others are fields of their own.
  const split = (role: FieldRole) => shape.roles.every((each) => each.role !== role || each.share < nearlyAll);
  for (const { role, field } of shape.roles)
    if (role !== 'trace' && split(role)) names.set(role, [...(names.get(role) ?? []), field]);
  for (const [role, fields] of names)
    if (fields.length > 1)
      found.push({
        kind: 'several-names',
        severity: 'note',
        message: `the ${role} stands under several names: ${fields.slice(0, 5).join(', ')}`,
        remedy: 'One name for one thing, or a rename in the agent.',
        count: fields.length,
        lines: [],
      });
  return found;
}

function lack(
  kind: string,
  severity: LogFinding['severity'],
  what: string,
  consequence: string,
  count: number,
  line: number,
): LogFinding {
  return {
    kind,
    severity,
    message: `${count === 1 ? 'a structured line has' : `${count} structured lines have`} no field for the ${what}: ${consequence}`,
    remedy: `Let the logger write «${what === 'timestamp' ? '@timestamp' : what}».`,
    count,
    lines: [line],
  };
}

/** Access logs have a time and a status in place of a level. */
function textRoles(shape: Shape, facts: LogFacts): LogFinding[] {
  const plain = shape.formats.find(({ format }) => format === 'plain');
  if (!plain) return [];
  const found: LogFinding[] = [];
  if (facts.leveledText < plain.lines * nearlyAll)
    found.push({
      kind: 'no-level',
      severity: 'warning',
      message: `${plain.lines - facts.leveledText} lines of text say no level: errors cannot be told from the rest`,
      remedy: 'Let the logger write the level.',
      count: plain.lines - facts.leveledText,
      lines: [plain.firstLine],
    });
  if (facts.timedText < plain.lines * nearlyAll)
    found.push({
      kind: 'no-timestamp',
      severity: 'note',
      message: `${plain.lines - facts.timedText} lines of text begin with no time: that at which the runtime read the line is taken in its place`,
      remedy: 'The runtime’s own time is good enough where lines are not held back in a buffer.',
      count: plain.lines - facts.timedText,
      lines: [plain.firstLine],
    });
  return found;
}

/** A share as a person reads it; never 100 % for less than all. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '<1 %';
  return `${share < 1 ? Math.min(99, Math.round(share * 100)) : 100} %`;
}
