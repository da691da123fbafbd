import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { printSyntax } from '../dockerfile/print.ts';
import { findBuildCheckHits } from '../dockerfile/reference/build-checks.ts';
import { type BuildCheckHit, buildChecks } from '../dockerfile/reference/outcome.ts';
import type { Project } from '../project/project.ts';
import { artifactOf } from './artifact-of.ts';
import { type Objection, objectionIn } from './compare-findings.ts';

/** What of the texts themselves speaks against a round: what is refused now, what cannot be read any more, lost comments. */
export function verifyTexts(before: Project, after: Project, paths: Iterable<string>): Objection[] {
  const objections: Objection[] = [];
  const oldFiles = new Map(before.dockerfiles.map((dockerfile) => [dockerfile.path, dockerfile]));
  const newFiles = new Map(after.dockerfiles.map((dockerfile) => [dockerfile.path, dockerfile]));
  for (const path of paths) {
    const object = (reason: string) => objections.push(objectionIn(path, reason));
    const now = artifactOf(after, path);
    const then = artifactOf(before, path);
    if (now === undefined) continue;
    if (now.encoding === 'latin1' && [...now.text].some((character, at) => at > 0 && character > '\u00ff'))
      object('the file is not UTF-8, and what the fix writes has no place in its encoding');
    const old = oldFiles.get(path);
    const changed = newFiles.get(path);
    if (old && !changed) object('the file would not be read as a Dockerfile any more');
    if (changed) for (const reason of faultsOf(old, changed)) object(reason);
    if (then && lostComments(then.text, now.text, old, changed)) object('a comment would be lost');
    if (problemsOf(after, path) > problemsOf(before, path)) object('the file could not be read any more');
    if (objectsOf(after, path) < objectsOf(before, path)) object('a Kubernetes object would be lost');
  }
  return objections;
}

function faultsOf(before: Dockerfile | undefined, after: Dockerfile): string[] {
  const faults: string[] = [];
  if (printSyntax(after.syntax) !== after.text) faults.push('the result cannot be read without loss');
  const [rejection] = after.rejections;
  if (rejection && (before?.rejections.length ?? 0) === 0)
    faults.push(`BuildKit would refuse the file at line ${rejection.line}: ${rejection.message}`);
  for (const check of buildChecks) {
    // BuildKit asks this one only where a file asks for it.
    if (check === 'InvalidDefinitionDescription') continue;
    const hits = findBuildCheckHits(after, check);
    const old = before ? findBuildCheckHits(before, check) : [];
    const news = hits.filter((hit) => !isSaidAgain(hit, old, before, after));
    if (news.length > old.length) faults.push(`BuildKit would warn (${check}) at line ${news.at(-1)?.line}`);
  }
  return faults;
}

/** What was said of a variable's name is no news of the stage that is added and needs the variable, too. */
function isSaidAgain(
  { check, subject, instruction }: BuildCheckHit,
  old: readonly BuildCheckHit[],
  before: Dockerfile | undefined,
  after: Dockerfile,
): boolean {
  if (check !== 'SecretsUsedInArgOrEnv' || before === undefined) return false;
  const added = after.stages.length - before.stages.length;
  const isInAdded =
    added > 0 && after.stages.slice(-added).some(({ instructions }) => instructions.includes(instruction));
  return isInAdded && old.some((hit) => hit.subject === subject && hit.instruction.name === instruction.name);
}

/** The same texts, each as often; where they stand is the fix's affair. */
function lostComments(before: string, after: string, old?: Dockerfile, changed?: Dockerfile): boolean {
  const left = new Map<string, number>();
  for (const comment of commentsOf(after, changed)) left.set(comment, (left.get(comment) ?? 0) + 1);
  return commentsOf(before, old).some((comment) => {
    const count = left.get(comment) ?? 0;
    left.set(comment, count - 1);
    return count === 0;
  });
}

/** Without white space around them: a comment that moves may be indented differently. */
function commentsOf(text: string, dockerfile: Dockerfile | undefined): string[] {
  if (dockerfile === undefined) return text.split('\n').flatMap((line) => /^\s*#(.*)$/.exec(line)?.[1]?.trim() ?? []);
  return dockerfile.syntax.items
    .flatMap((item) => (item.kind === 'instruction' ? item.innerComments : item.kind === 'blank' ? [] : [item.range]))
    .map((range) => text.slice(range.start, range.end).trim());
}

function problemsOf(project: Project, path: string): number {
  return project.problems.filter((problem) => problem.path === path).length;
}

function objectsOf(project: Project, path: string): number {
  return project.objects.filter((object) => object.path === path).length;
}
