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
