import { parseByteRate } from '../core/byte-size.ts';
import type { CostInput, CostInputs } from '../core/cost-report.ts';
import { UserError } from '../core/errors.ts';
import { pulledBytesPerSecond } from '../core/order.ts';
import type { CostSettings, PlacedNumber } from '../project/configuration.ts';
import type { ParsedArguments } from './command.ts';

/** What docs/cost.md measured on a node with two processors. */
const measured = { unpackRate: 200_000_000, fileSeconds: 0.000_2, podSeconds: 1 };

/**
 * What the model takes, from flags, else configuration, else defaults.
 * @param replicas of the workloads there are
 * @throws UserError for a flag that is no number
 */
export function costInputs(parsed: ParsedArguments, settings: CostSettings, replicas: readonly number[]): CostInputs {
  const most = Math.max(1, ...replicas.filter(Number.isFinite));
  const inputFrom =
    (read: typeof numberOf) =>
    (flag: string, setting: PlacedNumber | undefined, fallback: CostInput): CostInput => {
      const given = read(parsed, flag);
      if (given !== undefined) return { value: given, source: `--${flag}` };
      return setting ? { value: setting.value, source: setting.place } : fallback;
    };
  const count = inputFrom(numberOf);
  const rate = inputFrom(rateOf);
  return {
    nodes: count('nodes', settings.nodes, {
      value: most,
      source: 'default: as many as the largest workload has pods',
    }),
    deploysPerDay: count('deploys-per-day', settings.deploysPerDay, { value: 1, source: 'default' }),
    newNodesPerDay: count('new-nodes-per-day', settings.newNodesPerDay, { value: 0, source: 'default' }),
    bandwidth: rate('bandwidth', settings.bandwidth, { value: pulledBytesPerSecond, source: 'default' }),
    latency: count('latency', undefined, { value: 0.02, source: 'default' }),
    parallelDownloads: count('parallel-downloads', undefined, { value: 3, source: 'default of containerd' }),
    unpackRate: rate('unpack-rate', settings.unpackRate, {
      value: measured.unpackRate,
      source: 'default: measured, docs/cost.md',
    }),
    fileSeconds: { value: measured.fileSeconds, source: 'measured, docs/cost.md' },
    podSeconds: { value: measured.podSeconds, source: 'measured, docs/cost.md' },
    sharing:
      parsed.value('sharing') === 'chain'
        ? { value: 'chain', source: '--sharing' }
        : { value: 'digest', source: parsed.has('sharing') ? '--sharing' : 'default of containerd' },
  };
}

/**
 * A flag's value as a number.
 * @throws UserError for what is none, and for less than nothing
 */
export function numberOf(parsed: ParsedArguments, flag: string): number | undefined {
  const text = parsed.value(flag);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}(?:\.\d{1,9})?$/.test(text)) throw new UserError(`--${flag} takes a number, not «${text}»`);
  return Number(text);
}

function rateOf(parsed: ParsedArguments, flag: string): number | undefined {
  const text = parsed.value(flag);
  if (text === undefined) return undefined;
  const rate = parseByteRate(text);
  if (rate === undefined)
    throw new UserError(`--${flag} takes a rate, not «${text}»`, { remedy: 'Write it as 100MB/s or 1Gbit/s.' });
  return rate;
}
