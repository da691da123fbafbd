/** A string of PromQL in double quotes. https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals */
export function promqlString(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/[\u0000-\u001f\u007f]/g, (character) => {
    if (character === '\n') return '\\n';
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  })}"`;
}

/** A regular expression of RE2 that matches just this text. https://github.com/google/re2/wiki/Syntax */
export function re2Literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A regular expression that matches each of the texts and nothing else. */
export function re2AnyOf(texts: readonly string[]): string {
  return texts.map(re2Literal).join('|');
}

/** Characters of the random part of pods' names, as k8s.io/apimachinery/pkg/util/rand has them: no vowels, no 0, 1 and 3. */
const random = '[bcdfghjklmnpqrstvwxz2456789]';

/**
 * Patterns that take what Kubernetes adds to a workload's name off a pod's, the later the more special: a StatefulSet's number; a
 * DaemonSet's or Job's random part; a Deployment's digest of the template before it; a CronJob's minute before it.
 */
const podNames = [
  '(.+)',
  '(.+)-[0-9]{1,4}',
  `(.+)-${random}{5}`,
  `(.+)-${random}{6,10}-${random}{5}`,
  `(.+)-[0-9]{8,10}-${random}{5}`,
];

/**
 * Gives the series of an expression the label `workload`, read from their pods' names: what the kubelet and cAdvisor tell knows pods
 * only. A name that only looks as if Kubernetes had added something to it is cut too short: rare, because the random part has no vowels.
 */
export function withWorkload(expression: string): string {
  return podNames.reduce(
    (inner, pattern) => `label_replace(\n${indent(inner)},\n  "workload", "$1", "pod", "${pattern}"\n)`,
    expression,
  );
}

export function indent(text: string, by = '  '): string {
  return text.replace(/^(?=.)/gm, by);
}
