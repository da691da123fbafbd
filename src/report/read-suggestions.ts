import { isJsonObject, parseJsonObject } from '../core/json-object.ts';
import { printable } from '../core/printable.ts';
import { fixReportVersion } from './fix-json.ts';
import type { Suggestion } from './suggestions.ts';

/** A suggestion of a report, with what each of its fixes does. */
export interface TitledSuggestion extends Omit<Suggestion, 'fixes'> {
  readonly titles: readonly string[];
}

/** The suggestions in a report of `fix --json`; undefined for any other text. */
export function readSuggestions(text: string): readonly TitledSuggestion[] | undefined {
  const report = parseJsonObject(text);
  if (report?.format !== 'plimsoll-fix-report' || report.version !== fixReportVersion) return undefined;
  const objects = (value: unknown) => (Array.isArray(value) ? value.filter(isJsonObject) : []);
  const titles = new Map(
    objects(report.applied).flatMap(({ id, title, rule }) =>
      typeof id === 'number' && typeof title === 'string' && typeof rule === 'string'
        ? [[id, `${printable(title)} (${printable(rule)})`]]
        : [],
    ),
  );
  return objects(report.suggestions).flatMap(({ path, startLine, endLine, before, text: after, fixes }) => {
    if (typeof path !== 'string' || typeof before !== 'string' || typeof after !== 'string') return [];
    if (typeof startLine !== 'number' || typeof endLine !== 'number' || !Array.isArray(fixes)) return [];
    return [{ path, startLine, endLine, before, text: after, titles: fixes.flatMap((id) => titles.get(id) ?? []) }];
  });
}
