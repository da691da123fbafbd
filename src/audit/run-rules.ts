import type { BuildContext } from '../context/build-context.ts';
import type { Finding } from '../core/finding.ts';
import { maskTokens } from '../core/mask-secrets.ts';
import type { NamedRule, OptionValue, ReportedPlace, RuleContext, RuleReport } from '../core/rule.ts';
import type { Severity } from '../core/severity.ts';
import type { SourceRange } from '../core/text.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Project } from '../project/project.ts';
import type { Rule, RuleOf, Subjects } from '../project/rule.ts';
import { holdsTemplateMark } from '../project/template-paths.ts';
import { endDescriptions } from '../repairs/end-descriptions.ts';
import { maskCost, maskFix } from './mask-finding.ts';
import { type Collected, mergeCauses } from './merge-causes.ts';
import { type PlaceFinder, placeFinder } from './places.ts';
import { optionsOf } from './rule-options.ts';

/** How a rule is set for one artifact: by preset, configuration and path overrides. */
export interface RuleSetting {
  readonly severity: Severity | 'off';
  readonly options: Readonly<Record<string, OptionValue>>;
}

export interface Settings {
  /** False when the rule is off for every path: then it is not run at all. */
  mayReport(rule: NamedRule<Rule>): boolean;
  settingFor(rule: NamedRule<Rule>, path: string): RuleSetting;
}

/** What of a project one thread looks at. */
export interface Share {
  /** Gives one Dockerfile after the other, undefined when there are no more. */
  next(): Dockerfile | undefined;
  /** Whether the rules that look at other things than Dockerfiles run here. */
  readonly others: boolean;
  /** Called when all rules have looked at a Dockerfile, with what they found. */
  done?(dockerfile: Dockerfile, found: readonly Collected[]): void;
}

/** Runs rules over a project: what each finds, findings of one cause in one artifact merged. In no particular order. */
export function runRules(
  project: Project,
  rules: readonly NamedRule<Rule>[],
  settings: Settings,
  today?: string,
): Finding[] {
  return mergeCauses(collectFindings(project, rules, settings, today, wholeOf(project)));
}

/** All of a project as one share. */
export function wholeOf(project: Project): Share {
  const dockerfiles = project.dockerfiles.values();
  return { next: () => dockerfiles.next().value, others: true };
}

/**
 * Runs rules over a share of a project. Every Dockerfile is looked at by all rules before the next one is, while what was
 * read of it is near. A rule that throws is a bug: the error is rethrown with the rule's id and the artifact's path.
 * @param today as `YYYY-MM-DD`, for rules on dates
 * @param collected where to put what is found, for who wants to see it grow
 */
export function collectFindings(
  project: Project,
  rules: readonly NamedRule<Rule>[],
  settings: Settings,
  today: string | undefined,
  share: Share,
  collected: Collected[] = [],
): Collected[] {
  const places = placeFinder(project);
  const describing = rules.find(({ id }) => id === 'review/description-comment');
  const onDockerfiles: { readonly runner: RuleRunner; readonly check: RuleOf<'dockerfile'>['check'] }[] = [];
  const onOthers: { readonly definition: Exclude<Rule, RuleOf<'dockerfile'>>; readonly runner: RuleRunner }[] = [];
  for (const rule of rules) {
    if (!settings.mayReport(rule)) continue;
    const { definition } = rule;
    const runner = runnerFor(rule, { project, settings, places, today, describing });
    // Taken out once: every definition is of another shape, and there are thousands of runs.
    if (definition.looksAt === 'dockerfile') onDockerfiles.push({ runner, check: definition.check });
    else if (share.others) onOthers.push({ definition, runner });
  }
  for (let batch = nextBatch(share, project); batch.length > 0; batch = nextBatch(share, project)) {
    for (const { runner, check } of onDockerfiles)
      for (const { subject, found } of batch) runner.run(subject.dockerfile.path, check, subject, found);
    for (const { subject, found } of batch) {
      share.done?.(subject.dockerfile, found);
      for (const each of found) collected.push(each);
    }
  }
  const subjects = subjectsOf(project);
  for (const { definition, runner } of onOthers) runAll(definition, subjects, runner, collected);
  return collected;
}

