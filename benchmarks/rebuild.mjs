// What `plimsoll bases --rebuild` tells of rebuilds, beside what the real tools then do: packages with their versions, each scenario of the system tests once (apt in real builds of Docker
// Engine and in Debian's own archive, dnf, apk where there is one, npm, pip). Asks the registries of Debian, npm and PyPI; minutes.
// Limit: they agree in every scenario.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { machine, printTable, root, scratchDirectory, verdict } from './measure.mjs';

const directory = scratchDirectory('rebuild');
const notes = path.join(directory, 'notes.jsonl');
const tests = ['apk', 'apt', 'debian', 'dnf', 'rpm-image', 'languages', 'lock-files'].map(
  (name) => `tests/system/rebuild-${name}.test.ts`,
);
const only = process.argv.slice(2);
const chosen =
  only.length === 0 ? tests : tests.filter((file) => only.some((name) => file.includes(`rebuild-${name}.`)));

try {
  const { status } = spawnSync('npx', ['vitest', 'run', ...chosen], {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
    env: { ...process.env, PLIMSOLL_REBUILD: 'all', PLIMSOLL_REBUILD_NOTES: notes },
  });
  const rebuilds = (existsSync(notes) ? readFileSync(notes, 'utf8') : '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const tools = [...new Set(rebuilds.map(({ tool }) => tool))].sort();
  const agrees = ({ told, done }) => told.join('\n') === done.join('\n');
  const rows = [...tools, 'all'].map((tool) => {
    const own = rebuilds.filter((each) => tool === 'all' || each.tool === tool);
    const sum = (of) => own.reduce((total, each) => total + of(each), 0);
    return [
      tool,
      own.length,
      sum(({ told }) => told.length),
      sum(({ done }) => done.length),
      `${own.filter(agrees).length} of ${own.length}`,
      (sum(({ seconds }) => seconds) / Math.max(1, own.length)).toFixed(2),
    ];
  });
  console.log(machine());
  printTable(
    `${rebuilds.length} rebuilds`,
    ['tool', 'scenarios', 'package changes told', 'done', 'agree', 'seconds to tell one'],
    rows,
  );
  const others = rebuilds.filter((each) => !agrees(each));
  for (const { tool, scenario, told, done } of others) {
    console.log(`\n${tool}: ${scenario}`);
    for (const each of told.filter((one) => !done.includes(one))) console.log(`  told alone  ${each}`);
    for (const each of done.filter((one) => !told.includes(one))) console.log(`  done alone  ${each}`);
  }
  console.log(`\nscenarios that do not agree: ${verdict(others.length, 0, '', 1)}`);
  process.exitCode = status === 0 && others.length === 0 && rebuilds.length > 0 ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
