import type { JsonObject } from '../../../core/json-object.ts';

/** A step of an image's history, the first first. Times in milliseconds. */
export interface HistoryStep {
  readonly created: number | undefined;
  readonly createdBy: string;
  /** Undefined where the engine does not tell. */
  readonly bytes: number | undefined;
}

/** Two steps with more between them were not made by one build. */
const longestStep = 900_000;

/** Seconds that a build took, as far as the times of its steps tell; undefined where they do not. */
export function buildSeconds(steps: readonly HistoryStep[]): number | undefined {
  let milliseconds = 0;
  let known = false;
  for (const [at, { created }] of steps.entries()) {
    const before = steps[at - 1]?.created;
    if (created === undefined || before === undefined) continue;
    const took = created - before;
    if (took < 0 || took > longestStep) continue;
    known ||= took > 0;
    milliseconds += took;
  }
  return known ? milliseconds / 1000 : undefined;
}

/**
 * What each layer has, of a history that does not tell which of its steps made one: those that have bytes did, those that only describe did not.
 * @param count of the image's layers
 */
export function layerBytes(steps: readonly HistoryStep[], count: number): number[] {
  const withBytes = steps.filter(({ bytes = 0 }) => bytes > 0);
  const likely = steps.filter(({ bytes = 0, createdBy }) => bytes > 0 || !onlyDescribes(createdBy));
  const layers = withBytes.length === count ? withBytes : likely.length === count ? likely : withBytes;
  return Array.from({ length: count }, (_, at) => layers[at]?.bytes ?? 0);
}

/** `ENV A=b`, `/bin/sh -c #(nop)  CMD ["sh"]`: https://docs.docker.com/reference/dockerfile/ */
function onlyDescribes(createdBy: string): boolean {
  const text = createdBy.replace(/^\/bin\/sh -c #\(nop\)\s+/, '');
  return /^(?:ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b/.test(
    text,
  );
}

/** A history of Docker's API, which begins with the last step. */
export function historyOf(entries: readonly JsonObject[]): HistoryStep[] {
  return entries
    .map(({ Created, CreatedBy, Size }) => ({
      created: typeof Created === 'number' && Created > 0 ? Created * 1000 : undefined,
      createdBy: typeof CreatedBy === 'string' ? CreatedBy : '',
      bytes: typeof Size === 'number' ? Size : undefined,
    }))
    .reverse();
}
