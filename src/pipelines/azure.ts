import { parseImageReference } from '../core/image-reference.ts';
import type { PipelineBuild, PipelinePlan, ScannerName } from './pipeline-plan.ts';
import {
  auditStep,
  basesStep,
  bothGates,
  budgetStep,
  commentStep,
  imageStep,
  installPlimsollApart,
  pruneStep,
  pushForClair,
  reviewStep,
  scannerImages,
  scannerStep,
  toolPath,
  updateBranch,
} from './shell-steps.ts';
import { block, head, quoted } from './workflow-text.ts';

/** What Azure offers to run by itself, and the name for a second pipeline where that is the user's. */
export const azurePath = 'azure-pipelines.yml';
export const azureIncludedPath = '.azure/plimsoll.yml';

/** A pipeline for pull requests and the default branch; Azure takes texts, where it is no input of a task. https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/ */
export function azurePipeline(plan: PipelinePlan): string {
  return `${head(plan.command, notes(plan))}
# plimsoll:keep branches
# The default branch, where it is called something else. One run of a branch at a time: of two, the history would lose what one recorded.
trigger:
  batch: "true"
  branches:
    include: [main, master]
# Of repositories on GitHub; in Azure Repos a branch policy (build validation) asks for it.
pr:
  branches:
    include: [main, master]

schedules:
  - cron: 23 4 * * 1
    displayName: weekly review
    branches:
      include: [main, master]
    always: "true"
# plimsoll:end

# plimsoll:keep pool
pool:
  vmImage: ubuntu-24.04
# plimsoll:end

jobs:
${auditJob()}
${commentJob()}${plan.builds.length === 0 ? '' : `\n${imageJob(plan)}`}
${scheduledJobs(plan)}  # plimsoll:keep jobs
  # plimsoll:end
`;
}

const scheduled = "condition: eq(variables['Build.Reason'], 'Schedule')";

function scheduledJobs({ prune }: PipelinePlan): string {
  const review = `  - job: review
    ${scheduled}
    timeoutInMinutes: "30"
    variables:
      REPORTS: plimsoll-reports
    steps:
${setUp(1)}${historyTaken('plimsoll-history')}${bash('Review', reviewStep, ['env:', historyVariable])}      - publish: plimsoll-reports
        artifact: plimsoll-review
        condition: succeededOrFailed()
`;
  const pullRequest = [
    'if [ "$BUILD_REPOSITORY_PROVIDER" = TfsGit ]; then',
    '  OPEN=$(az repos pr list --organization "$SYSTEM_COLLECTIONURI" --project "$SYSTEM_TEAMPROJECT" --repository "$BUILD_REPOSITORY_NAME" --source-branch "$BRANCH" --status active --query "[].pullRequestId" --output tsv)',
    '  if [ -z "$OPEN" ]; then',
    '    az repos pr create --organization "$SYSTEM_COLLECTIONURI" --project "$SYSTEM_TEAMPROJECT" --repository "$BUILD_REPOSITORY_NAME" --source-branch "$BRANCH" --title "$(git log -1 --format=%s "refs/heads/$BRANCH")" --output none',
    '  fi',
    'fi',
  ];
  const bases = `  - job: bases
    condition: and(eq(variables['Build.Reason'], 'Schedule'), eq(variables['Build.Repository.Provider'], 'TfsGit'))
    timeoutInMinutes: "30"
    steps:
${setUp(1)}${bash('Update base images', basesStep(pullRequest), [
  'env:',
  '  GIT_USER: plimsoll',
  '  GIT_PASSWORD: $(System.AccessToken)',
  '  AZURE_DEVOPS_EXT_PAT: $(System.AccessToken)',
])}`;
  const pruned = `  - job: prune
    ${scheduled}
    timeoutInMinutes: "350"
    variables:
      REPORTS: plimsoll-reports
      PRUNE_REGISTRY: ${quoted(prune ?? '')}
    steps:
${setUp(0)}${bash(
  'Clear the registry',
  [...unset('REGISTRY_PASSWORD', 'PLIMSOLL_KUBECONFIG'), ...pruneStep],
  ['env:', '  REGISTRY_PASSWORD: $(REGISTRY_PASSWORD)', '  PLIMSOLL_KUBECONFIG: $(PLIMSOLL_KUBECONFIG)'],
)}      - publish: plimsoll-reports
        artifact: plimsoll-prune
        condition: succeededOrFailed()
`;
  return [review, bases, ...(prune === undefined ? [] : [pruned])].join('\n');
}

