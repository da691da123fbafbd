import type { ObservePart } from '../observe-plan.ts';
import { writeConfiguration } from './configuration.ts';
import { writeMessages } from './messages.ts';
import { writeSecretTemplate } from './secret-files.ts';

/** Alertmanager: who is told of what, and how it is said. */
export const alertmanagerPart: ObservePart = {
  name: 'alertmanager',
  summary: 'Alertmanager: routes by severity and team, inhibition, receivers, messages',
  write(plan) {
    return [writeConfiguration(plan), writeMessages(), writeSecretTemplate(plan.choices)];
  },
};
