import type { Finding } from '../core/finding.ts';
import { jsonText, nullForUndefined } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import { shellWord } from '../core/shell-word.ts';
import type { Detected } from '../init/detect.ts';
import type { FileChange } from '../init/files.ts';
import { type ApplicationPlan, secretsOf } from '../init/plan.ts';
import { join } from '../init/repository.ts';
import { buildPlace, questionText } from '../init/writers/dockerfile.ts';
import { placeWord } from './place-word.ts';

interface TextOptions {
  readonly written: boolean;
  readonly colored: boolean;
  /** Where the root lies, seen from the working directory; '' when it is the same. */
  readonly directory: string;
  /** What writes it, where nothing was written. */
  readonly command: string;
  /** What an audit finds behind it. */
  readonly findings: readonly Finding[];
}

/** What was found and written, as a person reads it. */
export function initText({ plans, undecided }: Detected, changes: readonly FileChange[], options: TextOptions): string {
  const all = [...plans, ...undecided].map(({ directory }) => directory);
  const hasBelow = (directory: string) =>
    all.some((each) => each !== directory && (directory === '' || each.startsWith(`${directory}/`)));
  const blocks = plans.map((plan) => planText(plan, options));
  blocks.push(
    ...undecided.map(({ directory, language, undecided: what, flag }) =>
      [
        `${printable(directory || '.')}   ${language}`,
        `  ? ${printable(what)}`,
        ...(flag
          ? [
              `    plimsoll init ${placeWord(options.directory, directory)}${hasBelow(directory) ? ' --here' : ''} ${flag} …`,
            ]
          : []),
      ].join('\n'),
    ),
  );
  blocks.push(changesText(changes, options), findingsText(changes, options));
  if (plans.length > 0) blocks.push(nextText(plans, changes, options));
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function planText(plan: ApplicationPlan, { colored }: TextOptions): string {
  const bold = (text: string) => (colored ? `\u001b[1m${text}\u001b[22m` : text);
  const dim = (text: string) => (colored ? `\u001b[2m${text}\u001b[22m` : text);
  const width = Math.max(...plan.decisions.map(({ topic }) => topic.length));
  const values = Math.min(40, Math.max(...plan.decisions.map(({ value }) => value.length)));
  return [
    `${bold(plan.name)}   ${printable(plan.directory || '.')}`,
    ...plan.decisions.map(({ topic, value, evidence }) =>
      `  ${topic.padEnd(width)}  ${printable(shortened(value, 60)).padEnd(values)}  ${dim(printable(evidence))}`.trimEnd(),
    ),
    ...plan.questions.map((each) => `  ? ${printable(questionText(each))}`),
  ].join('\n');
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

const words = {
  create: 'written',
  replace: 'replaced',
  append: 'lines added',
  keep: 'is there and stays as it is',
} as const;
const futureWords = {
  ...words,
  create: 'would be written',
  replace: 'would be replaced',
  append: 'lines would be added',
} as const;

function changesText(changes: readonly FileChange[], { written }: TextOptions): string {
  const width = Math.max(0, ...changes.map(({ path }) => path.length));
  return changes
    .map(({ path, action }) => `  ${printable(path).padEnd(width)}  ${(written ? words : futureWords)[action]}`)
    .join('\n');
}

const mostFindings = 12;

/** What the application brings itself is not init's to change: it is told apart from what init wrote. */
function findingsText(changes: readonly FileChange[], { findings, directory }: TextOptions): string {
  if (findings.length === 0) return '';
  const written = new Set(changes.filter(({ action }) => action !== 'keep').map(({ path }) => path));
  const [own, others] = [true, false].map((isOwn) =>
    findings.filter(({ locations: [{ path }] }) => written.has(path) === isOwn),
  );
  const block = (title: string, some: readonly Finding[] = []) =>
    some.length === 0
      ? []
      : [
          `  ${title}`,
          ...some
            .slice(0, mostFindings)
            .map(
              ({ severity, message, rule, locations: [{ path, start }] }) =>
                `    ${severity.padEnd(7)}  ${printable(join(directory, path))}:${start.line}  ${printable(message)} (${rule})`,
            ),
          ...(some.length > mostFindings ? [`    and ${some.length - mostFindings} more`] : []),
        ];
  const fixable = (others ?? []).some(({ fix }) => fix !== undefined);
  return [
    ...block('An audit finds in these files what only you can decide:', own),
    ...block('An audit finds in the application itself, which init does not change:', others),
    ...(fixable ? ['    «plimsoll fix --review» offers a repair.'] : []),
  ].join('\n');
}

function nextText(
  plans: readonly ApplicationPlan[],
  changes: readonly FileChange[],
  { written, directory, findings, command }: TextOptions,
): string {
  if (!written) return `  Nothing is written.   ${command}   writes it`;
  const [plan] = plans;
  if (!plan) return '';
  const secret =
    secretsOf(plan).length > 0
      ? [[`cp ${inPlace(plan, 'k8s/secret.yaml.template')} ${inPlace(plan, 'k8s/secret.yaml')}`, 'and fill it in']]
      : [];
  const hasManifests = changes.some(({ path }) => path === join(plan.directory, 'k8s/deployment.yaml'));
  const commands = [
    ['plimsoll audit', findings.length === 0 ? 'finds nothing' : 'finds what is named above'],
    [`docker build --tag ${plan.image}${buildPlace(plan)}`, 'build it'],
    ...(hasManifests ? [...secret, [`kubectl apply --filename ${inPlace(plan, 'k8s')}`, 'run it']] : []),
  ];
  const width = Math.max(...commands.map(([call = '']) => call.length));
  const more =
    plans.length > 1
      ? [
          `  and the same for ${plans
            .slice(1)
            .map(({ directory: each }) => printable(each || '.'))
            .join(', ')}`,
        ]
      : [];
  return [
    ...(directory === '' ? [] : [`  cd ${placeWord(directory, '')}`]),
    ...commands.map(([call = '', meaning = '']) => `  ${call.padEnd(width)}   ${meaning}`),
    ...more,
  ].join('\n');
}

/** The plan with its evidence, for programs: `schemas/init.schema.json`. */
export function initJson(
  { plans, undecided }: Detected,
  changes: readonly FileChange[],
  written: boolean,
  findings: readonly Finding[],
): string {
  const applications = plans.map(
    ({
      directory,
      name,
      image,
      language,
      framework,
      context,
      decisions,
      questions,
      stages,
      run,
      variables,
      metrics,
      existing,
    }) => ({
      directory,
      name,
      image,
      language,
      framework: framework ?? null,
      context,
      decisions,
      questions: questions.map(({ question, flag, assumed }) => ({
        question,
        flag: flag ?? null,
        assumed: assumed ?? null,
      })),
      stages,
      run,
      variables,
      metrics: metrics ?? null,
      existing: { dockerfile: existing.dockerfile ?? null, manifests: existing.manifests },
    }),
  );
  const files = changes.map(({ path, action, text }) => ({ path, action, text }));
  const found = findings.map(({ rule, severity, message, locations: [{ path, start }] }) => ({
    rule,
    severity,
    message,
    path,
    line: start.line,
  }));
  const whole = { format: 'plimsoll-init', version: 1, written, applications, undecided, files, findings: found };
  return jsonText(whole, nullForUndefined);
}

/** A path of an application, for a shell. */
function inPlace({ directory }: Pick<ApplicationPlan, 'directory'>, file: string): string {
  return shellWord(printable(join(directory, file)));
}
