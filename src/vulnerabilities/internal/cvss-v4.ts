/** Values of each base metric, the worst first; of subsequent systems safety stands before all, which only the modified metrics know. */
const values: Readonly<Record<string, string>> = {
  AV: 'NALP',
  AC: 'LH',
  AT: 'NP',
  PR: 'NLH',
  UI: 'NPA',
  VC: 'HLN',
  VI: 'HLN',
  VA: 'HLN',
  SC: 'HLN',
  SI: 'SHLN',
  SA: 'SHLN',
};

/** Of threat and environment: X, not defined, is the worst. */
const optional: Readonly<Record<string, string>> = { E: 'APU', CR: 'HML', IR: 'HML', AR: 'HML' };

/**
 * Scores of the macro vectors, in tenths: a row for each of the first and second equivalence class, in it by the third, fourth, fifth and sixth
 * (https://www.first.org/cvss/v4-0/specification-document#CVSS-v4-0-Scoring). `-` where there is no such macro vector.
 */
const scores = [
  '100 99 98 95 95 92 100 96 93 87 91 81 93 90 89 80 81 68 98 95 95 92 90 84 93 92 89 81 81 65 88 80 78 70 69 48 - 92 - 82 - 72 - 79 - 69 - 50 - 69 - 55 - 27',
  '99 97 95 92 92 85 95 91 90 83 84 71 92 81 82 71 72 53 95 93 92 85 85 73 92 82 80 72 70 59 84 70 71 52 50 30 - 86 - 75 - 52 - 71 - 52 - 29 - 63 - 29 - 17',
  '98 95 94 87 91 81 94 89 86 74 77 64 87 75 74 63 63 49 94 89 88 77 76 67 86 76 74 58 59 50 72 57 57 52 52 25 - 83 - 70 - 54 - 65 - 58 - 26 - 53 - 21 - 13',
  '95 90 88 76 76 70 90 77 75 62 61 53 77 66 68 59 52 30 89 78 76 67 62 58 74 59 57 57 47 23 61 52 57 29 24 16 - 71 - 59 - 30 - 58 - 26 - 15 - 23 - 13 - 6',
  '93 87 86 72 75 58 86 74 74 61 56 34 70 54 52 40 40 22 85 75 74 55 62 51 72 57 55 41 46 19 53 36 34 19 19 8 - 64 - 51 - 20 - 47 - 21 - 11 - 24 - 9 - 4',
  '88 75 73 53 60 50 73 55 59 40 41 20 54 43 45 22 20 11 75 55 58 45 40 21 61 51 48 18 20 9 46 18 17 7 8 2 - 53 - 24 - 14 - 24 - 12 - 5 - 10 - 3 - 1',
].map((row) => row.split(' ').map((score) => (score === '-' ? undefined : Number(score))));

/** Of each class and level, the vectors that no other of the same level is worse than. */
const worstOf = {
  one: [
    ['AV:N PR:N UI:N'],
    ['AV:A PR:N UI:N', 'AV:N PR:L UI:N', 'AV:N PR:N UI:P'],
    ['AV:P PR:N UI:N', 'AV:A PR:L UI:P'],
  ],
  two: [['AC:L AT:N'], ['AC:H AT:N', 'AC:L AT:P']],
  threeAndSix: [
    [['VC:H VI:H VA:H CR:H IR:H AR:H'], ['VC:H VI:H VA:L CR:M IR:M AR:H', 'VC:H VI:H VA:H CR:M IR:M AR:M']],
    [
      ['VC:L VI:H VA:H CR:H IR:H AR:H', 'VC:H VI:L VA:H CR:H IR:H AR:H'],
      [
        'VC:L VI:H VA:L CR:H IR:M AR:H',
        'VC:L VI:H VA:H CR:H IR:M AR:M',
        'VC:H VI:L VA:H CR:M IR:H AR:M',
        'VC:H VI:L VA:L CR:M IR:H AR:H',
        'VC:L VI:L VA:H CR:H IR:H AR:M',
      ],
    ],
    [[], ['VC:L VI:L VA:L CR:H IR:H AR:H']],
  ],
  four: [['SC:H SI:S SA:S'], ['SC:H SI:H SA:H'], ['SC:L SI:L SA:L']],
};

/** Steps from the worst to the least vector of each level, and one more. */
const depths = {
  one: [1, 4, 5],
  two: [1, 2],
  threeAndSix: [
    [7, 6],
    [8, 8],
    [0, 10],
  ],
  four: [6, 5, 4],
};

