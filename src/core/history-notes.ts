/** What findings that a recorded run tells of itself carry in place of a rule. */
export const historyNotes = {
  uncompared: 'review/budget-not-compared',
  inContext: 'review/history-in-context',
} as const;

/** They gate nothing and stand in no history: nothing of the project is at fault. */
export function isHistoryNote(rule: string): boolean {
  return rule === historyNotes.uncompared || rule === historyNotes.inContext;
}
