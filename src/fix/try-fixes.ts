import type { Artifact } from '../core/artifact.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Project } from '../project/project.ts';
import { artifactOf } from './artifact-of.ts';
import type { Candidate } from './candidate.ts';
import { compareRounds, type Objection, objectionIn } from './compare-findings.ts';
import { type Auditor, allFound, type Found, type Inspection, type RepairState } from './repair-state.ts';
import { subjectsOf } from './subjects.ts';
import { editTracked, type TrackedEdit, type TrackedText, trackText } from './tracked-text.ts';
import { verifyTexts } from './verify-texts.ts';

/** What comes of making some fixes together. */
export interface Trial {
  readonly state: RepairState;
  readonly objections: readonly Objection[];
  /** Nothing could be told of the result. */
  readonly failed?: true;
}

/** A fix with the number that it is known by in the texts. */
export interface NumberedCandidate {
  readonly candidate: Candidate;
  readonly id: number;
}

/**
 * Makes fixes, reads and audits what changed, and holds it against what was there. A fault of a rule is an objection.
 * @param near the state of another trial from the same beginning: what is the same in it is not looked at again
 */
export async function tryFixes(
  before: RepairState,
  fixes: readonly NumberedCandidate[],
  auditor: Auditor,
  near: RepairState = before,
): Promise<Trial> {
  const edits = editsByPath(fixes);
  const made = makeEdits(before, fixes, edits);
  if ('objections' in made) return { state: before, objections: made.objections };
  const { changed, texts, added } = made;
  try {
    const from = canLeadTo(near, texts) ? near : before;
    const differing = differences(from, before, changed);
    const project = await auditor.reload(from.project, differing);
    const affected = affectedDockerfiles(before.project, project, changed);
    const looked = auditor.inspect(project, affectedDockerfiles(from.project, project, differing));
    const inspection = {
      byDockerfile: new Map([...from.inspection.byDockerfile, ...looked.byDockerfile]),
      others: looked.others,
    };
    const versions = new Map(before.versions);
    for (const path of changed.keys()) versions.set(path, (versions.get(path) ?? 0) + 1);
    const state: RepairState = { project, inspection, texts, added, versions };
    return {
      state,
      objections: [
        ...verifyTexts(before.project, project, changed.keys()),
        ...compareRounds(
          foundOn(before.inspection, affected),
          foundOn(inspection, affected),
          fixes.map(({ candidate }) => candidate),
          edits,
          subjectsOf(before.project, project),
        ),
      ],
    };
  } catch (error) {
    const reason = faultText(error);
    return { state: before, objections: [{ reason, key: reason, paths: [...changed.keys()] }], failed: true };
  }
}

/** A file that was added cannot be taken away again by reading anew. */
function canLeadTo({ added }: RepairState, texts: ReadonlyMap<string, TrackedText>): boolean {
  return [...added].every((path) => texts.has(path));
}

/** The files whose text is another one than in `from`: those that are changed now, and those that were changed only there. */
function differences(
  from: RepairState,
  before: RepairState,
  changed: ReadonlyMap<string, Artifact>,
): Map<string, Artifact> {
  if (from === before) return new Map(changed);
  const differing = new Map<string, Artifact>();
  for (const path of from.texts.keys()) {
    const wanted = changed.get(path) ?? artifactOf(before.project, path);
    if (wanted && artifactOf(from.project, path)?.text !== wanted.text) differing.set(path, wanted);
  }
  for (const [path, artifact] of changed) if (!from.texts.has(path)) differing.set(path, artifact);
  return differing;
}

function foundOn(inspection: Inspection, dockerfiles: readonly Dockerfile[]): Found[] {
  return allFound({
    byDockerfile: new Map(dockerfiles.map(({ path }) => [path, inspection.byDockerfile.get(path) ?? []])),
    others: inspection.others,
  });
}

function editsByPath(fixes: readonly NumberedCandidate[]): Map<string, TrackedEdit[]> {
  const edits = new Map<string, TrackedEdit[]>();
  for (const { candidate, id } of fixes)
    for (const { path, range, replacement } of candidate.fix.changes.edits) {
      const known = edits.get(path) ?? [];
      edits.set(path, known);
      known.push({ range, replacement, fix: id });
    }
  return edits;
}

interface MadeEdits {
  readonly changed: ReadonlyMap<string, Artifact>;
  readonly texts: ReadonlyMap<string, TrackedText>;
  readonly added: ReadonlySet<string>;
}

function makeEdits(
  { project, texts: known, added: knownAdded }: RepairState,
  fixes: readonly NumberedCandidate[],
  edits: ReadonlyMap<string, readonly TrackedEdit[]>,
): MadeEdits | { readonly objections: readonly Objection[] } {
  const changed = new Map<string, Artifact>();
  const texts = new Map(known);
  const added = new Set(knownAdded);
  const objections: Objection[] = [];
  for (const [path, own] of edits) {
    const artifact = artifactOf(project, path);
    if (artifact === undefined) {
      objections.push(objectionIn(path, `${path} cannot be read`));
      continue;
    }
    try {
      const tracked = editTracked(texts.get(path) ?? trackText(artifact.text), own);
      texts.set(path, tracked);
      changed.set(path, { ...artifact, text: tracked.text });
    } catch {
      objections.push(objectionIn(path, 'its edits overlap or lie outside of the file: a fault of the rule'));
    }
  }
  for (const { candidate, id } of fixes)
    for (const { path, text } of candidate.fix.changes.newFiles ?? []) {
      if (artifactOf(project, path) !== undefined || changed.has(path)) {
        objections.push(objectionIn(path, `${path} exists already`));
        continue;
      }
      texts.set(path, editTracked(trackText(''), [{ range: { start: 0, end: 0 }, replacement: text, fix: id }]));
      changed.set(path, { path, text, encoding: 'utf-8' });
      added.add(path);
    }
  return objections.length > 0 ? { objections } : { changed, texts, added };
}

/**
 * The Dockerfiles about which rules may say something else now: the changed ones, those that share a build context with a changed
 * Dockerfile or ignore file, and all when something else changed, since anything may be linked with it.
 */
function affectedDockerfiles(
  before: Project,
  after: Project,
  changed: ReadonlyMap<string, Artifact>,
): readonly Dockerfile[] {
  const known = new Set([...before.dockerfiles, ...after.dockerfiles].map(({ path }) => path));
  const isIgnoreFile = (path: string) => /\.(?:docker|container)ignore$/.test(path);
  if ([...changed.keys()].some((path) => !known.has(path) && !isIgnoreFile(path))) return after.dockerfiles;
  const contexts = new Set<string>();
  for (const { builds } of [before, after])
    for (const { dockerfile, context } of builds)
      if (context && (changed.has(dockerfile.path) || changed.has(context.ignorePath))) contexts.add(context.directory);
  const sharing = new Set(
    after.builds.flatMap(({ dockerfile, context }) =>
      context && contexts.has(context.directory) ? dockerfile.path : [],
    ),
  );
  return after.dockerfiles.filter(({ path }) => changed.has(path) || sharing.has(path));
}

function faultText(error: unknown): string {
  return `the result could not be audited: ${error instanceof Error ? error.message : String(error)}`;
}
