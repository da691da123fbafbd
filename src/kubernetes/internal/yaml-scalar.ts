/**
 * Plain scalars as Kubernetes takes them: sigs.k8s.io/yaml reads with its copy of go-yaml v2, which follows YAML 1.1 in
 * booleans, nulls and octal numbers. https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/resolve.go
 */
const words = new Map<string, boolean | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);

const infinities = new Map([
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
]);

const longestWord = 5;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const decimal = /^[-+]?(?:0|[1-9][0-9]*)$/;
const octal = /^[-+]?0o?[0-7]+$/;
const binary = /^[-+]?0b[01]+$/;
const hexadecimal = /^[-+]?0[xX][0-9a-fA-F]+$/;

/** The value of a plain scalar without a tag. */
export function resolvePlain(text: string): string | number | boolean | null {
  if (text.length <= longestWord) {
    const word = words.get(text);
    if (word !== undefined) return word;
    const infinity = infinities.get(text);
    if (infinity !== undefined) return infinity;
  }
  const first = text.charCodeAt(0);
  const mayBeNumber = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  return mayBeNumber ? (readNumber(text) ?? text) : text;
}

function readNumber(text: string): number | undefined {
  const plain = text.includes('_') && !text.startsWith('.') ? text.replaceAll('_', '') : text;
  if (decimal.test(plain)) return Number(plain);
  const negative = plain.startsWith('-');
  const unsigned = negative || plain.startsWith('+') ? plain.slice(1) : plain;
  let magnitude: number | undefined;
  if (octal.test(plain)) magnitude = Number.parseInt(unsigned.replace('o', ''), 8);
  else if (binary.test(plain)) magnitude = Number.parseInt(unsigned.slice(2), 2);
  else if (hexadecimal.test(plain)) magnitude = Number.parseInt(unsigned.slice(2), 16);
  else if (float.test(plain)) magnitude = Number(unsigned);
  if (magnitude === undefined) return undefined;
  return negative ? -magnitude : magnitude;
}
