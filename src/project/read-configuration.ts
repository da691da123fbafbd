import { type Document, isMap, isScalar, type Node, parseDocument } from 'yaml';
import { UserError } from '../core/errors.ts';
import type { OptionValue, RuleOption } from '../core/rule.ts';
import { isSeverity, severities } from '../core/severity.ts';
import { type FrontendVersion, parseFrontendVersion } from '../dockerfile/frontend-version.ts';
import {
  type Configuration,
  configurationKeys,
  type HistorySettings,
  type RuleConfiguration,
  type RuleConfigurations,
} from './configuration.ts';
import {
  type Complain,
  choice,
  complainer,
  entriesOf,
  fieldsOf,
  firstLine,
  listOf,
  placeOf,
  textList,
  unknownName,
} from './internal/configuration-nodes.ts';
import { readBasesSettings } from './internal/read-bases-settings.ts';
import { readCostSettings, readSizeBudgets } from './internal/read-cost-settings.ts';
import { readBudgets, readHistorySettings } from './internal/read-history-settings.ts';
import { readProveSettings } from './internal/read-prove-settings.ts';
import { readPruneSettings } from './internal/read-prune-settings.ts';

/** The names that a configuration may use, and the options of each rule. */
export type KnownRules = ReadonlyMap<string, Readonly<Record<string, RuleOption>>>;

/**
 * Reads a configuration file's text.
 * @throws UserError with file, line and column when it is no YAML, or says something that is not understood.
 */
export function readConfiguration(path: string, text: string, known: KnownRules): Configuration {
  const { document, complain, placed, top } = parsed(path, text);
  for (const [key, { keyNode }] of top)
    if (!Object.hasOwn(configurationKeys, key))
      throw unknownName(complain, keyNode, 'key', key, Object.keys(configurationKeys));
  const node = (key: keyof typeof configurationKeys) => top.get(key)?.value;
  return {
    path,
    preset: choice(node('preset'), ['recommended', 'all'] as const, complain),
    failOn: choice(node('failOn'), [...severities, 'never'] as const, complain),
    exclude: textList(node('exclude'), complain),
    rules: readRules(node('rules'), document, known, complain),
    overrides: listOf(node('overrides'), complain).map((item) => readOverride(item, document, known, complain)),
    podTemplates: listOf(node('podTemplates'), complain).map((item) => readPodTemplate(item, document, complain)),
    frontend: readFrontend(node('frontend'), complain),
    kubernetesTarget: readTarget(node('kubernetes'), document, complain),
    prove: readProveSettings(node('prove'), document, complain),
    cost: readCostSettings(node('cost'), document, complain, placed),
    bases: readBasesSettings(node('bases'), document, complain),
    sizeBudgets: readSizeBudgets(node('sizeBudgets'), document, complain, placed),
    prune: readPruneSettings(node('prune'), document, complain),
    history: readHistorySettings(node('history'), document, complain, placed),
    budgets: readBudgets(node('budgets'), document, complain, placed, [...known.keys()]),
  };
}

/**
 * Of a configuration's text what it says of the history, whatever else stands in it.
 * @throws UserError as {@link readConfiguration}
 */
export function readHistoryConfiguration(path: string, text: string): HistorySettings {
  const { document, complain, placed, top } = parsed(path, text);
  return readHistorySettings(top.get('history')?.value, document, complain, placed);
}

function parsed(path: string, text: string) {
  const document = parseDocument(text, { prettyErrors: false });
  const complain = complainer(path, text);
  const [error] = document.errors;
  if (error)
    throw new UserError(`this is no valid YAML: ${firstLine(error.message)}`, {
      where: placeOf(path, text, error.pos[0]),
    });
  const top = entriesOf(document.contents ?? undefined, document, complain, 'a configuration');
  const placed = ({ range }: Node) => placeOf(path, text, range?.[0] ?? 0);
  return { document, complain, placed, top };
}

function readOverride(
  item: Node,
  document: Document,
  known: KnownRules,
  complain: Complain,
): Configuration['overrides'][number] {
  const fields = fieldsOf(item, ['paths', 'rules'], document, complain, 'an override');
  return {
    paths: textList(fields.get('paths')?.value, complain),
    rules: readRules(fields.get('rules')?.value, document, known, complain),
  };
}

