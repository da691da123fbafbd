import type { ContextUse } from '../context/context-use.ts';
import type { BrokenBudget } from '../core/budget-report.ts';
import type { Finding } from '../core/finding.ts';
import { historyNotes } from '../core/history-notes.ts';
import type { Report } from '../core/report.ts';
import { lineIndex } from '../core/text.ts';
import type { Project } from '../project/project.ts';
import { isOwn, unwantedJunk } from '../project/unwanted-junk.ts';
import type { Recorded } from './record-run.ts';

const historyDocs = 'https://github.com/plimsoll-dev/plimsoll/blob/main/docs/history.md';
const docs = `${historyDocs}#budgets`;

/** A broken budget is a finding like others, so that every format tells of it. It is not recorded itself, and the score does not count it. */
export function withHistoryFindings(
  report: Report,
  { trend, broken, uncompared }: Recorded,
  project: Project | undefined,
): Report {
  const told = [
    ...broken.map((each) => budgetFinding(brokenRule, each)),
    ...uncompared.map((each) => budgetFinding(uncomparedRule, { ...each, places: [] })),
    ...(project === undefined ? [] : ownInContexts(project)),
  ];
  const rules = [brokenRule, uncomparedRule, inContextRule].filter(({ id }) => told.some(({ rule }) => rule === id));
  return {
    ...report,
    ...(trend && { history: trend }),
    findings: [...told, ...report.findings],
    rules: [...report.rules, ...rules],
  };
}

/** The store may lie in a build context. Who recorded a run did not ask for that, and is told what to do; no rule finds it. */
function ownInContexts(project: Project): Finding[] {
  return project.contexts.flatMap((context): Finding[] => {
    const own = unwantedJunk(project, context).find(isOwn);
    const [use, ...others] = own?.copiedBy ?? [];
    if (own === undefined || use === undefined) return [];
    const { id, area, severity, why, remedy } = inContextRule;
    return [
      {
        rule: id,
        area,
        severity,
        message: `This takes along ${own.path}, where Plimsoll keeps its history: a line «${own.path}» in ${context.ignorePath} leaves it out.`,
        why,
        remedy,
        locations: [placeIn(project, use), ...others.map((each) => placeIn(project, each))],
        peers: [],
      },
    ];
  });
}

function placeIn({ dockerfiles }: Project, { path: file, range }: ContextUse): Finding['locations'][0] {
  const text = dockerfiles.find((each) => each.path === file)?.text ?? '';
  const lines = lineIndex(text);
  return { path: file, start: lines.positionAt(range.start), end: lines.positionAt(range.end), range };
}

const brokenRule = {
  id: 'review/budget',
  area: 'review',
  severity: 'error',
  summary: 'A budget of plimsoll.yaml is broken',
  docs,
  why: 'A budget keeps a project from getting worse a little at a time, where no single change looks bad.',
  remedy:
    'Take back or mend what the named commit brought, or write an exception with a reason and an end into plimsoll.yaml.',
} as const;

const uncomparedRule = {
  id: historyNotes.uncompared,
  area: 'review',
  severity: 'note',
  summary: 'A budget of plimsoll.yaml is compared with less than it should be, or with nothing',
  docs,
  why: 'A budget that nothing was compared with is not broken, and not kept either.',
  remedy: 'Look whether that is meant; from the next recorded run on the runs are compared as they are now.',
} as const;

const inContextRule = {
  id: historyNotes.inContext,
  area: 'review',
  severity: 'note',
  summary: 'The history of Plimsoll is copied into an image',
  docs: historyDocs,
  why: 'Each recorded run changes it, so that the step that copies it and all after it are built again.',
  remedy: 'Name its directory in .dockerignore.',
} as const;

function budgetFinding(
  { id, area, severity, why, remedy }: typeof brokenRule | typeof uncomparedRule,
  { place, message, places }: Pick<BrokenBudget, 'place' | 'message' | 'places'>,
): Finding {
  const at = place.lastIndexOf(':');
  const line = Number(place.slice(at + 1));
  const start = { line, column: 1 };
  // Of the files nothing is read again here: that there is a range says that the line counts.
  const range = { start: 0, end: 0 };
  return {
    rule: id,
    area,
    severity,
    message,
    why,
    remedy,
    locations: [
      { path: place.slice(0, at), start, end: start, range },
      ...places.map((each) => {
        const here = { line: each.line, column: 1 };
        return { path: each.path, start: here, end: here, range, note: each.note };
      }),
    ],
    peers: [],
  };
}
