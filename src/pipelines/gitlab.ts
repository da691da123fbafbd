import { parseImageReference } from '../core/image-reference.ts';
import type { PipelineBuild, PipelinePlan, ScannerName } from './pipeline-plan.ts';
import {
  auditStep,
  basesStep,
  bothGates,
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

/** The file that GitLab reads by itself, and the one that it is told to include where that is the user's. */
export const gitlabPath = '.gitlab-ci.yml';
export const gitlabIncludedPath = '.gitlab/plimsoll.yml';

function scriptItem(lines: readonly string[]): string {
  return `    - |\n${block(lines, 6)}\n`;
}

/** With git, and without. */
const nodeGitImage = 'node:24-bookworm';
const nodeImage = 'node:24-bookworm-slim';
const dockerImage = 'docker:28-cli';
const dockerService = 'docker:28-dind';

/**
 * Jobs for merge requests and the default branch. GitLab shows JUnit and code quality reports in merge requests in every tier.
 * https://docs.gitlab.com/ci/yaml/, https://docs.gitlab.com/ci/yaml/artifacts_reports/
 */
export function gitlabPipeline(plan: PipelinePlan): string {
  return `${head(plan.command, notes(plan))}
.plimsoll:
  stage: test
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      variables:
        PLIMSOLL_HISTORY: pull
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      variables:
        PLIMSOLL_HISTORY: pull-push
  interruptible: true
${
  plan.package === undefined
    ? ''
    : `  variables:
    PLIMSOLL_PACKAGE: ${quoted(plan.package)}
`
}  # plimsoll:keep runner
  # tags: [docker]
  # plimsoll:end

.plimsoll-install:
  extends: .plimsoll
  image: ${nodeImage}
  before_script:
    - |
${block(installPlimsoll, 6)}

${auditJob()}
${commentJob()}${plan.builds.map((build) => `\n${buildJob(build, plan.scanners)}\n${imageJob(build, plan.scanners)}`).join('')}
${scheduledJobs(plan)}
# plimsoll:keep jobs
# plimsoll:end
`;
}

/**
 * The history as a cache, which the default branch alone writes; the keys are other ones for each job, as two that wrote into one would lose the runs of one.
 * Protected branches and others have caches of their own, unless they are told to share it.
 * @param further what else the job caches
 */
function historyCache(key: string, policy: '$PLIMSOLL_HISTORY' | 'pull', further = ''): string {
  return `  cache:
    - key: ${key}
      policy: ${policy}
      when: always
      paths:
        - ${historyDirectory}
      # plimsoll:keep cache-${key}
      # Without it, merge requests of branches that are not protected have no history; with it, who may push can change this file there, and write to it.
      unprotect: true
      # plimsoll:end
${further}`;
}

/** Where a cache may lie: in the checkout, which it leaves while there is something to audit. */
const historyDirectory = 'plimsoll-history';

const takeHistory = [
  'rm -rf "$WORK/history"',
  'mkdir -p "$WORK"',
  `if [ -d ${historyDirectory} ]; then`,
  `  mv ${historyDirectory} "$WORK/history"`,
  'fi',
];

/** After the script, whatever it ended with. Locks of what was killed are no history. */
const historyKept = `  after_script:
${scriptItem(['rm -rf "$HISTORY".*', 'if [ -d "$WORK/history" ]; then', `  mv "$WORK/history" ${historyDirectory}`, 'fi'])}`;

const work = '$CI_BUILDS_DIR/plimsoll-$CI_JOB_ID';
const historyVariable = `HISTORY: ${work}/history/history.db`;

/** In pipelines of a schedule: Build, Pipeline schedules. */
function scheduledJobs({ prune }: PipelinePlan): string {
  const rules = (condition = '') => `  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"${condition}
`;
  const review = `plimsoll-review:
  extends: .plimsoll-install
  image: ${nodeGitImage}
${rules()}  variables:
    WORK: ${work}
    REPORTS: plimsoll-reports-review
    ${historyVariable}
${historyCache('plimsoll-history', 'pull')}  script:
${scriptItem(takeHistory)}${scriptItem(reviewStep)}  artifacts:
    when: always
    expire_in: 13 weeks
    paths:
      - plimsoll-reports-review
`;
  const mergeRequest = [
    'with_login push --quiet --force --push-option=merge_request.create --push-option="merge_request.target=$CI_DEFAULT_BRANCH" origin "refs/heads/$BRANCH:refs/heads/$BRANCH"',
  ];
  const bases = `plimsoll-bases:
  extends: .plimsoll-install
  image: ${nodeGitImage}
${rules(' && $PLIMSOLL_PUSH_TOKEN')}  interruptible: false
  variables:
    GIT_USER: oauth2
  script:
    - git remote set-url origin "$CI_PROJECT_URL.git"
${scriptItem(['export GIT_PASSWORD="$PLIMSOLL_PUSH_TOKEN"', ...withPush(basesStep([]), mergeRequest)])}`;
  const pruned = `plimsoll-prune:
  extends: .plimsoll-install
  image: ${nodeGitImage}
${rules()}  interruptible: false
  resource_group: plimsoll-prune
  timeout: 6h
  variables:
    GIT_DEPTH: "0"
    WORK: ${work}
    REPORTS: plimsoll-reports-prune
    PRUNE_REGISTRY: ${quoted(prune ?? '')}
  script:
${scriptItem(pruneStep)}  artifacts:
    when: always
    expire_in: 13 weeks
    paths:
      - plimsoll-reports-prune
`;
  return [review, bases, ...(prune === undefined ? [] : [pruned])].join('\n');
}

/** GitLab makes the merge request where the branch is pushed. */
function withPush(lines: readonly string[], push: readonly string[]): readonly string[] {
  return [...lines.slice(0, -1), ...push];
}

function notes({ builds, scanners, prune }: PipelinePlan): string[] {
  return [
    '',
    'Variables of the project (Settings, CI/CD):',
    '  PLIMSOLL_PACKAGE        the package of Plimsoll, as npm install takes it: the address of its .tgz',
    '  PLIMSOLL_FAIL_ON        error, warning, note or never: from when on a job fails; not set: failOn of plimsoll.yaml, for images error',
    '  PLIMSOLL_COMMENT_TOKEN  masked: a project access token with scope «api» and role Reporter, for the comment of what changed',
    `  PLIMSOLL_PUSH_TOKEN     masked: a project access token with scope «write_repository» and role Developer, for newer base images as the branch ${updateBranch}`,
    ...(prune === undefined
      ? []
      : [
          '  PLIMSOLL_PRUNE          write: what the plan says is deleted from the registry; PLIMSOLL_KUBECONFIG (masked) tells what clusters run, REGISTRY_USER and REGISTRY_PASSWORD log in',
        ]),
    ...(builds.length > 0 && scanners.includes('snyk') ? ['  SNYK_TOKEN              masked'] : []),
    ...(builds.length > 0 && scanners.includes('clair')
      ? [
          '  CLAIR_URL               the address of your Clair; REGISTRY_USER and REGISTRY_PASSWORD (masked) to push for it',
        ]
      : []),
    ...(builds.length > 0
      ? [
          'Images are built by Docker in Docker: the runner has to allow privileged containers. The cache is in the project’s registry.',
        ]
      : []),
    'The history, which budgets of plimsoll.yaml and the review look back into, is a cache of the project (GitLab 16.1): runners have to share theirs, and to clear them is to begin anew.',
    'Pipelines of a fork have the cache of the fork: there is no history there.',
    'A schedule (Build, Pipeline schedules) runs the weekly review, and looks into the images again.',
    'Tags of images can be moved: Renovate pins them by digest and keeps them current.',
  ];
}

/** Compared is with the commit that the merge request began at, which a shallow clone need not have. */
function auditJob(): string {
  const fetchBefore = [
    'if [ -n "$BEFORE" ] && ! git cat-file -e "$BEFORE^{commit}" 2> /dev/null; then',
    '  git fetch --quiet --depth 1 origin "$BEFORE"',
    'fi',
  ];
  return `plimsoll-audit:
  extends: .plimsoll-install
  image: ${nodeGitImage}
  variables:
    BEFORE: $CI_MERGE_REQUEST_DIFF_BASE_SHA
    WORK: ${work}
    REPORTS: plimsoll-reports-audit
    ${historyVariable}
${historyCache('plimsoll-history', '$PLIMSOLL_HISTORY')}  resource_group: plimsoll-audit-$CI_COMMIT_REF_SLUG
  script:
${scriptItem(takeHistory)}${scriptItem(fetchBefore)}${scriptItem(
  auditStep(
    '--format plain --also junit="$WORK/audit/audit.xml" --also codequality="$WORK/audit/code-quality.json" --also sarif="$WORK/audit/audit.sarif"',
  ),
)}${historyKept}  artifacts:
    when: always
    expire_in: 1 week
    paths:
      - plimsoll-reports-audit
    reports:
      junit: plimsoll-reports-audit/audit.xml
      codequality: plimsoll-reports-audit/code-quality.json
`;
}

/** One at a time for a merge request, so that two do not write two comments. A job's own token may not write notes. */
function commentJob(): string {
  return `plimsoll-comment:
  extends: .plimsoll-install
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event" && $PLIMSOLL_COMMENT_TOKEN
      when: always
  needs:
    - plimsoll-audit
  resource_group: plimsoll-comment-$CI_MERGE_REQUEST_IID
  variables:
    GIT_STRATEGY: none
    REPORTS: plimsoll-reports-audit
  script:
${scriptItem(commentStep)}`;
}

/** In the checkout, as it goes from one job to the next. */
const imageWork = (id: string) => `$CI_PROJECT_DIR/plimsoll-work-${id}`;

function variables({ id, image, dockerfile, context, target }: PipelineBuild, rest: readonly string[]): string {
  return [
    '  variables:',
    ...[
      `WORK: ${imageWork(id)}`,
      `REPORTS: plimsoll-reports-image-${id}`,
      `CONTEXT: ${quoted(context)}`,
      `DOCKERFILE: ${quoted(dockerfile)}`,
      `TARGET: ${quoted(target ?? '')}`,
      `IMAGE_TAG: ${quoted(`${image}:ci-$CI_COMMIT_SHA`)}`,
      ...rest,
    ].map((line) => `    ${line}`),
  ].join('\n');
}

function buildJob(build: PipelineBuild, scanners: readonly ScannerName[]): string {
  const { id, image } = build;
  const run = (['trivy', 'grype'] as const).filter((name) => scanners.includes(name));
  return `plimsoll-build-${id}:
  extends: .plimsoll
  image: ${dockerImage}
  services:
    - ${dockerService}
${variables(build, [
  'DOCKER_HOST: tcp://docker:2376',
  'DOCKER_TLS_CERTDIR: /certs',
  'DOCKER_TLS_VERIFY: "1"',
  'DOCKER_CERT_PATH: /certs/client',
  `REGISTRY: ${quoted(parseImageReference(image)?.registry ?? 'docker.io')}`,
  ...run.map((name) => `${name.toUpperCase()}_IMAGE: ${scannerImages[name]}`),
])}
  script:
    - mkdir -p "$WORK"
    - docker context create plimsoll
    - docker buildx create --use plimsoll
    - printf %s "$CI_REGISTRY_PASSWORD" | docker login --username "$CI_REGISTRY_USER" --password-stdin "$CI_REGISTRY"
    - |
      docker buildx build --file "$DOCKERFILE" --target "$TARGET" --tag "$IMAGE_TAG" \\
        --cache-from "type=registry,ref=$CI_REGISTRY_IMAGE/cache:${id}" \\
        --cache-to "type=registry,ref=$CI_REGISTRY_IMAGE/cache:${id},mode=max" \\
        --output "type=docker,dest=$WORK/image.tar" "$CONTEXT"
${run.map((name) => scriptItem(scannerStep(name))).join('')}${scanners.includes('clair') ? clairItem() : ''}  artifacts:
    expire_in: 1 day
    paths:
      - plimsoll-work-${id}
`;
}

/** In a shell of its own, as what leaves it early would leave the job. */
function subshellItem(lines: readonly string[]): string {
  return scriptItem(['(', ...lines.map((line) => `  ${line}`), ')']);
}

function clairItem(): string {
  return subshellItem(['if [ "$CI_COMMIT_BRANCH" != "$CI_DEFAULT_BRANCH" ]; then', '  exit 0', 'fi', ...pushForClair]);
}

const advisories = `    - key: plimsoll-advisories
      paths:
        - .plimsoll-advisories
`;

function imageJob(build: PipelineBuild, scanners: readonly ScannerName[]): string {
  const { id, hasBudget } = build;
  // The history says which commit crossed a budget.
  const depth = hasBudget ? ['GIT_DEPTH: "0"'] : [];
  const gate = imageStep(scanners, '--format junit --output "$REPORTS/image.xml"');
  return `plimsoll-image-${id}:
  extends: .plimsoll-install
  image: ${nodeGitImage}
  needs:
    - plimsoll-build-${id}
  resource_group: plimsoll-image-${id}-$CI_COMMIT_REF_SLUG
${variables(build, ['PLIMSOLL_DB: $CI_PROJECT_DIR/.plimsoll-advisories', `HISTORY: ${imageWork(id)}/history/history.db`, ...depth])}
${historyCache(`plimsoll-history-${id}`, '$PLIMSOLL_HISTORY', advisories)}  script:
${scriptItem(takeHistory)}${scanners.includes('snyk') ? subshellItem(scannerStep('snyk')) : ''}    - plimsoll db update --quiet
${scriptItem(hasBudget ? bothGates(gate, budgetStep(false)) : gate)}${historyKept}  artifacts:
    when: always
    expire_in: 1 week
    paths:
      - plimsoll-reports-image-${id}
    reports:
      junit: plimsoll-reports-image-${id}/image.xml
`;
}