function notes({ builds, scanners, prune }: PipelinePlan): string[] {
  return [
    '',
    'Variables of the pipeline (Edit, Variables):',
    '  PLIMSOLL_PACKAGE  the package of Plimsoll, as npm install takes it: the address of its .tgz',
    '  PLIMSOLL_FAIL_ON  error, warning, note or never: from when on a job fails; not set: failOn of plimsoll.yaml, for images error',
    ...(builds.length > 0 && scanners.includes('snyk') ? ['  SNYK_TOKEN        secret'] : []),
    ...(builds.length > 0 && scanners.includes('clair')
      ? ['  CLAIR_URL         the address of your Clair; REGISTRY_USER and REGISTRY_PASSWORD (secret) to push for it']
      : []),
    ...(prune === undefined
      ? []
      : [
          '  PLIMSOLL_PRUNE    write: what the plan says is deleted from the registry; PLIMSOLL_KUBECONFIG (secret) tells what clusters run, REGISTRY_USER and REGISTRY_PASSWORD (secret) log in',
        ]),
    'The history, which budgets of plimsoll.yaml and the review look back into, is an artifact of the runs of each branch, as long as the project keeps runs; pull requests read that of the',
    'branch that they go into. Its tag is found by the az of the agent, with the token of the build.',
    `Newer base images come as the branch ${updateBranch}: the build service has to be allowed «Contribute» and «Create branch».`,
    'The comment of what changed is for Azure Repos: the build service has to be allowed «Contribute to pull requests» in the repository.',
  ];
}

/** What each script begins with. A secret that is not set comes as the text of its own name. */
const scriptStart = ['set -e', 'WORK="$AGENT_TEMPDIRECTORY/plimsoll"', `PATH="${toolPath}:$PATH"`] as const;

function unset(...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => [`case "$${name}" in`, `  '$('*) ${name}= ;;`, 'esac']);
}

function bash(title: string, lines: readonly string[], rest: readonly string[] = []): string {
  return `      - bash: |
${block([...scriptStart, ...lines], 10)}
        displayName: ${title}
${rest.map((line) => `        ${line}\n`).join('')}`;
}

/**
 * This run's copy of the history, which a run of the same branch kept, or one of the branch that the pull request goes into. Of GitHub, Azure names that
 * without `refs/heads/`.
 */
const takeHistory = [
  'BRANCH="${SYSTEM_PULLREQUEST_TARGETBRANCH:-$BUILD_SOURCEBRANCH}"',
  'mkdir -p "$AGENT_TEMPDIRECTORY/plimsoll-history"',
  'if ! RUNS=$(az pipelines runs list --organization "$SYSTEM_COLLECTIONURI" --project "$SYSTEM_TEAMPROJECT" --pipeline-ids "$SYSTEM_DEFINITIONID" --branch "refs/heads/${BRANCH#refs/heads/}" --tags "$ARTIFACT" --query-order FinishTimeDesc --top 5 --query "[].id" --output tsv); then',
  '  [ "$BUILD_REASON" = PullRequest ] || exit 1',
  '  echo "##vso[task.logissue type=warning]The history cannot be read: the budgets have nothing to hold this against"',
  '  exit 0',
  'fi',
  'TAKEN=$([ -n "$RUNS" ] || echo none)',
  'for RUN in $RUNS; do',
  '  if az pipelines runs artifact download --organization "$SYSTEM_COLLECTIONURI" --project "$SYSTEM_TEAMPROJECT" --run-id "$RUN" --artifact-name "$ARTIFACT" --path "$AGENT_TEMPDIRECTORY/plimsoll-history" --output none; then',
  '    TAKEN=$RUN',
  '    break',
  '  fi',
  'done',
  '# To begin anew would be to forget.',
  'if [ -z "$TAKEN" ]; then',
  '  echo "##vso[task.logissue type=error]The history cannot be fetched"',
  '  exit 1',
  'fi',
];

const historyVariable = '  HISTORY: $(Agent.TempDirectory)/plimsoll-history/history.db';

/** @param artifact its name, another for each job, as two that wrote into one would lose the runs of one */
function historyTaken(artifact: string): string {
  return bash('Take the history', takeHistory, [
    'env:',
    `  ARTIFACT: ${artifact}`,
    '  AZURE_DEVOPS_EXT_PAT: $(System.AccessToken)',
  ]);
}

