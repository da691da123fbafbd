import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runRules } from '../../src/audit/run-rules.ts';
import { loadProject } from '../../src/project/load-project.ts';
import { rules } from '../../src/rules/generated.ts';
import { layOutFiles } from './check-case.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-odd-names-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Characters that mean something in a regular expression, where BuildKit takes any. */
const names = ['build(x', 'version[', 'commit+*', 'tag\\', 'date{2', 'a|b)', '^revision$'];

const dockerfile = (name: string) => `ARG ${name}=13
FROM debian:\${${name}} AS build
ARG ${name}=1
ENV ${name}=2
LABEL ${name}=3
COPY ${name} /opt/${name}/
RUN apt-get update && apt-get install -y curl ${name} && echo $${name} > /${name}
RUN useradd ${name} && chown -R ${name} /opt/${name} && tar xf ${name}.tar.gz && pip install ${name}
RUN go build -o /${name} . && npm install ${name}
FROM debian:13
COPY --from=build /${name} /usr/bin/${name}
USER ${name}
ENTRYPOINT ["/usr/bin/${name}"]
`;

const compose = (name: string) => `services:
  '${name}':
    build:
      context: .
      args: {'${name}': hunter2secret}
`;

test.each(names)('no rule, and no repair, stumbles over what is called %s', async (name) => {
  const file = (at: string, text: string) => ({ path: at, text, size: undefined, mode: undefined });
  const directory = layOutFiles(scratch, [file('Dockerfile', dockerfile(name)), file('compose.yaml', compose(name))]);
  const project = await loadProject({ kind: 'directory', path: directory });
  const settings = { mayReport: () => true, settingFor: () => ({ severity: 'note', options: {} }) as const };
  expect(runRules(project, rules, settings, '2026-11-24').length).toBeGreaterThan(3);
});
