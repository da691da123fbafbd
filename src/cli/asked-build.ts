import { readBuildFlags } from '../prove/build-flags.ts';
import type { BuildSettings } from '../prove/subjects.ts';
import type { ParsedArguments } from './command.ts';

/**
 * How images are built, as far as flags say (prove-flags.ts). Paths are relative to `cwd`.
 * @throws UserError for a form that is none
 */
export function askedBuild(parsed: ParsedArguments, cwd: string): Partial<BuildSettings> {
  return readBuildFlags(
    {
      arguments: parsed.values('build-arg'),
      secrets: parsed.values('secret'),
      contexts: parsed.values('build-context'),
      target: parsed.value('target'),
      platform: parsed.value('platform'),
      network: parsed.value('network'),
    },
    cwd,
  );
}
