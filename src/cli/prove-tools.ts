import { homedir } from 'node:os';
import path from 'node:path';
import { UserError } from '../core/errors.ts';
import { cataloguers } from '../ecosystems/cataloguers.ts';
import { analyseImage } from '../image/analyse-image.ts';
import { compressedSize } from '../image/compressed-size.ts';
import { openImage } from '../image/sources/open-image.ts';
import { proveSettingsFor } from '../project/prove-settings.ts';
import type { Builder, EngineAddress } from '../prove/build.ts';
import { findBuilder, parseBuilderChoice } from '../prove/builders/find-builder.ts';
import type { ProofTools } from '../prove/proof.ts';
import type { Runner } from '../prove/trial.ts';
import { compareTrials } from '../prove/trials/compare-trials.ts';
import { openEngineRunner } from '../prove/trials/engine-runner.ts';
import { trialPlan } from '../prove/trials/plan.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { findVulnerabilities } from './find-vulnerabilities.ts';
import type { FixSession } from './fix-session.ts';
import { layerSettings } from './layer-settings.ts';
import { openedImages } from './opened-images.ts';
import { readPackedSizes, writePackedSizes } from './packed-sizes.ts';
import type { Progress } from './progress.ts';

/** What a proof needs, and what has to be closed after it. */
export interface OpenTools extends ProofTools {
  /** Removes what builder and runner made. Never throws. */
  close(): Promise<void>;
}

/**
 * Finds the builder, and what runs containers, as the flags say.
 * @throws UserError with exit code 3 where there is no builder, 2 for one that there cannot be
 */
export async function openTools(
  session: FixSession,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
  signal: AbortSignal,
): Promise<OpenTools> {
  const wanted = parsed.value('builder');
  progress.step('looking for a builder');
  const builder = await findBuilder(
    wanted === undefined ? undefined : parseBuilderChoice(wanted),
    terminal.environment,
    signal,
  );
  const engine = parsed.has('no-run') ? undefined : (builder.engine ?? (await otherEngine(terminal, signal)));
  const opened = await openRunner(engine, parsed, terminal);
  const runner = engine && opened ? runnerOn(engine, builder, opened) : opened;
  const cache = cacheDirectory(terminal);
  const sizes = readPackedSizes(cache);
  const images = openedImages(({ source }) =>
    openImage(source, {
      environment: { ...terminal.environment, ...builder.environment },
      registry: { mirrors: [] },
    }),
  );
  return {
    version: terminal.version,
    builder,
    runner,
    notRun: runner === undefined ? notRunBecause(parsed) : '',
    analyse: (built, stop) =>
      images.look(built, async (image) => {
        progress.step(`reading ${built.tag}`);
        const analysis = await analyseImage(image, { cataloguers, ...layerSettings() });
        stop.throwIfAborted();
        return analysis;
      }),
    assess: (analysis, built, stop) =>
      images.look(built, async (image) => {
        progress.step(`packing ${built.tag}`);
        const compressedBytes = await compressedSize(image, sizes, stop);
        writePackedSizes(cache, sizes);
        const { vulnerabilities, advisories } = await findVulnerabilities(analysis, parsed, terminal, progress);
        return { compressedBytes, vulnerabilities, advisories };
      }),
    plan: (build, project, built) =>
      images.look(built, ({ configuration }) =>
        trialPlan(build, project, proveSettingsFor(session.configuration.prove, build), configuration),
      ),
    compareTrials,
    async close() {
      await images.close();
      await runner?.close();
      await builder.close();
    },
  };
}

/** What runs the images: pods with --cluster, else the builder's own engine, where it has one. */
async function openRunner(
  engine: EngineAddress | undefined,
  parsed: ParsedArguments,
  { environment, cwd }: Terminal,
): Promise<Runner | undefined> {
  const lone = ['push', 'kubeconfig', 'context', 'namespace'].find((flag) => parsed.has(flag));
  if (lone !== undefined && !parsed.has('cluster')) throw new UserError(`--${lone} says something of --cluster only`);
  if (parsed.has('no-run')) return undefined;
  if (!parsed.has('cluster')) return engine && openEngineRunner(engine);
  const push = parsed.value('push');
  if (push !== undefined && engine === undefined)
    throw new UserError('this builder has no engine that could push its images', {
      remedy: 'Build with --builder docker or --builder podman.',
    });
  const [{ openCluster }, { openClusterRunner }, { deliverByEngine, deliverByRegistry }] = await Promise.all([
    import('../kubernetes/cluster-client.ts'),
    import('../prove/trials/cluster-runner.ts'),
    import('../prove/trials/deliver.ts'),
  ]);
  const access = { kubeconfig: parsed.value('kubeconfig'), context: parsed.value('context'), environment, cwd };
  const cluster = await openCluster(access);
  const deliver = push !== undefined && engine ? deliverByRegistry(engine, push) : deliverByEngine();
  const runner = await openClusterRunner({ cluster, deliver, namespace: parsed.value('namespace') });
  return {
    ...runner,
    async close() {
      await runner.close();
      cluster.close();
    },
  };
}

/** The engine has the image first, wherever it was built. */
function runnerOn(engine: EngineAddress, builder: Builder, runner: Runner): Runner {
  return {
    ...runner,
    async try(image, plan, signal) {
      await builder.handTo(engine, image);
      return runner.try(image, plan, signal);
    },
  };
}

/** An engine that can run the images of a builder that cannot; undefined where there is none. */
async function otherEngine(terminal: Terminal, signal: AbortSignal): Promise<EngineAddress | undefined> {
  for (const kind of ['docker', 'podman'] as const) {
    try {
      const { engine } = await findBuilder({ kind, where: undefined }, terminal.environment, signal);
      if (engine) return engine;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return undefined;
}

function cacheDirectory({ environment }: Terminal): string {
  return path.join(environment.XDG_CACHE_HOME || path.join(environment.HOME ?? homedir(), '.cache'), 'plimsoll');
}

function notRunBecause(parsed: ParsedArguments): string {
  return parsed.has('no-run')
    ? 'nothing was run, as --no-run says'
    : 'nothing was run, for there is no container engine beside this builder';
}
