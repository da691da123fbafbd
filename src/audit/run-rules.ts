import type { Artifact } from '../core/artifact.ts';
import type { Finding, Location } from '../core/finding.ts';
import type { NamedRule, OptionValue, ReportedPlace, RuleContext, RuleOptions, RuleReport } from '../core/rule.ts';
import { compareSeverity, type Severity } from '../core/severity.ts';
import { type LineIndex, lineIndex, type SourceRange } from '../core/text.ts';
import type { Project } from '../project/project.ts';
import type { Rule } from '../project/rule.ts';

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

/** A finding with what is needed to merge it with others and to suppress it, before it is reported. */
interface Collected {
  readonly finding: Finding;
  readonly cause: string | undefined;
}

/**
 * Runs rules over a project. Findings of one cause in one artifact are merged into the worst of them. In no
 * particular order. A rule that throws is a bug: the error is rethrown with the rule's id and the artifact's path.
 * @param today as `YYYY-MM-DD`, for rules on dates
 */
export function runRules(
  project: Project,
  rules: readonly NamedRule<Rule>[],
  settings: Settings,
  today?: string,
): Finding[] {
  const collected: Collected[] = [];
  const places = placeFinder(project);
  for (const rule of rules) {
    if (!settings.mayReport(rule)) continue;
    for (const run of runsOf(rule, project)) {
      let current: RuleSetting | undefined;
      const setting = () => {
        current ??= settings.settingFor(rule, run.path ?? '');
        return current;
      };
      try {
        run.check({
          report: (reported) => {
            const primary = 'range' in reported.at ? reported.at : { range: reported.at };
            const path = primary.path ?? run.path;
            if (path === undefined) throw new Error('a reported place names no path');
            const own = path === run.path ? setting() : settings.settingFor(rule, path);
            if (own.severity === 'off' || isFilledIn(project, path, primary.range)) return;
            collected.push({ finding: toFinding(rule, reported, primary, path, own, places), cause: reported.cause });
          },
          option: optionsOf(rule, setting),
          today,
        });
      } catch (error) {
        throw new Error(`rule ${rule.id} failed on ${run.path ?? 'the project'}`, { cause: error });
      }
    }
  }
  return mergeCauses(collected);
}

/** In a template, what the engine fills in is not yet what will be built: nor is the instruction that holds it. */
function isFilledIn(project: Project, path: string, range: SourceRange): boolean {
  if (!project.templates.has(path)) return false;
  const dockerfile = project.dockerfiles.find((each) => each.path === path);
  const around = dockerfile?.instructions.find(
    (each) => each.range.start <= range.start && range.start <= each.range.end,
  );
  return (
    around !== undefined &&
    /\{\{|\}\}|\{%|%\}|<%|%>|@@/.test(dockerfile?.text.slice(around.range.start, around.range.end) ?? '')
  );
}

/** True when the project has something that the rule looks at. */
export function hasSubject(rule: NamedRule<Rule>, project: Project): boolean {
  return runsOf(rule, project).length > 0;
}

interface RuleRun {
  /** The artifact that ranges without a path are of. */
  readonly path: string | undefined;
  check(context: RuleContext): void;
}

function runsOf({ definition }: NamedRule<Rule>, project: Project): readonly RuleRun[] {
  switch (definition.looksAt) {
    case 'dockerfile':
      return project.dockerfiles.map((dockerfile) => ({
        path: dockerfile.path,
        check: (context) => definition.check({ dockerfile, project }, context),
      }));
    case 'context':
      return project.contexts.map((context) => ({
        path: context.ignoreFile?.path ?? project.builds.find((build) => build.context === context)?.dockerfile.path,
        check: (ruleContext) => definition.check({ context, project }, ruleContext),
      }));
    case 'workload':
      return project.workloads.map((workload) => ({
        path: workload.object.path,
        check: (context) => definition.check({ workload, project }, context),
      }));
    case 'object':
      return project.objects.map((object) => ({
        path: object.path,
        check: (context) => definition.check({ object, project }, context),
      }));
    case 'compose':
      return project.composeFiles.map((compose) => ({
        path: compose.path,
        check: (context) => definition.check({ compose, project }, context),
      }));
    case 'application':
      return project.applications.map((application) => ({
        path: undefined,
        check: (context) => definition.check({ application, project }, context),
      }));
    case 'project':
      return [{ path: undefined, check: (context) => definition.check({ project }, context) }];
  }
}

