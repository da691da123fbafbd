import { settingsFrom } from '../audit/settings.ts';
import { applyEdits } from '../core/fix.ts';
import type { ReplayedFix } from '../core/replay-report.ts';
import { type Candidate, candidateOf } from '../fix/candidate.ts';
import { allFound } from '../fix/repair-state.ts';
import type { Project } from '../project/project.ts';
import { auditorFor } from './fix-auditor.ts';
import type { ReplayTarget, TargetBuild } from './replay-target.ts';

/** A fix by itself, with the texts that it gives. Paths are from the project's root. */
export interface FixTexts extends Pick<ReplayedFix, 'rule' | 'title' | 'class' | 'path' | 'line'> {
  readonly texts: ReadonlyMap<string, string>;
}

/** The fixes that are offered for the files of a build, each alone, that decide what is rebuilt: its Dockerfile and its ignore file. */
export function fixesOf(
  target: ReplayTarget,
  builds: readonly TargetBuild[],
): (build: TargetBuild) => readonly FixTexts[] {
  const { project, configuration } = target;
  const auditor = auditorFor({
    target: target.target,
    options: {},
    settings: settingsFrom(configuration.configuration, { only: [], skip: [], options: new Map() }),
    peerSettings: configuration.peerSettings,
    honourIgnoreComments: true,
    today: new Date().toISOString().slice(0, 10),
  });
  const wanted = new Set(builds.map(({ build }) => build.dockerfile));
  const inspected = auditor.inspect(project, [...wanted]);
  const candidates = auditor.open(project, allFound(inspected)).flatMap((finding) => candidateOf(finding) ?? []);
  return ({ dockerfile, build }) => {
    const own = new Set([dockerfile, `${dockerfile}.dockerignore`, build.context?.ignorePath]);
    return candidates
      .filter(({ paths }) => paths.some((path) => own.has(path)))
      .flatMap((each) => textsOf(each, project) ?? []);
  };
}

function textsOf({ finding, fix, class: kind, paths }: Candidate, project: Project): FixTexts | undefined {
  const texts = new Map((fix.changes.newFiles ?? []).map(({ path, text }) => [path, text]));
  for (const path of paths) {
    const artifact = project.artifacts.get(path);
    if (texts.has(path)) continue;
    if (artifact === undefined) return undefined;
    texts.set(
      path,
      applyEdits(
        artifact.text,
        fix.changes.edits.filter((edit) => edit.path === path),
      ),
    );
  }
  const [{ path, start }] = finding.locations;
  return { rule: finding.rule, title: fix.title, class: kind, path, line: start.line, texts };
}
