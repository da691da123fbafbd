import type { CostInputs } from '../../core/cost-report.ts';
import type { Finding } from '../../core/finding.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import { compareFindings } from '../../core/order.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import type { InspectedImage } from '../../project/inspected-image.ts';
import { buildsOf, type Project } from '../../project/project.ts';
import { usualRatio } from './cost-model.ts';
import { replicasOfWorkload, repositoryOf } from './image-uses.ts';
import { expectedNodes } from './pulled-bytes.ts';

type Given = Pick<CostInputs, 'nodes' | 'deploysPerDay' | 'bandwidth'>;

/**
 * Findings by what they cost in a day, the dearest first: bytes that they put into an image, packed, on each node that pulls it at each deploy;
 * bytes that they send to a builder, and seconds that they make it work, at each deploy. What has no figure comes last, as it came.
 */
export function orderByCost(findings: readonly Finding[], project: Project, inputs: Given): Finding[] {
  const priced = findings.map((finding) => withDay(finding, project, inputs));
  const seconds = ({ cost }: Finding) =>
    (cost?.bytesADay ?? 0) / inputs.bandwidth.value + (cost?.seconds ?? 0) * inputs.deploysPerDay.value;
  return priced.sort((a, b) => seconds(b) - seconds(a) || compareFindings(a, b));
}

function withDay(finding: Finding, project: Project, { nodes, deploysPerDay }: Given): Finding {
  const { cost } = finding;
  if (cost?.bytes === undefined) return finding;
  const deploys = deploysPerDay.value;
  if (finding.area === 'context') {
    const derivation = `${cost.derivation}; sent by ${deploys} builds a day`;
    return { ...finding, cost: { ...cost, bytesADay: cost.bytes * deploys, derivation } };
  }
  const image = imageOf(finding, project);
  const workloads = workloadsOf(finding, image, project);
  const running =
    workloads.length === 0
      ? nodes.value
      : expectedNodes(
          workloads.map((workload) => replicasOfWorkload(project, workload)),
          nodes.value,
        );
  const { share, from } = packedShare(image);
  const factors = [`${share.toFixed(2)} packed (${from})`, `${round(running)} nodes`, `${deploys} deploys a day`];
  return {
    ...finding,
    cost: {
      ...cost,
      bytesADay: Math.round(cost.bytes * share * running * deploys),
      derivation: `${cost.derivation}; ${cost.bytes} B × ${factors.join(' × ')}`,
    },
  };
}

function imageOf({ locations }: Finding, { images = [] }: Project): InspectedImage | undefined {
  return images.find(({ path }) => locations.some((location) => location.path === path));
}

/** Those that run what the Dockerfile builds, and those that name the image. */
function workloadsOf(
  { locations: [{ path }] }: Finding,
  image: InspectedImage | undefined,
  project: Project,
): Workload[] {
  const found = new Set<Workload>();
  const dockerfile = project.dockerfiles.find((each) => each.path === path) ?? image?.origin?.dockerfile;
  for (const { runBy } of dockerfile ? buildsOf(project, dockerfile) : [])
    for (const use of runBy) if (use.kind === 'container') found.add(use.workload);
  const { reference, name } = image?.analysis.image ?? {};
  const named = parseImageReference(reference ?? name ?? '');
  for (const workload of named ? project.workloads : [])
    for (const { imageReference } of workload.allContainers)
      if (named && imageReference && repositoryOf(imageReference) === repositoryOf(named)) found.add(workload);
  return [...found];
}

function packedShare(image: InspectedImage | undefined): { readonly share: number; readonly from: string } {
  const unpacked = image?.analysis.layers.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0) ?? 0;
  const packed = image?.analysis.pulledBytes;
  if (packed === undefined || unpacked === 0) return { share: 1 / usualRatio, from: 'as usual' };
  return { share: packed / unpacked, from: 'measured' };
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
