import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { enumerate } from '../../../core/enumerate.ts';
import type { TrialPlan } from '../../trial.ts';
import { secretName } from './hide-values.ts';

/** Variables that the engine's client itself reads: their values stand on its command line or, where they are secret, in a file; others only in its environment. */
const readByClient =
  /^(?:PATH|HOME|TMPDIR|USER|HTTPS?_PROXY|NO_PROXY|ALL_PROXY|(?:DOCKER|BUILDX|BUILDKIT|CONTAINER|CONTAINERS|PODMAN|XDG|DBUS|GODEBUG|GO|LD|SSL|STORAGE|REGISTRY)(?:_.*)?)$/i;

/**
 * Capabilities that a trial gives a container because a file of the repository asks for them: what engines give anyway, and what reaches no further than the
 * container's own network and processes. A repository that is only tried gets no hold of the machine (SYS_ADMIN, SYS_MODULE, ALL).
 * https://man7.org/linux/man-pages/man7/capabilities.7.html, https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
 */
const harmlessCapabilities = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'NET_RAW'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT', 'IPC_LOCK', 'NET_ADMIN', 'NET_BROADCAST'],
]);

export interface ContainerFlags {
  readonly flags: readonly string[];
  /** Given to the client: `--env NAME` takes values from there, and so they are in no list of processes. */
  readonly environment: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** What a plan asks of `docker run` and `podman run`, all but the network. Files of the plan are laid down in `directory`. */
export function containerFlags(plan: TrialPlan, directory: string): ContainerFlags {
  const environment = new Map<string, string>();
  const flags = ['--hostname', 'plimsoll-trial'];
  const secret: string[] = [];
  for (const [name, value] of plan.environment)
    if (readByClient.test(name) && isForFile(name, value, plan)) secret.push(`${name}=${value}\n`);
    else if (readByClient.test(name)) flags.push('--env', `${name}=${value}`);
    else {
      environment.set(name, value);
      flags.push('--env', name);
    }
  if (secret.length > 0) {
    mkdirSync(directory, { recursive: true });
    const file = path.join(directory, 'environment');
    writeFileSync(file, secret.join(''), { mode: 0o600 });
    flags.push('--env-file', file);
  }
  if (plan.workingDirectory !== undefined) flags.push('--workdir', plan.workingDirectory);
  flags.push(...securityFlags(plan));
  const files = fileFlags(plan, directory);
  return { flags: [...flags, ...files.flags], environment, notes: [...refusedCapabilities(plan), ...files.notes] };
}

/** A list of processes is read by all users of a machine. Lines of the file hold values as they are, but for those that engines read differently. */
function isForFile(name: string, value: string, { fromHost }: TrialPlan): boolean {
  return (secretName.test(name) || fromHost?.has(name) === true) && !/^["'\s]|[\r\n]/.test(value);
}

function securityFlags({ security }: TrialPlan): readonly string[] {
  if (security === undefined) return [];
  return [
    ...(security.user === undefined ? [] : ['--user', security.user]),
    ...(security.readOnlyRoot ? ['--read-only'] : []),
    ...security.dropCapabilities.flatMap((name) => ['--cap-drop', name]),
    ...security.addCapabilities.flatMap((name) => (isHarmless(name) ? ['--cap-add', name] : [])),
    ...(security.noNewPrivileges ? ['--security-opt', 'no-new-privileges'] : []),
    // As an emptyDir: everybody may write, and programs may be run from it. https://kubernetes.io/docs/concepts/storage/volumes/#emptydir
    ...security.writable.flatMap((where) => (/[:,]/.test(where) ? [] : ['--tmpfs', `${where}:rw,exec,mode=0777`])),
  ];
}

function isHarmless(capability: string): boolean {
  return harmlessCapabilities.has(capability.toUpperCase());
}

function refusedCapabilities({ security }: TrialPlan): readonly string[] {
  const refused = (security?.addCapabilities ?? []).filter((name) => !isHarmless(name));
  return refused.length === 0
    ? []
    : [`It is tried without the ${refused.length === 1 ? 'capability' : 'capabilities'} ${enumerate(refused)}.`];
}

function fileFlags({ files }: TrialPlan, directory: string): Pick<ContainerFlags, 'flags' | 'notes'> {
  const flags: string[] = [];
  const notes: string[] = [];
  for (const [where, text] of files) {
    // The flag is a line of comma-separated values.
    if (/[,"\n\r]/.test(where)) {
      notes.push(`The file ${where} of a ConfigMap is not there in trials.`);
      continue;
    }
    mkdirSync(directory, { recursive: true });
    const file = path.join(directory, String(flags.length));
    writeFileSync(file, text, { mode: 0o644 });
    flags.push('--mount', `type=bind,source=${file},target=${where},readonly`);
  }
  return { flags, notes };
}

/** What follows the flags: another entry point among them, the image, the arguments. `command` of a manifest takes the place of both ENTRYPOINT and CMD. */
export function commandLine(
  image: string,
  command: readonly string[] | undefined,
  args: readonly string[] | undefined,
): readonly string[] {
  const [program, ...first] = command ?? [];
  if (program === undefined) return [image, ...(args ?? [])];
  return ['--entrypoint', program, image, ...first, ...(args ?? [])];
}