/** Dockerfiles that each rule looks at in a row, with what is found in each. */
type Batch = readonly { readonly subject: Subjects['dockerfile']; readonly found: Collected[] }[];

/**
 * So many that a rule's code, which is not near any more when a hundred others have run, is fetched for several files at once, and
 * so few that what was read of them still is.
 */
const batchSize = 16;

function nextBatch(share: Share, project: Project): Batch {
  const batch: { subject: Subjects['dockerfile']; found: Collected[] }[] = [];
  while (batch.length < batchSize) {
    const dockerfile = share.next();
    if (dockerfile === undefined) break;
    batch.push({ subject: { dockerfile, project }, found: [] });
  }
  return batch;
}

/** Runs one rule on one artifact after the other. */
interface RuleRunner {
  /** @param path the artifact that ranges without a path are of */
  run<Subject>(
    path: string | undefined,
    check: (subject: Subject, context: RuleContext) => void,
    subject: Subject,
    found: Collected[],
  ): void;
}

interface RunnerSurroundings {
  readonly project: Project;
  readonly settings: Settings;
  readonly places: PlaceFinder;
  readonly today: string | undefined;
  /** The rule on comments that are no descriptions, where it is among those that may run. */
  readonly describing: NamedRule<Rule> | undefined;
}

/** One context serves all runs of a rule: a hundred rules on thousands of files are too many to make one for each. */
function runnerFor(
  rule: NamedRule<Rule>,
  { project, settings, places, today, describing }: RunnerSurroundings,
): RuleRunner {
  let at: string | undefined;
  let current: RuleSetting | undefined;
  let found: Collected[] = [];
  const setting = () => {
    current ??= settings.settingFor(rule, at ?? '');
    return current;
  };
  const tellsOfDescriptions = (path: string) =>
    describing !== undefined &&
    settings.mayReport(describing) &&
    settings.settingFor(describing, path).severity !== 'off';
  const context: RuleContext = {
    report(reported) {
      const primary = 'range' in reported.at ? reported.at : { range: reported.at };
      const path = primary.path ?? at;
      if (path === undefined) throw new Error('a reported place names no path');
      const own = path === at ? setting() : settings.settingFor(rule, path);
      if (own.severity === 'off' || isFilledIn(project, path, primary.range)) return;
      const ended = reported.fix && endDescriptions(project.dockerfiles, reported.fix, tellsOfDescriptions);
      found.push({
        finding: toFinding(project, rule, ended ? { ...reported, fix: ended } : reported, primary, path, own, places),
        cause: reported.cause,
      });
    },
    option: optionsOf(rule, setting),
    today,
  };
  return {
    run(path, check, subject, collected) {
      at = path;
      found = collected;
      current = undefined;
      try {
        check(subject, context);
      } catch (error) {
        throw new Error(`rule ${rule.id} failed on ${path ?? 'the project'}`, { cause: error });
      }
    },
  };
}

/** In a template, what the engine fills in is not yet what will be built: nor is the instruction that holds it. */
function isFilledIn(project: Project, path: string, range: SourceRange): boolean {
  if (!project.templates.has(path)) return false;
  const dockerfile = project.dockerfiles.find((each) => each.path === path);
  const around = dockerfile?.instructions.find(
    (each) => each.range.start <= range.start && range.start <= each.range.end,
  );
  return around !== undefined && holdsTemplateMark(dockerfile?.text.slice(around.range.start, around.range.end) ?? '');
}

