import type { Severity } from '../../core/severity.ts';
import type { LogFacts } from './check-log.ts';
import type { ContainerFormat } from './container-format.ts';
import { faultFindings } from './fault-findings.ts';
import type { FieldRole } from './field-roles.ts';
import { type Field, mostFields } from './fields.ts';
import { isStructured, type LineFormat } from './line-format.ts';
import { mappingFindings } from './mapping-findings.ts';
import { shapeFindings } from './shape-findings.ts';

/** Something in a log that costs or breaks something where it is read. */
export interface LogFinding {
  /** `multi-line`, `type-change`, … as docs/logs.md lists them. */
  readonly kind: string;
  readonly severity: Severity;
  /** What is there; one sentence. Holds names from the log: not printable as it is. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** How many lines, or fields, have it. */
  readonly count: number;
  /** The first lines of the file that have it. */
  readonly lines: readonly number[];
}

export interface RoleUse {
  readonly role: FieldRole;
  readonly field: string;
  /** Of the structured lines, 0 to 1. */
  readonly share: number;
}

/** What was found in a container's output. */
export interface LogReport {
  readonly container: ContainerFormat;
  readonly bytes: number;
  /** Lines of the application, empty ones left out. */
  readonly lines: number;
  /** Share of those that are structured, 0 to 1. */
  readonly structured: number;
  readonly formats: readonly { readonly format: LineFormat; readonly lines: number; readonly firstLine: number }[];
  readonly roles: readonly RoleUse[];
  readonly times: readonly { readonly form: string; readonly lines: number }[];
  /** How many fields the structured lines have; more than {@link mostFields} are not counted. */
  readonly fields: number;
  readonly fieldsCut: boolean;
  /** Of the longest line, in bytes. */
  readonly longestLine: number;
  /** Worst first. */
  readonly findings: readonly LogFinding[];
}

/** Puts together what a log's facts mean. */
export function reportOf(facts: LogFacts): LogReport {
  const formats = [...facts.lines]
    .filter(([format]) => format !== 'empty')
    .map(([format, { count, first }]) => ({ format, lines: count, firstLine: first }))
    .sort((one, other) => other.lines - one.lines);
  const lines = sum(formats.map((each) => each.lines));
  const structuredLines = sum(formats.map((each) => (isStructured(each.format) ? each.lines : 0)));
  const leaves = facts.fields.all.filter(({ seen }) => seen > 0);
  const base = {
    container: facts.container,
    bytes: facts.bytes,
    lines,
    structured: lines === 0 ? 0 : structuredLines / lines,
    formats,
    roles: rolesOf(leaves, structuredLines),
    times: [...facts.tallies.times]
      .map(([form, count]) => ({ form, lines: count }))
      .sort((one, other) => other.lines - one.lines),
    fields: leaves.length,
    fieldsCut: facts.fields.all.length >= mostFields,
    longestLine: facts.longest,
  };
  const findings = [...shapeFindings(base, facts), ...faultFindings(facts), ...mappingFindings(facts.fields)];
  return { ...base, findings: findings.sort((one, other) => rank(one) - rank(other) || other.count - one.count) };
}

function rank({ severity }: LogFinding): number {
  return severity === 'error' ? 0 : severity === 'warning' ? 1 : 2;
}

function rolesOf(leaves: readonly Field[], structuredLines: number): RoleUse[] {
  const order: readonly FieldRole[] = ['timestamp', 'level', 'message', 'trace'];
  return leaves
    .flatMap(({ role, path, seen }) =>
      role === undefined ? [] : [{ role, field: path, share: Math.min(1, seen / structuredLines) }],
    )
    .sort((one, other) => order.indexOf(one.role) - order.indexOf(other.role) || other.share - one.share);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
