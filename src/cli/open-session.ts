import path from 'node:path';
import { type RegistrySession, registrySession } from '../image/registry-session.ts';
import { registryOptions } from '../image/sources/registry-options.ts';
import { cacheDirectory } from './code-cache.ts';
import type { ParsedArguments, Terminal } from './command.ts';

/** Of requests that fail for a reason that may pass. */
const attempts = 3;

const defaultTimeoutSeconds = 15;

export interface SessionWishes {
  /** `--ca`, `--plain-http` and `--mirror` are honoured. */
  readonly parsed?: ParsedArguments;
  /** Names come from others, as those of a cluster's workloads: private addresses are asked only as the registry that an image names. */
  readonly guarded?: boolean;
  readonly timeoutSeconds?: number;
  readonly attempts?: number;
  /** Ends every request. */
  readonly signal?: AbortSignal;
  onProgress?(message: string): void;
}

/**
 * The registries of one run, asked with this user's logins, proxies, certificates and mirrors, each thing once; what they say is kept for the next run.
 * @throws UserError where a mirror or a file of certificates that was named is wrong
 */
export function openSession({ environment }: Terminal, wishes: SessionWishes = {}): RegistrySession {
  const { parsed, guarded = false, timeoutSeconds = defaultTimeoutSeconds, signal, onProgress } = wishes;
  const caFile = parsed?.value('ca');
  const directory = cacheDirectory();
  const options = registryOptions({
    environment,
    ...(onProgress && { progress: onProgress }),
    ...(signal && { signal }),
    registry: {
      ...(caFile !== undefined && { caFile }),
      ...(parsed !== undefined && { plainHttp: parsed.has('plain-http'), mirrors: parsed.values('mirror') }),
      timeoutSeconds,
    },
  });
  return registrySession({
    ...options,
    attempts: wishes.attempts ?? attempts,
    guarded,
    ...(directory !== undefined && { cacheDirectory: path.join(directory, 'plimsoll', 'registries') }),
  });
}
