import { type Document, isMap, isScalar, type Node } from 'yaml';
import { isDay } from '../../core/day.ts';
import { isSeverity, type Severity, severities } from '../../core/severity.ts';
import {
  type BudgetException,
  type Budgets,
  budgetNames,
  type HistorySettings,
  noConfiguration,
  type PlacedNumber,
} from '../configuration.ts';
import { type Complain, choice, type Entry, fieldsOf, listOf, textList, unknownName } from './configuration-nodes.ts';

/** @param placed `plimsoll.yaml:3:9` of a node */
export function readHistorySettings(
  node: Node | undefined,
  document: Document,
  complain: Complain,
  placed: (node: Node) => string,
): HistorySettings {
  if (node === undefined) return noConfiguration.history;
  const fields = fieldsOf(node, ['record', 'store', 'project'], document, complain, 'history');
  const file = oneText(fields, 'store', complain);
  const at = fields.get('store')?.value;
  return {
    record: choice(fields.get('record')?.value, ['always', 'asked'] as const, complain) === 'always',
    store: file === undefined || at === undefined ? undefined : { file, place: placed(at) },
    project: oneText(fields, 'project', complain),
  };
}

/**
 * @param placed `plimsoll.yaml:3:9` of a node
 * @param ruleIds of all rules: an exception for one that is none would except nothing
 */
export function readBudgets(
  node: Node | undefined,
  document: Document,
  complain: Complain,
  placed: (node: Node) => string,
  ruleIds: readonly string[],
): Budgets | undefined {
  if (node === undefined) return undefined;
  const placeOf = (at: Node) => placed(at).replace(/:\d+$/, '');
  const keys = ['newFindings', 'findingAge', 'score', 'branch', 'exceptions'];
  const fields = fieldsOf(node, keys, document, complain, 'budgets');
  return {
    newFindings: readNewFindings(fields.get('newFindings')?.value, document, complain, placeOf),
    findingAge: readAges(fields.get('findingAge')?.value, document, complain, placeOf),
    score: readScore(fields.get('score')?.value, document, complain, placeOf),
    branch: oneText(fields, 'branch', complain),
    exceptions: listOf(fields.get('exceptions')?.value, complain).map((item) =>
      readException(item, document, complain, placeOf, ruleIds),
    ),
  };
}

function readNewFindings(
  node: Node | undefined,
  document: Document,
  complain: Complain,
  placeOf: (node: Node) => string,
): Budgets['newFindings'] {
  if (node === undefined) return undefined;
  const fields = isMap(node) ? fieldsOf(node, ['severity', 'since'], document, complain, 'newFindings') : undefined;
  const severity = choice(fields ? fields.get('severity')?.value : node, severities, complain);
  if (severity === undefined) throw complain(node, `one of ${severities.join(', ')} is needed here`);
  const since = fields && day(fields.get('since')?.value, complain);
  return { severity, since, place: placeOf(node) };
}

function readAges(
  node: Node | undefined,
  document: Document,
  complain: Complain,
  placeOf: (node: Node) => string,
): ReadonlyMap<Severity, PlacedNumber> {
  const ages = new Map<Severity, PlacedNumber>();
  if (node === undefined) return ages;
  const age = (at: Node | undefined): PlacedNumber => {
    const days = isScalar(at) ? /^(\d{1,5})d?$/.exec(String(at.value))?.[1] : undefined;
    if (at === undefined || days === undefined) throw complain(at, 'a number of days is needed here, such as 90d');
    return { value: Number(days), place: placeOf(at) };
  };
  if (!isMap(node)) return new Map(severities.map((severity) => [severity, age(node)]));
  for (const [name, { value }] of fieldsOf(node, severities, document, complain, 'findingAge'))
    if (isSeverity(name)) ages.set(name, age(value));
  return ages;
}

function readScore(
  node: Node | undefined,
  document: Document,
  complain: Complain,
  placeOf: (node: Node) => string,
): Budgets['score'] {
  if (node === undefined) return undefined;
  const place = placeOf(node);
  if (!isMap(node)) {
    choice(node, ['neverFalls'] as const, complain);
    return { neverFalls: true, atLeast: undefined, place };
  }
  const fields = fieldsOf(node, ['atLeast', 'neverFalls'], document, complain, 'score');
  const [least, never] = [fields.get('atLeast')?.value, fields.get('neverFalls')?.value];
  const atLeast = isScalar(least) ? least.value : undefined;
  if (least !== undefined && !(typeof atLeast === 'number' && atLeast >= 0 && atLeast <= 100))
    throw complain(least, 'a score is a number from 0 to 100');
  if (never !== undefined && !(isScalar(never) && typeof never.value === 'boolean'))
    throw complain(never, 'neverFalls is true or false');
  return {
    neverFalls: isScalar(never) && never.value === true,
    atLeast: typeof atLeast === 'number' ? atLeast : undefined,
    place,
  };
}

/** Without an end and a reason an exception is a budget that nobody keeps. */
function readException(
  item: Node,
  document: Document,
  complain: Complain,
  placeOf: (node: Node) => string,
  ruleIds: readonly string[],
): BudgetException {
  const fields = fieldsOf(item, ['budget', 'rule', 'path', 'until', 'reason'], document, complain, 'an exception');
  const budget = choice(fields.get('budget')?.value, budgetNames, complain);
  const until = day(fields.get('until')?.value, complain);
  const reason = oneText(fields, 'reason', complain);
  if (budget === undefined || until === undefined || reason === undefined)
    throw complain(item, 'an exception needs «budget», «until» and «reason»');
  const rule = oneText(fields, 'rule', complain);
  if (rule !== undefined && !isKnown(rule, ruleIds))
    throw unknownName(complain, fields.get('rule')?.value, 'rule', rule, ruleIds);
  return {
    budget,
    rule,
    path: oneText(fields, 'path', complain),
    until,
    reason,
    place: placeOf(item),
  };
}

/** A rule's id, or `area/*` of an area that has rules. */
function isKnown(rule: string, ruleIds: readonly string[]): boolean {
  return rule.endsWith('/*') ? ruleIds.some((id) => id.startsWith(rule.slice(0, -1))) : ruleIds.includes(rule);
}

/** As written: some readers of YAML make a date of it. */
function day(node: Node | undefined, complain: Complain): string | undefined {
  if (node === undefined) return undefined;
  const written = isScalar(node) ? (node.source ?? String(node.value)) : '';
  if (isDay(written)) return written;
  throw complain(node, 'a day is needed here, such as 2027-06-30');
}

function oneText(fields: ReadonlyMap<string, Entry>, name: string, complain: Complain): string | undefined {
  const node = fields.get(name)?.value;
  const [text, ...more] = textList(node, complain);
  if (more.length > 0 || text === '') throw complain(node, 'one text is needed here');
  return text;
}
