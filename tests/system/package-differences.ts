/** Why one list has what the other has not. A difference without a reason fails the test. */
interface Reason {
  readonly side: 'Plimsoll' | 'syft';
  readonly item: RegExp;
  readonly why: string;
}

const reasons: readonly Reason[] = [
  {
    side: 'syft',
    item: /^maven\/[^@]*$/,
    why: 'an archive that tells no version: nothing that could be compared with an advisory',
  },
  {
    side: 'syft',
    item: /^maven\/(maven3-[\w-]+)\/\1@/,
    why: "Debian's second name of the file; the coordinates in it, which both list, say `org.apache.maven`",
  },
];

export function explain(side: string, item: string): string | undefined {
  return reasons.find((reason) => reason.side === side && reason.item.test(item))?.why;
}
