import { UserError } from '../core/errors.ts';
import type { Report } from '../core/report.ts';
import type { CostSettings } from '../project/configuration.ts';
import type { Project } from '../project/project.ts';
import type { ParsedArguments } from './command.ts';
import { costFlags } from './cost-flags.ts';

/**
 * The report with its findings in the order that `--order` asks for.
 * @throws UserError for a figure of the cost model that is none, or that no order asks for
 */
export async function orderedReport(
  report: Report,
  project: Project,
  parsed: ParsedArguments,
  settings: CostSettings,
): Promise<Report> {
  if (parsed.value('order') !== 'cost') return report;
  const [{ costInputs }, { orderByCost }, { replicasOfWorkload }] = await Promise.all([
    import('./cost-inputs.ts'),
    import('../prove/cost/order-findings.ts'),
    import('../prove/cost/image-uses.ts'),
  ]);
  const replicas = project.workloads.map((workload) => replicasOfWorkload(project, workload));
  const inputs = costInputs(parsed, settings, replicas);
  return { ...report, findings: orderByCost(report.findings, project, inputs) };
}

/** @throws UserError for a figure of the cost model without the order that takes it */
export function refuseWithoutOrder(parsed: ParsedArguments): void {
  if (parsed.value('order') === 'cost') return;
  const idle = costFlags.find(({ name }) => parsed.has(name));
  if (idle) throw new UserError(`--${idle.name} has an effect with --order cost only`);
}
