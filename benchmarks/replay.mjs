// `plimsoll replay` over 200 commits of a repository with 5,000 files, whole process. Limit: 10 s. With the fixes that are offered for it, too.
// The repository is made here: each commit changes five files in as many directories, every tenth the lock file.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { compare, machine, plimsoll, printTable, scratchDirectory, verdict } from './measure.mjs';

const [commits, files] = [200, 5000];
const limit = 10;
const directory = scratchDirectory('replay');
const repository = `${directory}/repository`;
const run = (args, input) => {
  const { status, stderr } = spawnSync('git', args, { cwd: directory, input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
};
const nameOf = (at) => `src/area${at % 50}/part${at % 500}/file${at}.ts`;
const blob = (name, text) => `M 100644 inline ${name}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
const lock = (at) =>
  JSON.stringify({
    lockfileVersion: 3,
    packages: Object.fromEntries(
      Array.from({ length: 400 }, (_, each) => [`node_modules/p${each}`, { version: `1.0.${at}` }]),
    ),
  });
const dockerfile = `FROM node:22-slim AS build
WORKDIR /app
COPY . .
RUN npm ci
RUN npm run build
FROM node:22-slim
WORKDIR /app
RUN apt-get update && apt-get install -y curl
COPY --from=build /app/dist ./dist
COPY package.json ./
USER node
CMD ["node", "dist/index.js"]
`;

try {
  run(['init', '-q', '-b', 'main', repository]);
  const stream = Array.from({ length: commits + 1 }, (_, at) => {
    const changed =
      at === 0
        ? Array.from({ length: files }, (__, each) => each)
        : Array.from({ length: 5 }, (__, each) => (at * 97 + each * 1013) % files);
    const first =
      at === 0
        ? blob('Dockerfile', dockerfile) +
          blob('.dockerignore', 'node_modules\n*.md\n') +
          blob('package.json', '{"name":"a","scripts":{"build":"true"}}')
        : '';
    return `commit refs/heads/main\ncommitter a <a@example.com> ${1e9 + at} +0000\ndata 1\nx\n${first}${at % 10 === 0 ? blob('package-lock.json', lock(at)) : ''}${changed.map((each) => blob(nameOf(each), `export const value = ${at * files + each};\n`)).join('')}\n`;
  });
  run(['-C', repository, 'fast-import', '--quiet'], stream.join(''));
  run(['-C', repository, 'reset', '-q', '--hard']);
  const commands = [['without fixes', '--no-fixes'], ['with its fixes']].map(([name, ...flags]) => ({
    name,
    command: process.execPath,
    args: [plimsoll, 'replay', '--last', `${commits}`, '--json', ...flags],
    cwd: repository,
  }));
  const rounds = Number(process.env.PLIMSOLL_BENCHMARK_ROUNDS ?? 3);
  const results = compare(commands, rounds);
  console.log(machine());
  printTable(
    `Replay of ${commits} commits of ${files} files, median of ${rounds}`,
    ['command', 'seconds', 'memory', 'limit'],
    commands.map(({ name }, at) => [
      `plimsoll replay, ${name}`,
      results[at].seconds.toFixed(2),
      `${Math.round(results[at].memory / 1e6)} MB`,
      verdict(results[at].seconds, limit, ' s'),
    ]),
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}
