import { expect, test } from 'vitest';
import type { Evidence } from '../../src/core/evidence.ts';
import { proofMarker, renderProofsMarkdown } from '../../src/report/proof-markdown.ts';
import { proofOf } from '../../src/report/proof-view.ts';
import { sampleEvidence } from './sample-evidence.ts';

const show = (evidence: Evidence) => renderProofsMarkdown([proofOf(evidence, '.plimsoll/evidence/web-1.json')]);
const text = show(sampleEvidence);

test('the comment says what it saves first, then what a reviewer has to look at', () => {
  const lines = text.split('\n').filter((line) => line !== '');
  expect(lines[0]).toBe(proofMarker);
  expect(lines[1]).toBe('## ✅ Plimsoll: `web/Dockerfile`: Proved: 2 fixes, built and run.');
  expect(lines[2]).toBe(
    'size **1.12 GB → 171 MB** (▼\u00a085 %) · rebuild after a source change **61 s → 4.1 s** (▼\u00a093 %) · vulnerable packages **214 → 31** (▼\u00a086 %)',
  );
  expect(text).toContain('| size | 1.12 GB | 171 MB | ▼ 85 % | measured, content of all layers |');
  expect(text).toContain('**Still the same program: yes.** 14 observations alike');
  const open = text.slice(0, text.indexOf('<details>'));
  expect(open).toContain('- removed /opt/tool, with 1 path below it, 1.2 MB');
  expect(open).toContain(
    '- Pass --no-install-recommends (`web/Dockerfile:5`, `size/no-install-recommends`): GET :8080/healthz',
  );
});

test('what changed, what is rebuilt and how it was checked are folded', () => {
  const summaries = [...text.matchAll(/<details><summary>(.*?)<\/summary>\n\n/g)].map(([, summary]) => summary);
  expect(summaries).toEqual([
    'What changed: 2 fixes',
    'What is built again after a change in src/index.js',
    'How it was checked',
  ]);
  expect(text).toContain('\n  55.0 s  RUN npm install\n');
  expect(text).toContain('  cached  RUN npm ci\n');
  expect(text).toContain('- Evidence: `.plimsoll/evidence/web-1.json`');
  expect(text.match(/<details>/g)).toHaveLength(text.match(/<\/details>/g)?.length ?? 0);
});

test('nothing from a file is markup, a mention or a reference', () => {
  const nasty = show({
    ...sampleEvidence,
    statements: ['<img src=x> @admin see #12 `a` | b'],
    fixes: [{ rule: 'a/b', path: 'x`y', line: 1, title: '</details><script>', class: 'safe' }],
  });
  expect(nasty).not.toMatch(/<img|<script|(?<!\w)@admin|#12/);
  expect(nasty).toContain('``x`y:1``');
});

test('a comment has an end, whatever it is about', () => {
  const many = { ...sampleEvidence, statements: Array.from({ length: 900 }, (_, at) => `${at} ${'x'.repeat(80)}`) };
  const proofs = [proofOf(sampleEvidence, undefined), proofOf(many, undefined), proofOf(many, undefined)];
  const long = renderProofsMarkdown(proofs);
  expect(long.length).toBeLessThan(65_536);
  expect(long.match(/^## /gm)).toHaveLength(3);
});

test('a proof that failed says so and shows what there is', () => {
  const failed = show({ ...sampleEvidence, after: undefined, tree: undefined, fixes: [], verdict: 'failed' });
  expect(failed).toContain('## ❌ Plimsoll: `web/Dockerfile`: Not proved: no fix passed.');
  expect(failed).not.toContain('→ 171 MB');
});
