import type { GeneratedFile, ObservedWorkload, ObservePart, ObservePlan } from '../observe-plan.ts';
import { writeAdapter } from './adapter.ts';
import { writeBudget } from './budget.ts';
import { isNamed, type Scaling, scalingsOf, type Unscaled } from './figures.ts';
import { writeHorizontal } from './horizontal.ts';
import { writeScaledObject } from './keda.ts';
import { called, fileName } from './object-head.ts';
import { writeVertical } from './vertical.ts';

/** What sets the number and the size of pods. */
export const scalingPart: ObservePart = {
  name: 'scaling',
  summary: 'Scaling: autoscalers on CPU and requests (or KEDA), disruption budgets, recommended requests',
  write(plan) {
    const { scaled, unscaled } = scalingsOf(plan);
    const { keda, namespace } = plan.choices;
    const autoscalers = scaled.map((scaling) =>
      keda
        ? file(fileName(scaling.workload, 'scaledobject'), writeScaledObject(scaling, namespace))
        : file(fileName(scaling.workload, 'hpa'), writeHorizontal(scaling)),
    );
    const budgets = budgetsOf(plan, scaled).map(([workload, atLeast]) =>
      file(fileName(workload, 'pdb'), writeBudget(workload, atLeast)),
    );
    const objects = [...autoscalers, ...budgets].sort((one, other) => (one.path < other.path ? -1 : 1));
    const adapter = keda ? [] : writeAdapter(plan.choices, scaled);
    const listed = [
      ...objects.map(({ path }) => path.slice(directory.length)),
      ...(adapter.length > 0 ? ['adapter'] : []),
    ];
    return [file('kustomization.yaml', kustomization(listed, unscaled)), ...objects, ...adapter, ...verticals(plan)];
  },
};

const directory = 'base/scaling/';
const file = (name: string, text: string): GeneratedFile => ({ path: `${directory}${name}`, owner: 'base', text });

/** Of what runs several times and has no budget yet. An empty selector would choose every pod of the namespace. */
function budgetsOf({ workloads }: ObservePlan, scaled: readonly Scaling[]): [ObservedWorkload, number][] {
  return workloads.flatMap((workload): [ObservedWorkload, number][] => {
    const isSeveral = workload.kind === 'Deployment' || workload.kind === 'StatefulSet';
    const atLeast = scaled.find((each) => each.workload === workload)?.minimum ?? workload.replicas ?? 1;
    const wanted = isSeveral && atLeast >= 2 && !workload.hasDisruptionBudget && workload.selector.size > 0;
    return wanted && isNamed(workload) ? [[workload, atLeast]] : [];
  });
}

const sized = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** In a directory of their own: clusters without the VerticalPodAutoscaler do not know the kind. */
function verticals({ workloads }: ObservePlan): GeneratedFile[] {
  const files = workloads
    .filter((workload) => sized.has(workload.kind) && isNamed(workload))
    .map((workload) => file(`vertical/${fileName(workload, 'vpa')}`, writeVertical(workload)));
  if (files.length === 0) return [];
  const list = files.map(({ path }) => `  - ${path.slice(`${directory}vertical/`.length)}\n`).join('');
  return [
    file(
      'vertical/kustomization.yaml',
      `# Recommended requests. Not part of the base, as a cluster has to have the VerticalPodAutoscaler first; then, in overlay/kustomization.yaml:
#   resources: [../base, ../base/scaling/vertical]
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
${list}`,
    ),
    ...files,
  ];
}

function kustomization(listed: readonly string[], unscaled: readonly Unscaled[]): string {
  const without = unscaled.map((each) => `#   ${called(each.workload)}: ${each.why}\n`).join('');
  return `# How many pods there are, and how many may be missing.
${without === '' ? '' : `# Not scaled:\n${without}`}apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:${listed.length === 0 ? ' []' : ''}
${listed.map((name) => `  - ${JSON.stringify(name)}\n`).join('')}`;
}
