import { parseImageReference } from '../core/image-reference.ts';
import type { PipelineBuild, PipelinePlan, ScannerName } from './pipeline-plan.ts';
import {
  auditStep,
  basesStep,
  bothGates,
  budgetStep,
  buildStep,
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
import { block, head } from './workflow-text.ts';

/** What Jenkins reads by itself, and the name for a second pipeline where that is the user's. */
export const jenkinsPath = 'Jenkinsfile';
export const jenkinsIncludedPath = 'Jenkinsfile.plimsoll';

/**
 * A declarative pipeline for a multibranch project, with steps of the plug-ins that Jenkins suggests only: Pipeline, JUnit, Credentials Binding.
 * https://www.jenkins.io/doc/book/pipeline/syntax/#declarative-pipeline
 */
export function jenkinsfile(plan: PipelinePlan): string {
  return `${head(plan.command, notes(plan), '//')}
pipeline {
  // plimsoll:keep agent
  agent any
  // plimsoll:end
  options {
    buildDiscarder(logRotator(numToKeepStr: '30'))
    disableConcurrentBuilds(abortPrevious: true)
    timeout(time: 2, unit: 'HOURS')
  }
  triggers {
    cron(env.BRANCH_IS_PRIMARY == 'true' ? 'H 4 * * 1' : '')
  }
  stages {
    stage('Install Plimsoll') {
      steps {
${sh(installPlimsollApart, 8)}
      }
    }
${auditStage()}
${commentStage()}
${plan.builds.map((build) => `${imageStage(build, plan.scanners)}\n`).join('')}${scheduledStages(plan)}    // plimsoll:keep stages
    // plimsoll:end
  }
  post {
    always {
      archiveArtifacts artifacts: 'plimsoll-reports*/**', allowEmptyArchive: true
      // plimsoll:keep publish
      // With the Warnings plug-in: recordIssues tool: sarif(pattern: 'plimsoll-reports*/*.sarif')
      // plimsoll:end
    }
  }
}
`;
}

/** Those of the weekly run of the main branch. */
function scheduledStages({ prune }: PipelinePlan): string {
  const stage = (
    title: string,
    condition: string,
    variables: readonly string[],
    step: string,
  ) => `    stage('${title}') {
      when {
        allOf {
          triggeredBy 'TimerTrigger'
${condition === '' ? '' : `          expression { ${condition} }\n`}        }
      }
${variables.length === 0 ? '' : `      environment {\n${block(variables, 8)}\n      }\n`}      steps {
        catchError(buildResult: 'FAILURE', stageResult: 'FAILURE') {
${step}
        }
      }
    }
`;
  const bases = withCredential(
    'env.PLIMSOLL_PUSH_CREDENTIAL',
    "usernamePassword(credentialsId: env.PLIMSOLL_PUSH_CREDENTIAL, usernameVariable: 'GIT_USER', passwordVariable: 'GIT_PASSWORD')",
    sh(basesStep([]), 16),
  );
  return [
    stage('Review', '', ["REPORTS = 'plimsoll-reports-review'"], sh([...takeHistory('audit'), ...reviewStep], 10)),
    stage('Newer base images', 'env.PLIMSOLL_PUSH_CREDENTIAL', [], bases),
    ...(prune === undefined
      ? []
      : [
          stage(
            'Clear the registry',
            'env.PLIMSOLL_REGISTRY_CREDENTIAL',
            ["REPORTS = 'plimsoll-reports-prune'", `PRUNE_REGISTRY = ${quoted(prune)}`],
            pruning(),
          ),
        ]),
  ].join('');
}

function pruning(): string {
  const login =
    "usernamePassword(credentialsId: env.PLIMSOLL_REGISTRY_CREDENTIAL, usernameVariable: 'REGISTRY_USER', passwordVariable: 'REGISTRY_PASSWORD')";
  const kubeconfig = "string(credentialsId: env.PLIMSOLL_KUBECONFIG_CREDENTIAL, variable: 'PLIMSOLL_KUBECONFIG')";
  return `${withCredential('env.PLIMSOLL_KUBECONFIG_CREDENTIAL', `${login}, ${kubeconfig}`, sh(pruneStep, 16))}
${withCredential('!env.PLIMSOLL_KUBECONFIG_CREDENTIAL', login, sh(pruneStep, 16))}`;
}

function notes({ builds, scanners, prune }: PipelinePlan): string[] {
  return [
    '',
    `The agent needs Node.js 20 or later and git${builds.length > 0 ? ', and Docker for the images' : ''}.`,
    'Environment variables (of the folder, the node or Manage Jenkins, System):',
    '  PLIMSOLL_PACKAGE             the package of Plimsoll, as npm install takes it: the address of its .tgz',
    '  PLIMSOLL_FAIL_ON             error, warning, note or never: from when on a stage fails; not set: failOn of plimsoll.yaml, for images error',
    '  PLIMSOLL_COMMENT_CREDENTIAL  id of a credential of kind «secret text»: a token of GitHub or GitLab, for the comment of what changed',
    '  PLIMSOLL_HISTORY             a directory that all agents have, for the history that budgets and the review look back into: the primary branch writes, others read. Jenkins keeps nothing from one',
    '                               branch to another by itself: without it, each run is the first',
    `  PLIMSOLL_PUSH_CREDENTIAL     id of a user name with password that may push the branch ${updateBranch}: newer base images, every week`,
    ...(prune === undefined
      ? []
      : [
          '  PLIMSOLL_PRUNE               write: what the plan says is deleted from the registry, with PLIMSOLL_REGISTRY_CREDENTIAL; PLIMSOLL_KUBECONFIG_CREDENTIAL, the id of a secret text, tells what clusters run',
        ]),
    ...(builds.length > 0 && scanners.includes('snyk')
      ? ['  PLIMSOLL_SNYK_CREDENTIAL     id of a credential of kind «secret text»: Snyk’s token']
      : []),
    ...(builds.length > 0 && scanners.includes('clair')
      ? [
          '  CLAIR_URL                    the address of your Clair; PLIMSOLL_REGISTRY_CREDENTIAL, the id of a user name with password, to push for it',
        ]
      : []),
  ];
}

/** What each script begins with: nothing lasts from one to the next but files. Jenkins would log each command with what it fills in. */
const scriptStart = ['set +x', 'WORK="$WORKSPACE_TMP/plimsoll"', `PATH="${toolPath}:$PATH"`] as const;

/**
 * With the suggested plug-ins, nothing of one branch's builds reaches another's: the history lies in a directory of the user's, below it one for each project.
 * @param name of the store, another for each stage
 */
function historyVariables(name: string): readonly string[] {
  return [
    'HISTORY=',
    'if [ -n "$PLIMSOLL_HISTORY" ]; then',
    `  HISTORY="$WORK/history/${name}.db"`,
    `  KEPT="$PLIMSOLL_HISTORY/\${JOB_NAME%/*}/${name}.db"`,
    'fi',
  ];
}

function takeHistory(name: string): readonly string[] {
  return [
    ...historyVariables(name),
    'if [ -n "$HISTORY" ]; then',
    '  rm -rf "$HISTORY" "$HISTORY"?*',
    '  mkdir -p "$WORK/history"',
    '  if [ -f "$KEPT" ]; then',
    '    cp "$KEPT" "$HISTORY"',
    '  fi',
    'fi',
  ];
}

/** The primary branch alone writes, and puts the new one in the place of the old one in one step. A journal is left by a run that was killed while it wrote. */
function keepHistory(name: string): string {
  return sh(
    [
      ...historyVariables(name),
      'if [ -f "$HISTORY" ] && [ ! -e "$HISTORY-journal" ] && [ "$BRANCH_IS_PRIMARY" = true ] && [ -z "$CHANGE_ID" ]; then',
      '  mkdir -p "$(dirname "$KEPT")"',
      '  cp "$HISTORY" "$KEPT.new"',
      '  mv -f "$KEPT.new" "$KEPT"',
      'fi',
    ],
    10,
  );
}

/** A step `sh` with a text in which Groovy puts nothing in: a backslash alone means something there. */
function sh(lines: readonly string[], indent: number): string {
  const text = block([...scriptStart, ...lines], indent + 2).replaceAll('\\', '\\\\');
  return `${' '.repeat(indent)}sh '''\n${text}\n${' '.repeat(indent)}'''`;
}

/** A text in which Groovy puts nothing in. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/** Jenkins may have checked out the merge of both sides: what is the request's own is what lies after where they part. */
function auditStage(): string {
  const before = [
    'BEFORE=',
    'if [ -n "$CHANGE_TARGET" ] && git rev-parse --verify --quiet "refs/remotes/origin/$CHANGE_TARGET" > /dev/null; then',
    '  BEFORE=$(git merge-base HEAD "refs/remotes/origin/$CHANGE_TARGET")',
    'elif [ -n "$CHANGE_TARGET" ]; then',
    '  echo "Nothing is compared: the target branch is not fetched. Let the branch source discover pull requests merged with it."',
    'fi',
  ];
  const audit = auditStep('--format plain --also junit="$WORK/audit/audit.xml" --also sarif="$WORK/audit/audit.sarif"');
  return `    stage('Audit') {
      environment {
        REPORTS = 'plimsoll-reports-audit'
      }
      steps {
        // The stages after it run all the same; the build fails.
        catchError(buildResult: 'FAILURE', stageResult: 'FAILURE') {
${sh([...takeHistory('audit'), ...before, ...audit], 10)}
        }
      }
      post {
        always {
          junit testResults: 'plimsoll-reports-audit/*.xml', allowEmptyResults: true, skipMarkingBuildUnstable: true
${keepHistory('audit')}
        }
      }
    }`;
}

function commentStage(): string {
  return `    stage('Say what changed') {
      when {
        allOf {
          changeRequest()
          expression { env.PLIMSOLL_COMMENT_CREDENTIAL }
        }
      }
      environment {
        REPORTS = 'plimsoll-reports-audit'
      }
      steps {
        withCredentials([string(credentialsId: env.PLIMSOLL_COMMENT_CREDENTIAL, variable: 'PLIMSOLL_COMMENT_TOKEN')]) {
${sh(commentStep, 10)}
        }
      }
    }`;
}

function imageStage(build: PipelineBuild, scanners: readonly ScannerName[]): string {
  const { id, image, context, dockerfile, target, hasBudget } = build;
  const run = (['trivy', 'grype'] as const).filter((name) => scanners.includes(name));
  const gate = imageStep(scanners, '--format junit --output "$REPORTS/image.xml"', [
    '--sarif --output "$REPORTS/image.sarif"',
  ]);
  const variables = [
    `REPORTS = 'plimsoll-reports-image-${id}'`,
    `CONTEXT = ${quoted(context)}`,
    `DOCKERFILE = ${quoted(dockerfile)}`,
    `TARGET = ${quoted(target ?? '')}`,
    `IMAGE = ${quoted(image)}`,
    `REGISTRY = ${quoted(parseImageReference(image)?.registry ?? 'docker.io')}`,
    ...run.map((name) => `${name.toUpperCase()}_IMAGE = '${scannerImages[name]}'`),
  ];
  return `    stage(${quoted(`Image ${id}`)}) {
      environment {
${block(variables, 8)}
      }
      steps {
        catchError(buildResult: 'FAILURE', stageResult: 'FAILURE') {
${sh(['rm -rf "$WORK/image.tar" "$WORK"/*.json "$WORK/pushed" "$REPORTS"', 'IMAGE_TAG="$IMAGE:ci-$GIT_COMMIT"', ...buildStep], 10)}
${run.map((name) => `${sh(scannerStep(name), 10)}\n`).join('')}${scanners.includes('snyk') ? `${snykStep()}\n` : ''}${scanners.includes('clair') ? `${clairStep()}\n` : ''}${sh([...takeHistory(`image-${id}`), 'plimsoll db update --quiet', ...(hasBudget ? bothGates(gate, budgetStep(true)) : gate)], 10)}
        }
      }
      post {
        always {
          junit testResults: 'plimsoll-reports-image-${id}/*.xml', allowEmptyResults: true, skipMarkingBuildUnstable: true
${keepHistory(`image-${id}`)}
        }
      }
    }`;
}

/** A condition is no step of a declarative pipeline, but may stand in a script. */
function withCredential(condition: string, binding: string, step: string): string {
  return `          script {
            if (${condition}) {
              withCredentials([${binding}]) {
${step}
              }
            }
          }`;
}

function snykStep(): string {
  return withCredential(
    'env.PLIMSOLL_SNYK_CREDENTIAL',
    "string(credentialsId: env.PLIMSOLL_SNYK_CREDENTIAL, variable: 'SNYK_TOKEN')",
    sh(scannerStep('snyk'), 16),
  );
}

function clairStep(): string {
  return withCredential(
    'env.CLAIR_URL && env.PLIMSOLL_REGISTRY_CREDENTIAL && !env.CHANGE_ID',
    "usernamePassword(credentialsId: env.PLIMSOLL_REGISTRY_CREDENTIAL, usernameVariable: 'REGISTRY_USER', passwordVariable: 'REGISTRY_PASSWORD')",
    sh(['IMAGE_TAG="$IMAGE:ci-$GIT_COMMIT"', ...pushForClair], 16),
  );
}
