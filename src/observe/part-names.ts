import type { PartName } from './observe-plan.ts';

/** Every part, in the order in which they are named and listed. */
export const partNames: readonly PartName[] = [
  'prometheus',
  'alertmanager',
  'grafana',
  'exporter',
  'logging',
  'scaling',
  'respond',
];

export function isPartName(text: string): text is PartName {
  return partNames.some((name) => name === text);
}
