import { displayWidth } from './display-width.ts';
import { type Page, paint, paragraph } from './terminal-lines.ts';

/**
 * What to type next and what that gives; where the page is too narrow for both, what to type alone.
 * @param whole what is typed in one piece: a call with it stays on one line, however narrow the page, since a part of it does something else
 */
export function stepLines(
  steps: readonly (readonly [call: string, meaning: string])[],
  page: Page,
  whole?: string,
): string[] {
  const width = Math.max(0, ...steps.map(([call]) => displayWidth(call))) + 3;
  return steps.flatMap(([call, meaning]) =>
    2 + width + displayWidth(meaning) <= page.columns
      ? [
          paint(
            [
              { text: '  ' },
              { text: call.padEnd(width + call.length - displayWidth(call)) },
              { text: meaning, style: 'dim' },
            ],
            page,
          ),
        ]
      : whole !== undefined && call.includes(whole)
        ? [paint([{ text: '  ' }, { text: call }], page)]
        : paragraph([{ text: '  ' }], { text: call }, [], page),
  );
}
