import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { customKinds, releaseTypes, workloadTypes } from '../maintain/prune-registry/cluster-mentions.ts';
import type { KeepPolicy } from '../maintain/prune-registry/keep-policy.ts';
import { plimsollImage } from '../observe/plimsoll-image.ts';
import { pruneSchedule, type ScheduleKind, scheduleKinds } from '../pipelines/prune-registry-schedule.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { resourceFrom } from './prune-clusters.ts';
import { registryFlags } from './prune-registry-flags.ts';
import { writeFile } from './write-file.ts';

/** Of this run, not of the command that is scheduled. */
const notScheduled = [
  'schedule',
  'every',
  'namespace',
  'image',
  'keep-last',
  'keep-younger',
  'keep-tag',
  'keep-versions',
];
/** Files of the machine that runs it. */
const paths = ['git', 'ca', 'kubeconfig', 'state', 'storage', 'garbage-collect', 'registry-program'];

/**
 * Prints what runs the command that was given, without `--schedule`; or writes it into the directory of `--output`.
 * @throws UserError for what cannot be run there
 */
export function writeSchedule(registry: string, policy: KeepPolicy, parsed: ParsedArguments, terminal: Terminal): void {
  const kind = scheduleKinds.find((each) => each === parsed.value('schedule')) ?? 'cronjob';
  mustFit(kind, policy, parsed);
  const asksOwn = kind === 'cronjob' && parsed.has('cluster') && !parsed.has('context');
  const namespace = parsed.value('namespace') ?? 'plimsoll';
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace))
    throw new UserError(
      `--namespace takes lower case letters, digits and hyphens, at most 63; not «${printable(namespace)}»`,
    );
  const files = pruneSchedule(kind, {
    registry,
    command: commandOf(kind, policy, parsed, terminal.cwd),
    every: parsed.value('every') === 'day' ? 'day' : 'week',
    reads: asksOwn
      ? [
          ...workloadTypes,
          customKinds,
          ...(parsed.has('no-helm-releases') ? [] : releaseTypes),
          ...parsed.values('resource').map(resourceFrom),
        ]
      : [],
    hasContexts: kind !== 'systemd' && (parsed.has('context') || (kind !== 'cronjob' && parsed.has('cluster'))),
    image: parsed.value('image') ?? plimsollImage,
    namespace,
  });
  const out = parsed.value('output');
  for (const [at, file] of files.entries()) {
    if (out === undefined) {
      terminal.stdout.write(`${at === 0 ? '' : '\n'}${files.length > 1 ? `# ${file.path}\n` : ''}${file.text}`);
      continue;
    }
    const to = path.resolve(terminal.cwd, out, file.path);
    mkdirSync(path.dirname(to), { recursive: true });
    writeFile(to, file.text);
  }
}

function mustFit(kind: ScheduleKind, policy: KeepPolicy, parsed: ParsedArguments): void {
  for (const flag of ['plan', 'yes-really'])
    if (parsed.has(flag)) throw new UserError(`--${flag} is about one plan, and cannot be scheduled`);
  if ((kind === 'cronjob' || kind === 'systemd') && policy.repositories.length > 0)
    throw new UserError(
      'rules for single repositories do not fit into a command, and this schedule has no plimsoll.yaml',
      {
        remedy: 'Schedule it where the file is: --schedule github or gitlab; or schedule a command for each of them.',
      },
    );
  if (kind === 'cronjob')
    for (const flag of ['git', 'storage', 'garbage-collect', 'ca', 'kubeconfig', 'state'])
      if (parsed.has(flag))
        throw new UserError(`--${flag} names what is on this machine, which a pod does not have`, {
          remedy:
            flag === 'git' ? '--schedule github or gitlab run in a clone.' : '--schedule systemd runs on this machine.',
        });
}

function commandOf(kind: ScheduleKind, policy: KeepPolicy, parsed: ParsedArguments, cwd: string): string[] {
  const isHere = kind === 'systemd';
  const inFile = kind === 'github' || kind === 'gitlab';
  const given = (names: (name: string) => boolean) =>
    registryFlags
      .filter(({ name }) => names(name))
      .flatMap((flag) => {
        if (flag.value === undefined) return parsed.has(flag.name) ? [`--${flag.name}`] : [];
        return parsed
          .values(flag.name)
          .flatMap((value) => [
            `--${flag.name}`,
            isHere && paths.includes(flag.name) && isPath(flag.name, value) ? path.resolve(cwd, value) : value,
          ]);
      });
  const { last, youngerThan, tags, versions } = policy.rules;
  return [
    'prune',
    'registry',
    ...parsed.positionals.slice(1),
    ...given((name) => !notScheduled.includes(name)),
    // The policy as it is now, where there is no file of it.
    ...(inFile
      ? given((name) => name.startsWith('keep-'))
      : [
          '--no-config',
          ...['--keep-last', String(last), '--keep-younger', `${Math.ceil(youngerThan / 60)}m`],
          ...tags.flatMap((tag) => ['--keep-tag', tag]),
          ...Object.entries(versions).flatMap(([track, count]) => ['--keep-versions', `${track}=${count}`]),
        ]),
    '--quiet',
  ];
}

/** A program may be named without its directory. */
function isPath(flag: string, value: string): boolean {
  return flag !== 'registry-program' || value.includes('/');
}
