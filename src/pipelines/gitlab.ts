import { parseImageReference } from '../core/image-reference.ts';
import type { PipelineBuild, PipelinePlan, ScannerName } from './pipeline-plan.ts';
import { imageStep, installPlimsoll, pushForClair, scannerImages, scannerStep } from './shell-steps.ts';
import { block, head, quoted } from './workflow-text.ts';

/** The file that GitLab reads by itself, and the one that it is told to include where that is the user's. */
export const gitlabPath = '.gitlab-ci.yml';
export const gitlabIncludedPath = '.gitlab/plimsoll.yml';

const nodeImage = 'node:24-bookworm-slim';
const dockerImage = 'docker:28-cli';
const dockerService = 'docker:28-dind';

/**
 * Jobs for merge requests and the default branch. GitLab shows JUnit reports in merge requests in every tier.
 * https://docs.gitlab.com/ci/yaml/, https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsjunit
 */
export function gitlabPipeline(plan: PipelinePlan): string {
  return `${head(plan.command, notes(plan))}
.plimsoll:
  stage: test
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  interruptible: true
  variables:
    PLIMSOLL_FAIL_ON: error

.plimsoll-install:
  extends: .plimsoll
  image: ${nodeImage}
  before_script:
    - |
${block(installPlimsoll, 6)}

plimsoll-audit:
  extends: .plimsoll-install
  script:
    - plimsoll audit --quiet --format plain --also junit=plimsoll-audit.xml --also sarif=plimsoll-audit.sarif --fail-on "$PLIMSOLL_FAIL_ON"
  artifacts:
    when: always
    expire_in: 1 week
    paths:
      - plimsoll-audit.sarif
    reports:
      junit: plimsoll-audit.xml
${plan.builds.map((build) => `\n${buildJob(build, plan.scanners)}\n${imageJob(build, plan.scanners)}`).join('')}
# plimsoll:keep jobs
# plimsoll:end
`;
}

function notes({ builds, scanners }: PipelinePlan): string[] {
  return [
    '',
    'Variables of the project (Settings, CI/CD):',
    '  PLIMSOLL_PACKAGE  the package of Plimsoll, as npm install takes it: the address of its .tgz',
    '  PLIMSOLL_FAIL_ON  error (default), warning, note or never: from when on a job fails',
    ...(builds.length > 0 && scanners.includes('snyk') ? ['  SNYK_TOKEN        masked'] : []),
    ...(builds.length > 0 && scanners.includes('clair')
      ? ['  CLAIR_URL         the address of your Clair; REGISTRY_USER and REGISTRY_PASSWORD (masked) to push for it']
      : []),
    ...(builds.length > 0
      ? [
          'Images are built by Docker in Docker: the runner has to allow privileged containers. The cache is in the project’s registry.',
        ]
      : []),
    'Tags of images can be moved: Renovate pins them by digest and keeps them current.',
  ];
}

function variables({ id, image, dockerfile }: PipelineBuild, rest: readonly string[]): string {
  return [
    '  variables:',
    ...[
      'PLIMSOLL_FAIL_ON: error',
      `WORK: $CI_PROJECT_DIR/plimsoll-work-${id}`,
      `REPORTS: plimsoll-reports-${id}`,
      `DOCKERFILE: ${quoted(dockerfile)}`,
      `IMAGE_TAG: ${quoted(`${image}:ci-$CI_COMMIT_SHA`)}`,
      ...rest,
    ].map((line) => `    ${line}`),
  ].join('\n');
}

function buildJob(build: PipelineBuild, scanners: readonly ScannerName[]): string {
  const { id, image, context, target } = build;
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
  `CONTEXT: ${quoted(context)}`,
  `TARGET: ${quoted(target ?? '')}`,
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
  const { id } = build;
  return `plimsoll-image-${id}:
  extends: .plimsoll-install
  needs:
    - plimsoll-build-${id}
${variables(build, ['PLIMSOLL_DB: $CI_PROJECT_DIR/.plimsoll-advisories'])}
  cache:
    key: plimsoll-advisories
    paths:
      - .plimsoll-advisories
  script:
${scanners.includes('snyk') ? subshellItem(scannerStep('snyk')) : ''}    - plimsoll db update --quiet
${scriptItem(imageStep(scanners, undefined, '--format junit --output "$REPORTS/image.xml"'))}  artifacts:
    when: always
    expire_in: 1 week
    paths:
      - plimsoll-reports-${id}
    reports:
      junit: plimsoll-reports-${id}/image.xml
`;
}
