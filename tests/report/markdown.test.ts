import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markdown, markdownBlock, markdownCode } from '../../src/report/internal/escape.ts';
import { commentMarker, renderMarkdown } from '../../src/report/markdown.ts';
import { arbitraryReport } from './arbitrary-report.ts';
import { cleanReport, reportOf, sampleFindings, sampleReport } from './sample-report.ts';

/** What is neither a fenced block nor a code span: there, markup would be markup. */
function outsideCode(text: string): string {
  return text.replace(/^(`{3,})\n[\s\S]*?\n\1$/gm, '').replace(/(?<![`\\])(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '');
}

describe('the Markdown report', () => {
  test('is what the golden file shows', async () => {
    const text = renderMarkdown(sampleReport, { sourceBase: 'https://example.com/shop/blob/main/' });
    await expect(text).toMatchFileSnapshot('fixtures/report.md');
  });

  test('of a clean project is short', () => {
    const text = renderMarkdown(cleanReport);
    expect(text).toContain('nothing found');
    expect(text).not.toContain('<details>');
    expect(text.startsWith(commentMarker)).toBe(true);
  });

  test('keeps to the length that a comment may have and counts what it left out', () => {
    const text = renderMarkdown(reportOf(Array.from({ length: 500 }, () => sampleFindings.chown)));
    expect(text.length).toBeLessThan(60_000);
    const shown = text.match(/<details>/g)?.length ?? 0;
    expect(shown).toBeGreaterThan(20);
    expect(text).toContain(`${500 - shown} more findings did not fit here`);
  });

  test('holds no element, mention or link from a file', () => {
    fc.assert(
      fc.property(arbitraryReport, (report) => {
        const text = outsideCode(renderMarkdown(report));
        expect(text).not.toMatch(/<\/?zz|<script|@zz|#12/);
        // A summary line is HTML, in which Markdown means nothing.
        expect(text.replace(/^<details><summary>.*$/gm, '')).not.toMatch(/(?<!\\)\[zz|(?<!\\)\*\*zz|(?<!\\)\$zz/);
        expect(text).not.toMatch(/[\p{Zl}\p{Zp}\p{Cs}]|[^\P{Cc}\n]/u);
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['a `b` c', '``a `b` c``'],
    ['`', '`` ` ``'],
    ['a|b', '`a|b`'],
  ])('%j as code is %j', (text, code) => {
    expect(markdownCode(text)).toBe(code);
  });

  test('a block fences longer than anything in it', () => {
    expect(markdownBlock('a\n````\nb')).toBe('`````\na\n````\nb\n`````');
  });

  test('text keeps its words readable', () => {
    expect(markdown('Copy package.json (and #12 of @you) <b>')).toBe(
      'Copy package.json (and #<!-- -->12 of @<!-- -->you) &lt;b&gt;',
    );
  });
});
