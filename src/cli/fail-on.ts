import { isSeverity, type Severity } from '../core/severity.ts';
import type { ParsedArguments } from './command.ts';

/** The severity from which on findings make the exit code 1: that of `--fail-on`, else that of `plimsoll.yaml`. */
export function failOnFrom(parsed: ParsedArguments, configured: Severity | 'never' | undefined): Severity | 'never' {
  const asked = parsed.value('fail-on');
  if (asked === 'never' || (asked !== undefined && isSeverity(asked))) return asked;
  return configured ?? 'warning';
}
