/** Why one list has what the other has not. A difference without a reason fails the test. */
interface Reason {
  readonly side: 'Plimsoll' | 'syft';
  readonly item: RegExp;
  readonly why: string;
}

const reasons: readonly Reason[] = [];

export function explain(side: string, item: string): string | undefined {
  return reasons.find((reason) => reason.side === side && reason.item.test(item))?.why;
}
