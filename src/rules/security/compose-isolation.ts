import { runsContainers } from '../../bases/nested-runtimes.ts';
import { enumerate } from '../../core/enumerate.ts';
import type { Fix } from '../../core/fix.ts';
import { groupBy } from '../../core/group-by.ts';
import type { ComposeService } from '../../kubernetes/compose.ts';
import type { YamlScalar } from '../../kubernetes/yaml-node.ts';
import { hasReason } from '../../project/has-reason.ts';
import type { Project } from '../../project/project.ts';
import { composeRule } from '../../project/rule.ts';
import { externalBase } from '../../project/stage-facts.ts';
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
    const opened = compose.services.map((service) => ({ service, openings: openingsOf(service) }));
    // What several services extend is written, and mended, once.
    for (const [one, ...sharing] of groupBy(opened, ({ openings }) => placesOf(openings)).values()) {
      const [first, ...others] = one?.openings ?? [];
      if (one === undefined || first === undefined) continue;
      const { service, openings } = one;
      const isDocker = runsDocker(project, service);
      const isAgent = agents.test(service.image?.text ?? '');
      const fix = isDocker || isAgent ? undefined : separated(project, service, openings);
      const shared = sharing.length === 0 ? '' : `; ${sharing.length} more share this`;
      report({
        ...(fix && { fix }),
        at: { path: first.node.path, range: first.node.range },
        also: others.map(({ node, says }) => ({ path: node.path, range: node.range, note: says })),
        message: `Service ${service.name} ${enumerate(openings.map(({ says }) => says))}${shared}.`,
        severity: first.isWhole && !isDocker && !isAgent ? 'error' : 'warning',
        ...(isDocker && {
          remedy:
            'A program that starts containers does not start without it: let nothing run in it that is not trusted on the machine.',
        }),
        ...(isAgent && {
          remedy:
            'It looks at the machine, and sees less without it: give it what its documentation asks for and no more, name its version, and let nobody reach it from outside.',
        }),
      });
    }
  },
});

/** Images whose purpose is to look at the machine: their makers' own documentation gives them its processes, and capabilities for that. */
const agents =
  /(?:^|\/)(?:netdata\/netdata|datadog(?:hq)?\/agent|cadvisor(?:\/cadvisor)?|node[-_]exporter|falcosecurity\/falco[\w-]*|sysdig\/agent[\w-]*|newrelic\/infrastructure[\w-]*|zabbix\/zabbix-agent2?|dynatrace\/oneagent|aquasec\/tracee|nicolargo\/glances)(?=[:@]|$)/;

function placesOf(openings: readonly Opening[]): string {
  return openings.map(({ node: { path, range } }) => `${path}:${range.start}`).join(' ');
}

/** The image of Docker in Docker, or of another program that starts containers, which needs to be privileged. */
function runsDocker({ builds }: Project, service: ComposeService): boolean {
  const bases = builds
    .filter(({ runBy }) => runBy.some((use) => use.kind === 'service' && use.service === service))
    .flatMap(({ stage }) => (stage ? externalBase(stage) : []));
  const named = bases.flatMap((base) => (base.kind === 'image' ? base.reference : []));
  return [service.image?.text ?? '', ...named].some(runsContainers);
}

/** The service without what opens it. */
function separated(project: Project, service: ComposeService, openings: readonly Opening[]): Fix | undefined {
  const { node, privileged, pid, ipc, capAdd, securityOpt } = service;
  if (node.kind !== 'map' || openings.some((opening) => hasReason(project, opening.node))) return undefined;
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
      )}?${ipc && opened.has(ipc) ? ' A browser or a database that wants more than the 64 MB of /dev/shm that each container has gets them by shm_size.' : ''}`,
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
