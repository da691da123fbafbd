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
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
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

/** In pipelines of a schedule: Build, Pipeline schedules. */
function scheduledJobs({ prune }: PipelinePlan): string {
  const rules = (condition = '') => `  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"${condition}
`;
  const review = `plimsoll-review:
  extends: .plimsoll-install
  image: ${nodeGitImage}
${rules()}  variables:
    WORK: $CI_BUILDS_DIR/plimsoll-$CI_JOB_ID
    REPORTS: plimsoll-reports-review
  script:
${scriptItem(reviewStep)}  artifacts:
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
    WORK: $CI_BUILDS_DIR/plimsoll-$CI_JOB_ID
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
    WORK: $CI_BUILDS_DIR/plimsoll-$CI_JOB_ID
    REPORTS: plimsoll-reports-audit
  script:
${scriptItem(fetchBefore)}${scriptItem(
  auditStep(
    '--format plain --also junit="$WORK/audit/audit.xml" --also codequality="$WORK/audit/code-quality.json" --also sarif="$WORK/audit/audit.sarif"',
  ),
)}  artifacts:
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

function variables({ id, image, dockerfile, context, target }: PipelineBuild, rest: readonly string[]): string {
  return [
    '  variables:',
    ...[
      `WORK: $CI_PROJECT_DIR/plimsoll-work-${id}`,
      `REPORTS: plimsoll-reports-${id}`,
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

function scriptItem(lines: readonly string[]): string {
  return `    - |\n${block(lines, 6)}\n`;
}

/** In a shell of its own, as what leaves it early would leave the job. */
function subshellItem(lines: readonly string[]): string {
  return scriptItem(['(', ...lines.map((line) => `  ${line}`), ')']);
}

function clairItem(): string {
  return subshellItem(['if [ "$CI_COMMIT_BRANCH" != "$CI_DEFAULT_BRANCH" ]; then', '  exit 0', 'fi', ...pushForClair]);
}

function imageJob(build: PipelineBuild, scanners: readonly ScannerName[]): string {
  const { id, hasBudget } = build;
  // The history says which commit crossed a budget.
  const depth = hasBudget ? ['GIT_DEPTH: "0"'] : [];
  const gate = imageStep(scanners, '--format junit --output "$REPORTS/image.xml"');
  return `plimsoll-image-${id}:
  extends: .plimsoll-install
${hasBudget ? `  image: ${nodeGitImage}\n` : ''}  needs:
    - plimsoll-build-${id}
${variables(build, ['PLIMSOLL_DB: $CI_PROJECT_DIR/.plimsoll-advisories', ...depth])}
  cache:
    key: plimsoll-advisories
    paths:
      - .plimsoll-advisories
  script:
${scanners.includes('snyk') ? subshellItem(scannerStep('snyk')) : ''}    - plimsoll db update --quiet
${scriptItem(hasBudget ? bothGates(gate, budgetStep(false)) : gate)}  artifacts:
    when: always
    expire_in: 1 week
    paths:
      - plimsoll-reports-${id}
    reports:
      junit: plimsoll-reports-${id}/image.xml
`;
}
