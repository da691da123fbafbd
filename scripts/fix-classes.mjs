// What repairs a rule has, by the cases of its own page: in how many of its bad cases one is offered, and of which class.
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const everyKey = (value) => Object.assign(new Map(), { get: () => value, has: () => true });

/** Stands for registries and servers that know every image, package and file. */
const everyAnswer = {
  digests: everyKey(`sha256:${'0'.repeat(64)}`),
  versionTags: new Map(),
  releases: everyKey([{ version: '1.0.0', needs: undefined }]),
  checksums: everyKey({ sha256: '0'.repeat(64), bytes: 1 }),
};

/**
 * By rule: `safe`, `review` and `none`, each the number of bad cases whose findings have such a fix at best, and `online` for a rule that has
 * one in some cases only when registries are asked. The argument is the project's own functions that run a case.
 */
export async function fixClasses({ rules, readRulePage, layOutFiles, checkCase, fixClass }) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-fix-classes-'));
  try {
    const result = {};
    for (const rule of rules) {
      const counts = { safe: 0, review: 0, none: 0, online: false };
      const page = readRulePage(await readFile(`src/rules/${rule.id}.md`, 'utf8'));
      for (const bad of page.cases.filter(({ kind }) => kind === 'bad')) {
        const directory = layOutFiles(scratch, bad.files);
        const best = async (online) => {
          const findings = await checkCase(directory, rule, bad.options, online);
          const classes = findings.map(({ fix }) => fix && fixClass(fix));
          return ['safe', 'review'].find((each) => classes.includes(each));
        };
        const offered = await best();
        counts[offered ?? 'none']++;
        if (offered === undefined) counts.online ||= (await best(everyAnswer)) !== undefined;
      }
      result[rule.id] = counts;
    }
    return result;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** One line for a person. */
export function fixSentence({ safe, review, none, online }) {
  const cases = safe + review + none;
  if (safe + review === 0 && online) return 'with --online, which asks the registries.';
  if (safe + review === 0) return 'none: what to do is for a person.';
  const kind =
    review === 0
      ? 'safe, where every assumption can be checked'
      : safe === 0
        ? 'review: it comes with a question'
        : 'safe, or review where something cannot be checked';
  const where = none === 0 ? '' : `; offered in ${safe + review} of the ${cases} bad cases below`;
  return `${kind}${where}${online ? '; in others with --online, which asks the registries' : ''}.`;
}
