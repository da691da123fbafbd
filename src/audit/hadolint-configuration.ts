import { parseDocument } from 'yaml';
import { patternFault } from '../core/allowed-image.ts';
import { UserError } from '../core/errors.ts';
import type { PeerId } from '../core/finding.ts';
import { printable } from '../core/printable.ts';
import type { Severity } from '../core/severity.ts';
import type { Configuration, RuleConfiguration } from '../project/configuration.ts';
import type { PeerSettings } from './peer-settings.ts';

/** The rules of ours that stand for hadolint checks which have settings of their own. */
const registriesRule = 'security/allowed-registries';
const labelsRule = 'maintenance/label-schema';

/** hadolint's severities in ours. */
const severities: Readonly<Record<string, Severity | 'off'>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  style: 'note',
  ignore: 'off',
};

/**
 * Takes over what a `.hadolint.yaml` says: `ignored`, `override`, `trustedRegistries`, `label-schema`, `failure-threshold`.
 * What the own configuration says of the same thing wins. https://github.com/hadolint/hadolint#configure
 * @throws UserError when the file is no YAML map.
 */
export function withHadolintConfiguration(
  configuration: Configuration,
  path: string,
  text: string,
): {
  readonly configuration: Configuration;
  readonly peerSettings: PeerSettings;
  /** Registries that no image can have; hadolint itself says nothing of them, and the rule holds with the others. */
  readonly faults: readonly string[];
} {
  const settings = readMap(path, text);
  const peerSettings = new Map<PeerId, Severity | 'off'>();
  for (const [level, checks] of Object.entries(asMap(settings.override))) {
    const severity = severities[level];
    if (severity !== undefined) for (const check of texts(checks)) peerSettings.set(`hadolint:${check}`, severity);
  }
  for (const check of texts(settings.ignored)) peerSettings.set(`hadolint:${check}`, 'off');
  const rules = new Map<string, RuleConfiguration>();
  const registries = texts(settings.trustedRegistries);
  if (registries.length > 0) rules.set(registriesRule, { options: { allowed: registries } });
  const labels = Object.entries(asMap(settings['label-schema'])).map(([label, type]) => `${label}: ${String(type)}`);
  const strict = settings['strict-labels'] === true;
  if (labels.length > 0 || strict) rules.set(labelsRule, { options: { labels, strict } });
  const threshold = severities[String(settings['failure-threshold'])];
  return {
    configuration: {
      ...configuration,
      rules: new Map([...rules, ...configuration.rules]),
      failOn: configuration.failOn ?? (threshold === 'off' ? 'never' : threshold),
    },
    peerSettings,
    faults: registries.flatMap((pattern) => {
      const fault = patternFault(pattern);
      return fault === undefined ? [] : [`${path}: trustedRegistries: «${printable(pattern)}»: ${printable(fault)}`];
    }),
  };
}

function readMap(path: string, text: string): Readonly<Record<string, unknown>> {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error)
    throw new UserError(`this is no valid YAML: ${error.message.split('\n')[0]}`, {
      where: path,
      remedy: 'Mend it, or run with --no-config.',
    });
  return asMap(document.toJS({ maxAliasCount: 100 }));
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
