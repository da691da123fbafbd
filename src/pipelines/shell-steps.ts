import type { ScannerName } from './pipeline-plan.ts';

/**
 * Commands that every system runs alike. All values come in by environment variables, so that nothing of a project stands in a script.
 * For a POSIX shell that ends at the first failure: GitLab's images need not have bash.
 *
 * WORK: a directory outside of the checkout that this run has alone; REPORTS: a path in the checkout, for what is kept; HISTORY: a file outside of the
 * checkout, this run's own copy of the history, where the system can keep one.
 */

/** Nobody publishes Plimsoll under a name that is sure to be it: a name that somebody else registers would be run with the pipeline's rights. */
function mustBeNamed(remedy: string): readonly string[] {
  return ['if [ -z "$PLIMSOLL_PACKAGE" ]; then', `  echo "${remedy}: docs/ci.md" >&2`, '  exit 2', 'fi'];
}

/** On a machine that this run has alone. */
export const installPlimsoll = [
  ...mustBeNamed(
    'No package of Plimsoll is named: set the variable PLIMSOLL_PACKAGE, or, as requests of forks are given no variables, write it into this file by ci init --package',
  ),
  'npm install --global --ignore-scripts --no-audit --no-fund -- "$PLIMSOLL_PACKAGE"',
] as const;

/** Where others use the machine, too: `plimsoll` is in `$WORK/tool/node_modules/.bin` then. */
export const installPlimsollApart = [
  ...mustBeNamed('The variable PLIMSOLL_PACKAGE has to name the package of Plimsoll'),
  'rm -rf "$WORK"',
  'mkdir -p "$WORK/tool"',
  'npm install --prefix "$WORK/tool" --ignore-scripts --no-audit --no-fund -- "$PLIMSOLL_PACKAGE"',
] as const;

/** What the directory of {@link installPlimsollApart} adds to PATH. */
export const toolPath = '$WORK/tool/node_modules/.bin';

/** Where the variable is not set, the audit fails as plimsoll.yaml says: a flag, even `never`, goes before it and before its budgets. */
const auditFailOn = '${PLIMSOLL_FAIL_ON:+--fail-on "$PLIMSOLL_FAIL_ON"}';
/** Recorded, and held against the budgets: a flag goes before where plimsoll.yaml has its store. */
const recorded = '${HISTORY:+--record --store "$HISTORY"}';
/** Images and their bases, of which much is known that nobody can mend today, fail from errors on. */
const otherFailOn = '--fail-on "${PLIMSOLL_FAIL_ON:-error}"';

/**
 * Audits, and where BEFORE names the revision that a pull request goes into, what it changes: both reports, the fixes as JSON and as a patch, and the
 * comment as a text. Ends with the exit code of the audit, once all is written. What it writes goes into the checkout last, as it would be audited.
 * @param reports what else the audit writes: `--format github`
 */
export function auditStep(reports: string): readonly string[] {
  return [
    'rm -rf "$WORK/audit" "$REPORTS"',
    'mkdir -p "$WORK/audit"',
    'code=0',
    `plimsoll audit --quiet ${reports} --also json="$WORK/audit/after.json" ${recorded} ${auditFailOn} || code=$?`,
    '# Reports are complete but for the last two exit codes: something could not be read then, and the log says what.',
    'if [ "$code" -le 1 ]; then',
    '  plimsoll fix --quiet --diff > "$WORK/audit/fixes.patch"',
    '  if [ -n "$BEFORE" ]; then',
    '    plimsoll fix --quiet --json > "$WORK/audit/fixes.json"',
    '    git worktree prune',
    '    rm -rf "$WORK/before"',
    '    GIT_LFS_SKIP_SMUDGE=1 git worktree add --quiet --force --detach "$WORK/before" "$BEFORE"',
    '    plimsoll audit "$WORK/before" --quiet --no-record --json --output "$WORK/audit/before.json" --fail-on never',
    '    git worktree remove --force "$WORK/before"',
    '    plimsoll ci comment --before "$WORK/audit/before.json" --after "$WORK/audit/after.json" --dry-run \\',
    '      > "$WORK/audit/change.md"',
    '  fi',
    'fi',
    'mv "$WORK/audit" "$REPORTS"',
    'exit "$code"',
  ];
}

