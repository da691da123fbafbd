/** What marks all that observe writes for a cluster, as a line of YAML: a later run takes it for its own and does not observe it. */
export const partOfKey = 'app.kubernetes.io/part-of';
export const partOfValue = 'plimsoll-observe';
export const partOf = `${partOfKey}: ${partOfValue}`;

/** The line that selects the pods of a workload of ours. */
export function ownSelector(name: string, indent: string): string {
  return `${indent}app.kubernetes.io/name: ${name}\n`;
}

/** The lines of its labels, of whatever kind the object is. */
export function ownLabels(name: string, indent: string): string {
  return `${ownSelector(name, indent)}${indent}${partOf}\n`;
}
