import type { Report } from '../../core/report.ts';
import type { Severity } from '../../core/severity.ts';

type ReportedRule = Report['rules'][number];

/** GitHub shows 7.0 and above as high, 4.0 and above as medium, the rest as low. */
const securitySeverity: Record<Severity, string> = { error: '8.0', warning: '5.5', note: '2.0' };

/** An `error` is certain by definition (`Severity`), a `note` may well be meant. */
const precision: Record<Severity, string> = { error: 'very-high', warning: 'high', note: 'medium' };

/** A rule as SARIF's reportingDescriptor, with the properties that GitHub code scanning reads. */
export function sarifRule({ id, area, severity, summary, docs, why, remedy }: ReportedRule) {
  const security = area === 'security' || area === 'secrets';
  const address = absoluteAddress(docs);
  const description = [why, remedy].filter((text) => text !== undefined).join(' ') || summary;
  return {
    id,
    name: pascalCase(id),
    shortDescription: { text: summary },
    fullDescription: { text: description },
    help: {
      text: address ? `${description} See ${address}` : description,
      markdown: `**${summary}**\n\n${description}${address ? `\n\n[Documentation](${address})` : ''}`,
    },
    ...(address && { helpUri: address }),
    defaultConfiguration: { level: severity },
    properties: {
      tags: security && area !== 'security' ? ['security', area] : [area],
      precision: precision[severity],
      'problem.severity': severity === 'note' ? 'recommendation' : severity,
      ...(security && { 'security-severity': securitySeverity[severity] }),
    },
  };
}

function absoluteAddress(docs: string): string | undefined {
  return /^https?:\/\//.test(docs) ? docs : undefined;
}

/** `cache/copy-manifests-first` as `CacheCopyManifestsFirst`: SARIF's rule names are identifiers. */
function pascalCase(id: string): string {
  return id
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
