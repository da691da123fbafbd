/**
 * Amounts as Kubernetes writes them: `100m`, `1.5Gi`, `1e3`, `64M`.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
const form = /^([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:([eE][+-]?[0-9]+)|([KMGTPE]i|[numkMGTPE]))?$/;

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const maximumLength = 64;

/** The amount in its base unit (cores, bytes, pieces); undefined when the text is no quantity. */
export function parseQuantity(text: string): number | undefined {
  if (text.length > maximumLength) return undefined;
  const match = form.exec(text);
  if (!match) return undefined;
  const [, digits = '', exponent = '', suffix] = match;
  const number = Number(digits + exponent);
  return suffix === undefined ? number : number * (factors[suffix] ?? Number.NaN);
}
