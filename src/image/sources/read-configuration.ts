import { UserError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject, jsonObjectOf, parseJsonObject, textFieldsOf } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';
import type { HistoryEntry, ImageConfiguration } from '../image.ts';
import { isDigest } from './digest.ts';
import { platformOf } from './read-manifest.ts';

/** Base images of base images do not come near. */
const maximumHistory = 10_000;

/**
 * Reads an image's configuration (https://github.com/opencontainers/image-spec/blob/main/config.md). What it leaves out or writes in another form is
 * absent or empty; only the layers have to be right.
 * @param layers how many the manifest has
 * @throws UserError
 */
export function readConfiguration(bytes: Buffer, digest: string, layers: number, place: string): ImageConfiguration {
  const where = `${printable(place)}, ${digest}`;
  const object = parseJsonObject(bytes.toString('utf8'));
  if (object === undefined)
    throw new UserError('This is no configuration of an image: it is no JSON object.', { where });
  const diffIds = jsonObjectOf(object.rootfs).diff_ids ?? [];
  if (!Array.isArray(diffIds) || !diffIds.every(isDigest))
    throw new UserError('The configuration of this image does not name its layers (rootfs.diff_ids).', { where });
  if (diffIds.length !== layers)
    throw new UserError(`The configuration of this image names ${diffIds.length} layers, its manifest ${layers}.`, {
      where,
      remedy: 'Build or export the image again: manifest and configuration are not of one image.',
    });
  return { digest, platform: platformOf(object), ...runtimeOf(object), history: historyOf(object.history), diffIds };
}

/** Nothing is known of how a plain directory is run. */
export const noConfiguration: ImageConfiguration = {
  digest: '',
  platform: { os: 'linux', architecture: '' },
  user: '',
  exposedPorts: [],
  environment: [],
  volumes: [],
  workingDirectory: '',
  labels: new Map(),
  history: [],
  diffIds: [],
};

type Runtime = Omit<ImageConfiguration, 'digest' | 'platform' | 'history' | 'diffIds'>;

function runtimeOf(object: JsonObject): Runtime {
  const config = jsonObjectOf(object.config);
  const created = optionalText(object.created);
  const author = optionalText(object.author);
  const entrypoint = optionalTexts(config.Entrypoint);
  const command = optionalTexts(config.Cmd);
  const stopSignal = optionalText(config.StopSignal);
  const healthcheck = optionalTexts(jsonObjectOf(config.Healthcheck).Test);
  return {
    ...(created !== undefined && { created }),
    ...(author !== undefined && { author }),
    user: optionalText(config.User) ?? '',
    exposedPorts: Object.keys(jsonObjectOf(config.ExposedPorts)),
    environment: optionalTexts(config.Env) ?? [],
    ...(entrypoint !== undefined && { entrypoint }),
    ...(command !== undefined && { command }),
    volumes: Object.keys(jsonObjectOf(config.Volumes)),
    workingDirectory: optionalText(config.WorkingDir) ?? '',
    labels: textFieldsOf(config.Labels),
    ...(stopSignal !== undefined && { stopSignal }),
    ...(healthcheck !== undefined && { healthcheck }),
  };
}

function historyOf(history: unknown): HistoryEntry[] {
  if (!Array.isArray(history)) return [];
  return history.slice(0, maximumHistory).map((entry) => {
    const { created, created_by, comment, empty_layer } = isJsonObject(entry) ? entry : {};
    return {
      ...(typeof created === 'string' && { created }),
      createdBy: typeof created_by === 'string' ? created_by : '',
      ...(typeof comment === 'string' && comment !== '' && { comment }),
      emptyLayer: empty_layer === true,
    };
  });
}

/** Index of the history's entry of each layer; undefined for all where the two do not fit. */
export function historyOfLayers({ history, diffIds }: ImageConfiguration): readonly (number | undefined)[] {
  const made = history.flatMap(({ emptyLayer }, index) => (emptyLayer ? [] : [index]));
  return diffIds.map((_, layer) => (made.length === diffIds.length ? made[layer] : undefined));
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function optionalTexts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((text): text is string => typeof text === 'string') : undefined;
}
