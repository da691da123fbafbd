/** Weights of the base metrics: https://www.first.org/cvss/v3.1/specification-document#7-4-Metric-Values */
const weights = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
} as const;

const privileges = {
  U: { N: 0.85, L: 0.62, H: 0.27 },
  C: { N: 0.85, L: 0.68, H: 0.5 },
} as const;

/** The base score of version 3.0 or 3.1, which round differently; undefined where a base metric is missing. */
export function scoreOfVersion3(metrics: ReadonlyMap<string, string>, minorOne: boolean): number | undefined {
  const scope = metrics.get('S');
  if (scope !== 'U' && scope !== 'C') return undefined;
  const values = [
    weigh(weights.AV, metrics.get('AV')),
    weigh(weights.AC, metrics.get('AC')),
    weigh(privileges[scope], metrics.get('PR')),
    weigh(weights.UI, metrics.get('UI')),
  ];
  const impacts = ['C', 'I', 'A'].map((name) => weigh(weights.C, metrics.get(name)));
  if ([...values, ...impacts].includes(Number.NaN)) return undefined;
  const exploitability = values.reduce((product, each) => product * each, 8.22);
  const base = 1 - impacts.reduce((product, each) => product * (1 - each), 1);
  const impact = scope === 'U' ? 6.42 * base : 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15;
  if (impact <= 0) return 0;
  const score = Math.min(10, (scope === 'U' ? 1 : 1.08) * (impact + exploitability));
  return minorOne ? roundUp(score) : Math.ceil(score * 10) / 10;
}

function weigh(table: Readonly<Record<string, number>>, value: string | undefined): number {
  return value !== undefined && Object.hasOwn(table, value) ? (table[value] ?? Number.NaN) : Number.NaN;
}

/** Appendix A of version 3.1: without the faults of binary fractions. */
function roundUp(score: number): number {
  const scaled = Math.round(score * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}