function readPodTemplate(item: Node, document: Document, complain: Complain): Configuration['podTemplates'][number] {
  const fields = fieldsOf(item, ['kind', 'path', 'apiVersion'], document, complain, 'a pod template');
  const [kind] = textList(fields.get('kind')?.value, complain);
  const [path] = textList(fields.get('path')?.value, complain);
  if (kind === undefined || path === undefined) throw complain(item, 'a pod template needs «kind» and «path»');
  const [apiVersion] = textList(fields.get('apiVersion')?.value, complain);
  // Of the version nothing depends: a template moves rarely, and its kind with it.
  return { kind, path, ...(apiVersion !== undefined && { group: apiVersion.replace(/(?:^|\/)[^/]*$/, '') }) };
}

function readTarget(node: Node | undefined, document: Document, complain: Complain): string | undefined {
  if (node === undefined) return undefined;
  const target = fieldsOf(node, ['target'], document, complain, 'kubernetes').get('target')?.value;
  if (target === undefined) return undefined;
  // As written: YAML reads `1.30` without quotes as 1.3.
  const written = isScalar(target) ? (target.source ?? String(target.value)) : '';
  const release = /^v?(1\.\d{1,2})(?:\.\d{1,3})?$/.exec(written)?.[1];
  if (release === undefined) throw complain(target, 'a release of Kubernetes is needed here, such as "1.34"');
  return release;
}

/** As written: YAML reads `1.10` without quotes as 1.1. */
function readFrontend(node: Node | undefined, complain: Complain): FrontendVersion | undefined {
  if (node === undefined) return undefined;
  const written = isScalar(node) ? (node.source ?? String(node.value)) : '';
  const version = parseFrontendVersion(written);
  if (version === undefined)
    throw complain(node, 'a version of the Dockerfile front end is needed here, such as "1.4"');
  return version;
}

function readRules(
  node: Node | undefined,
  document: Document,
  known: KnownRules,
  complain: Complain,
): RuleConfigurations {
  const result = new Map<string, RuleConfiguration>();
  if (node === undefined) return result;
  for (const [id, { keyNode, value }] of entriesOf(node, document, complain, 'rules')) {
    const options = optionsFor(id, known);
    if (options === undefined) throw unknownName(complain, keyNode, 'rule', id, [...known.keys()]);
    result.set(id, readRule(value, options, document, complain));
  }
  return result;
}

/** The options that may be set under an id; none for a pattern; undefined when no rule has that name. */
function optionsFor(id: string, known: KnownRules): Readonly<Record<string, RuleOption>> | undefined {
  if (!id.endsWith('/*')) return known.get(id);
  return [...known.keys()].some((rule) => rule.startsWith(id.slice(0, -1))) ? {} : undefined;
}

function readRule(
  node: Node | undefined,
  declared: Readonly<Record<string, RuleOption>>,
  document: Document,
  complain: Complain,
): RuleConfiguration {
  if (!isMap(node)) return { ...readSeverity(node, complain), options: {} };
  const options: Record<string, OptionValue> = {};
  let severity: Pick<RuleConfiguration, 'severity'> = {};
  for (const [name, { keyNode, value }] of entriesOf(node, document, complain, 'a rule')) {
    const option = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (name === 'severity') severity = readSeverity(value, complain);
    else if (option) options[name] = readOption(value, option, complain);
    else throw unknownName(complain, keyNode, 'option', name, ['severity', ...Object.keys(declared)]);
  }
  return { ...severity, options };
}

function readSeverity(
  node: Node | undefined,
  complain: Complain,
): { severity: RuleConfiguration['severity'] & string } {
  const text = isScalar(node) ? node.value : undefined;
  // YAML 1.1 readers know `off` as false; the file means the same by both.
  if (text === 'off' || text === false) return { severity: 'off' };
  if (typeof text === 'string' && isSeverity(text)) return { severity: text };
  throw complain(node, `a rule is set to off, ${severities.join(', ')} or a map of options`);
}

function readOption(node: Node | undefined, option: RuleOption, complain: Complain): OptionValue {
  if (Array.isArray(option.default)) return textList(node, complain, option.faultOf);
  const value = isScalar(node) ? node.value : undefined;
  if (
    typeof value === typeof option.default &&
    (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
  )
    return value;
  throw complain(node, `this option is a ${typeof option.default}: ${option.description}`);
}