/** The score of a vector of version 4.0; undefined where a base metric is missing or a value is none. */
export function scoreOfVersion4(metrics: ReadonlyMap<string, string>): number | undefined {
  const metric = effective(metrics);
  if (metric === undefined) return undefined;
  if (['VC', 'VI', 'VA', 'SC', 'SI', 'SA'].every((name) => metric(name) === 'N')) return 0;
  const levels = levelsOf(metric);
  const [one, two, three, four, five, six] = levels;
  const score = lookUp(levels);
  if (score === undefined) return undefined;
  const distances = [
    proportion(score, lookUp([one + 1, two, three, four, five, six]), steps(metric, worstOf.one[one]), depths.one[one]),
    proportion(score, lookUp([one, two + 1, three, four, five, six]), steps(metric, worstOf.two[two]), depths.two[two]),
    proportion(
      score,
      lowerThreeAndSix(levels),
      steps(metric, worstOf.threeAndSix[three]?.[six]),
      depths.threeAndSix[three]?.[six],
    ),
    proportion(
      score,
      lookUp([one, two, three, four + 1, five, six]),
      steps(metric, worstOf.four[four]),
      depths.four[four],
    ),
    // Of the fifth class every level is one vector: no way to go, but it counts in the mean.
    proportion(score, lookUp([one, two, three, four, five + 1, six]), 0, 1),
  ].filter((distance) => distance !== undefined);
  const mean = distances.length === 0 ? 0 : distances.reduce((sum, each) => sum + each, 0) / distances.length;
  // Binary fractions must not tip what stands on a half.
  return Math.min(100, Math.max(0, Math.round(Number((score - mean).toFixed(6))))) / 10;
}

type Metric = (name: string) => string;
type Levels = readonly [number, number, number, number, number, number];

function effective(metrics: ReadonlyMap<string, string>): Metric | undefined {
  for (const [name, allowed] of Object.entries(values)) {
    const value = metrics.get(name) ?? '';
    if (value.length !== 1 || !allowed.includes(value) || value === 'S') return undefined;
    const modified = metrics.get(`M${name}`);
    if (modified !== undefined && modified !== 'X' && (modified.length !== 1 || !allowed.includes(modified)))
      return undefined;
  }
  for (const [name, allowed] of Object.entries(optional)) {
    const value = metrics.get(name) ?? 'X';
    if (value.length !== 1 || !`X${allowed}`.includes(value)) return undefined;
  }
  return (name) => {
    const worst = optional[name]?.[0];
    const own = metrics.get(name) ?? 'X';
    if (worst !== undefined) return own === 'X' ? worst : own;
    const modified = metrics.get(`M${name}`) ?? 'X';
    return modified === 'X' ? own : modified;
  };
}

/** Tables 24 to 29 of the specification. */
function levelsOf(metric: Metric): Levels {
  const is = (...wanted: string[]) => wanted.map((each) => metric(each.slice(0, -1)) === each.slice(-1));
  const all = (...wanted: string[]) => is(...wanted).every(Boolean);
  const any = (...wanted: string[]) => is(...wanted).some(Boolean);
  const one = all('AVN', 'PRN', 'UIN') ? 0 : any('AVN', 'PRN', 'UIN') && metric('AV') !== 'P' ? 1 : 2;
  const three = all('VCH', 'VIH') ? 0 : any('VCH', 'VIH', 'VAH') ? 1 : 2;
  const four = any('SIS', 'SAS') ? 0 : any('SCH', 'SIH', 'SAH') ? 1 : 2;
  const six = all('CRH', 'VCH') || all('IRH', 'VIH') || all('ARH', 'VAH') ? 0 : 1;
  return [one, all('ACL', 'ATN') ? 0 : 1, three, four, (optional.E ?? '').indexOf(metric('E')), six];
}

function lookUp([one, two, three, four, five, six]: Levels): number | undefined {
  if (two > 1 || three > 2 || four > 2 || five > 2 || six > 1) return undefined;
  return scores[one * 2 + two]?.[((three * 3 + four) * 3 + five) * 2 + six];
}

/** The third and sixth class go down together; from the worst level there are two ways, of which the higher score counts. */
function lowerThreeAndSix([one, two, three, four, five, six]: Levels): number | undefined {
  if (three === 0 && six === 0) {
    const [left, right] = [lookUp([one, two, 0, four, five, 1]), lookUp([one, two, 1, four, five, 0])];
    return left !== undefined && right !== undefined ? Math.max(left, right) : (left ?? right);
  }
  return six === 0 ? lookUp([one, two, three, four, five, 1]) : lookUp([one, two, three + 1, four, five, six]);
}

/** Steps from the first of the worst vectors that is as bad in every metric. */
function steps(metric: Metric, worst: readonly string[] | undefined): number {
  for (const vector of worst ?? []) {
    const distances = vector.split(' ').map((part) => {
      const [name = '', value = ''] = part.split(':');
      const order = values[name] ?? optional[name] ?? '';
      return order.indexOf(metric(name)) - order.indexOf(value);
    });
    if (distances.every((distance) => distance >= 0)) return distances.reduce((sum, each) => sum + each, 0);
  }
  return 0;
}

/** The part of the way to the next lower macro vector's score that was gone; undefined where there is none. */
function proportion(
  score: number,
  lower: number | undefined,
  steps: number,
  depth: number | undefined,
): number | undefined {
  if (lower === undefined || depth === undefined || depth === 0) return undefined;
  return ((score - lower) * steps) / depth;
}
