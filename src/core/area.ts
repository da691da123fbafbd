/** The twelve areas of DESIGN.md section 2. The names are the ids used everywhere: rule ids, options, reports. */
export const areas = [
  'size',
  'security',
  'layers',
  'cache',
  'maintenance',
  'context',
  'config',
  'logging',
  'secrets',
  'review',
  'monitoring',
  'alerting',
] as const;

export type Area = (typeof areas)[number];

export function isArea(value: string): value is Area {
  return (areas as readonly string[]).includes(value);
}
