import type { RegistryOptions } from '../internal/registry-request.ts';
import { registryCredentials } from '../registry-credentials.ts';
import { registryFetch } from '../registry-fetch.ts';
import { registryMirrors } from '../registry-mirrors.ts';
import type { OpenOptions } from './open-options.ts';

const defaultTimeoutSeconds = 30;

/**
 * How registries are asked for images: with the logins, proxies, certificates and mirrors of this user.
 * @throws UserError where one that was named is wrong
 */
export function registryOptions({ environment, progress, signal, registry = {} }: OpenOptions): RegistryOptions {
  const { caFile, plainHttp, mirrors = [], timeoutSeconds = defaultTimeoutSeconds } = registry;
  return {
    fetch: registryFetch(environment, caFile),
    credentials: registryCredentials(environment, (message) => progress?.(message)),
    timeoutSeconds,
    ...(signal && { signal }),
    ...(plainHttp !== undefined && { plainHttp }),
    mirrors: registryMirrors(mirrors, environment),
  };
}
