import { secretRanges } from '../audit/artifact-secrets.ts';
import { settingsFrom } from '../audit/settings.ts';
import type { FixReport } from '../core/fix-report.ts';
import type { Candidate } from '../fix/candidate.ts';
import { candidatesIn, type Repair, type RepairRequest, repair } from '../fix/engine.ts';
import { fixReport } from '../fix/fix-report.ts';
import { type Auditor, allFound } from '../fix/repair-state.ts';
import type { Configuration, RuleConfigurations } from '../project/configuration.ts';
import { loadProject } from '../project/load-project.ts';
import type { Project } from '../project/project.ts';
import { type Target, targetRoot } from '../project/target.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { endEarlierRun } from './end-earlier-run.ts';
import { auditorFor } from './fix-auditor.ts';
import { loadConfiguration } from './load-configuration.ts';
import { progressOn } from './progress.ts';
import { readTarget } from './read-target.ts';
import { readingOptions } from './reading-options.ts';
import { askedRules, matchesRule } from './rule-selection.ts';

/** Off by default, for a digest must be known and kept up: whoever goes online asks for them. */
const digestRules = ['cache/base-digest', 'cache/workload-image-digest', 'security/unchecked-add'];

/** A project that was read, to be repaired once or, as people decide, several times. */
export interface FixSession {
  readonly target: Target;
  readonly project: Project;
  readonly auditor: Auditor;
  readonly configuration: Configuration;
  /** Repairs as the arguments say. */
  run(choices?: RunChoices): Promise<FixReport>;
  /** The same, with the project as it then is. */
  repaired(choices?: RunChoices): Promise<{ readonly report: FixReport; readonly project: Project }>;
}

/** What goes beyond the arguments. */
export interface RunChoices extends Pick<RepairRequest, 'decide'> {
  refuses?(candidate: Candidate): boolean;
  /** Takes fixes with a question that `--review` was not given for. */
  takes?(candidate: Candidate): boolean;
}

/** Reads what is to be repaired. */
export async function openFixSession(parsed: ParsedArguments, terminal: Terminal): Promise<FixSession> {
  const asked = askedRules(parsed);
  const target = await readTarget(parsed.positionals, parsed.value('stdin-path'), terminal);
  const { configuration: written, peerSettings } = await loadConfiguration(parsed, target, terminal);
  const configuration = withSecretsAs(written, parsed.value('secrets-as'));
  const root = targetRoot(target);
  if (root !== undefined) endEarlierRun(root, terminal);
  const progress = progressOn(terminal, parsed.has('quiet'));
  const online = parsed.has('online')
    ? { digests: new Map(), versionTags: new Map(), releases: new Map(), checksums: new Map() }
    : undefined;
  const options = {
    ...(online && { online }),
    ...readingOptions(parsed, configuration),
  };
  // All rules look at the result: a fix of one must not bring about what another one finds.
  const settings = settingsFrom(configuration, {
    ...asked,
    only: [],
    skip: [],
    on: [...asked.only, ...(online ? digestRules : [])],
  });
  const auditor = auditorFor({
    target,
    options,
    settings,
    peerSettings,
    honourIgnoreComments: true,
    today: new Date().toISOString().slice(0, 10),
  });
  try {
    const project = await loadProject(target, { ...options, onProgress: progress.step });
    if (online) {
      progress.step('asking registries and servers');
      const { askOnline } = await import('./ask-online.ts');
      await askOnline(project, online, terminal);
    }
    let isFirst = true;
    const repaired: FixSession['repaired'] = async ({ decide, refuses, takes } = {}) => {
      // A proof leaves logs beside what it proves: against how the directory was before, each fix would seem to bring them about.
      const now = isFirst ? project : await auditor.reload(project, new Map());
      isFirst = false;
      const left = leftAlone(project);
      const isAsked = (rule: string) =>
        !asked.skip.some((pattern) => matchesRule(pattern, rule)) &&
        (asked.only.length === 0 || asked.only.some((pattern) => matchesRule(pattern, rule)));
      const wants = (candidate: Candidate) => {
        if (candidate.class === 'review' && !parsed.has('review') && takes?.(candidate) !== true) return false;
        if (!isAsked(candidate.finding.rule)) return false;
        return !candidate.paths.some((path) => left.has(path)) && refuses?.(candidate) !== true;
      };
      progress.step('looking for what can be repaired');
      const result = await repair(now, {
        auditor,
        wants,
        ...(decide && { decide }),
        onRound: (round, fixes) => progress.step(`round ${round}: ${fixes} fixes`),
      });
      progress.end();
      const report = reportOf(result, {
        parsed,
        terminal,
        project,
        auditor,
        isAsked,
        leftAlone: [...left.keys()].sort().flatMap((path) => left.get(path) ?? []),
      });
      return { report, project: result.state.project };
    };
    return {
      target,
      project,
      auditor,
      configuration,
      repaired,
      run: async (choices) => (await repaired(choices)).report,
    };
  } finally {
    progress.end();
  }
}

/** `--secrets-as` goes before what the configuration says of the rule, wherever it says it. */
function withSecretsAs(configuration: Configuration, as: string | undefined): Configuration {
  if (as === undefined) return configuration;
  const rule = 'secrets/plain-env-secret';
  const set = (rules: RuleConfigurations, known = rules.get(rule)) =>
    new Map([...rules, [rule, { ...known, options: { ...known?.options, as } }]]);
  return {
    ...configuration,
    rules: set(configuration.rules),
    overrides: configuration.overrides.map((each) =>
      each.rules.has(rule) ? { ...each, rules: set(each.rules) } : each,
    ),
  };
}

interface ReportParts {
  readonly parsed: ParsedArguments;
  readonly terminal: Terminal;
  readonly project: Project;
  readonly auditor: Auditor;
  /** Whether a rule is among those that were asked for. */
  readonly isAsked: (rule: string) => boolean;
  readonly leftAlone: FixReport['leftAlone'];
}

function reportOf(
  result: Repair,
  { parsed, terminal, project, auditor, isAsked, leftAlone: left }: ReportParts,
): FixReport {
  const { state } = result;
  const findings = auditor.open(state.project, allFound(state.inspection));
  const alone = new Set(left.map(({ path }) => path));
  return fixReport(result, {
    version: terminal.version,
    target: parsed.positionals.join(' ') || '.',
    project,
    open: candidatesIn(state, auditor).filter(
      ({ finding, paths }) => isAsked(finding.rule) && !paths.some((path) => alone.has(path)),
    ),
    withoutFix: findings.filter(({ fix, rule }) => fix === undefined && isAsked(rule)).length,
    leftAlone: left,
    seconds: process.uptime(),
    secretsIn: secretRanges,
  });
}

/** Files that BuildKit refuses whatever build arguments are given: what they mean is not known, so nothing in them is changed. */
function leftAlone(project: Project): ReadonlyMap<string, FixReport['leftAlone'][number]> {
  return new Map(
    project.dockerfiles.flatMap(({ path, rejections }) => {
      const [first] = rejections.filter(({ unlessGiven }) => unlessGiven === undefined);
      if (first === undefined) return [];
      const place = first.line > 0 ? `line ${first.line}: ` : '';
      const told: FixReport['leftAlone'][number] = project.templates.has(path)
        ? { path, reason: 'a template engine fills in this file first', remedy: 'Repair what it makes.' }
        : {
            path,
            reason: `BuildKit refuses this file: ${place}${first.message}`,
            remedy: 'Mend that first, then run the command again.',
          };
      return [[path, told] as const];
    }),
  );
}
