import type { ObservePlan } from '../observe-plan.ts';

/** A team that alerts are sent to. */
export interface Team {
  /** As the label of its alerts has it. */
  readonly label: string;
  /** Of lower-case letters, digits and hyphens, and no other team's: names receivers and regions. */
  readonly name: string;
}

/** Who gets what no team's label names. */
export const everyone: Team = { label: '', name: 'everyone' };

/** The teams of a plan's workloads, sorted. */
export function teamsOf({ workloads }: ObservePlan): Team[] {
  const labels = [
    ...new Set(workloads.flatMap(({ team }) => (team === undefined || team === '' ? [] : [team]))),
  ].sort();
  const taken = new Set([everyone.name, 'nobody', 'webhook']);
  return labels.map((label) => {
    const wanted = nameOf(label);
    let name = wanted;
    for (let count = 2; taken.has(name); count++) name = `${wanted}-${count}`;
    taken.add(name);
    return { label, name };
  });
}

function nameOf(label: string): string {
  const name = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-|-$/g, '');
  return name === '' ? 'team' : name;
}
