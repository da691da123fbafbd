import type { ObservePlan } from '../observe-plan.ts';
import { applicationAlerts } from './alerts/applications.ts';
import { imageAlerts } from './alerts/images.ts';
import { monitoringAlerts } from './alerts/monitoring.ts';
import { nodeAlerts } from './alerts/nodes.ts';
import { podAlerts } from './alerts/pods.ts';
import { resourceAlerts } from './alerts/resources.ts';
import { responderAlerts } from './alerts/responder.ts';
import { httpRecords } from './http-metrics.ts';
import { containerRecords, logRecords } from './recording.ts';
import type { RuleFile } from './rule.ts';

/** All rules, a file each. Those that record come first in the group that needs them: a group is evaluated in its order. */
export function ruleFiles(plan: ObservePlan): readonly RuleFile[] {
  return [
    {
      name: 'containers',
      purpose:
        'Processor, memory and life of containers, from the kubelet and its cAdvisor; kube-state-metrics adds to it where it is there.',
      records: containerRecords,
      alerts: [...resourceAlerts, ...podAlerts.filter(({ alert }) => alert !== 'ContainerLogVolumeHigh')],
    },
    {
      name: 'logs',
      purpose: 'How much containers log.',
      // The growth within the last minute is summed up: it has to be looked at once a minute.
      interval: '1m',
      records: logRecords,
      alerts: podAlerts.filter(({ alert }) => alert === 'ContainerLogVolumeHigh'),
    },
    { name: 'nodes', purpose: 'Nodes and volumes.', records: [], alerts: nodeAlerts },
    {
      name: 'applications',
      purpose: 'Requests, errors and durations, where applications count them, and whether their metrics arrive.',
      records: httpRecords(plan),
      alerts: applicationAlerts(plan),
    },
    { name: 'images', purpose: 'How old what runs is.', records: [], alerts: imageAlerts(plan.choices.imageAgeDays) },
    { name: 'monitoring', purpose: 'Whether alerting itself works.', records: [], alerts: monitoringAlerts },
    {
      name: 'responder',
      purpose: 'Whether plimsoll respond works; silent where there is none.',
      records: [],
      alerts: responderAlerts,
    },
  ];
}