/** Writes the comment, where there are two reports to compare. */
export const commentStep = [
  'if [ -f "$REPORTS/before.json" ]; then',
  '  plimsoll ci comment --before "$REPORTS/before.json" --after "$REPORTS/after.json" --fixes "$REPORTS/fixes.json"',
  'fi',
] as const;

/** The image as an archive, built by the engine of the machine, whose cache it uses. */
export const buildStep = [
  'mkdir -p "$WORK"',
  'DOCKER_BUILDKIT=1 docker build --file "$DOCKERFILE" --target "$TARGET" --tag "$IMAGE_TAG" "$CONTEXT"',
  'docker save --output "$WORK/image.tar" "$IMAGE_TAG"',
  'docker image rm "$IMAGE_TAG" > /dev/null',
] as const;

/**
 * The gate of plimsoll.yaml's `sizeBudgets`, which names the commit that crossed it. Needs the history of the checkout.
 * @param hasEngine whether commits can be built where it runs
 */
export function budgetStep(hasEngine: boolean): readonly string[] {
  return [
    'set --',
    'if [ -n "$TARGET" ]; then',
    '  set -- --target "$TARGET"',
    'fi',
    `plimsoll bisect-size "$CONTEXT" --dockerfile "$DOCKERFILE" --image "$WORK/image.tar" --quiet${hasEngine ? '' : ' --no-build'} "$@"`,
  ];
}

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
    `npm install --prefix "$WORK/snyk" --no-audit --no-fund snyk@${snykVersion}`,
    '# 1: there are vulnerabilities; the gate is the report of all.',
    '"$WORK/snyk/node_modules/.bin/snyk" container test --json "docker-archive:$WORK/image.tar" > "$WORK/snyk.json" || [ $? -eq 1 ]',
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

/**
 * One report of what all found, and the gate.
 * @param report what the last run writes: `--format junit --output "$REPORTS/image.xml"`
 * @param further reports that are written before, each by a run of its own, which the layers' cache makes quick
 */
export function imageStep(
  scanners: readonly ScannerName[],
  report: string,
  further: readonly string[] = [],
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
    ...further.map(
      (each) => `plimsoll image "$@" --quiet --dockerfile "$DOCKERFILE" --no-record --fail-on never ${each}`,
    ),
    `plimsoll image "$@" --quiet --dockerfile "$DOCKERFILE" ${recorded} ${otherFailOn} \\`,
    `  --html "$REPORTS/image.html" ${report}`,
  ];
}

/** Two gates, of which the second is asked also where the first does not hold. */
export function bothGates(first: readonly string[], second: readonly string[]): readonly string[] {
  const noting = (lines: readonly string[]) => [...lines.slice(0, -1), `${lines.at(-1)} || code=$?`];
  return ['code=0', ...noting(first), ...noting(second), 'exit "$code"'];
}

/** Whom the commits of updates are by: a commit of somebody else on the branch is never overwritten. */
export const updateAuthor = 'plimsoll@users.noreply.invalid';
export const updateBranch = 'plimsoll/bases';

/**
 * What a person is shown every week: what to talk about, the audit as a page, and whether the base images are current. Ends with the worse of both exit codes, so that somebody
 * is told.
 */
export const reviewStep = [
  'rm -rf "$WORK/review" "$REPORTS"',
  'mkdir -p "$WORK/review"',
  'code=0',
  `plimsoll audit --quiet --format plain --all --also html="$WORK/review/audit.html" --also markdown="$WORK/review/audit.md" --also json="$WORK/review/audit.json" ${recorded} ${auditFailOn} || code=$?`,
  `plimsoll bases --quiet --all --output "$WORK/review/bases.txt" ${otherFailOn} || code=$?`,
  'cat "$WORK/review/bases.txt"',
  '# After the audit, so that a run that is recorded is in it.',
  'plimsoll review --quiet ${HISTORY:+--store "$HISTORY"} --format markdown --output "$WORK/review/review.md" || code=$?',
  'mv "$WORK/review" "$REPORTS"',
  'exit "$code"',
] as const;

