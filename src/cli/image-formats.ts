import { UserError } from '../core/errors.ts';
import { imageSections } from '../report/image-terminal.ts';
import type { ParsedArguments } from './command.ts';
import { diveGateFlags } from './image-flags.ts';
import { refuseGatesOfNothing } from './image-only-flags.ts';

const switches = ['json', 'markdown', 'sarif'] as const;

/** How the report of an image is written: what a switch says, else `--format`, else text. */
export function formatFrom(parsed: ParsedArguments): string {
  return switches.find((name) => parsed.has(name)) ?? parsed.value('format') ?? 'text';
}

/** @throws UserError for flags of `plimsoll image` that would change nothing beside others that are given */
export function refuseWithoutEffect(parsed: ParsedArguments): void {
  refuseGatesOfNothing(parsed);
  const formats = new Map(switches.filter((name) => parsed.has(name)).map((name) => [String(name), `--${name}`]));
  const named = parsed.value('format');
  if (named !== undefined && !formats.has(named)) formats.set(named, `--format ${named}`);
  if (parsed.has('sbom')) formats.set('sbom', '--sbom');
  const [first, second] = formats.values();
  if (first !== undefined && second !== undefined)
    throw new UserError(`one report is written: ${first} and ${second} do not go together`, {
      remedy: 'Leave one of them out; --html writes a page beside any report.',
    });
  const section = imageSections.find((name) => parsed.has(name));
  if (section !== undefined && first !== undefined && !formats.has('text'))
    throw new UserError(`--${section} has no effect beside ${first}`, {
      remedy: 'It chooses a part of the text; what is written for programs is whole.',
    });
  const verdict = ['sbom', ...diveGateFlags].find((name) => parsed.has(name));
  if (verdict === undefined || !parsed.has('fail-on')) return;
  throw new UserError(`--fail-on has no effect beside --${verdict}`, {
    remedy: verdict === 'sbom' ? 'A list is no verdict.' : 'The rules of .dive-ci decide alone.',
  });
}
