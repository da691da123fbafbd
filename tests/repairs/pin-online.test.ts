import { describe, expect, it } from 'vitest';
import { runRules } from '../../src/audit/run-rules.ts';
import { applyEdits, fixClass } from '../../src/core/fix.ts';
import type { NamedRule } from '../../src/core/rule.ts';
import { loadProject } from '../../src/project/load-project.ts';
import type { OnlineAnswers } from '../../src/project/online.ts';
import type { Rule } from '../../src/project/rule.ts';
import { downloadAddresses } from '../../src/repairs/check-download.ts';
import { rule as imageTag } from '../../src/rules/cache/image-tag.ts';
import { rule as pinPackages } from '../../src/rules/cache/pin-application-packages.ts';
import { rule as uncheckedAdd } from '../../src/rules/security/unchecked-add.ts';

const digest = `sha256:${'a'.repeat(64)}`;

const online: OnlineAnswers = {
  digests: new Map([
    ['team/base', digest],
    ['team/tool:latest', digest],
    ['team/gone:latest', digest],
  ]),
  versionTags: new Map([['team/tool:latest', 'v1.4.2']]),
  releases: new Map([
    [
      'pypi:flask',
      [
        { version: '3.1.2', needs: '>=3.9' },
        { version: '2.0.3', needs: '>=3.6' },
        { version: '1.1.4', needs: '>=2.7, !=3.0.*' },
      ],
    ],
    ['pypi:uvicorn', [{ version: '0.38.0', needs: undefined }]],
    ['npm:@vue/cli', [{ version: '5.0.8', needs: '>=14' }]],
    ['npm:typescript', [{ version: '5.9.3', needs: undefined }]],
    ['rubygems:bundler', [{ version: '2.7.2', needs: '>= 3.2' }]],
    ['rubygems:rake', [{ version: '13.3.1', needs: undefined }]],
    ['go:example.com/tool/cmd', [{ version: 'v1.2.3', needs: undefined }]],
    ['crates:ripgrep', [{ version: '15.1.0', needs: undefined }]],
  ]),
  checksums: new Map([
    ['https://example.com/tool-1.4.tar.gz', { sha256: 'c'.repeat(64), bytes: 12_300_000 }],
    ['https://example.com/1.4/tool', { sha256: 'd'.repeat(64), bytes: 900 }],
  ]),
};

const packages: NamedRule<Rule> = { id: 'cache/pin-application-packages', area: 'cache', definition: pinPackages };
const downloads: NamedRule<Rule> = { id: 'security/unchecked-add', area: 'security', definition: uncheckedAdd };
const images: NamedRule<Rule> = { id: 'cache/image-tag', area: 'cache', definition: imageTag };

/** The text with all fixes of a rule, and their classes; the text alone where nothing is offered. */
async function repaired(rule: NamedRule<Rule>, text: string, answers: OnlineAnswers | 'offline' = online) {
  const project = await loadProject(
    { kind: 'bytes', name: 'Dockerfile', bytes: new TextEncoder().encode(text) },
    { ...(answers !== 'offline' && { online: answers }) },
  );
  const findings = runRules(
    project,
    [rule],
    { mayReport: () => true, settingFor: () => ({ severity: rule.definition.severity, options: {} }) },
    '2026-11-24',
  );
  const fixes = findings.flatMap(({ fix }) => fix ?? []);
  return {
    text: applyEdits(
      text,
      fixes.flatMap(({ changes }) => changes.edits),
    ),
    classes: [...new Set(fixes.map(fixClass))],
    remedies: findings.map(({ remedy }) => remedy),
  };
}

describe('versions of application packages', () => {
  it.each([
    ['pip, for the Python of the image', 'FROM python:3.6\nRUN pip install flask', 'flask==2.0.3'],
    ['pip of an old distribution is that of Python 2', 'FROM ubuntu:16.04\nRUN pip install flask', 'flask==1.1.4'],
    ['pip3 of a distribution', 'FROM debian:12\nRUN pip3 install flask', 'flask==3.1.2'],
    ['extras and quotes', 'FROM python:3.13\nRUN pip install "uvicorn[standard]"', '"uvicorn[standard]==0.38.0"'],
    ['npm, with scope', 'FROM node:22\nRUN npm install -g @vue/cli', '@vue/cli@5.0.8'],
    ['a moving name', 'FROM node:22\nRUN npm install -g typescript@latest', 'install -g typescript@5.9.3'],
    ['gems', 'FROM ruby:3.4\nRUN gem install bundler rake', 'bundler:2.7.2 rake:13.3.1'],
    ['a program of Go', 'FROM golang:1.26\nRUN go install example.com/tool/cmd@latest', 'tool/cmd@v1.2.3'],
    ['a crate', 'FROM rust:1.90\nRUN cargo install ripgrep', 'ripgrep@15.1.0'],
  ])('%s', async (_, text, expected) => {
    const result = await repaired(packages, `${text}\n`);
    expect(result.text).toContain(expected);
    expect(result.classes).toEqual(['review']);
    expect((await repaired(packages, result.text)).classes).toEqual([]);
  });

  it.each([
    ['one of several is not known', 'FROM python:3.13\nRUN pip install flask nobody-has-this'],
    ['nothing runs with the Python of the image', 'FROM python:2.6\nRUN pip install flask'],
    ['the packages come from elsewhere', 'FROM python:3.13\nRUN pip install -i https://pypi.example.com flask'],
    ['a repository', 'FROM python:3.13\nRUN pip install git+https://example.com/tool.git'],
    ['Go does not know versions on the command line', 'FROM golang:1.11\nRUN go get example.com/tool/cmd'],
    ['the install is that of a module', 'FROM golang:1.11\nRUN go install example.com/tool/cmd'],
  ])('are not written where %s', async (_, text) => {
    const result = await repaired(packages, `${text}\n`);
    expect(result.text).toBe(`${text}\n`);
  });

  it('are named as a reason to go online, where it would help', async () => {
    const remedies = async (text: string) => (await repaired(packages, `${text}\n`, 'offline')).remedies.join();
    expect(await remedies('FROM python:3.13\nRUN pip install flask')).toContain('plimsoll fix --online');
    expect(await remedies('FROM golang:1.11\nRUN go get example.com/tool/cmd')).not.toContain('--online');
  });
});

