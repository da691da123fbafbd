import type { Flag } from './instruction.ts';
import type { Token } from './syntax.ts';

/** The value of the first flag of that name. */
export function flagValue(flags: readonly Flag[], name: string): Token | undefined {
  return flags.find((flag) => flag.name === name)?.value;
}

/** True for `--name`, `--name=true` and their like in any case; false when it is absent or says otherwise. */
export function isFlagSet(flags: readonly Flag[], name: string): boolean {
  const flag = flags.find((candidate) => candidate.name === name);
  return flag !== undefined && (flag.value === undefined || flag.value.value.toLowerCase() === 'true');
}