/** True when the project has something that the rule looks at. */
export function hasSubject({ definition }: NamedRule<Rule>, project: Project): boolean {
  switch (definition.looksAt) {
    case 'dockerfile':
      return project.dockerfiles.length > 0;
    case 'context':
      return project.contexts.length > 0;
    case 'workload':
      return project.workloads.length > 0;
    case 'object':
      return project.objects.length > 0;
    case 'compose':
      return project.composeFiles.length > 0;
    case 'application':
      return project.applications.length > 0;
    case 'image':
      return project.images !== undefined && project.images.length > 0;
    case 'cluster':
      return project.live !== undefined;
    case 'project':
      return true;
  }
}

/** What rules on other things than Dockerfiles look at, made once for all of them. */
interface OtherSubjects {
  readonly project: Project;
  readonly workloads: readonly Subjects['workload'][];
  readonly objects: readonly Subjects['object'][];
}

function subjectsOf(project: Project): OtherSubjects {
  return {
    project,
    workloads: project.workloads.map((workload) => ({ workload, project })),
    objects: project.objects.map((object) => ({ object, project })),
  };
}

/** Runs a rule on everything that it looks at. */
function runAll(
  definition: Exclude<Rule, RuleOf<'dockerfile'>>,
  { project, workloads, objects }: OtherSubjects,
  runner: RuleRunner,
  found: Collected[],
): void {
  switch (definition.looksAt) {
    case 'workload':
      for (const subject of workloads) runner.run(subject.workload.object.path, definition.check, subject, found);
      break;
    case 'object':
      for (const subject of objects) runner.run(subject.object.path, definition.check, subject, found);
      break;
    case 'context':
      for (const context of project.contexts)
        runner.run(pathOfContext(context, project), definition.check, { context, project }, found);
      break;
    case 'compose':
      for (const compose of project.composeFiles)
        runner.run(compose.path, definition.check, { compose, project }, found);
      break;
    case 'application':
      for (const application of project.applications)
        runner.run(undefined, definition.check, { application, project }, found);
      break;
    case 'image':
      for (const image of project.images ?? []) runner.run(image.path, definition.check, { image, project }, found);
      break;
    case 'cluster':
      if (project.live) runner.run(undefined, definition.check, { live: project.live, project }, found);
      break;
    case 'project':
      runner.run(undefined, definition.check, { project }, found);
  }
}

/** The artifact that ranges without a path are of: the ignore file, else the first Dockerfile that uses the context. */
function pathOfContext(context: BuildContext, project: Project): string | undefined {
  return context.ignoreFile?.path ?? project.builds.find((build) => build.context === context)?.dockerfile.path;
}

function toFinding(
  project: Project,
  rule: NamedRule<Rule>,
  reported: RuleReport,
  primary: ReportedPlace,
  path: string,
  setting: RuleSetting,
  places: PlaceFinder,
): Finding {
  const { definition } = rule;
  const { cost, fix } = reported;
  const configured = setting.severity === 'off' ? definition.severity : setting.severity;
  const locate = (place: ReportedPlace) => ({
    ...places.locate(place.path ?? path, place.range, place.note),
    ...(place.alike !== undefined && { alike: maskTokens(place.alike) }),
  });
  const finding: Finding = {
    rule: rule.id,
    area: rule.area,
    // A severity that a user set wins; otherwise the rule may say that this very case is better or worse than its default.
    severity: configured === definition.severity ? (reported.severity ?? configured) : configured,
    message: maskTokens(reported.message),
    // What stands in the rule holds no secret.
    why: reported.why === undefined ? definition.why : maskTokens(reported.why),
    remedy: reported.remedy === undefined ? definition.remedy : maskTokens(reported.remedy),
    locations: [locate(primary), ...[...(primary.givenAt ?? []), ...(reported.also ?? [])].map(locate)],
    peers: reported.peers ?? definition.peers,
    ...(reported.claim && { claim: reported.claim }),
    ...(definition.judgesRelease && { judgesRelease: true }),
  };
  if (cost === undefined) return fix === undefined ? finding : { ...finding, fix: maskFix(project, fix) };
  return { ...finding, cost: maskCost(cost), ...(fix && { fix: maskFix(project, fix) }) };
}
