import type { Observation } from '../../trial.ts';

/** Requests that are listed twice are two: their answers may differ. */
export function withOwnNames(observations: readonly Observation[]): readonly Observation[] {
  const seen = new Map<string, number>();
  return observations.map((each) => {
    const times = (seen.get(each.name) ?? 0) + 1;
    seen.set(each.name, times);
    return times === 1 ? each : { ...each, name: `${each.name} (${times})` };
  });
}