/**
 * As an artifact of the run, which is found again by its tag. A pull request keeps none, and a branch only its own. Locks, and the journal of what was killed while it
 * wrote, are no history.
 */
function historyKept(artifact: string): string {
  const found = [
    'if [ -f "$HISTORY" ] && [ ! -e "$HISTORY-journal" ]; then',
    '  rm -rf "$HISTORY".*',
    '  echo "##vso[task.setvariable variable=PLIMSOLL_KEEP]history"',
    'fi',
  ];
  const isThere = "and(succeededOrFailed(), eq(variables['PLIMSOLL_KEEP'], 'history'))";
  return `${bash('Look for the history', found, [
    "condition: and(succeededOrFailed(), ne(variables['Build.Reason'], 'PullRequest'))",
    'env:',
    historyVariable,
  ])}      - publish: $(Agent.TempDirectory)/plimsoll-history
        artifact: ${artifact}
        condition: ${isThere}
${bash('Say that it has the history', ['echo "##vso[build.addbuildtag]$ARTIFACT"'], [`condition: ${isThere}`, 'env:', `  ARTIFACT: ${artifact}`])}`;
}

/** @param depth commits that are fetched; 0: all */
function setUp(depth: 0 | 1 | 2): string {
  return `      - checkout: self
        fetchDepth: "${depth}"
        persistCredentials: "false"
${node()}`;
}

function node(): string {
  return `      - task: NodeTool@0
        inputs:
          versionSpec: 24.x
${bash('Install Plimsoll', installPlimsollApart)}`;
}

function publish(directory: string, condition = 'succeededOrFailed()'): string {
  return `      - task: PublishTestResults@2
        condition: ${condition}
        inputs:
          testResultsFormat: JUnit
          testResultsFiles: ${directory}/*.xml
          failTaskOnFailedTests: false
          failTaskOnMissingResultsFile: false
`;
}

/** SARIF files in an artifact of this name are what the «Scans» tab shows. Several jobs put files into it. */
function codeAnalysisLogs(file: string): string {
  return `      - task: PublishBuildArtifacts@1
        condition: succeededOrFailed()
        inputs:
          PathtoPublish: ${file}
          ArtifactName: CodeAnalysisLogs
`;
}

function auditJob(): string {
  // A pull request is checked out merged: the first parent is what it goes into.
  const before = ['BEFORE=', 'if [ "$BUILD_REASON" = PullRequest ]; then', '  BEFORE=HEAD^1', 'fi'];
  const audit = auditStep(
    '--format plain --also junit="$WORK/audit/audit.xml" --also sarif="$WORK/audit/plimsoll-audit.sarif"',
  );
  return `  - job: audit
    timeoutInMinutes: "15"
    variables:
      REPORTS: plimsoll-reports
    steps:
${setUp(2)}${historyTaken('plimsoll-history')}${bash('Audit', [...before, ...audit], ['env:', historyVariable])}${historyKept('plimsoll-history')}${publish('plimsoll-reports')}${codeAnalysisLogs('plimsoll-reports/plimsoll-audit.sarif')}      - publish: plimsoll-reports
        artifact: plimsoll-audit
        condition: succeededOrFailed()
`;
}

function commentJob(): string {
  return `  - job: comment
    dependsOn: audit
    condition: >-
      and(not(canceled()), eq(variables['Build.Reason'], 'PullRequest'), eq(variables['Build.Repository.Provider'], 'TfsGit'),
      ne(variables['System.PullRequest.IsFork'], 'True'))
    timeoutInMinutes: "10"
    variables:
      REPORTS: $(Pipeline.Workspace)/plimsoll-audit
    steps:
      - checkout: none
      - download: current
        artifact: plimsoll-audit
${node()}${bash('Say what changed', commentStep, ['env:', '  PLIMSOLL_COMMENT_TOKEN: $(System.AccessToken)'])}`;
}

function matrixEntry({ id, image, context, dockerfile, target }: PipelineBuild): string {
  return `        ${id.replaceAll('-', '_').replace(/^(?=\d)/, 'image_')}:
          ID: ${quoted(id)}
          IMAGE: ${quoted(image)}
          REGISTRY: ${quoted(parseImageReference(image)?.registry ?? 'docker.io')}
          CONTEXT: ${quoted(context)}
          DOCKERFILE: ${quoted(dockerfile)}
          TARGET: ${quoted(target ?? '')}
`;
}

