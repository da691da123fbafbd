import type { FlagDefinition } from './command.ts';

/** Flags of everything that opens an image. */
export const openFlags: readonly FlagDefinition[] = [
  {
    name: 'platform',
    value: 'OS/ARCH',
    group: 'Image',
    description: 'Which image of an index: linux/arm64, linux/arm/v7; default this machine’s',
  },
  { name: 'plain-http', group: 'Image', description: 'Ask the registry without TLS' },
  { name: 'ca', value: 'FILE', group: 'Image', description: 'Trust the certificates (PEM) in FILE, too' },
  { name: 'mirror', value: 'HOST', repeatable: true, group: 'Image', description: 'Ask this registry first' },
  {
    name: 'no-vulnerabilities',
    group: 'Image',
    description: 'Do not look for known vulnerabilities in the packages',
  },
  {
    name: 'vex',
    value: 'FILE',
    repeatable: true,
    group: 'Vulnerabilities',
    description: 'Leave out what this OpenVEX or CycloneDX document says is none here',
  },
  {
    name: 'accept',
    value: 'FILE',
    repeatable: true,
    group: 'Vulnerabilities',
    description: 'Vulnerabilities that are accepted, as a .trivyignore or .trivyignore.yaml; default those here',
  },
  {
    name: 'scanner',
    value: 'NAME',
    repeatable: true,
    choices: ['trivy', 'grype', 'snyk'],
    group: 'Vulnerabilities',
    description: 'Run this scanner, too, and tell what it finds beside ours',
  },
  {
    name: 'scanner-report',
    value: 'FILE',
    repeatable: true,
    group: 'Vulnerabilities',
    description: 'The same with the JSON that Trivy, Grype, Clair or Snyk wrote before',
  },
  { name: 'clair', value: 'URL', group: 'Vulnerabilities', description: 'Ask this Clair, too' },
  {
    name: 'disagreements',
    value: 'FILE',
    group: 'Vulnerabilities',
    description: 'Write who found what, where not all agree, to FILE as JSON',
  },
];

/** What is known of the image that an image was built on. */
export const baseFlags: readonly FlagDefinition[] = [
  {
    name: 'base',
    value: 'IMAGE',
    group: 'Vulnerabilities',
    description: 'The image that it was built on: its layers tell which packages a newer base mends',
  },
  {
    name: 'compare-base',
    value: 'IMAGE',
    group: 'Vulnerabilities',
    description: 'Tell how many vulnerabilities go away with this base, and which are new',
  },
];

/** Which vulnerabilities are findings: the options of security/vulnerable-package. */
export const vulnerabilityGates: readonly FlagDefinition[] = [
  {
    name: 'vulnerability-severity',
    value: 'SEVERITY',
    choices: ['critical', 'high', 'medium', 'low', 'negligible'],
    group: 'Vulnerabilities',
    description: 'Count only vulnerabilities of at least this severity, and exploited ones; default medium',
  },
  {
    name: 'vulnerability-fixable',
    group: 'Vulnerabilities',
    description: 'Count only vulnerabilities that an update mends',
  },
  {
    name: 'vulnerability-days',
    value: 'DAYS',
    group: 'Vulnerabilities',
    description: 'Count only vulnerabilities that have been published for so many days',
  },
];

/** dive's thresholds, by its own names. */
export const diveFlags: readonly FlagDefinition[] = [
  {
    name: 'lowestEfficiency',
    value: 'SHARE',
    group: 'Gates',
    description: 'As --ci, with this lowest efficiency, from 0 to 1, or «disabled»; default 0.9',
  },
  {
    name: 'highestWastedBytes',
    value: 'SIZE',
    group: 'Gates',
    description: 'As --ci, with so much wasted at most: 20MB; default «disabled»',
  },
  {
    name: 'highestUserWastedPercent',
    value: 'SHARE',
    group: 'Gates',
    description: 'As --ci, with this share of the bytes above the base wasted at most, from 0 to 1; default 0.1',
  },
];

/** Flags of which each asks for dive's gate. */
export const diveGateFlags: readonly string[] = ['ci', 'ci-config', ...diveFlags.map(({ name }) => name)];
