import type { ScannerName } from './pipeline-plan.ts';

/**
 * Commands that every system runs alike. All values come in by environment variables, so that nothing of a project stands in a script.
 * For a POSIX shell: GitLab's images need not have bash.
 */

/** Nobody publishes Plimsoll under a name that is sure to be it: a name that somebody else registers would be run with the pipeline's rights. */
export const installPlimsoll = [
  'if [ -z "$PLIMSOLL_PACKAGE" ]; then',
  '  echo "The variable PLIMSOLL_PACKAGE has to name the package of Plimsoll: docs/ci.md" >&2',
  '  exit 2',
  'fi',
  'npm install --global --ignore-scripts --no-audit --no-fund -- "$PLIMSOLL_PACKAGE"',
] as const;

/** Version of Snyk's CLI: https://www.npmjs.com/package/snyk */
export const snykVersion = '1.1307.4';

/** Images of the scanners that run as containers. */
export const scannerImages = {
  trivy: 'ghcr.io/aquasecurity/trivy:0.74.0',
  grype: 'ghcr.io/anchore/grype:v0.116.0',
} as const;

/**
 * Runs a scanner on `$WORK/image.tar`; its JSON is then in `$WORK`. Clair is asked by Plimsoll.
 * https://trivy.dev/latest/docs/target/container_image/, https://github.com/anchore/grype#supported-sources,
 * https://docs.snyk.io/developer-tools/snyk-cli/commands/container-test
 */
export function scannerStep(scanner: Exclude<ScannerName, 'clair'>): readonly string[] {
  if (scanner === 'trivy')
    return [
      'docker run --rm --volume "$WORK:/scan:ro" "$TRIVY_IMAGE" \\',
      '  image --quiet --scanners vuln --format json --input /scan/image.tar > "$WORK/trivy.json"',
    ];
  if (scanner === 'grype')
    return [
      'docker run --rm --volume "$WORK:/scan:ro" "$GRYPE_IMAGE" \\',
      '  --quiet --output json docker-archive:/scan/image.tar > "$WORK/grype.json"',
    ];
  return [
    '# A pull request of a fork is given no secrets.',
    'if [ -z "$SNYK_TOKEN" ]; then',
    '  echo "Snyk is left out: SNYK_TOKEN is not set here"',
    '  exit 0',
    'fi',
    `npm install --global --no-audit --no-fund snyk@${snykVersion}`,
    '# 1: there are vulnerabilities; the gate is the report of all.',
    'snyk container test --json "docker-archive:$WORK/image.tar" > "$WORK/snyk.json" || [ $? -eq 1 ]',
  ];
}

/** Gives the image to the registry, for Clair, where there is one to ask. */
export const pushForClair = [
  'if [ -z "$CLAIR_URL" ]; then',
  '  echo "Clair is left out: CLAIR_URL is not set"',
  '  exit 0',
  'fi',
  'if [ -n "$REGISTRY_PASSWORD" ]; then',
  '  printf %s "$REGISTRY_PASSWORD" | docker login --username "$REGISTRY_USER" --password-stdin "$REGISTRY"',
  'fi',
  'docker load --quiet --input "$WORK/image.tar"',
  'docker push --quiet "$IMAGE_TAG"',
  'printf %s "$IMAGE_TAG" > "$WORK/pushed"',
] as const;

/** One report of what all found, and the gate. */
export function imageStep(
  scanners: readonly ScannerName[],
  summary: string | undefined,
  report: string,
): readonly string[] {
  const files = scanners.filter((name) => name !== 'clair');
  return [
    'set -- "$WORK/image.tar"',
    ...(scanners.includes('clair')
      ? ['if [ -f "$WORK/pushed" ]; then', '  set -- "$(cat "$WORK/pushed")" --clair "$CLAIR_URL"', 'fi']
      : []),
    ...(files.length === 0
      ? []
      : [
          `for scanner in ${files.join(' ')}; do`,
          '  if [ -s "$WORK/$scanner.json" ]; then',
          '    set -- "$@" --scanner-report "$WORK/$scanner.json"',
          '  fi',
          'done',
          'set -- "$@" --disagreements "$REPORTS/disagreements.json"',
        ]),
    'mkdir -p "$REPORTS"',
    ...(summary === undefined ? [] : [`plimsoll image "$@" --quiet --markdown --fail-on never >> "${summary}"`]),
    'plimsoll image "$@" --quiet --dockerfile "$DOCKERFILE" --fail-on "$PLIMSOLL_FAIL_ON" \\',
    `  --html "$REPORTS/image.html" ${report}`,
  ];
}
