import { enumerate } from '../../core/enumerate.ts';
import type { Fix } from '../../core/fix.ts';
import type { ComposeService } from '../../kubernetes/compose.ts';
import type { YamlScalar } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { composeRule } from '../../project/rule.ts';
import { asks, manifestFix, removeIn, removeItemsIn, replaceIn, together } from '../../repairs/manifest-edits.ts';

interface Opening {
  readonly node: YamlScalar;
  readonly says: string;
  /** Nothing else is needed to be root on the machine. */
  readonly isWhole: boolean;
}

export const rule = composeRule({
  severity: 'error',
  summary: 'A Compose service is hardly separated from its machine',
  why: 'Whoever breaks into the program has the machine, or sees the processes and traffic of everything on it.',
  remedy: 'Drop the setting, and give the one capability or device that the program needs.',
  peers: [],
  check({ compose, project }, { report }) {
    for (const service of compose.services) {
      const openings = openingsOf(service);
      const [first, ...others] = openings;
      if (first === undefined) continue;
      const fix = separated(project, service, openings);
      report({
        ...(fix && { fix }),
        at: { path: first.node.path, range: first.node.range },
        also: others.map(({ node, says }) => ({ path: node.path, range: node.range, note: says })),
        message: `Service ${service.name} ${enumerate(openings.map(({ says }) => says))}.`,
        severity: first.isWhole ? 'error' : 'warning',
      });
    }
  },
});

/** The service without what opens it. */
function separated(project: Project, service: ComposeService, openings: readonly Opening[]): Fix | undefined {
  const { node, privileged, pid, ipc, capAdd, securityOpt } = service;
  if (node.kind !== 'map') return undefined;
  const opened = new Set(openings.map((opening) => opening.node));
  const capabilities = capAdd.filter((each) => opened.has(each));
  const options = securityOpt.filter((each) => opened.has(each));
  const edits = together([
    privileged && opened.has(privileged) ? replaceIn(project, {}, privileged, false) : [],
    pid && opened.has(pid) ? removeIn(project, {}, node, 'pid') : [],
    ipc && opened.has(ipc) ? removeIn(project, {}, node, 'ipc') : [],
    capabilities.length > 0 ? removeItemsIn(project, {}, node, ['cap_add'], capabilities) : [],
    options.length > 0 ? removeItemsIn(project, {}, node, ['security_opt'], options) : [],
  ]);
  return manifestFix('Separate the service from its machine', edits, [
    asks(
      `${service.name} needs nothing of the machine.`,
      `Does ${service.name} work when it no longer ${enumerate(
        openings.map(({ says }) => says),
        'or',
      )}?`,
    ),
  ]);
}

const wholeCapabilities = /^(?:CAP_)?(?:ALL|SYS_ADMIN|SYS_MODULE|SYS_RAWIO|DAC_READ_SEARCH)$/i;

function openingsOf({ privileged, pid, ipc, capAdd, securityOpt }: ComposeService): Opening[] {
  const openings: Opening[] = [];
  if (privileged && isTrue(privileged)) openings.push({ node: privileged, says: 'is privileged', isWhole: true });
  for (const node of capAdd)
    if (wholeCapabilities.test(node.text)) openings.push({ node, says: `gets ${node.text}`, isWhole: true });
  if (pid?.text === 'host') openings.push({ node: pid, says: "sees the machine's processes", isWhole: false });
  if (ipc?.text === 'host') openings.push({ node: ipc, says: "shares the machine's memory", isWhole: false });
  for (const node of securityOpt)
    if (/^(?:seccomp|apparmor)[:=]unconfined$/.test(node.text))
      openings.push({ node, says: `switches off ${node.text.slice(0, node.text.search(/[:=]/))}`, isWhole: false });
  return openings;
}

function isTrue({ text }: YamlScalar): boolean {
  return /^(?:true|yes|on)$/i.test(text);
}
