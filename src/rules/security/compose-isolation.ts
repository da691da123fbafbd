import { isContainerEngine, startsContainers, wholeName } from '../../bases/nested-runtimes.ts';
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
      const images = imagesOf(project, service);
      const mirrors = project.mirrors ?? new Map<string, string>();
      const isDocker = images.some((image) => isContainerEngine(image, mirrors));
      const agent = wholeName(service.image?.text ?? '', mirrors) ?? '';
      const isAgent = agents.test(agent);
      const isAsked =
        isDocker || (isAgent && tracers.test(agent) && !openings.some(({ node }) => node === service.privileged));
      const fix = isAgent || images.some(startsContainers) ? undefined : separated(project, service, openings);
      const shared = sharing.length === 0 ? '' : `; ${sharing.length} more share this`;
      report({
        ...(fix && { fix }),
        at: { path: first.node.path, range: first.node.range },
        also: others.map(({ node, says }) => ({ path: node.path, range: node.range, note: says })),
        message: `Service ${service.name} ${enumerate(openings.map(({ says }) => says))}${shared}.`,
        severity: openings.some(({ isWhole }) => isWhole) && !isAsked ? 'error' : 'warning',
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

/** Images whose purpose is to look at the machine, by their makers' names: the documentation of each gives it the machine's processes. */
const agents =
  /^(?:netdata\/netdata|(?:(?:gcr|eu\.gcr|asia\.gcr)\.io\/datadoghq|public\.ecr\.aws\/datadog|datadog|registry\.datadoghq\.com)\/agent|(?:gcr\.io\/(?:cadvisor|google[-_]containers)|ghcr\.io\/google|google)\/cadvisor|(?:prom|(?:quay\.io\/)?prometheus)\/node-exporter|(?:public\.ecr\.aws\/)?falcosecurity\/falco[\w-]*|(?:quay\.io\/)?sysdig\/agent[\w-]*|newrelic\/infrastructure[\w-]*|zabbix\/zabbix-agent2?|dynatrace\/oneagent|aquasec\/tracee|nicolargo\/glances)$/;

/**
 * Those of them whose documentation asks for SYS_ADMIN, to follow the calls of the machine's programs.
 * https://learn.netdata.cloud/docs/netdata-agent/installation/docker, https://docs.datadoghq.com/network_monitoring/cloud_network_monitoring/setup/
 */
const tracers = /^netdata\/netdata$|\bdatadog(?:hq(?:\.com)?)?\/agent$/;

function placesOf(openings: readonly Opening[]): string {
  return openings.map(({ node: { path, range } }) => `${path}:${range.start}`).join(' ');
}

/** The image of a service, and what it is built on where it is built here. */
function imagesOf({ builds }: Project, service: ComposeService): readonly string[] {
  const bases = builds
    .filter(({ runBy }) => runBy.some((use) => use.kind === 'service' && use.service === service))
    .flatMap(({ stage }) => (stage ? externalBase(stage) : []));
  return [service.image?.text ?? '', ...bases.flatMap((base) => (base.kind === 'image' ? base.reference : []))];
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
