import type { CommandFlag } from '../package-command.ts';

/** The last given value of an option, as the tools take it. */
export function flagValue(flags: readonly CommandFlag[], name: string): string | undefined {
  for (let at = flags.length - 1; at >= 0; at--) {
    const flag = flags[at];
    if (flag?.name === name) return flag.value;
  }
  return undefined;
}

/** All values of an option that may be given several times. */
export function flagValues(flags: readonly CommandFlag[], name: string): string[] {
  return flags.flatMap((flag) => (flag.name === name && flag.value !== undefined ? [flag.value] : []));
}
