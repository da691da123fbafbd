import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { readBuildCases } from './build-case.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// What plimsoll init writes for an application builds, and runs as its own manifest runs it: another user than root, nothing to write but /tmp, no
// capabilities. The engine stands in for a node; the manifests are held against a real API server by hand (docs/init-results.md).

const builds = path.join(path.dirname(fileURLToPath(import.meta.url)), 'builds');
const wanted = ['go-static', 'node-npm', 'python-pip'];

describe('what plimsoll init writes builds and serves', () => {
  let engine: ContainerEngine;
  beforeAll(() => {
    engine = startContainerEngine();
  }, 3_600_000);

  it.each(readBuildCases().flatMap((each) => (wanted.includes(each.name) ? [[each.name, each] as const] : [])))(
    '%s',
    async (name, { trial }) => {
      if (!('port' in trial)) throw new Error('a server is needed');
      const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-init-build-'));
      try {
        cpSync(path.join(builds, name), directory, { recursive: true });
        for (const file of ['Dockerfile', 'case.json']) rmSync(path.join(directory, file));
        const written = runPlimsoll(['init', directory, '--name', name]);
        expect(written, written.stderr).toMatchObject({ status: 0 });
        const audited = runPlimsoll(['audit', directory, '--no-config', '--fail-on', 'note']);
        expect(audited, audited.stdout).toMatchObject({ status: 0 });
        const user = /runAsUser: (\d+)/.exec(readFileSync(path.join(directory, 'k8s/deployment.yaml'), 'utf8'))?.[1];
        const tag = `plimsoll-init/${name}:1`;
        await engine.build(directory, tag);
        const answers = await engine.ask(tag, trial.port, trial.paths, { restrictedTo: Number(user) });
        expect(answers.map(({ asked, status }) => [asked, status])).toEqual(trial.paths.map((asked) => [asked, 200]));
      } finally {
        rmSync(directory, { recursive: true });
      }
    },
    900_000,
  );
});
