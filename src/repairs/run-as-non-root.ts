import { enumerate } from '../core/enumerate.ts';
import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { inOrder } from '../kubernetes/edit-yaml.ts';
import { titleOf } from '../kubernetes/whole-workload.ts';
import type { Container } from '../kubernetes/workload.ts';
import { at } from '../kubernetes/yaml-node.ts';
import { buildsOf, type Project } from '../project/project.ts';
import { asks, setIn } from './manifest-edits.ts';

/** True when a fix ends the image with a user whose number is written: the only one that Kubernetes can tell from root. */
export function givesNumber({ changes }: Fix): boolean {
  return changes.edits.some(({ replacement }) => /(?:^|\bUSER[ \t]+)[1-9]\d*(?::\d+)?[ \t]*\r?$/im.test(replacement));
}

/**
 * A fix that gives an image a user with a number, joined with `runAsNonRoot: true` in the manifests whose containers run it and leave
 * open as whom: what the image is made to be is then asked for. The fix alone where no manifest can say so.
 */
export function withRunAsNonRoot(project: Project, dockerfile: Dockerfile, stage: Stage, fix: Fix): Fix {
  const containers = containersOf(project, dockerfile, stage);
  const writing = volumeQuestions(containers);
  const asked = givesNumber(fix) ? containers.filter(leavesUserOpen) : [];
  const edits: TextEdit[] = [];
  const joined: Container[] = [];
  for (const container of asked) {
    const own = setIn(project, container.workload.object, container.node, { securityContext: { runAsNonRoot: true } });
    // Several overlays have one place of a file in common.
    if (own === undefined || own.length === 0 || own.some((edit) => edits.some((other) => isSamePlace(edit, other))))
      continue;
    edits.push(...own);
    joined.push(container);
  }
  if (joined.length === 0) return { ...fix, assumptions: [...fix.assumptions, ...writing] };
  const workloads = enumerate([...new Set(joined.map(({ workload }) => titleOf(workload)))].slice(0, 4));
  return {
    title: `${fix.title}, and ask for it in the manifest`,
    changes: { ...fix.changes, edits: [...fix.changes.edits, ...inOrder(edits)] },
    assumptions: [
      ...fix.assumptions,
      ...writing,
      asks(
        `${workloads} runs an image that is built from the repaired Dockerfile.`,
        `Is the image built and pushed, and the manifest given its tag, before ${workloads} is applied? Kubernetes does not start the present one with runAsNonRoot.`,
      ),
    ],
  };
}

function containersOf(project: Project, dockerfile: Dockerfile, stage: Stage): readonly Container[] {
  return buildsOf(project, dockerfile)
    .filter((build) => build.stage === stage)
    .flatMap(({ runBy }) => runBy.flatMap((use) => (use.kind === 'container' ? use.container : [])));
}

/** Neither the container nor its pod says anything of users: who wrote `runAsUser: 0` or `runAsNonRoot: false` meant it. */
function leavesUserOpen({ security, workload }: Container): boolean {
  return security.runAsNonRoot.node === undefined && security.runAsUser.node === undefined && !workload.windows;
}

function isSamePlace(edit: TextEdit, other: TextEdit): boolean {
  return edit.path === other.path && edit.range.start === other.range.start && edit.range.end === other.range.end;
}

/** Kubernetes gives a volume to root, unless it is told a group for it. An emptyDir may be written by everybody. */
function volumeQuestions(containers: readonly Container[]): Assumption[] {
  const names = containers
    .filter(
      ({ workload, security }) =>
        at(workload.podSpec, 'securityContext', 'fsGroup') === undefined && security.runAsUser.node === undefined,
    )
    .flatMap(({ volumeMounts }) =>
      volumeMounts
        .filter(({ volume, readOnly }) => !readOnly && !(volume && harmless.has(volume.kind ?? '')))
        .flatMap(({ name }) => name ?? []),
    );
  const [first] = names;
  if (first === undefined) return [];
  const volumes = enumerate([...new Set(names)].slice(0, 3));
  return [
    asks(
      `The user may write to the volumes ${volumes}.`,
      `What does the program write to ${volumes}? Such volumes belong to root; securityContext.fsGroup of the pod gives them to a group, but not those of the host.`,
    ),
  ];
}

/** Volumes that everybody may write, or nobody does. */
const harmless: ReadonlySet<string> = new Set(['emptyDir', 'configMap', 'secret', 'projected', 'downwardAPI']);
