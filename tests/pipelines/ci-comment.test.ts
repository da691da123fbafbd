import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command as audit } from '../../src/cli/commands/audit.ts';
import { command } from '../../src/cli/commands/ci.ts';
import { command as fix } from '../../src/cli/commands/fix.ts';
import { runCommand } from '../cli/run-command.ts';
import { type CommentServer, startCommentServer, token } from './comment-server.ts';

let directory: string;
let server: CommentServer | undefined;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-comment-'));
});
afterEach(async () => {
  rmSync(directory, { recursive: true, force: true });
  await server?.close();
  server = undefined;
});

const schema = JSON.parse(readFileSync(new URL('../../schemas/change.schema.json', import.meta.url), 'utf8'));
const isChange = new Ajv2020().compile(schema);

/** Audits a repository of these files and gives the name of the report's file. */
async function reportOf(name: string, files: Readonly<Record<string, string>>, ...flags: string[]): Promise<string> {
  const root = path.join(directory, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  await runCommand(audit, directory, [name, '--json', '--output', `${name}.json`, '--quiet', ...flags]);
  return `${name}.json`;
}

const clean = 'FROM alpine:3.22\nUSER 10001\nRUN apk add --no-cache curl\n';
const cached = clean.replace('--no-cache ', '');

async function compared(before: string, after: string, ...flags: string[]) {
  const [one, other] = [
    await reportOf('before', { Dockerfile: before }),
    await reportOf('after', { Dockerfile: after }, ...flags),
  ];
  const { stdout } = await runCommand(command, directory, [
    'comment',
    '--before',
    one,
    '--after',
    other,
    '--dry-run',
    '--json',
  ]);
  const change = JSON.parse(stdout);
  expect(isChange(change), JSON.stringify(isChange.errors)).toBe(true);
  return { change, rules: (part: string): string[] => change[part].map(({ rule }: { rule: string }) => rule) };
}

async function ruleOf(): Promise<string> {
  const { change } = await compared(clean, cached);
  return change.added[0].rule;
}

describe('what changed between two reports', () => {
  it('is new, and fixed the other way round; what stands is counted and not named', async () => {
    const there = await compared(clean, cached);
    expect(there.change.added).toHaveLength(1);
    expect(there.change.added[0]).toMatchObject({ path: 'Dockerfile', line: 3, hasSafeFix: true });
    expect(there.change.fixed).toEqual([]);
    const root = (text: string) => text.replace('USER 10001\n', '');
    expect((await compared(root(clean), root(cached))).change).toMatchObject({ added: [{}], fixed: [], standing: 1 });
    const back = await compared(cached, clean);
    expect(back.rules('fixed')).toEqual(there.rules('added'));
    expect(back.rules('added')).toEqual([]);
  });

  it('is nothing where lines moved, where the line was edited beside the fault, and where the file was renamed', async () => {
    expect((await compared(cached, `# one\n# two\n${cached}`)).change).toMatchObject({ added: [], fixed: [] });
    expect((await compared(cached, cached.replace('curl', 'curl  jq'))).change).toMatchObject({ added: [], fixed: [] });
    const one = await reportOf('b', { 'a/Dockerfile': cached });
    const other = await reportOf('c', { 'web/Dockerfile': cached });
    const { stdout } = await runCommand(command, directory, [
      'comment',
      '--before',
      one,
      '--after',
      other,
      '-n',
      '--json',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ fixed: [], added: [] });
  });

  it('is hidden, not fixed, where a comment takes it out; and not looked for where its rule was turned off', async () => {
    const rule = await ruleOf();
    const hidden = await compared(cached, cached.replace('RUN', `# plimsoll ignore=${rule} -- no time\nRUN`));
    expect(hidden.change.fixed).toEqual([]);
    expect(hidden.change.hidden).toMatchObject([{ rule, by: 'comment', reason: 'no time' }]);
    const off = await compared(cached, cached, '--skip', rule);
    expect(off.change.fixed).toEqual([]);
    expect(off.rules('unlooked')).toEqual([rule]);
  });

  it('is a comment in which nothing of a file is markup', async () => {
    const name = 'a`b<b>@all [x](y)';
    const one = await reportOf('before', { Dockerfile: clean });
    const other = await reportOf('after', { Dockerfile: clean, [`${name}/Dockerfile`]: cached });
    const { stdout } = await runCommand(command, directory, ['comment', '--before', one, '--after', other, '-n']);
    expect(stdout).toContain('## Plimsoll: ');
    const outside = stdout.replace(/(`+)[^\n]*?\1/g, '');
    expect(outside).not.toMatch(/<b>|@all|\]\(y\)/);
  });

  it.each([
    [['--before', 'x.json'], '--before'],
    [['--after', 'no.json', '--before', 'no.json'], 'cannot be read'],
    [['--before', 'x.json', '--after', 'x.json', '--dry-run'], 'no report of «plimsoll audit --json»'],
  ])('refuses %j', async (args, message) => {
    writeFileSync(path.join(directory, 'x.json'), '{"format":"plimsoll-report","version":99}');
    await expect(runCommand(command, directory, ['comment', ...args])).rejects.toThrow(
      message === '--before' ? 'no report' : message,
    );
  });
});

const hosts = [
  {
    name: 'GitHub',
    environment: (url: string) => ({
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: `${url}/api/v3`,
      GITHUB_REPOSITORY: 'shop/web',
      GITHUB_REF: 'refs/pull/7/merge',
    }),
  },
  {
    name: 'GitLab',
    environment: (url: string) => ({
      GITLAB_CI: 'true',
      CI_API_V4_URL: `${url}/api/v4`,
      CI_MERGE_REQUEST_PROJECT_ID: 'shop/web',
      CI_MERGE_REQUEST_IID: '7',
    }),
  },
  {
    name: 'Azure',
    environment: (url: string) => ({
      TF_BUILD: 'True',
      SYSTEM_COLLECTIONURI: `${url}/org/`,
      SYSTEM_TEAMPROJECT: 'shop',
      BUILD_REPOSITORY_ID: 'web',
      BUILD_REPOSITORY_PROVIDER: 'TfsGit',
      SYSTEM_PULLREQUEST_PULLREQUESTID: '7',
    }),
  },
  { name: 'Jenkins with GitHub', environment: (url: string) => ({ CHANGE_URL: `${url}/shop/web/pull/7` }) },
  { name: 'Jenkins with GitLab', environment: (url: string) => ({ CHANGE_URL: `${url}/shop/web/-/merge_requests/7` }) },
];

describe.each(hosts)('the comment on $name', ({ environment }) => {
  const put = async (before: string, after: string, with_: Readonly<Record<string, string>> = {}) => {
    const [one, other] = [
      await reportOf('before', { Dockerfile: before }),
      await reportOf('after', { Dockerfile: after }),
    ];
    server ??= await startCommentServer();
    return runCommand(command, directory, ['comment', '--before', one, '--after', other], {
      environment: { ...environment(server.url), PLIMSOLL_COMMENT_TOKEN: token, ...with_ },
    });
  };

  it('is written once and then changed, also where others copied its mark and a hundred comments stand before it', async () => {
    server = await startCommentServer();
    for (let id = 1000; id < 1130; id++)
      server.comments.push({ id, by: 'a stranger', text: '<!-- plimsoll change --> mine' });
    expect((await put(clean, cached)).stdout).toContain('the comment is written');
    expect((await put(clean, cached)).stdout).toContain('says it already');
    expect((await put(clean, clean)).stdout).toContain('brought up to date');
    const own = server.comments.filter(({ by }) => by !== 'a stranger');
    expect(own).toHaveLength(1);
    expect(own[0]?.text).toContain('nothing new, nothing fixed');
    expect(server.comments.filter(({ text }) => text === '<!-- plimsoll change --> mine')).toHaveLength(130);
  });

  it('is not written where there is nothing to say', async () => {
    expect((await put(clean, clean)).stdout).toContain('no comment');
    expect(server?.comments).toEqual([]);
  });

  it('is one again where two runs wrote two', async () => {
    await put(clean, cached);
    const [first] = server?.comments ?? [];
    if (!first || !server) throw new Error('there is no comment');
    server.comments.push({ ...first, id: 77 });
    await put(clean, cached);
    expect(server.comments).toEqual([first]);
  });

  it('waits where the host is busy', async () => {
    server = await startCommentServer();
    server.fail(503, 2);
    expect((await put(clean, cached)).stdout).toContain('the comment is written');
    expect(server.comments).toHaveLength(1);
  });

  it('names what the token lacks, and never the token', async () => {
    const failed = put(clean, cached, { PLIMSOLL_COMMENT_TOKEN: 'a-wrong-one' });
    await expect(failed).rejects.toMatchObject({ exitCode: 3, remedy: expect.stringMatching(/allowed/) });
    await expect(failed).rejects.not.toThrow('a-wrong-one');
    await expect(put(clean, cached, { PLIMSOLL_COMMENT_TOKEN: '' })).rejects.toThrow('PLIMSOLL_COMMENT_TOKEN');
  });
});

describe('suggestions on GitHub', () => {
  const added = (text: string) =>
    `@@ -0,0 +1,${text.split('\n').length - 1} @@\n${text
      .trimEnd()
      .split('\n')
      .map((line) => `+${line}`)
      .join('\n')}`;
  const suggest = async (text: string, patch: string) => {
    const [one, other] = [
      await reportOf('before', { Dockerfile: clean }),
      await reportOf('after', { Dockerfile: text }),
    ];
    const { stdout } = await runCommand(fix, path.join(directory, 'after'), ['--json']);
    writeFileSync(path.join(directory, 'fixes.json'), stdout);
    server ??= await startCommentServer(patch);
    return runCommand(
      command,
      directory,
      [
        'comment',
        '--before',
        one,
        '--after',
        other,
        '--fixes',
        'fixes.json',
        '--pull',
        `${server.url}/shop/web/pull/7`,
      ],
      {
        environment: { PLIMSOLL_COMMENT_TOKEN: token },
      },
    );
  };

  it('stand at lines that the request changes, each once, and accepting one gives what the fix gives', async () => {
    expect((await suggest(cached, added(cached))).stdout).toContain('1 new suggestion');
    const [{ path: file, line, body } = { path: '', line: 0, body: '' }] = server?.reviewComments ?? [];
    expect({ file, line }).toEqual({ file: 'Dockerfile', line: 3 });
    const lines = cached.split('\n');
    lines[line - 1] = /```suggestion\n([\s\S]*?)\n```/.exec(body)?.[1] ?? '';
    await runCommand(fix, path.join(directory, 'after'), ['--write', '--allow-dirty']);
    expect(lines.join('\n')).toBe(readFileSync(path.join(directory, 'after/Dockerfile'), 'utf8'));
    expect((await suggest(cached, added(cached))).stdout).not.toContain('suggestion');
    expect(server?.reviewComments).toHaveLength(1);
  });

  it('stand at no line that the request leaves as it is, and at none that is another one there', async () => {
    const untouched = `@@ -1,3 +1,3 @@\n-FROM alpine:3.21\n+FROM alpine:3.22\n USER 10001\n RUN apk add curl`;
    expect((await suggest(cached, untouched)).stdout).not.toContain('suggestion');
    await server?.close();
    server = undefined;
    expect((await suggest(cached, added(`# one more\n${cached}`))).stdout).not.toContain('suggestion');
  });
});
