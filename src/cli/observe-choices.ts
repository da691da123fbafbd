import { UserError } from '../core/errors.ts';
import { quietHoursText, readQuietHours } from '../observe/alertmanager/quiet-hours.ts';
import type { LogAgent, LogStore, ObserveChoices, PartName, Receiver, StackKind } from '../observe/observe-plan.ts';
import { isPartName, partNames } from '../observe/part-names.ts';
import type { Command, ParsedArguments } from './command.ts';
import { parseArguments } from './parse-arguments.ts';

/** What was asked for, and how it is asked for again. */
export interface AskedFor {
  readonly choices: ObserveChoices;
  readonly parts: readonly PartName[];
  readonly command: string;
  /** The choices are those of an earlier run. */
  readonly remembered: boolean;
}

const choiceFlags = [
  'part',
  'stack',
  'namespace',
  'receiver',
  'log-agent',
  'log-store',
  'keda',
  'node-proxy',
  'image-age',
  'quiet-hours',
  'scale-memory',
];

/**
 * The choices of the arguments; those that an earlier run wrote into the base's kustomization where there are none.
 * @param written the text of that kustomization
 * @param available the parts that there are
 * @throws UserError for a namespace or a number of days that is none
 */
export function askedFor(
  parsed: ParsedArguments,
  command: Command,
  written: string | undefined,
  available: readonly PartName[],
): AskedFor {
  const given = choiceFlags.some((name) => parsed.has(name));
  const earlier = given ? undefined : rememberedArguments(command, written);
  const from = earlier ?? parsed;
  const choices = choicesFrom(from);
  const wanted = from.values('part').filter(isPartName);
  const parts = partNames.filter((name) => available.includes(name) && (wanted.length === 0 || wanted.includes(name)));
  return {
    choices,
    parts,
    command: commandOf(choices, wanted.length === 0 ? [] : parts),
    remembered: earlier !== undefined,
  };
}

function rememberedArguments(command: Command, written: string | undefined): ParsedArguments | undefined {
  const line = written === undefined ? null : /^# \$ plimsoll observe((?: [\w./:@+-]{1,100}){0,60})\r?$/m.exec(written);
  if (!line) {
    // Without the choices of the last run, what it wrote for them would be taken for what nothing generates any more.
    if (written !== undefined && /^# \$ plimsoll observe\b/m.test(written))
      throw new UserError('the line that remembers the choices of the last run was changed, and cannot be read', {
        where: 'base/kustomization.yaml',
        remedy: 'Say the choices again: plimsoll observe --stack config --namespace monitoring …',
      });
    return undefined;
  }
  return parseArguments(
    command,
    (line[1] ?? '').split(' ').filter((word) => word !== ''),
  );
}

function commandOf(choices: ObserveChoices, parts: readonly PartName[]): string {
  return [
    'plimsoll observe',
    ...parts.map((part) => `--part ${part}`),
    `--stack ${choices.stack} --namespace ${choices.namespace}`,
    ...choices.receivers.map((receiver) => `--receiver ${receiver}`),
    `--log-agent ${choices.logAgent} --log-store ${choices.logStore}`,
    ...(choices.keda ? ['--keda'] : []),
    ...(choices.nodeProxy ? ['--node-proxy'] : []),
    `--image-age ${choices.imageAgeDays}`,
    ...(choices.quietHours ? [`--quiet-hours ${quietHoursText(choices.quietHours)}`] : []),
    ...(choices.memoryScaled ?? []).map((name) => `--scale-memory ${name}`),
  ].join(' ');
}

const stacks: readonly StackKind[] = ['config', 'full', 'operator'];
const agents: readonly LogAgent[] = ['fluent-bit', 'fluentd', 'otel'];
const stores: readonly LogStore[] = ['elasticsearch', 'opensearch', 'loki', 'logstash'];
const receivers: readonly Receiver[] = ['email', 'slack', 'sms-sns', 'sms-webhook', 'pagerduty', 'teams', 'webhook'];

function choicesFrom(parsed: ParsedArguments): ObserveChoices {
  const namespace = parsed.value('namespace') ?? 'monitoring';
  // https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace))
    throw new UserError(
      `--namespace takes a name of lower case letters, digits and hyphens, at most 63; not «${namespace}»`,
    );
  const days = parsed.value('image-age') ?? '90';
  if (!/^[1-9]\d{0,3}$/.test(days)) throw new UserError(`--image-age takes a number of days; not «${days}»`);
  const quiet = parsed.value('quiet-hours');
  const quietHours = quiet === undefined ? undefined : readQuietHours(quiet);
  if (quiet !== undefined && quietHours === undefined)
    throw new UserError(`--quiet-hours takes times and a time zone, such as 22:00-07:00@Europe/Berlin; not «${quiet}»`);
  const memoryScaled = parsed.values('scale-memory');
  for (const name of memoryScaled)
    if (!/^[\w.-]{1,100}$/.test(name))
      throw new UserError(`--scale-memory takes the name of a workload; not «${name}»`);
  const wanted = receivers.filter((each) => parsed.values('receiver').includes(each));
  return {
    stack: stacks.find((each) => each === parsed.value('stack')) ?? 'config',
    namespace,
    receivers: wanted.length > 0 ? wanted : ['email'],
    logAgent: agents.find((each) => each === parsed.value('log-agent')) ?? 'fluent-bit',
    logStore: stores.find((each) => each === parsed.value('log-store')) ?? 'elasticsearch',
    nodeProxy: parsed.has('node-proxy'),
    imageAgeDays: Number(days),
    keda: parsed.has('keda'),
    ...(quietHours && { quietHours }),
    ...(memoryScaled.length > 0 && { memoryScaled }),
  };
}
