import type { Fix } from '../../core/fix.ts';
import type { ReportedPlace } from '../../core/rule.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import type { Container } from '../../kubernetes/workload.ts';
import type { YamlNode } from '../../kubernetes/yaml-node.ts';
import type { ImageBuild, Project } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';
import { type FinalUser, finalUser } from '../../project/stage-facts.ts';
import { numberedUser } from '../../repairs/numbered-user.ts';
import { givesNumber } from '../../repairs/run-as-non-root.ts';
import { runAsUser } from '../../repairs/run-as-user.ts';

interface Demand {
  readonly container: Container;
  readonly node: YamlNode;
}

export const rule = projectRule({
  severity: 'error',
  summary: 'runAsNonRoot with an image that Kubernetes takes for root',
  why: 'The kubelet does not start the container: CreateContainerConfigError.',
  remedy: 'End the stage that ships with USER and a number above zero, or set runAsUser in the manifest.',
  peers: [],
  check({ project }, { report }) {
    for (const build of project.builds) {
      const demands = demandsOf(build);
      const [first] = demands;
      if (first === undefined) continue;
      // Asked for now: it parses the Dockerfile.
      const { dockerfile, stage } = build;
      if (stage === undefined) continue;
      const user = finalUser(dockerfile, stage);
      const place = placeOf(user, stage);
      if (place === undefined || !isRefused(user)) continue;
      const fix = user.isRoot ? runAsNumber(project, dockerfile, stage) : numberedUser(dockerfile, stage);
      report({
        at: { path: dockerfile.path, range: place.range },
        also: alsoOf(demands),
        message: user.isRoot
          ? `The image runs as root, and ${titleOf(first.container.workload)} asks for runAsNonRoot: it does not start.`
          : `The image's user is the name ${user.user}, which Kubernetes cannot tell from root, and ${titleOf(first.container.workload)} asks for runAsNonRoot: it does not start.`,
        cause: `${user.isRoot ? 'runs as root' : 'user without number'}: ${place.line}`,
        ...(fix && { fix }),
      });
    }
  },
});

/** A setting of the pod is one place however many of its containers it holds for. */
function alsoOf(demands: readonly Demand[]): ReportedPlace[] {
  const nodes = new Map(demands.map((demand) => [demand.node, demand]));
  return [...nodes.values()].map(({ node, container }) => ({
    ...node,
    note: `asked for by ${titleOf(container.workload)}`,
  }));
}

/** The containers that run the image, ask for another user than root, and do not say which. */
function demandsOf({ runBy }: ImageBuild): Demand[] {
  return runBy.flatMap((use) => {
    if (use.kind !== 'container' || use.workload.windows) return [];
    const { runAsNonRoot, runAsUser } = use.container.security;
    return runAsNonRoot.value === true && runAsNonRoot.node && runAsUser.node === undefined
      ? { container: use.container, node: runAsNonRoot.node }
      : [];
  });
}

/** A name that the base image sets is not looked at: what is known of base images may be older than they are. */
function isRefused({ instruction, user, isRoot }: FinalUser): boolean {
  if (isRoot !== false) return isRoot === true;
  return instruction !== undefined && user !== undefined && !/^\d+$/.test(user);
}

function placeOf({ instruction }: FinalUser, stage: Stage) {
  return instruction ?? stage.from;
}

/** Only a number passes the kubelet: a user of the image that is known by name alone does not mend it. */
function runAsNumber(project: Project, dockerfile: Dockerfile, stage: Stage): Fix | undefined {
  const fix = runAsUser(project, dockerfile, stage);
  return fix && givesNumber(fix) ? fix : undefined;
}