function optionsOf(rule: NamedRule<Rule>, setting: () => RuleSetting): RuleOptions {
  const value = (name: string): OptionValue => {
    const declared = rule.definition.options?.[name];
    if (declared === undefined) throw new Error(`rule ${rule.id} declares no option ${name}`);
    return setting().options[name] ?? declared.default;
  };
  const mistyped = (name: string, type: string) => new Error(`option ${name} of rule ${rule.id} is no ${type}`);
  return {
    number(name) {
      const found = value(name);
      if (typeof found !== 'number') throw mistyped(name, 'number');
      return found;
    },
    text(name) {
      const found = value(name);
      if (typeof found !== 'string') throw mistyped(name, 'text');
      return found;
    },
    flag(name) {
      const found = value(name);
      if (typeof found !== 'boolean') throw mistyped(name, 'flag');
      return found;
    },
    list(name) {
      const found = value(name);
      if (typeof found !== 'object') throw mistyped(name, 'list');
      return found;
    },
  };
}

function toFinding(
  rule: NamedRule<Rule>,
  reported: RuleReport,
  primary: ReportedPlace,
  path: string,
  setting: RuleSetting,
  places: PlaceFinder,
): Finding {
  const { definition } = rule;
  const configured = setting.severity === 'off' ? definition.severity : setting.severity;
  return {
    rule: rule.id,
    area: rule.area,
    // A severity that a user set wins; otherwise the rule may say that this very case is better or worse than its default.
    severity: configured === definition.severity ? (reported.severity ?? configured) : configured,
    message: reported.message,
    why: reported.why ?? definition.why,
    remedy: reported.remedy ?? definition.remedy,
    locations: [
      places.locate(path, primary.range, primary.note),
      ...(reported.also ?? []).map((place) => places.locate(place.path ?? path, place.range, place.note)),
    ],
    peers: reported.peers ?? definition.peers,
    ...(reported.cost && { cost: reported.cost }),
    ...(reported.fix && { fix: reported.fix }),
  };
}

interface PlaceFinder {
  locate(path: string, range: SourceRange, note: string | undefined): Location;
}

/** Turns ranges into locations; lines of an artifact are counted once. */
function placeFinder(project: Project): PlaceFinder {
  const indexes = new Map<string, LineIndex>();
  for (const dockerfile of project.dockerfiles) indexes.set(dockerfile.path, dockerfile.lines);
  return {
    locate(path, range, note) {
      let lines = indexes.get(path);
      if (lines === undefined) {
        lines = lineIndex(textOf(project, path) ?? '');
        indexes.set(path, lines);
      }
      const start = lines.positionAt(range.start);
      const end = lines.positionAt(range.end);
      return { path, start, end, range, ...(note !== undefined && { note }) };
    },
  };
}

/** The text of an artifact that a finding can point at: a read one, or an application's source. */
export function textOf(project: Project, path: string): string | undefined {
  const artifact: Artifact | undefined = project.artifacts.get(path);
  if (artifact) return artifact.text;
  for (const application of project.applications) {
    const source = application.artifact(path);
    if (source) return source.text;
  }
  return undefined;
}

function mergeCauses(collected: readonly Collected[]): Finding[] {
  const merged: Finding[] = [];
  const byCause = new Map<string, Finding[]>();
  for (const { finding, cause } of collected) {
    if (cause === undefined) {
      merged.push(finding);
      continue;
    }
    const key = `${finding.locations[0].path}\0${cause}`;
    const group = byCause.get(key);
    if (group) group.push(finding);
    else byCause.set(key, [finding]);
  }
  for (const group of byCause.values()) merged.push(mergeGroup(group));
  return merged;
}

function mergeGroup(group: readonly Finding[]): Finding {
  const [worst, ...others] = [...group].sort((a, b) => compareSeverity(a.severity, b.severity));
  if (worst === undefined) throw new Error('a group of findings is never empty');
  if (others.length === 0) return worst;
  const locations: [Location, ...Location[]] = [...worst.locations];
  for (const location of others.flatMap((finding) => finding.locations)) {
    const known = locations.some(
      (seen) =>
        seen.path === location.path &&
        seen.range?.start === location.range?.start &&
        seen.range?.end === location.range?.end,
    );
    if (!known) locations.push(location);
  }
  const fix = worst.fix ?? others.find((finding) => finding.fix)?.fix;
  const cost = worst.cost ?? others.find((finding) => finding.cost)?.cost;
  return {
    ...worst,
    locations,
    peers: [...new Set(group.flatMap((finding) => finding.peers))],
    ...(cost && { cost }),
    ...(fix && { fix }),
  };
}
