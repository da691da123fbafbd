import { jsonText } from '../core/json-text.ts';
import type { FileAction } from '../core/planned-file.ts';
import { printable } from '../core/printable.ts';
import { azureIncludedPath } from '../pipelines/azure.ts';
import { gitlabIncludedPath } from '../pipelines/gitlab.ts';
import { jenkinsIncludedPath } from '../pipelines/jenkins.ts';
import type { SystemName } from '../pipelines/pipeline-plan.ts';
import type { CiRun } from './perform-ci.ts';

const words: Readonly<Record<FileAction, readonly [done: string, would: string]>> = {
  create: ['written', 'would be written'],
  update: ['updated', 'would be updated'],
  same: ['as it is', 'as it is'],
  changed: ['changed by hand, left alone', 'changed by hand, would be left alone'],
  kept: ['changed by hand, no newer version', 'changed by hand, no newer version'],
  yours: ['yours', 'yours'],
  stale: ['nothing generates it any more', 'nothing generates it any more'],
};

/** Where its variables are set. */
const settings: Readonly<Record<SystemName, string>> = {
  github: 'the repository’s settings',
  gitlab: 'the project’s CI/CD settings',
  jenkins: 'the folder or in Manage Jenkins',
  azure: 'the pipeline’s variables',
  kubernetes: '',
};

/** What is to be done with a file that the system does not read by itself. */
const included: Readonly<Record<string, string>> = {
  [gitlabIncludedPath]: `Your .gitlab-ci.yml has to include it:   include: [{local: /${gitlabIncludedPath}}]`,
  [jenkinsIncludedPath]: `Your Jenkinsfile stays as it is: name ${jenkinsIncludedPath} as script path of a second multibranch project.`,
  [azureIncludedPath]: `Your azure-pipelines.yml stays as it is: make a second pipeline of ${azureIncludedPath}.`,
};

/** Of a patch; the whole is had by `--diff --force`. */
const mostLines = 40;

/**
 * What was found and written, as a person reads it.
 * @param newer what a newer version would bring to a file that was changed by hand, as a patch
 */
export function ciText(run: CiRun, newer: string): string {
  const { plan, file, written, system } = run;
  const scanners = plan.scanners.length === 0 ? 'no further scanner' : plan.scanners.join(', ');
  const builds = plan.builds.map(
    ({ image, dockerfile, target }) =>
      `  ${printable(image)}   ${printable(dockerfile)}${target === undefined ? '' : ` (${target})`}`,
  );
  const lines = newer.split('\n');
  const changes = file.action === 'create' || file.action === 'update';
  const further = included[file.path];
  const blocks = [
    [`${system}   ${builds.length} ${builds.length === 1 ? 'image' : 'images'} · ${scanners}`, ...builds],
    [
      `  ${printable(file.path)}  ${words[file.action][written ? 0 : 1]}${file.reason === undefined ? '' : ` (${file.reason})`}`,
    ],
    newer === ''
      ? []
      : [
          '  What a newer version would bring («--force» takes it, «--diff --force» shows all of it):',
          '',
          ...lines.slice(0, mostLines).map((line) => `  ${printable(line)}`.trimEnd()),
          ...(lines.length > mostLines ? [`  and ${lines.length - mostLines} more lines`] : []),
        ],
    !written && changes
      ? [`  Nothing is written.   plimsoll ci init ${plan.command}   writes it`]
      : [
          system === 'kubernetes'
            ? `  Name the image of Plimsoll in it (the head of the file says how), then:   kubectl apply -f ${printable(file.path)}`
            : `  Set the variable PLIMSOLL_PACKAGE in ${settings[system]}: the head of the file names all.`,
          ...(further === undefined ? [] : [`  ${further}`]),
        ],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

/** The builds with what happens to the file, for programs. */
export function ciJson({ system, plan, file, written }: CiRun): string {
  const builds = plan.builds.map((build) => ({ ...build, target: build.target ?? null }));
  const { path, action, reason, before, after } = file;
  return jsonText({
    format: 'plimsoll-ci',
    version: 1,
    written,
    system,
    scanners: plan.scanners,
    prune: plan.prune ?? null,
    package: plan.package ?? null,
    builds,
    files: [{ path, action, reason: reason ?? null, text: after ?? before ?? null }],
  });
}
