import { isJsonObject, type JsonObject, objectsIn } from '../../../core/json-object.ts';
import type { EngineEndpoint } from '../../../image/sources/engine-endpoints.ts';
import { askEngine, boundedText, engineFailed, messageIn } from '../../../image/sources/engine-request.ts';

/** Docker Engine's API (https://docs.docker.com/reference/api/engine/), at a version that this code knows. */
export interface DockerApi {
  readonly endpoint: EngineEndpoint;
  /** `20.10.24` */
  readonly engineVersion: string;
  /** It is Podman, which answers in Docker's way: what it says of images, and what it does when it is forced, is something else. */
  readonly isPodman: boolean;
  /** Undefined where there is no such thing. @throws UserError (of a failed system) for any other refusal */
  object(path: string, signal: AbortSignal): Promise<JsonObject | undefined>;
  objects(path: string, signal: AbortSignal): Promise<JsonObject[]>;
  /** The status, and what was answered. */
  change(
    method: 'POST' | 'DELETE',
    path: string,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly answer: JsonObject; readonly message: string }>;
}

/** Newer ones answer to some questions in another form; older engines know none of those. */
const newestKnown = 1.44;

/** An engine with thousands of images and much build cache takes minutes to add it up. */
const timeout = 600_000;
const changeTimeout = 600_000;
const maximumBytes = 256 * 1024 * 1024;

/** @throws UserError (of a failed system) where it does not answer as an engine does */
export async function dockerApi(endpoint: EngineEndpoint, signal: AbortSignal): Promise<DockerApi> {
  const ask = async (path: string, given: AbortSignal, wait = timeout) => {
    const response = await askEngine(endpoint, { path, timeout: wait, signal: given });
    const text = await boundedText(response, endpoint, wait, maximumBytes);
    return { status: response.statusCode ?? 0, value: jsonOf(text) };
  };
  const answered = await ask('/version', signal, 10_000);
  const { Version: version, ApiVersion: newest, MinAPIVersion: oldest, Components } = objectOf(answered.value);
  if (answered.status !== 200 || typeof version !== 'string' || typeof newest !== 'string')
    throw engineFailed(endpoint, `does not say its version: it answered ${answered.status}`);
  const spoken = Math.max(Math.min(apiNumber(newest), newestKnown), typeof oldest === 'string' ? apiNumber(oldest) : 0);
  const base = `/v${spoken.toFixed(2)}`;
  const read = async (path: string, given: AbortSignal) => {
    const { status, value } = await ask(base + path, given);
    if (status !== 200 && status !== 404)
      throw engineFailed(endpoint, `answered ${status} to ${path}: ${messageIn(objectOf(value))}`);
    return status === 404 ? undefined : value;
  };
  return {
    endpoint,
    engineVersion: version,
    isPodman: objectsIn(Components).some(({ Name }) => Name === 'Podman Engine'),
    async object(path, given) {
      const value = await read(path, given);
      return isJsonObject(value) ? value : undefined;
    },
    async objects(path, given) {
      const value = await read(path, given);
      if (value === null || value === undefined) return [];
      if (!Array.isArray(value)) throw engineFailed(endpoint, `gave no list for ${path}`);
      return value.filter(isJsonObject);
    },
    async change(method, path, given) {
      const response = await askEngine(endpoint, {
        path: base + path,
        method,
        timeout: changeTimeout,
        signal: given,
      });
      const value = jsonOf(await boundedText(response, endpoint, changeTimeout, maximumBytes));
      const answer = objectOf(value);
      return { status: response.statusCode ?? 0, answer, message: messageIn(answer) };
    },
  };
}

/** `1.9` is older than `1.10`, and no engine that is in use speaks it. */
function apiNumber(version: string): number {
  const number = Number(version);
  return Number.isFinite(number) ? number : newestKnown;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
