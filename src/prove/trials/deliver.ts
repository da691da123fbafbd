import { exitCodes, UserError } from '../../core/errors.ts';
import type { BuiltImage, EngineAddress } from '../build.ts';
import { callEngine, lastLine } from './internal/engine-call.ts';

const pushSeconds = 1_800;

/**
 * Brings images to a cluster by a registry that its nodes pull from: pushed there by the engine, with the credentials that it has.
 * The names say what they are, `REPOSITORY:plimsoll-3f9c0a1b2c3d`; the registry keeps them until somebody prunes it.
 */
export function deliverByRegistry(
  engine: EngineAddress,
  repository: string,
): (image: BuiltImage, signal: AbortSignal) => Promise<string> {
  return async ({ id, tag }, signal) => {
    const name = `${repository}:plimsoll-${id.replace(/^sha256:/, '').slice(0, 12)}`;
    for (const args of [
      ['tag', tag, name],
      ['push', name],
    ]) {
      const { status, errors } = await callEngine(engine, args, { signal, seconds: pushSeconds });
      if (status !== 0)
        throw new UserError(`the image could not be pushed: ${lastLine(errors)}`, {
          where: name,
          exitCode: exitCodes.system,
          remedy: 'Name a repository that this engine may push to, and the nodes may pull from.',
        });
    }
    await callEngine(engine, ['image', 'rm', name]).catch(() => {});
    return name;
  };
}

/** For nodes that have the engine's own images: those of Docker Desktop, and of minikube with its engine as the one that builds. */
export function deliverByEngine(): (image: BuiltImage) => Promise<string> {
  return async ({ tag }) => tag;
}