/**
 * Newer base images as a branch, pushed with GIT_USER and GIT_PASSWORD, which come to git by a helper and stand in no list of processes. Whoever added a
 * commit to the branch keeps it.
 * @param then what asks for the review, where the branch was pushed
 */
export function basesStep(then: readonly string[]): readonly string[] {
  return [
    `BRANCH=${updateBranch}`,
    `export GIT_AUTHOR_NAME=plimsoll GIT_AUTHOR_EMAIL=${updateAuthor} GIT_COMMITTER_NAME=plimsoll GIT_COMMITTER_EMAIL=${updateAuthor}`,
    'with_login() {',
    '  git -c credential.helper= -c credential.helper="!f() { echo \\"username=\\$GIT_USER\\"; echo \\"password=\\$GIT_PASSWORD\\"; }; f" "$@"',
    '}',
    'git branch --quiet -D "$BRANCH" 2> /dev/null || true',
    'asked=0',
    'plimsoll bases --quiet --branch "$BRANCH" --fail-on never || asked=$?',
    '# 3: a registry did not answer. What the others have is pushed all the same.',
    'if [ "$asked" != 0 ] && [ "$asked" != 3 ]; then exit "$asked"; fi',
    'if ! git rev-parse --verify --quiet "refs/heads/$BRANCH" > /dev/null; then',
    '  if [ "$asked" = 0 ]; then echo "All base images are current."; fi',
    '  exit "$asked"',
    'fi',
    'if with_login fetch --quiet --no-tags origin "+refs/heads/$BRANCH:refs/remotes/origin/$BRANCH" 2> /dev/null; then',
    '  if [ "$(git log -1 --format=%ce "refs/remotes/origin/$BRANCH")" != "$GIT_COMMITTER_EMAIL" ]; then',
    '    echo "The branch $BRANCH has commits of somebody else and is left alone."',
    '    exit 0',
    '  fi',
    '  if git diff --quiet "refs/remotes/origin/$BRANCH" "refs/heads/$BRANCH"; then',
    '    echo "The branch $BRANCH has it already."',
    '    exit 0',
    '  fi',
    'fi',
    'with_login push --quiet --force origin "refs/heads/$BRANCH:refs/heads/$BRANCH"',
    ...then,
  ];
}

/**
 * What of the registry PRUNE_REGISTRY nothing needs any more; deleted only where PLIMSOLL_PRUNE is «write», and then only where a kubeconfig tells what clusters
 * run. The policy is that of plimsoll.yaml.
 */
export const pruneStep = [
  'umask 077',
  'rm -rf "$WORK/prune" "$REPORTS"',
  'mkdir -p "$WORK/prune/login" "$REPORTS"',
  'if [ -n "$REGISTRY_PASSWORD" ]; then',
  '  DOCKER_CONFIG="$WORK/prune/login"',
  '  export DOCKER_CONFIG',
  `  LOGIN=$(printf '%s:%s' "$REGISTRY_USER" "$REGISTRY_PASSWORD" | base64 | tr -d '\\n')`,
  `  printf '{"auths":{"%s":{"auth":"%s"}}}' "\${PRUNE_REGISTRY%%/*}" "$LOGIN" > "$DOCKER_CONFIG/config.json"`,
  'fi',
  'set -- "$PRUNE_REGISTRY" --git .',
  'if [ -n "$PLIMSOLL_KUBECONFIG" ]; then',
  `  printf '%s' "$PLIMSOLL_KUBECONFIG" > "$WORK/prune/kubeconfig"`,
  '  set -- "$@" --kubeconfig "$WORK/prune/kubeconfig" --cluster',
  'fi',
  'if [ "$PLIMSOLL_PRUNE" = write ]; then',
  '  set -- "$@" --write',
  'fi',
  'code=0',
  'plimsoll prune registry "$@" --quiet --output "$REPORTS/prune.txt" || code=$?',
  'rm -rf "$WORK/prune"',
  'cat "$REPORTS/prune.txt"',
  'exit "$code"',
] as const;
