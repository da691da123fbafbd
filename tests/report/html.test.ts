import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderHtml } from '../../src/report/html.ts';
import { arbitraryReport } from './arbitrary-report.ts';
import { cleanReport, sampleReport } from './sample-report.ts';

const page = renderHtml(sampleReport);

/** The page without the only parts that are markup by intent and hold no input. */
function withoutOwnCode(text: string): string {
  return text
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<script>(?:(?!<\/script>)[\s\S])*<\/script>\s*<\/body>/, '</body>');
}

describe('the HTML report', () => {
  test('needs no network: no address is loaded from anywhere', () => {
    expect(page).not.toMatch(/\b(?:src|srcset|href|action|poster|data)\s*=\s*["']?(?:https?:)?\/\//);
    expect(page).not.toMatch(/@import|url\((?!#)/);
  });

  test('allows its own style and script by hash and nothing else', () => {
    const hash = (tag: string) => {
      const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)?.[1] ?? '';
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };
    expect(page.replaceAll('&#39;', "'")).toContain(
      `default-src 'none'; style-src ${hash('style')}; script-src ${hash('script')}; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/ style=| on[a-z]+=/);
  });

  test('shows places, costs with their word, fixes with their class, and the derivation of the score', () => {
    for (const part of [
      'web/Dockerfile:7:1',
      '<mark>RUN chown -R node:node /app</mark>',
      '<strong>168 MB</strong> <span class="basis">estimated</span>',
      '<span class="class review">review</span>',
      '57 = 100 × 20 / (20 + 15 × 1 + 4 × 0 + 0)',
      'helm is not installed',
      '1 finding suppressed: 1 by comments',
    ])
      expect(page).toContain(part);
  });

  test('of a clean project says so', () => {
    const text = renderHtml(cleanReport);
    expect(text).toContain('Nothing found');
    expect(text).not.toContain('<article');
  });

  test('holds no input that is not escaped', () => {
    fc.assert(
      fc.property(arbitraryReport, (report) => {
        const text = withoutOwnCode(renderHtml(report));
        expect(text).not.toMatch(/<\/?zz|<script|<!--|"zz|'zz|&zz;|href="javascript/);
        expect(text).not.toMatch(/[\p{Zl}\p{Zp}\p{Cs}]|[^\P{Cc}\n]/u);
        expect(text.match(/<article /g)?.length ?? 0).toBe(report.findings.length);
        expect(text.match(/<\/article>/g)?.length ?? 0).toBe(report.findings.length);
      }),
      { numRuns: 200 },
    );
  });
});
