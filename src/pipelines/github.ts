import { parseImageReference } from '../core/image-reference.ts';
import type { PipelineBuild, PipelinePlan } from './pipeline-plan.ts';
import {
  auditStep,
  basesStep,
  budgetStep,
  commentStep,
  imageStep,
  installPlimsoll,
  pruneStep,
  pushForClair,
  reviewStep,
  scannerImages,
  scannerStep,
  updateBranch,
} from './shell-steps.ts';
import { block, head, quoted } from './workflow-text.ts';

/** Where GitHub looks. https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax */
export const githubPath = '.github/workflows/plimsoll.yml';

/** Commits of the tags named behind them, as each action's repository has them. */
export const actions = {
  checkout: 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  node: 'actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0',
  cache: 'actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5',
  artifact: 'actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0',
  download: 'actions/download-artifact@70fc10c6e5e1ce46ad2ea6f2b72d43f7d47b13c3 # v8.0.0',
  buildx: 'docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0',
  build: 'docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0',
  sarif: 'github/codeql-action/upload-sarif@8aad20d150bbac5944a9f9d289da16a4b0d87c1e # v4.36.2',
} as const;

/** A workflow for pull requests and the default branch. */
export function githubWorkflow(plan: PipelinePlan): string {
  return `${head(plan.command, notes(plan))}
name: plimsoll

on:
  pull_request:
  # Jobs of a push run where it is one to the default branch.
  push:
  schedule:
    - cron: '23 4 * * 1'
  workflow_dispatch:

# Each job is given what it needs.
permissions: {}

concurrency:
  group: plimsoll-\${{ github.ref }}
  cancel-in-progress: \${{ github.event_name == 'pull_request' }}

env:
  PLIMSOLL_PACKAGE: \${{ vars.PLIMSOLL_PACKAGE${plan.package === undefined ? '' : ` || '${plan.package}'`} }}
  PLIMSOLL_FAIL_ON: \${{ vars.PLIMSOLL_FAIL_ON }}

jobs:
${auditJob()}
${commentJob()}${plan.builds.length === 0 ? '' : `\n${imageJob(plan)}`}
${scheduledJobs(plan)}  # plimsoll:keep jobs
  # plimsoll:end
`;
}

/** Its name is the repository's to choose, and nothing that a trigger can ask for. A tag may be called the same (`github.ref_name`), and is not it. */
const isDefaultBranch = "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)";
const notOtherBranch = `if: github.event_name != 'push' || ${isDefaultBranch}`;

/** Every week, and where somebody starts the workflow. */
const scheduled = "if: github.event_name == 'schedule' || github.event_name == 'workflow_dispatch'";

const pullRequest = [
  'if [ -z "$(gh pr list --head "$BRANCH" --state open --json number --jq \'.[].number\')" ]; then',
  '  git log -1 --format=%B "refs/heads/$BRANCH" | tail -n +3 > "$WORK/body.md"',
  '  gh pr create --head "$BRANCH" --title "$(git log -1 --format=%s "refs/heads/$BRANCH")" --body-file "$WORK/body.md"',
  'fi',
];

function scheduledJobs({ prune }: PipelinePlan): string {
  const review = `  review:
    ${scheduled}
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    permissions:
      contents: read
      actions: read # the history
    env:
      ${work}
      REPORTS: plimsoll-reports
    steps:
${checkout(1)}${install()}${historyTaken('plimsoll-history')}      - name: Review
        env:
          ${historyVariable}
        run: |
${block(reviewStep, 10)}
      - name: Show it
        if: always() && hashFiles('plimsoll-reports/*.md') != ''
        run: |
${block(['for name in review audit; do', '  if [ -f "$REPORTS/$name.md" ]; then', '    cat "$REPORTS/$name.md" >> "$GITHUB_STEP_SUMMARY"', '  fi', 'done'], 10)}
${keepReports('Keep the reports', 'plimsoll-review')}`;
  const bases = `  bases:
    ${scheduled}
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    permissions:
      contents: write # the branch ${updateBranch}
      pull-requests: write # its pull request
    env:
      ${work}
    steps:
${checkout(1)}${install()}      - name: Update base images
        env:
          GIT_USER: x-access-token
          GIT_PASSWORD: \${{ github.token }}
          GH_TOKEN: \${{ github.token }}
        run: |
${block(['mkdir -p "$WORK"', ...basesStep(pullRequest)], 10)}
`;
  const pruned =
    prune === undefined
      ? ''
      : `  prune:
    ${scheduled}
    runs-on: ubuntu-24.04
    timeout-minutes: 350
    # Never two at once, and never one cut off.
    concurrency:
      group: plimsoll-prune
      cancel-in-progress: false
    permissions:
      contents: read
    env:
      ${work}
      REPORTS: plimsoll-reports
      PRUNE_REGISTRY: ${quoted(prune)}
    steps:
${checkout(0)}${install()}      - name: Clear the registry
        env:
          PLIMSOLL_PRUNE: \${{ vars.PLIMSOLL_PRUNE }}
          PLIMSOLL_KUBECONFIG: \${{ secrets.PLIMSOLL_KUBECONFIG }}
          REGISTRY_USER: \${{ vars.REGISTRY_USER }}
          REGISTRY_PASSWORD: \${{ secrets.REGISTRY_PASSWORD }}
        run: |
${block(pruneStep, 10)}
${keepReports('Keep the plan', 'plimsoll-prune')}`;
  return [review, bases, pruned].filter((job) => job !== '').join('\n');
}

