import type { Vulnerability } from '../vulnerability.ts';
import { clair } from './clair.ts';
import { grype } from './grype.ts';
import type { Scanner } from './scanner.ts';
import { snyk } from './snyk.ts';
import { trivy } from './trivy.ts';

/** Every scanner that is known. */
export const scanners: readonly Scanner[] = [trivy, grype, clair, snyk];

export interface ScannerReport {
  readonly scanner: Scanner['name'];
  readonly vulnerabilities: readonly Vulnerability[];
}

/** The findings in a scanner's JSON, whichever it is of; undefined where it is of none. */
export function readScannerReport(value: unknown): ScannerReport | undefined {
  for (const scanner of scanners) {
    const vulnerabilities = scanner.read(value);
    if (vulnerabilities !== undefined) return { scanner: scanner.name, vulnerabilities };
  }
  return undefined;
}
