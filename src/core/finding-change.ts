import { groupBy } from './group-by.ts';
import type { Severity } from './severity.ts';

/** A finding as a written report has it: what is needed to tell it from another one and to show it. */
export interface WrittenFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly path: string;
  readonly line: number;
  readonly message: string;
  readonly remedy: string;
  readonly fingerprint: string;
  /** Of its line, masked; undefined where it is about a whole file. */
  readonly excerpt: string | undefined;
  readonly hasSafeFix: boolean;
}

/** A finding that a report does not count, with what took it out. */
export interface HiddenFinding extends Pick<WrittenFinding, 'rule' | 'path' | 'message' | 'fingerprint'> {
  readonly by: string;
  readonly reason: string | undefined;
}

/** A written report, as far as two of them are compared. */
export interface WrittenReport {
  readonly loadLine: number | undefined;
  readonly findings: readonly WrittenFinding[];
  readonly hidden: readonly HiddenFinding[];
  /** Ids of the rules that ran; undefined where the report does not tell. */
  readonly rules: ReadonlySet<string> | undefined;
  /** How much could not be read. */
  readonly problems: number;
}

/** What lies between two reports of one project. */
export interface FindingChange {
  readonly loadLine: { readonly before: number | undefined; readonly after: number | undefined };
  /** Not there before. */
  readonly added: readonly WrittenFinding[];
  /** Not there any more. */
  readonly fixed: readonly WrittenFinding[];
  /** There, and not counted any more: a comment or a setting hides it. */
  readonly hidden: readonly {
    readonly finding: WrittenFinding;
    readonly by: string;
    readonly reason: string | undefined;
  }[];
  /** Nobody looked: the rule ran before and does not run now. */
  readonly unlooked: readonly WrittenFinding[];
  /** Findings that were there before and are there now. */
  readonly standing: number;
  readonly problems: { readonly before: number; readonly after: number };
}

/**
 * What is new, fixed and hidden in a report as against an earlier one. The same finding is known by its fingerprint; where its line was edited by what it
 * says in the same file, and where its file was moved by what it says of the same line.
 */
export function findingChange(before: WrittenReport, after: WrittenReport): FindingChange {
  const now = new Set(after.findings.map(({ fingerprint }) => fingerprint));
  const then = new Set(before.findings.map(({ fingerprint }) => fingerprint));
  const gone = before.findings.filter(({ fingerprint }) => !now.has(fingerprint));
  const come = after.findings.filter(({ fingerprint }) => !then.has(fingerprint));
  const edited = withoutPairs(gone, come, saying);
  const moved = withoutPairs(edited.gone, edited.come, ({ rule, message, excerpt }) =>
    excerpt === undefined ? undefined : `${rule}\n${message}\n${excerpt.trim()}`,
  );
  // A comment on the line itself changes the line's fingerprint.
  const hiddenNow = new Map(after.hidden.flatMap((each) => [each.fingerprint, saying(each)].map((key) => [key, each])));
  const hiderOf = (finding: WrittenFinding) => hiddenNow.get(finding.fingerprint) ?? hiddenNow.get(saying(finding));
  const hidden = moved.gone.flatMap((finding) => {
    const hider = hiderOf(finding);
    return hider ? [{ finding, by: hider.by, reason: hider.reason }] : [];
  });
  const left = moved.gone.filter((finding) => hiderOf(finding) === undefined);
  const ran = ({ rule }: WrittenFinding) => after.rules === undefined || after.rules.has(rule);
  return {
    loadLine: { before: before.loadLine, after: after.loadLine },
    added: moved.come,
    fixed: left.filter(ran),
    hidden,
    unlooked: left.filter((finding) => !ran(finding)),
    standing: after.findings.length - moved.come.length,
    problems: { before: before.problems, after: after.problems },
  };
}

function saying({ rule, path, message }: Pick<WrittenFinding, 'rule' | 'path' | 'message'>): string {
  return `${rule}\n${path}\n${message}`;
}

/** Both lists without those that have a counterpart of the same key in the other one. */
function withoutPairs(
  gone: readonly WrittenFinding[],
  come: readonly WrittenFinding[],
  keyOf: (finding: WrittenFinding) => string | undefined,
): { readonly gone: readonly WrittenFinding[]; readonly come: readonly WrittenFinding[] } {
  const waiting = groupBy(come, (finding) => keyOf(finding) ?? '');
  waiting.delete('');
  const paired = new Set<WrittenFinding>();
  const left = gone.filter((finding) => {
    const other = waiting.get(keyOf(finding) ?? '')?.find((each) => !paired.has(each));
    if (other) paired.add(other);
    return other === undefined;
  });
  return { gone: left, come: come.filter((finding) => !paired.has(finding)) };
}
