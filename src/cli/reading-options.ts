import type { Configuration } from '../project/configuration.ts';
import type { LoadOptions } from '../project/load-project.ts';
import type { ParsedArguments } from './command.ts';

/** How a project is read, as the flags of reading and `plimsoll.yaml` say. */
export function readingOptions(
  parsed: ParsedArguments,
  { exclude, podTemplates, kubernetesTarget, frontend, bases }: Configuration,
): Pick<LoadOptions, 'gitignore' | 'helm' | 'exclude' | 'podTemplates' | 'kubernetesTarget' | 'frontend' | 'mirrors'> {
  return {
    gitignore: !parsed.has('no-gitignore'),
    helm: !parsed.has('no-helm'),
    exclude,
    podTemplates,
    kubernetesTarget,
    frontend,
    mirrors: bases.mirrors,
  };
}
