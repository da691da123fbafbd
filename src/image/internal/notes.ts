import { printable } from '../../core/printable.ts';

/** What was odd in a layer, each kind once, with how often and an example. */
export interface Notes {
  add(what: string, example: string): void;
  /** One sentence each, safe to print. */
  list(): string[];
}

export function notes(): Notes {
  const counts = new Map<string, { count: number; readonly example: string }>();
  return {
    add(what, example) {
      const known = counts.get(what);
      if (known) known.count++;
      else counts.set(what, { count: 1, example: printable(example.slice(0, 200)) });
    },
    list: () =>
      [...counts].map(
        ([what, { count, example }]) => `${what}: ${example}${count > 1 ? ` and ${count - 1} more` : ''}`,
      ),
  };
}
