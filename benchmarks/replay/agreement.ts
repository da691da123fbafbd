// What is foretold of each instruction beside what BuildKit does, over the last commits of a repository:
//
//     npm run compare:replay -- DIRECTORY DOCKERFILE [COMMITS [CONTEXT]]
//
// Needs scripts/buildkit and a static BusyBox. Base images are stand-ins: see tests/system/replay/stand-in-layout.ts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compareReplay } from '../../tests/system/replay/compare-replay.ts';
import { startObservingBuilder } from '../../tests/system/replay/observed-build.ts';

const [directory, dockerfile = 'Dockerfile', commits = '30', context = ''] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: agreement DIRECTORY [DOCKERFILE [COMMITS [CONTEXT]]]');
  process.exit(2);
}
const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-agreement-'));
const builder = startObservingBuilder(path.join(scratch, 'buildkit'));
try {
  const compared = await compareReplay(builder, scratch, { directory, last: Number(commits), dockerfile, context });
  const decided = compared.steps.filter(({ foretold }) => foretold !== 'unknown');
  const wrong = decided.filter(({ foretold, cached }) => (foretold === 'cached') !== cached);
  const share = decided.length === 0 ? 0 : (100 * (decided.length - wrong.length)) / decided.length;
  const { right, naive, of } = compared.firstMissed;
  console.log(`commits ${compared.commits}, instructions ${compared.steps.length}, decided ${decided.length}`);
  console.log(`agree ${share.toFixed(2)} % of those decided (limit: 98 %)`);
  console.log(`first missed instruction: right in ${right} of ${of} commits; naive predictor ${naive}`);
  for (const each of wrong)
    console.log(`  wrong: ${each.commit} [${each.place}] ${each.instruction}: foretold ${each.foretold}`);
  for (const each of compared.refused) console.log(`  left out: ${each}`);
  // Nothing that was decided is no agreement.
  process.exitCode = decided.length > 0 && share >= 98 ? 0 : 1;
} finally {
  builder.stop();
  spawnSync('rm', ['-rf', scratch]);
}
