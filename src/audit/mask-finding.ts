import type { Finding } from '../core/finding.ts';
import type { Fix } from '../core/fix.ts';
import { holdsSecret, maskTokens } from '../core/mask-secrets.ts';
import type { Project } from '../project/project.ts';
import { secretRanges } from './artifact-secrets.ts';
import { textOf } from './places.ts';

/**
 * The finding as reports may show it: sentences quote artifacts, and artifacts hold secrets. What a fix does stays as it is. Its
 * `why` and `remedy`, which are nearly always the rule's own, are masked by the caller.
 */
export function maskFinding(project: Project, finding: Finding): Finding {
  const [first, ...others] = finding.locations;
  const locate = (location: Finding['locations'][0]) =>
    location.note === undefined ? location : { ...location, note: maskTokens(location.note) };
  return {
    ...finding,
    message: maskTokens(finding.message),
    locations: [locate(first), ...others.map(locate)],
    ...(finding.cost && { cost: { ...finding.cost, derivation: maskTokens(finding.cost.derivation) } }),
    ...(finding.fix && { fix: maskFix(project, finding.fix) }),
  };
}

function maskFix(project: Project, fix: Fix): Fix {
  return {
    ...fix,
    title: maskTokens(fix.title),
    assumptions: fix.assumptions.map((assumption) => ({
      ...assumption,
      statement: maskTokens(assumption.statement),
      ...(assumption.question !== undefined && { question: maskTokens(assumption.question) }),
    })),
    ...(writesSecret(project, fix) && { holdsSecret: true as const }),
  };
}

/** A secret by its own looks, or one of the artifact that the fix moves. */
function writesSecret(project: Project, { changes: { edits, newFiles = [] } }: Fix): boolean {
  if (newFiles.some(({ text, secret }) => secret === true || holdsSecret(text))) return true;
  return edits.some(({ path, replacement }) => {
    if (replacement.length < shortestMoved) return false;
    if (holdsSecret(replacement)) return true;
    const text = textOf(project, path) ?? '';
    return secretRanges(project, path, text).some(
      ({ start, end }) => end - start >= shortestMoved && replacement.includes(text.slice(start, end)),
    );
  });
}

/** Shorter values are in every word. */
const shortestMoved = 4;