function notes({ builds, scanners, prune }: PipelinePlan): string[] {
  return [
    '',
    'Variables of the repository (Settings, Secrets and variables, Actions):',
    '  PLIMSOLL_PACKAGE  the package of Plimsoll, as npm install takes it: the address of its .tgz',
    '  PLIMSOLL_FAIL_ON  error, warning, note or never: from when on a job fails; not set: failOn of plimsoll.yaml, for images error',
    'Pull requests of forks are given no variables: «--package» writes the package into this file; plimsoll.yaml has failOn.',
    ...(scanners.includes('clair') && builds.length > 0
      ? [
          '  CLAIR_URL         the address of your Clair; REGISTRY_USER with the secret REGISTRY_PASSWORD to push for it',
        ]
      : []),
    ...(scanners.includes('snyk') && builds.length > 0 ? ['Secret: SNYK_TOKEN'] : []),
    ...(prune === undefined
      ? []
      : [
          '  PLIMSOLL_PRUNE    write: what the plan says is deleted from the registry; secrets PLIMSOLL_KUBECONFIG, what clusters run, and REGISTRY_PASSWORD with the variable REGISTRY_USER',
        ]),
    'Pull requests with newer base images: Settings, Actions, General, «Allow GitHub Actions to create and approve pull requests».',
    'The history, which budgets of plimsoll.yaml and the review look back into, is an artifact of the default branch, kept for 90 days after its last run; pull requests read it.',
    'Actions are pinned by commit; Renovate and Dependabot keep them current.',
  ];
}

/** @param depth commits that are fetched; 0: all */
function checkout(depth: 0 | 1 | 2): string {
  return `      - uses: ${actions.checkout}
        with:
${depth === 1 ? '' : `          fetch-depth: ${depth}\n`}          persist-credentials: false
`;
}

function install(): string {
  return `      - uses: ${actions.node}
        with:
          node-version: 24
          package-manager-cache: false
      - name: Install Plimsoll
        run: |
${block(installPlimsoll, 10)}
`;
}

/** What a fork or Dependabot starts may not write: its findings are in the log and in the reports. */
const mayWrite = `github.actor != 'dependabot[bot]' &&
          (github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository)`;

function sarifStep(file: string, category: string): string {
  return `      - name: Show the findings in the pull request
        if: >-
          always() && hashFiles('${file}') != '' && ${mayWrite}
        uses: ${actions.sarif}
        with:
          sarif_file: ${file}
          category: ${category}
`;
}

/** What a job wrote into its directory of reports, whether it failed or not. */
function keepReports(title: string, artifact: string): string {
  return `      - name: ${title}
        if: always()
        uses: ${actions.artifact}
        with:
          name: ${artifact}
          path: plimsoll-reports
          if-no-files-found: ignore
`;
}

const permissions = `    permissions:
      contents: read
      actions: read # the history
      security-events: write # upload-sarif
`;

/** This run's copy of the history; as a step's variable, as `runner` is nothing that a job's can name. */
const historyVariable = `HISTORY: \${{ runner.temp }}/plimsoll-history/history.db`;

