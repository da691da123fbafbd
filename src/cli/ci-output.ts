import type { FileAction } from '../core/planned-file.ts';
import { printable } from '../core/printable.ts';
import { gitlabIncludedPath } from '../pipelines/gitlab.ts';
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
  const isIncluded = system === 'gitlab' && file.path === gitlabIncludedPath;
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
          `  Set the variable PLIMSOLL_PACKAGE in ${system === 'github' ? 'the repository’s settings' : 'the project’s CI/CD settings'}: the head of the file names all.`,
          ...(isIncluded
            ? [`  Your .gitlab-ci.yml has to include it:   include: [{local: /${gitlabIncludedPath}}]`]
            : []),
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
  return `${JSON.stringify(
    {
      schemaVersion: 1,
      written,
      system,
      scanners: plan.scanners,
      builds,
      files: [{ path, action, reason: reason ?? null, text: after ?? before ?? null }],
    },
    undefined,
    2,
  )}\n`;
}
