import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settingsFrom } from '../../src/audit/settings.ts';
import { auditorFor } from '../../src/cli/fix-auditor.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { repair } from '../../src/fix/engine.ts';
import { placesOfChange } from '../../src/fix/tracked-text.ts';
import { noConfiguration } from '../../src/project/configuration.ts';
import { loadProject } from '../../src/project/load-project.ts';
import { fixableDockerfile, mutate, mutation } from '../dockerfile/arbitrary-fixable.ts';

/** Repairs one text with all rules, fixes with a question too. */
async function repaired(text: string) {
  const target = { kind: 'bytes', name: 'Dockerfile', bytes: Buffer.from(text) } as const;
  const auditor = auditorFor({
    target,
    options: {},
    settings: settingsFrom(noConfiguration, { preset: 'all', only: [], skip: [] }),
    peerSettings: new Map(),
    honourIgnoreComments: true,
    today: '2026-11-24',
  });
  const project = await loadProject(target, {});
  const wants = ({ paths }: { readonly paths: readonly string[] }) => paths.every((path) => path === 'Dockerfile');
  const { state, complete } = await repair(project, { auditor, wants });
  const tracked = state.texts.get('Dockerfile');
  return { text: tracked?.text ?? text, places: tracked ? placesOfChange(tracked) : [], complete };
}

const refuses = (text: string) =>
  parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' }).rejections.length > 0;

/** Of whole lines, without what stands around them. */
const commentsOf = (text: string) =>
  parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' })
    .syntax.items.flatMap((item) =>
      item.kind === 'instruction' ? item.innerComments : item.kind === 'blank' ? [] : [item.range],
    )
    .map(({ start, end }) => text.slice(start, end).trim())
    .sort();

describe('repairs of any Dockerfile that is accepted', () => {
  test('are accepted, final, without a comment less, and change nothing else', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fixableDockerfile, mutation, async (made, change) => {
        const original = mutate(made, change);
        fc.pre(!refuses(original));
        const { text, places, complete } = await repaired(original);
        expect(complete).toBe(true);
        expect(refuses(text)).toBe(false);
        const left = commentsOf(text);
        for (const comment of commentsOf(original)) {
          expect(left).toContain(comment);
          left.splice(left.indexOf(comment), 1);
        }
        let at = 0;
        let from = 0;
        for (const { before, after } of places) {
          expect(text.slice(from, after.start)).toBe(original.slice(at, before.start));
          [at, from] = [before.end, after.end];
        }
        expect(text.slice(from)).toBe(original.slice(at));
        expect((await repaired(text)).text).toBe(text);
      }),
      { numRuns: 60 },
    );
  });
});
