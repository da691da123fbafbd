import type { ObservePart } from '../observe-plan.ts';
import { writeConfiguration } from './configuration.ts';
import { writeKustomization } from './kustomization.ts';
import { writeMessages } from './messages.ts';
import { writeOperatorObjects } from './operator.ts';
import { writeSecretTemplate } from './secret-files.ts';
import { writeWorkloads } from './workloads.ts';

/** Alertmanager: who is told of what, and how it is said. */
export const alertmanagerPart: ObservePart = {
  name: 'alertmanager',
  summary: 'Alertmanager: routes by severity and team, inhibition, receivers, messages',
  write(plan) {
    const { choices } = plan;
    const { objects, others } = filesOf(plan);
    const listed = objects.map(({ path }) => path.slice('base/alertmanager/'.length));
    return [...objects, ...others, writeMessages(), writeSecretTemplate(choices), writeKustomization(choices, listed)];
  },
};

function filesOf(plan: Parameters<ObservePart['write']>[0]) {
  switch (plan.choices.stack) {
    case 'config':
      return { objects: [], others: [writeConfiguration(plan)] };
    case 'full':
      return { objects: writeWorkloads(plan.choices), others: [writeConfiguration(plan)] };
    case 'operator':
      return { objects: writeOperatorObjects(plan), others: [] };
  }
}
