import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { askBuildKit } from './buildkit-verdicts.ts';
import { diffLinesOf, lostComments, median, readText, table } from './fix-results.ts';

/**
 * What tally's `--fix`, its safe fixes only, makes of the files of a directory that BuildKit accepts: it stops at others. Each file is
 * alone in a directory, called Dockerfile, since tally does not take every name.
 */
export function repairWithTally(tally: string, directory: string, oracle: string): string {
  const files = readdirSync(directory)
    .filter((file) => /dockerfile/i.test(file))
    .map((file) => path.join(directory, file));
  const accepted = askBuildKit(files, oracle)
    .filter((verdict) => verdict.accepted)
    .map((verdict) => verdict.path);
  const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-tally-'));
  const copies = accepted.map((file, at) => {
    const copy = path.join(scratch, `${at}.Dockerfile`);
    writeFileSync(copy, readFileSync(file));
    return copy;
  });
  const started = performance.now();
  for (let at = 0; at < copies.length; at += 100)
    spawnSync(
      path.resolve(tally),
      ['lint', '--fix', '--no-config', '--slow-checks', 'off', '--fail-level', 'none', ...copies.slice(at, at + 100)],
      { cwd: scratch, stdio: 'ignore', timeout: 600_000 },
    );
  const seconds = (performance.now() - started) / 1000;
  const pairs = accepted.flatMap((file, at) => {
    const before = readText(file);
    const after = readText(copies[at] ?? '');
    return before === after ? [] : [{ copy: copies[at] ?? '', before, after }];
  });
  const lines = pairs.map(({ before, after }) => diffLinesOf(before, after));
  const refused = askBuildKit(
    pairs.map(({ copy }) => copy),
    oracle,
  ).filter((verdict) => !verdict.accepted).length;
  const lost = pairs.filter(({ before, after }) => lostComments(before, after).length > 0).length;
  rmSync(scratch, { recursive: true });
  return table([
    ['tally lint --fix', ''],
    ['files that BuildKit accepts', String(accepted.length)],
    ['changed', String(pairs.length)],
    ['diff lines, all', String(lines.reduce((sum, count) => sum + count, 0))],
    ['diff lines, median of a changed file', String(median(lines))],
    ['refused by BuildKit that were accepted', String(refused)],
    ['files with a comment less', String(lost)],
    ['seconds', seconds.toFixed(1)],
  ]);
}
