import { enumerate } from '../core/enumerate.ts';
import type { PeerId } from '../core/finding.ts';
import type { RuleReport } from '../core/rule.ts';
import { titleOf } from '../kubernetes/whole-workload.ts';
import type { Container, Workload } from '../kubernetes/workload.ts';

/** Something that a container should set and does not, with the peers that would miss it. */
export interface MissingSetting {
  readonly name: string;
  readonly peers: readonly PeerId[];
}

/**
 * One report for all that the containers of a workload lack: at the first of them, the others beside it. Undefined when nothing
 * is missing.
 */
export function missingReport(
  workload: Workload,
  containers: readonly Container[],
  missingOf: (container: Container) => readonly MissingSetting[],
): Pick<RuleReport, 'at' | 'also' | 'message' | 'peers'> | undefined {
  const lacking = containers.flatMap((container) => {
    const missing = missingOf(container);
    return missing.length === 0 ? [] : [{ container, missing }];
  });
  const [first, ...others] = lacking;
  if (first === undefined) return undefined;
  const names = lacking.map(({ container }) => container.name);
  const missing = [...new Set(lacking.flatMap((each) => each.missing.map(({ name }) => name)))];
  return {
    at: first.container.place,
    also: others.map(({ container, missing: own }) => ({
      ...container.place,
      note: `has no ${enumerate(
        own.map(({ name }) => name),
        'or',
      )}`,
    })),
    message: `${titleOf(workload)}: ${names.length === 1 ? `container ${names[0]} has` : `containers ${enumerate(names)} have`} no ${enumerate(missing, 'or')}.`,
    peers: [...new Set(lacking.flatMap((each) => each.missing.flatMap(({ peers }) => peers)))],
  };
}
