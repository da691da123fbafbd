import { enumerate } from '../core/enumerate.ts';
import type { PeerId } from '../core/finding.ts';
import type { ReportedPlace, RuleReport } from '../core/rule.ts';
import { titleOf } from '../kubernetes/whole-workload.ts';
import type { Container, Workload } from '../kubernetes/workload.ts';
import { removedAt } from '../kubernetes/yaml-node.ts';

/** Something that a container should set and does not, with the peers that would miss it. */
export interface MissingSetting {
  readonly name: string;
  readonly peers: readonly PeerId[];
  /** The keys that lead to it in a container. */
  readonly keys: readonly string[];
  /** A pod can have it at the same keys, for all of its containers. */
  readonly ofPods?: true;
}

/**
 * One report for all that the containers of a workload lack: at the first of them, the others beside it. Undefined when nothing
 * is missing. What a patch took away is missing there, and not where the container is written. `verb` says it: a container has no limit, or does not set a field.
 */
export function missingReport(
  workload: Workload,
  containers: readonly Container[],
  missingOf: (container: Container) => readonly MissingSetting[],
  verb: 'has' | 'sets' = 'has',
): Pick<RuleReport, 'at' | 'also' | 'message' | 'peers'> | undefined {
  const lacking = containers.flatMap((container) => {
    const missing = missingOf(container);
    return missing.length === 0 ? [] : [{ container, missing }];
  });
  const [first, ...others] = lacking;
  if (first === undefined) return undefined;
  const names = lacking.map(({ container }) => container.name);
  const missing = [...new Set(lacking.flatMap((each) => each.missing.map(({ name }) => name)))];
  // Where a chart takes the container's name from is no place to change.
  const { givenAt: _, ...place } = placeOf(first);
  const title = titleOf(workload);
  const subject = names.length === 1 ? `container ${names[0]}` : `containers ${enumerate(names)}`;
  return {
    at: place,
    also: others.map((other) => {
      const { container } = other;
      const names = other.missing.map(({ name }) => name);
      const note = says(true, names, verb);
      return { ...placeOf(other), note, alike: `${title}: container ${container.name} ${note}.` };
    }),
    message: `${title}: ${subject} ${says(names.length === 1, missing, verb)}.`,
    // Who reads each file for itself sees the setting where it is written.
    peers: [
      ...new Set(
        lacking.flatMap(({ container, missing }) =>
          missing.flatMap((setting) => (removal(container, setting) ? [] : setting.peers)),
        ),
      ),
    ],
  };
}

interface Lacking {
  readonly container: Container;
  readonly missing: readonly MissingSetting[];
}

function placeOf({ container, missing }: Lacking): ReportedPlace {
  for (const setting of missing) {
    const removed = removal(container, setting);
    if (removed) return removed;
  }
  return container.place;
}

/** Where a patch took a setting away. */
function removal(container: Container, { keys, ofPods }: MissingSetting): ReportedPlace | undefined {
  return removedAt(container.node, keys) ?? (ofPods ? removedAt(container.workload.podSpec, keys) : undefined);
}

function says(isOne: boolean, names: readonly string[], verb: 'has' | 'sets'): string {
  const list = enumerate(names, 'or');
  if (verb === 'has') return `${isOne ? 'has' : 'have'} no ${list}`;
  return `${isOne ? 'does' : 'do'} not set ${list}`;
}
