import { withoutCommands } from './printable.ts';

/**
 * A value as the JSON that commands print, indented and with a line's end. What is in it may have come from anywhere and stand in a pipeline's log: it holds no
 * command to the agent that reads that, and what a reader of JSON makes of it is the same.
 */
export function jsonText(value: unknown, replacer?: (key: string, value: unknown) => unknown): string {
  return `${withoutCommands(JSON.stringify(value, replacer, 2), '\\u0023')}\n`;
}

/** For {@link jsonText}, where every field is always there. */
export function nullForUndefined(_: string, value: unknown): unknown {
  return value === undefined ? null : value;
}
