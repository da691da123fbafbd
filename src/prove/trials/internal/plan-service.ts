import type { ComposeService } from '../../../kubernetes/compose.ts';
import { at, scalarsAt, textAt, type YamlNode } from '../../../kubernetes/yaml-node.ts';
import type { ImageBuild, ImageUse, Project } from '../../../project/project.ts';
import type { TrialCommand, TrialSecurity } from '../../trial.ts';
import { givenEnvironment, type UsePlan } from './plan-of-use.ts';

/** How a service of a Compose file runs its image, without the services that it depends on. */
export function planOfService(
  use: Extract<ImageUse, { kind: 'service' }>,
  build: ImageBuild,
  project: Project,
): UsePlan {
  const { service } = use;
  const { environment, notes } = givenEnvironment(project, build, use);
  const entrypoint = wordsOf(service.entrypoint);
  const command = wordsOf(service.command);
  const ports = [
    ...service.ports.flatMap(({ target, protocol }) => (protocol.toLowerCase() === 'tcp' ? (target ?? []) : [])),
    ...service.expose.flatMap(({ text }) => (/^\d{1,5}(?:\/tcp)?$/.test(text) ? Number.parseInt(text, 10) : [])),
  ];
  const restarts = service.restart !== undefined && /^(?:always|unless-stopped)$/.test(service.restart.text);
  return {
    kind: ports.length > 0 || restarts ? 'service' : undefined,
    ports,
    requests: [],
    commands: checkOf(service),
    environment,
    // https://github.com/compose-spec/compose-spec/blob/main/spec.md#entrypoint: the image's command does not hold beside it.
    command: entrypoint,
    arguments: command,
    workingDirectory: textAt(service.node, 'working_dir'),
    files: new Map(),
    security: securityOf(service),
    graceSeconds: secondsOf(textAt(service.node, 'stop_grace_period')),
    notes: [...notes, ...missing(service)],
  };
}

function missing(service: ComposeService): readonly string[] {
  const notes: string[] = [];
  if (service.envFiles.length > 0)
    notes.push(`Variables of env_file (${service.envFiles.map(({ text }) => text).join(', ')}) are not set in trials.`);
  if (service.dependsOn.length > 0)
    notes.push(`${service.dependsOn.join(', ')}, which ${service.name} depends on, is not there in trials.`);
  const bound = service.volumes.filter(({ type }) => type === 'bind').flatMap(({ target }) => target ?? []);
  if (bound.length > 0) notes.push(`What the Compose file binds to ${bound.join(', ')} is not there in trials.`);
  if ([service.command, service.entrypoint].some((node) => node?.kind === 'scalar' && node.text.includes('$')))
    notes.push(`The command of ${service.name} holds variables of the host, which are empty in trials.`);
  return notes;
}

/** A list as it is, a text as Compose splits it: by white space, quotes keep words together. */
function wordsOf(node: YamlNode | undefined): readonly string[] | undefined {
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return undefined;
  if (node.kind === 'sequence') return scalarsAt(node).map(({ text }) => text);
  if (node.kind !== 'scalar') return undefined;
  const words = node.text.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? [];
  return words.map((word) =>
    word.replace(/\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, escaped, double, single) =>
      escaped !== undefined ? escaped : double !== undefined ? double.replace(/\\(["\\])/g, '$1') : single,
    ),
  );
}

/** https://github.com/compose-spec/compose-spec/blob/main/spec.md#healthcheck; where none is written, the image's own is tried. */
function checkOf({ healthcheck }: ComposeService): readonly TrialCommand[] {
  const test = healthcheck?.disabled === false ? healthcheck.test : undefined;
  if (test === undefined) return [];
  const words = test.kind === 'scalar' ? ['CMD-SHELL', test.text] : scalarsAt(test).map(({ text }) => text);
  const [kind, ...command] = words;
  if (kind === 'CMD') return [{ from: 'healthcheck', command }];
  return kind === 'CMD-SHELL' ? [{ from: 'healthcheck', command: ['/bin/sh', '-c', command.join(' ')] }] : [];
}

function securityOf(service: ComposeService): TrialSecurity {
  const readOnlyRoot = service.readOnly?.value === true;
  const temporary = at(service.node, 'tmpfs');
  const mounts = temporary?.kind === 'scalar' ? [temporary.text] : scalarsAt(temporary).map(({ text }) => text);
  return {
    user: service.user?.text.includes('$') ? undefined : service.user?.text,
    nonRoot: false,
    readOnlyRoot,
    dropCapabilities: service.capDrop.map(({ text }) => text.replace(/^CAP_/i, '')),
    addCapabilities: service.capAdd.map(({ text }) => text.replace(/^CAP_/i, '')),
    noNewPrivileges: service.securityOpt.some(({ text }) => /^no-new-privileges(?::true)?$/.test(text)),
    writable: [
      ...mounts.map((mount) => mount.split(':')[0] ?? mount),
      ...(readOnlyRoot ? service.volumes.flatMap(({ readOnly, target }) => (readOnly ? [] : (target ?? []))) : []),
    ],
  };
}

/** `1m30s` */
function secondsOf(text: string | undefined): number | undefined {
  const match = text === undefined ? null : /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(text);
  if (!match || text === '') return undefined;
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0);
}
