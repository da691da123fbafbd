import type { StartUpEstimate } from '../../core/cost-report.ts';

/** A layer of an image that a node begins to pull, base first. */
export interface ArrivingLayer {
  /** To be downloaded; 0 for one whose bytes the node has. */
  readonly bytes: number;
  /** To be unpacked; 0 for one that lies unpacked on the same layers already. */
  readonly unpackedBytes: number;
  readonly files: number;
}

export interface StartUpRates {
  /** Bytes a second. */
  readonly bandwidth: number;
  readonly latencySeconds: number;
  readonly parallelDownloads: number;
  /** Bytes of tar a second. */
  readonly unpackRate: number;
  readonly fileSeconds: number;
  /** All of a pod's start but pull and program. */
  readonly podSeconds: number;
  readonly programSeconds: number;
}

/** A manifest is resolved, fetched, and names the configuration, which is fetched before the layers: one answer is waited for after the other. */
const answersBeforeLayers = 3;

/**
 * How long a pod takes until it is ready on a node that lacks these layers: several are downloaded at once and share the bandwidth, and each is
 * unpacked as soon as it and all below it are there, as containerd does
 * (https://github.com/containerd/containerd/blob/main/core/unpack/unpacker.go).
 */
export function startUp(layers: readonly ArrivingLayer[], rates: StartUpRates): StartUpEstimate {
  const begun = layers.some(({ bytes, unpackedBytes }) => bytes + unpackedBytes > 0)
    ? answersBeforeLayers * rates.latencySeconds
    : rates.latencySeconds;
  const arrivals = downloadTimes(
    layers.map(({ bytes }) => bytes),
    rates,
  ).map((seconds) => begun + seconds);
  const downloadSeconds = Math.max(begun, ...arrivals);
  let unpacked = begun;
  for (const [at, { unpackedBytes, files }] of layers.entries())
    unpacked = Math.max(unpacked, arrivals[at] ?? begun) + unpackedBytes / rates.unpackRate + files * rates.fileSeconds;
  const pulled = Math.max(unpacked, downloadSeconds);
  return {
    pulledBytes: layers.reduce((sum, { bytes }) => sum + bytes, 0),
    downloadSeconds,
    unpackSeconds: pulled - downloadSeconds,
    readySeconds: rates.podSeconds + pulled + rates.programSeconds,
  };
}

interface Running {
  readonly at: number;
  /** When its first byte comes. */
  readonly from: number;
  left: number;
}

/** Seconds until each is there, when so many are under way at once, the first ones first, and share what there is of bandwidth alike. */
export function downloadTimes(
  sizes: readonly number[],
  {
    bandwidth,
    latencySeconds,
    parallelDownloads,
  }: Pick<StartUpRates, 'bandwidth' | 'latencySeconds' | 'parallelDownloads'>,
): number[] {
  const times = sizes.map(() => 0);
  const queue = sizes.flatMap((bytes, at) => (bytes > 0 ? [{ at, bytes }] : []));
  const running: Running[] = [];
  let now = 0;
  for (;;) {
    while (running.length < Math.max(1, parallelDownloads)) {
      const next = queue.shift();
      if (next === undefined) break;
      running.push({ at: next.at, from: now + latencySeconds, left: next.bytes });
    }
    if (running.length === 0) return times;
    const flowing = running.filter(({ from }) => from <= now);
    const rate = bandwidth / Math.max(1, flowing.length);
    const waits = running.filter(({ from }) => from > now).map(({ from }) => from - now);
    const step = Math.min(...waits, ...flowing.map(({ left }) => left / rate));
    for (const each of flowing) each.left -= step * rate;
    now += step;
    for (const done of flowing.filter(({ left }) => left <= 1e-6)) {
      times[done.at] = now;
      running.splice(running.indexOf(done), 1);
    }
  }
}
