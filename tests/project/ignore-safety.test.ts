import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { runRules } from '../../src/audit/run-rules.ts';
import { settingsFrom } from '../../src/audit/settings.ts';
import type { BuildContext } from '../../src/context/build-context.ts';
import { applyEdits, fixClass } from '../../src/core/fix.ts';
import { noConfiguration } from '../../src/project/configuration.ts';
import { loadProject } from '../../src/project/load-project.ts';
import type { Project } from '../../src/project/project.ts';
import { rules } from '../../src/rules/generated.ts';
import '../property-seed.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-ignore-safety-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const looked = rules.filter(({ id }) => id.startsWith('context/') || id === 'secrets/secret-in-context');
const settings = settingsFrom(noConfiguration, { only: [], skip: [], preset: 'all' });

/** Names that are junk in one place and sources in another. */
const directories = [
  'src',
  'bin',
  'obj',
  'dist',
  'build',
  'target',
  'node_modules',
  'vendor',
  '.git',
  'coverage',
  '.venv',
  'web',
];
const files = [
  'main.js',
  'package.json',
  'pom.xml',
  'app.csproj',
  'server.pem',
  'ca.pem',
  'debug.log',
  '.env',
  'a.pyc',
  'pyvenv.cfg',
  'lcov.info',
];

const tree = fc.uniqueArray(
  fc
    .tuple(fc.array(fc.constantFrom(...directories), { maxLength: 3 }), fc.constantFrom(...files))
    .map(([parts, name]) => [...parts, name].join('/')),
  { minLength: 3, maxLength: 25 },
);
const instruction = fc.constantFrom(
  'COPY . .',
  'COPY src bin /opt/',
  'COPY web/ ./',
  'COPY *.js ./',
  'COPY dist ./dist',
  'ADD build/ /b/',
  'COPY --from=0 /x /y',
  'RUN npm ci',
  'RUN npm run build',
  'RUN mvn -q package',
  'RUN dotnet publish',
  'RUN make',
  'RUN --mount=type=bind,source=target,target=/t true',
  'RUN cp bin/main.js /usr/bin/',
  'CMD ["./.venv/bin/python"]',
);
const ignored = fc.option(
  fc.array(
    fc.constantFrom(
      'node_modules',
      'dist',
      '"dist"',
      '/build',
      '*.log',
      '!dist/main.js',
      '.git # history',
      '**/bin',
      '*',
      '!src',
      'web\\obj',
    ),
    { maxLength: 5 },
  ),
  { nil: undefined },
);
const gitIgnored = fc.array(fc.constantFrom('dist', 'build/', 'vendor', '*.log', 'coverage'), { maxLength: 4 });

test('no repair of an ignore file takes away what is not known to be junk, or what an instruction names', async () => {
  let repairs = 0;
  await fc.assert(
    fc.asyncProperty(
      tree,
      fc.array(instruction, { minLength: 1, maxLength: 5 }),
      ignored,
      gitIgnored,
      async (paths, steps, lines, git) => {
        const root = layOut(paths, steps, lines, git);
        const before = await loadProject({ kind: 'directory', path: root });
        for (const finding of runRules(before, looked, settings, '2026-11-24')) {
          if (finding.fix === undefined || fixClass(finding.fix) === undefined) continue;
          // A line that is mended takes away what its author wrote there: that is asked, and not for a property to tell.
          if (finding.rule === 'context/ineffective-pattern' && finding.fix.title !== 'Match at any depth') continue;
          const touched = applyTo(root, before, finding.fix.changes);
          if (touched.length === 0) continue;
          repairs++;
          const after = await loadProject({ kind: 'directory', path: root });
          expect(lost(before, after), `${finding.rule}: ${finding.fix.title}`).toEqual([]);
          restore(root, before, touched);
        }
      },
    ),
    { numRuns: Number(process.env.PLIMSOLL_RUNS ?? 60) },
  );
  expect(repairs).toBeGreaterThan(10);
});

function layOut(
  paths: readonly string[],
  steps: readonly string[],
  lines: readonly string[] | undefined,
  git: readonly string[],
): string {
  const root = mkdtempSync(path.join(scratch, 'case-'));
  for (const each of paths) {
    const target = path.join(root, each);
    try {
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, contentOf(each));
    } catch {
      // A directory has the name of a file that is there already.
    }
  }
  writeFileSync(path.join(root, 'Dockerfile'), ['FROM node:22', 'WORKDIR /app', ...steps, ''].join('\n'));
  if (lines) writeFileSync(path.join(root, '.dockerignore'), `${lines.join('\n')}\n`);
  writeFileSync(path.join(root, '.gitignore'), `${git.join('\n')}\n`);
  return root;
}

function contentOf(name: string): string {
  if (name.endsWith('server.pem')) return '-----BEGIN PRIVATE KEY-----\nabc\n';
  if (name.endsWith('ca.pem')) return '-----BEGIN CERTIFICATE-----\nabc\n';
  return name.endsWith('.env') ? 'PASSWORD=hunter2345\n' : 'x'.repeat(2000);
}

/** Applies a repair to ignore files; what it changes elsewhere is not looked at here. */
function applyTo(
  root: string,
  project: Project,
  { edits, newFiles = [] }: NonNullable<NonNullable<ReturnType<typeof runRules>[number]['fix']>['changes']>,
): readonly string[] {
  const paths = [...new Set(edits.map((edit) => edit.path))].filter((each) => each.endsWith('ignore'));
  for (const each of paths)
    writeFileSync(
      path.join(root, each),
      applyEdits(
        project.artifacts.get(each)?.text ?? '',
        edits.filter((edit) => edit.path === each),
      ),
    );
  for (const file of newFiles) writeFileSync(path.join(root, file.path), file.text);
  return [...paths, ...newFiles.map((file) => file.path)];
}

function restore(root: string, project: Project, paths: readonly string[]): void {
  for (const each of paths) {
    const text = project.artifacts.get(each)?.text;
    if (text === undefined) rmSync(path.join(root, each));
    else writeFileSync(path.join(root, each), text);
  }
}

function lost(before: Project, after: Project): readonly string[] {
  const [one] = before.contexts;
  const [other] = after.contexts;
  if (one === undefined || other === undefined) return [];
  return one.uses.flatMap((_, at) => {
    const left = new Set(copiedPaths(other, at));
    return copiedPaths(one, at).filter(
      (each) => !left.has(each) && !isJunk(one, each) && !/^(?:Dockerfile|\.dockerignore)$/.test(each),
    );
  });
}

function copiedPaths(context: BuildContext, at: number): readonly string[] {
  const use = context.uses[at];
  const places = use && context.copiedBy(use);
  return context.index.entries.flatMap(({ path: each, kind }, place) =>
    places?.[place] === 1 && kind !== 'directory' ? each : [],
  );
}

function isJunk({ junk }: BuildContext, each: string): boolean {
  return junk.some(
    ({ path: place, namedBy }) => namedBy.length === 0 && (each === place || each.startsWith(`${place}/`)),
  );
}