/**
 * The newest that a run of the default branch kept. A fork may call its branch and its artifact alike, but the run says whose branch it was. Where the list
 * cannot be had, the default branch fails: it would begin anew, and be the newest.
 */
const takeHistory = [
  'if ! KEPT=$(gh api --paginate "repos/$GITHUB_REPOSITORY/actions/artifacts?name=$ARTIFACT&per_page=100" --jq \'.artifacts[] |',
  '  select((.expired | not) and .workflow_run.head_branch == env.DEFAULT_BRANCH and',
  '    .workflow_run.head_repository_id == .workflow_run.repository_id) |',
  '  "\\(.created_at) \\(.workflow_run.id)"\'); then',
  '  [ "$GITHUB_EVENT_NAME" = pull_request ] || exit 1',
  '  echo "::notice title=Plimsoll::The history cannot be read: the budgets have nothing to hold this against"',
  '  exit 0',
  'fi',
  'rm -rf "$(dirname "$HISTORY")"',
  'NEWEST=$(printf "%s\\n" "$KEPT" | sort | tail -n 1)',
  'if [ -n "$NEWEST" ]; then',
  '  gh run download "${NEWEST#* }" --repo "$GITHUB_REPOSITORY" --name "$ARTIFACT" --dir "$(dirname "$HISTORY")"',
  'fi',
];

/** @param artifact its name, another for each job, as two that wrote into one would lose the runs of one */
function historyTaken(artifact: string): string {
  return `      - name: Take the history
        id: history
        env:
          ${historyVariable}
          ARTIFACT: ${artifact}
          DEFAULT_BRANCH: \${{ github.event.repository.default_branch || github.ref_name }}
          GH_TOKEN: \${{ github.token }}
        run: |
${block(takeHistory, 10)}
`;
}

/** Only the default branch keeps it. A schedule is always its own. What SQLite needs to mend a run that was killed goes with it. */
function historyKept(artifact: string): string {
  return `      - name: Keep the history
        if: >-
          !cancelled() && steps.history.outcome == 'success' && (github.event_name == 'schedule' ||
          github.event_name != 'pull_request' && ${isDefaultBranch})
        uses: ${actions.artifact}
        with:
          name: ${artifact}
          path: |
            \${{ runner.temp }}/plimsoll-history/history.db
            \${{ runner.temp }}/plimsoll-history/history.db-journal
          if-no-files-found: ignore
          overwrite: true
          retention-days: 90
`;
}

/** Outside of the checkout, so that it is no part of what is audited. */
const work = `WORK: \${{ github.workspace }}/../plimsoll`;

/** A pull request is checked out merged: the first parent is what it goes into. */
function auditJob(): string {
  return `  audit:
    ${notOtherBranch}
    runs-on: ubuntu-24.04
    timeout-minutes: 15
${permissions}    env:
      ${work}
      REPORTS: plimsoll-reports
    steps:
${checkout(2)}${install()}${historyTaken('plimsoll-history')}      - name: Audit
        env:
          ${historyVariable}
          BEFORE: \${{ github.event_name == 'pull_request' && 'HEAD^1' || '' }}
        run: |
${block(auditStep('--format github --also sarif="$WORK/audit/audit.sarif"'), 10)}
${historyKept('plimsoll-history')}${sarifStep('plimsoll-reports/audit.sarif', 'plimsoll-audit')}      - name: Show what changed
        if: always() && hashFiles('plimsoll-reports/change.md') != ''
        run: cat "$REPORTS/change.md" >> "$GITHUB_STEP_SUMMARY"
${keepReports('Keep the reports and the patch', 'plimsoll-audit')}`;
}

/** Alone has the right to write to pull requests, and sees nothing of the repository but the reports. */
function commentJob(): string {
  return `  comment:
    needs: audit
    if: >-
      !cancelled() && github.event_name == 'pull_request' && github.actor != 'dependabot[bot]' &&
      github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      pull-requests: write # one comment, and suggestions
    env:
      REPORTS: plimsoll-reports
    steps:
${install()}      - uses: ${actions.download}
        with:
          name: plimsoll-audit
          path: plimsoll-reports
      - name: Say what changed
        env:
          PLIMSOLL_COMMENT_TOKEN: \${{ github.token }}
        run: |
${block(commentStep, 10)}
`;
}

