import type { Evidence } from '../../core/evidence.ts';
import { type Page, paint } from './terminal-lines.ts';
import { bytesText } from './wording.ts';

/** Both images as bars to one scale, in eighths of a column; none where the page is narrow or nothing was repaired. */
export function proofBars({ before, after }: Pick<Evidence, 'before' | 'after'>, page: Page): string[] {
  const room = Math.min(60, page.columns - 26);
  const largest = Math.max(before.bytes, after?.bytes ?? 0);
  if (after === undefined || room < 10 || largest === 0) return [];
  const line = (label: string, bytes: number, style: 'dim' | 'green') =>
    paint(
      [
        { text: `${label.padEnd(8)}` },
        { text: bar((room * bytes) / largest), style },
        { text: ` ${bytesText(bytes)}` },
      ],
      page,
    );
  return [line('before', before.bytes, 'dim'), line('after', after.bytes, 'green')];
}

/** Of a length in columns; what is more than nothing is seen. */
export function bar(columns: number): string {
  const eighths = Math.max(columns > 0 ? 1 : 0, Math.round(columns * 8));
  const rest = eighths % 8;
  return '█'.repeat(Math.floor(eighths / 8)) + (rest === 0 ? '' : String.fromCodePoint(0x2590 - rest));
}
