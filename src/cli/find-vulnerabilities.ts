import { homedir } from 'node:os';
import type { ImageAnalysis } from '../image/image-analysis.ts';
import { openStore, storeDirectory } from '../vulnerabilities/advisory-store.ts';
import { matchGaps, matchPackages } from '../vulnerabilities/match.ts';
import { mergeScanners } from '../vulnerabilities/merge-scanners.ts';
import type { ScannerReport } from '../vulnerabilities/scanners/read-report.ts';
import { applyStatements, type StatedVulnerabilities } from '../vulnerabilities/statement.ts';
import { storeTime } from '../vulnerabilities/store-information.ts';
import type { Vulnerability } from '../vulnerabilities/vulnerability.ts';
import { askedScanners, writeDisagreements } from './asked-scanners.ts';
import { askedStatements } from './asked-statements.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import type { Progress } from './progress.ts';

/** What is known to be wrong with an image's packages, by whom, and without what was said not to matter. */
export interface FoundVulnerabilities {
  /** Undefined where nobody looked. */
  readonly vulnerabilities: readonly Vulnerability[] | undefined;
  /** Of what day the advisories are, or why there are none; who looked besides, what was taken away. */
  readonly advisories: string;
  readonly gaps: readonly string[];
}

/**
 * Looks for known vulnerabilities in the store and by the scanners that were asked for, and takes away what VEX documents and lists of accepted ones
 * name.
 * @throws UserError with exit code 2 or 3 where a file cannot be read or a scanner fails
 */
export async function findVulnerabilities(
  analysis: ImageAnalysis,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<FoundVulnerabilities> {
  if (parsed.has('no-vulnerabilities'))
    return { vulnerabilities: undefined, advisories: 'Not looked for, as --no-vulnerabilities says.', gaps: [] };
  // A file that is not there is said also where nobody looks yet: not first on the day when there are advisories.
  const statements = await askedStatements(parsed, terminal);
  const reports = await askedScanners(analysis.image, parsed, terminal, progress);
  const own = ownFindings(analysis, terminal);
  if (own.vulnerabilities === undefined && reports.length === 0) {
    writeDisagreements([], parsed, terminal);
    return own;
  }
  const merged = mergeScanners(own.vulnerabilities, reports, analysis.packages);
  const { digest, indexDigest, name, reference, configuration } = analysis.image;
  const names = [name, reference].filter((each) => each !== undefined);
  const digests = [digest, indexDigest, configuration.digest].filter((each) => each !== undefined);
  const today = new Date().toISOString().slice(0, 10);
  const stated = applyStatements(merged.vulnerabilities, statements, { names, digests }, today);
  writeDisagreements(merged.disagreements, parsed, terminal);
  const sentences = [
    own.advisories,
    ...scannerSentences(reports, merged.disagreements.length),
    ...statementSentences(stated),
  ];
  return { vulnerabilities: stated.vulnerabilities, advisories: sentences.join(' '), gaps: own.gaps };
}

function ownFindings({ packages, operatingSystem }: ImageAnalysis, terminal: Terminal): FoundVulnerabilities {
  const none = (advisories: string) => ({ vulnerabilities: undefined, advisories, gaps: [] });
  if (packages.length === 0) return none('Not looked for: no package was found.');
  const store = openStore(storeDirectory(terminal.environment, terminal.environment.HOME ?? homedir()));
  if (!store) return none('Not looked for: there are no advisories yet. «plimsoll db update» fetches them.');
  try {
    return {
      vulnerabilities: matchPackages(store, packages, operatingSystem),
      advisories: `Advisories of ${storeTime(store.information).slice(0, 10)}.`,
      gaps: matchGaps(store, packages, operatingSystem),
    };
  } finally {
    store.close();
  }
}

function scannerSentences(reports: readonly ScannerReport[], disagreements: number): string[] {
  if (reports.length === 0) return [];
  const names = [...new Set(reports.map(({ scanner }) => scanner))].join(', ');
  const differ =
    disagreements === 0 ? 'all agree' : `not all agree on ${disagreements} (--disagreements FILE lists them)`;
  return [`Also by ${names}: ${differ}.`];
}

function statementSentences({ suppressed, expired }: StatedVulnerabilities): string[] {
  const accepted = suppressed.filter(({ statement }) => statement.status === 'accepted').length;
  const others = suppressed.length - accepted;
  return [
    ...(others > 0 ? [`${others} left out, as VEX says that they do not affect it or are fixed.`] : []),
    ...(accepted > 0 ? [`${accepted} accepted.`] : []),
    ...expired.slice(0, 5).map(({ ids, until, from }) => `The acceptance of ${ids[0]} in ${from} ran out on ${until}.`),
    ...(expired.length > 5 ? [`So did ${expired.length - 5} more.`] : []),
  ];
}