function matrixEntry({ id, image, context, dockerfile, target, hasBudget }: PipelineBuild): string {
  return `          - id: ${quoted(id)}
            image: ${quoted(image)}
            registry: ${quoted(parseImageReference(image)?.registry ?? 'docker.io')}
            context: ${quoted(context)}
            dockerfile: ${quoted(dockerfile)}
            target: ${quoted(target ?? '')}
            budget: ${hasBudget}
`;
}

function imageJob({ builds, scanners }: PipelinePlan): string {
  const images = (['trivy', 'grype'] as const).filter((name) => scanners.includes(name));
  const hasBudgets = builds.some(({ hasBudget }) => hasBudget);
  const imageHistory = `plimsoll-history-\${{ matrix.id }}`;
  const imageTag = `\${{ matrix.image }}:ci-\${{ github.sha }}`;
  return `  image:
    name: image (\${{ matrix.id }})
    ${notOtherBranch}
    runs-on: ubuntu-24.04
    timeout-minutes: 60
${permissions}    strategy:
      fail-fast: false
      matrix:
        include:
${builds.map(matrixEntry).join('')}    env:
      DOCKERFILE: \${{ matrix.dockerfile }}
      IMAGE_TAG: ${imageTag}
      REPORTS: plimsoll-reports
      ${work}
${images.length === 0 ? '' : `      # Tags can be moved: Renovate pins them by digest.\n`}${images
  .map((name) => `      ${name.toUpperCase()}_IMAGE: ${scannerImages[name]}\n`)
  .join('')}    steps:
${checkout(hasBudgets ? 0 : 1)}${install()}      - uses: ${actions.buildx}
      - name: Make room for the image
        run: rm -rf "$WORK" && mkdir -p "$WORK"
      - name: Build
        uses: ${actions.build}
        with:
          context: \${{ matrix.context }}
          file: \${{ matrix.dockerfile }}
          target: \${{ matrix.target }}
          tags: \${{ env.IMAGE_TAG }}
          outputs: type=docker,dest=\${{ env.WORK }}/image.tar
          cache-from: type=gha,scope=\${{ matrix.id }}
          cache-to: type=gha,mode=max,scope=\${{ matrix.id }}
${scanners.map(scannerSteps).join('')}      - uses: ${actions.cache}
        with:
          path: ~/.cache/plimsoll/advisories
          key: plimsoll-advisories-\${{ github.run_id }}-\${{ matrix.id }}
          restore-keys: plimsoll-advisories-
      - name: Fetch new advisories
        run: plimsoll db update --quiet
${historyTaken(imageHistory)}      - name: Look into the image
        env:
          ${historyVariable}
${scanners.includes('clair') ? `          CLAIR_URL: \${{ vars.CLAIR_URL }}\n` : ''}        run: |
${block(imageStep(scanners, '--sarif --output "$REPORTS/image.sarif"', ['--markdown >> "$GITHUB_STEP_SUMMARY"']), 10)}
${historyKept(imageHistory)}${sarifStep('plimsoll-reports/image.sarif', `plimsoll-image-\${{ matrix.id }}`)}${hasBudgets ? budgetSteps() : ''}${keepReports('Keep the reports', `plimsoll-image-\${{ matrix.id }}`)}`;
}

function budgetSteps(): string {
  return `      - name: Keep to the size budget
        if: "!cancelled() && matrix.budget"
        env:
          CONTEXT: \${{ matrix.context }}
          TARGET: \${{ matrix.target }}
        run: |
${block(budgetStep(true), 10)}
`;
}

function scannerSteps(scanner: PipelinePlan['scanners'][number]): string {
  if (scanner === 'clair')
    return `      - name: Push for Clair
        if: github.event_name == 'push'
        env:
          CLAIR_URL: \${{ vars.CLAIR_URL }}
          REGISTRY: \${{ matrix.registry }}
          REGISTRY_USER: \${{ vars.REGISTRY_USER }}
          REGISTRY_PASSWORD: \${{ secrets.REGISTRY_PASSWORD }}
        run: |
${block(pushForClair, 10)}
`;
  const title = { trivy: 'Trivy', grype: 'Grype', snyk: 'Snyk' }[scanner];
  return `      - name: ${title}
${scanner === 'snyk' ? `        env:\n          SNYK_TOKEN: \${{ secrets.SNYK_TOKEN }}\n` : ''}        run: |
${block(scannerStep(scanner), 10)}
`;
}
