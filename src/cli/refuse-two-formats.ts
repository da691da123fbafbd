import { UserError } from '../core/errors.ts';
import type { ParsedArguments } from './command.ts';

/**
 * @param remedy what to do, of which the command decides
 * @throws UserError where two formats are asked for one report
 */
export function refuseTwoFormats(parsed: ParsedArguments, remedy = 'Leave one of them out.'): void {
  const named = parsed.value('format');
  if (!parsed.has('json') || named === undefined || named === 'json') return;
  throw new UserError(`--json and --format ${named} cannot be asked for together`, { remedy });
}
