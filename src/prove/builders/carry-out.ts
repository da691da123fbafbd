import { maskSecrets } from '../../core/mask-secrets.ts';
import type { BuildOptions, BuildOutcome, BuildRequest, BuiltImage } from '../build.ts';
import type { Environment } from './environment.ts';
import { explainFailure } from './explain-failure.ts';
import { hideValues } from './hide-values.ts';
import type { ProgressReader } from './progress.ts';
import { type ClientCommand, runClient } from './run-client.ts';

/** One build by a builder's client. */
export interface Build {
  readonly builder: string;
  readonly command: ClientCommand;
  readonly reader: ProgressReader;
  /** Where values come from that the request does not hold. */
  readonly environment: Environment;
  /** Whether the builder answers at all. */
  answers(): Promise<boolean>;
  /** What was built; undefined where there is nothing under the tag. */
  find(): Promise<Pick<BuiltImage, 'id' | 'source'> | undefined>;
  /** Removes what a build without an image left. */
  discard(): Promise<void>;
}

/** Runs it, and finds what it made or says why it made nothing. */
export async function carryOut(build: Build, request: BuildRequest, { signal }: BuildOptions): Promise<BuildOutcome> {
  const { logFile, timeoutSeconds, tag } = request;
  const hide = hideValues(request, build.environment);
  const end = await runClient(build.command, {
    signal,
    timeoutSeconds,
    logFile,
    // What stands in the Dockerfile itself is printed with each of its steps.
    mask: (line) => maskSecrets(hide(line)),
    onLine: (line, isError) => build.reader.line(line, isError),
  });
  const progress = build.reader.result();
  const found = end.how === 'exit' && end.code === 0 ? await build.find() : undefined;
  if (found !== undefined) {
    const { steps, contextBytes } = progress;
    const shown = steps.map((step) => ({
      ...step,
      name: hide(step.name),
      instruction: step.instruction === undefined ? undefined : hide(step.instruction),
    }));
    return { ok: true, image: { ...found, tag, steps: shown, seconds: end.seconds, contextBytes, logFile } };
  }
  const answers = end.how === 'exit' ? await build.answers() : true;
  if (answers && end.how !== 'missing') await build.discard();
  const builder = build.builder;
  return { ok: false, failure: explainFailure({ builder, end, progress, answers, timeoutSeconds, logFile, hide }) };
}
