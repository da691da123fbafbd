import type { Verdict } from './verifier.ts';

/** By kind of mutation what was caught, of the harmless changes what was flagged, and every miss by name. */
export function verifierTable(applications: readonly string[], verdicts: readonly Verdict[]): string {
  const tried = verdicts.filter(({ verdict }) => verdict !== 'does not build');
  const breaking = tried.filter(({ breaks }) => breaks !== null);
  const harmless = tried.filter(({ breaks }) => breaks === null);
  const caught = breaking.filter(isCaught);
  const alarms = harmless.filter(({ verdict }) => verdict !== 'same');
  const kinds = [...new Set(breaking.map(({ breaks }) => breaks ?? ''))].sort();
  const rows = kinds.map((kind) => {
    const own = breaking.filter(({ breaks }) => breaks === kind);
    return `| ${kind} | ${own.length} | ${own.filter(isCaught).length} |`;
  });
  const misses = breaking.filter((each) => !isCaught(each));
  return [
    `${applications.length} applications: ${applications.join(', ')}.`,
    '',
    '| mutation | tried | caught |',
    '| --- | ---: | ---: |',
    ...rows,
    `| **all** | ${breaking.length} | ${caught.length} (${percent(caught.length, breaking.length)}) |`,
    `| harmless changes | ${harmless.length} | ${alarms.length} false alarms (${percent(alarms.length, harmless.length)}) |`,
    '',
    ...listed('Missed', misses),
    ...listed('False alarms', alarms),
    ...listed(
      'Not counted, as they do not build',
      verdicts.filter(({ verdict }) => verdict === 'does not build'),
    ),
  ].join('\n');
}

function isCaught({ verdict }: Verdict): boolean {
  return verdict === 'different';
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

function listed(title: string, verdicts: readonly Verdict[]): readonly string[] {
  if (verdicts.length === 0) return [`${title}: none.`, ''];
  return [
    `${title}:`,
    '',
    ...verdicts.map(
      ({ application, title: what, verdict, said }) => `- ${application}: ${what} (${verdict}${said && `: ${said}`})`,
    ),
    '',
  ];
}
