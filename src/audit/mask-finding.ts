import type { Cost } from '../core/finding.ts';
import type { Assumption, Fix } from '../core/fix.ts';
import { holdsSecret, maskTokens } from '../core/mask-secrets.ts';
import type { Project } from '../project/project.ts';
import { secretRanges } from './artifact-secrets.ts';
import { textOf } from './places.ts';

// A finding as reports may show it: sentences quote artifacts, and artifacts hold secrets.

export function maskCost(cost: Cost): Cost {
  const derivation = maskTokens(cost.derivation);
  return derivation === cost.derivation ? cost : { ...cost, derivation };
}

/** What a fix does stays as it is. */
export function maskFix(project: Project, fix: Fix): Fix {
  return {
    title: maskTokens(fix.title),
    changes: fix.changes,
    assumptions: fix.assumptions.map(maskAssumption),
    ...(writesSecret(project, fix) && { holdsSecret: true as const }),
  };
}

/** Most sentences of rules quote nothing. */
function maskAssumption(assumption: Assumption): Assumption {
  const statement = maskTokens(assumption.statement);
  const question = assumption.question === undefined ? undefined : maskTokens(assumption.question);
  if (statement === assumption.statement && question === assumption.question) return assumption;
  return { ...assumption, statement, ...(question !== undefined && { question }) };
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