/** The cache of layers is a directory that the pipeline keeps; what was not used this time is left behind with the old one. */
const build = [
  'docker buildx create --use --name plimsoll',
  'docker buildx build --file "$DOCKERFILE" --target "$TARGET" --tag "$IMAGE:ci-$BUILD_SOURCEVERSION" \\',
  '  --cache-from "type=local,src=$CACHE" --cache-to "type=local,dest=$CACHE.new,mode=max" \\',
  '  --output "type=docker,dest=$WORK/image.tar" "$CONTEXT"',
  'rm -rf "$CACHE"',
  'mv "$CACHE.new" "$CACHE"',
] as const;

function imageJob({ builds, scanners }: PipelinePlan): string {
  const run = (['trivy', 'grype'] as const).filter((name) => scanners.includes(name));
  const hasBudgets = builds.some(({ hasBudget }) => hasBudget);
  return `  - job: image
    timeoutInMinutes: "60"
    strategy:
      matrix:
${builds.map((each) => matrixEntry(each) + (hasBudgets ? `          BUDGET: "${each.hasBudget}"\n` : '')).join('')}    variables:
      REPORTS: plimsoll-reports
      CACHE: $(Pipeline.Workspace)/buildkit-cache
      PLIMSOLL_DB: $(Pipeline.Workspace)/advisories
${run.map((name) => `      ${name.toUpperCase()}_IMAGE: ${scannerImages[name]}\n`).join('')}    steps:
${setUp(hasBudgets ? 0 : 1)}      - task: Cache@2
        inputs:
          key: '"plimsoll-layers" | "$(ID)" | "$(Build.SourceVersion)"'
          restoreKeys: '"plimsoll-layers" | "$(ID)"'
          path: $(CACHE)
${bash('Build', build)}${scanners.map(scannerSteps).join('')}      - task: Cache@2
        inputs:
          key: '"plimsoll-advisories" | "$(Build.BuildId)" | "$(ID)"'
          restoreKeys: '"plimsoll-advisories"'
          path: $(PLIMSOLL_DB)
${bash('Fetch new advisories', ['plimsoll db update --quiet'])}${historyTaken('plimsoll-history-$(ID)')}${bash('Look into the image', gates(scanners, hasBudgets), ['env:', historyVariable])}${historyKept('plimsoll-history-$(ID)')}${publish('plimsoll-reports')}      - bash: |
          mkdir -p "$REPORTS"
          if [ -f "$REPORTS/image.sarif" ]; then
            mkdir -p "$AGENT_TEMPDIRECTORY/plimsoll/logs"
            cp "$REPORTS/image.sarif" "$AGENT_TEMPDIRECTORY/plimsoll/logs/plimsoll-image-$ID.sarif"
          fi
        displayName: Name the log of the image
        condition: succeededOrFailed()
${codeAnalysisLogs('$(Agent.TempDirectory)/plimsoll/logs')}      - publish: plimsoll-reports
        artifact: plimsoll-image-$(ID)
        condition: succeededOrFailed()
`;
}

function gates(scanners: readonly ScannerName[], hasBudgets: boolean): readonly string[] {
  const gate = imageStep(scanners, '--format junit --output "$REPORTS/image.xml"', [
    '--sarif --output "$REPORTS/image.sarif"',
  ]);
  if (!hasBudgets) return gate;
  const budget = ['if [ "$BUDGET" = true ]; then', ...budgetStep(true).map((line) => `  ${line}`), 'fi'];
  return bothGates(gate, budget);
}

function scannerSteps(scanner: ScannerName): string {
  if (scanner === 'clair')
    return bash(
      'Push for Clair',
      [...unset('REGISTRY_PASSWORD'), 'IMAGE_TAG="$IMAGE:ci-$BUILD_SOURCEVERSION"', ...pushForClair],
      [
        "condition: and(succeeded(), ne(variables['Build.Reason'], 'PullRequest'))",
        'env:',
        '  REGISTRY_PASSWORD: $(REGISTRY_PASSWORD)',
      ],
    );
  const title = { trivy: 'Trivy', grype: 'Grype', snyk: 'Snyk' }[scanner];
  if (scanner !== 'snyk') return bash(title, scannerStep(scanner));
  return bash(title, [...unset('SNYK_TOKEN'), ...scannerStep('snyk')], ['env:', '  SNYK_TOKEN: $(SNYK_TOKEN)']);
}