describe('images without a version', () => {
  it('get the version that latest is, else its digest, and nothing where no registry knows them', async () => {
    const result = await repaired(
      images,
      'FROM team/tool:latest AS tool\nFROM team/nowhere AS other\nFROM team/base\nCOPY --from=tool /a /a\n',
    );
    expect(result.text.split('\n').slice(0, 3)).toEqual([
      'FROM team/tool:v1.4.2 AS tool',
      'FROM team/nowhere AS other',
      `FROM team/base@${digest}`,
    ]);
    expect(result.classes).toEqual(['review']);
  });

  it('are not what they were once where a registry was asked and does not know', async () => {
    const text = 'FROM mysql AS db\nFROM node:alpine\nCOPY --from=db /a /a\n';
    expect((await repaired(images, text)).text).toBe(text);
    expect((await repaired(images, text, 'offline')).text).not.toBe(text);
    const versionTags = new Map([['node:alpine', '26.1.0-alpine']]);
    expect((await repaired(images, text, { ...online, versionTags })).text).toContain('FROM node:26.1.0-alpine\n');
  });
});

describe('checksums of what ADD downloads', () => {
  const begin = '# syntax=docker/dockerfile:1.6\nFROM debian:12\n';
  it.each([
    [
      'a file',
      `${begin}ADD    https://example.com/tool-1.4.tar.gz /opt/\n`,
      `${begin}ADD    --checksum=sha256:${'c'.repeat(64)} https://example.com/tool-1.4.tar.gz /opt/\n`,
    ],
    [
      'a version that an argument names, and a flag',
      `${begin}ARG V=1.4\nadd --chmod=755 https://example.com/\${V}/tool /bin/tool\n`,
      `${begin}ARG V=1.4\nadd --checksum=sha256:${'d'.repeat(64)} --chmod=755 https://example.com/\${V}/tool /bin/tool\n`,
    ],
    [
      'no syntax line: asked',
      'FROM debian:12\nADD https://example.com/1.4/tool /t\n',
      `FROM debian:12\nADD --checksum=sha256:${'d'.repeat(64)} https://example.com/1.4/tool /t\n`,
    ],
  ])('%s', async (_, before, after) => {
    const { text, classes } = await repaired(downloads, before);
    expect(text).toBe(after);
    expect(classes).toEqual(['review']);
  });

  it.each([
    [
      'a front end that does not know the flag',
      '# syntax=docker/dockerfile:1.5\nFROM debian:12\nADD https://example.com/1.4/tool /t\n',
      [undefined],
    ],
    ['an address that was not asked', `${begin}ADD https://example.com/1.5/tool /t\n`, []],
    ['several sources', `${begin}ADD https://example.com/1.4/tool https://example.com/tool-1.4.tar.gz /t/\n`, []],
  ])('nothing for %s', async (_, before, classes) => {
    const result = await repaired(downloads, before);
    expect(result.classes).toEqual(classes);
  });

  it('asks no address that is plain, moves by intent, names no version, or may hold a secret', async () => {
    const lines = [
      'https://example.com/1.4/tool',
      'http://example.com/1.4/tool',
      'https://example.com/releases/latest/download/tool',
      'https://raw.githubusercontent.com/a/b/master/install.sh',
      'https://me:pw@example.com/1.4/tool',
      'https://me@example.com/1.4/tool',
      'https://example.com/1.4/tool?token=abc',
      'https://example.com/1.4/tool?key=Kj8sd0QvT2nW5xYb9',
      'https://example.com/ghp_9fK2mQ7xTz4LpB8vNc3RwY6sHd1JgA5uEo0X/1.4/tool',
      'https://example.com/${API_TOKEN}/1.4/tool',
      'https://example.com/1.4/tool\u001b[31mRED',
      'https://pypi.org/simple/flask/',
      'https://pypi.org/simple/py7zr/',
      'https://registry.npmjs.org/left-pad',
      'https://example.com/left%20pad',
      'https://api.github.com/repos/a/b2/git/refs/heads/x',
      'https://example.com/tool.git#v1',
      'https://example.com/$TARGETARCH/tool',
    ];
    const text = `FROM debian:12\nARG API_TOKEN=abc\n${lines.map((each) => `ADD ${each} /t\n`).join('')}`;
    const bytes = new TextEncoder().encode(text);
    const project = await loadProject({ kind: 'bytes', name: 'Dockerfile', bytes }, {});
    expect(downloadAddresses(project)).toEqual(['https://example.com/1.4/tool']);
  });
});
