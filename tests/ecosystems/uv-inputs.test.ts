import { expect, test } from 'vitest';
import { installInputs } from '../../src/ecosystems/install-inputs.ts';
import { readPackageCommand } from '../../src/ecosystems/package-command.ts';
import { commandOf } from './command-of.ts';

const project = '[project]\nname = "a"\nversion = "1"\n';

function inputs(pyproject: string, release?: string, line = 'uv sync --locked') {
  const command = readPackageCommand(commandOf(line));
  if (command === undefined) throw new Error(`no command: ${line}`);
  const texts: Readonly<Record<string, string>> = {
    'pyproject.toml': pyproject,
    'uv.lock': 'version = 1\n',
    'packages/b/pyproject.toml': '[project]\nname = "b"\nversion = "1"\n',
    'packages/old/pyproject.toml': '[project]\nname = "old"\nversion = "1"\n',
  };
  return installInputs(command, { paths: Object.keys(texts), read: (path) => texts[path] }, release);
}

test.each([
  ['the last table', '[tool.uv.workspace]\nmembers = ["packages/*"]\n'],
  ['another table behind it', '[tool.uv.workspace]\nmembers = ["packages/*"]\n\n[tool.ruff]\nline-length = 100\n'],
  ['one directly behind it', '[tool.uv.workspace]\nmembers = [\n  "packages/*",\n]\n[tool.ruff]\nx = 1\n'],
  ['no line end', "[tool.uv.workspace] # all\nmembers = ['packages/*'] # [all]"],
  [
    'comments and lines of Windows',
    '[tool.uv.workspace]\r\n# members\r\nmembers = [\r\n# all\r\n"packages/*"\r\n]\r\n',
  ],
  ['a source of it', '[tool.uv.sources]\nb = { workspace = true }\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'],
])('a workspace of uv as a plain table: %s', (_, text) => {
  expect(inputs(`${project}\n${text}`)).toEqual({
    files: ['pyproject.toml', 'uv.lock', 'packages/b/pyproject.toml', 'packages/old/pyproject.toml'],
    fills: ['.venv'],
    questions: [],
    option: '--no-install-workspace',
    again: 'same',
  });
});

test.each([
  ['an inline table', '[tool.uv]\nworkspace = { members = ["packages/*"] }\n'],
  ['a dotted key', '[tool.uv]\nworkspace.members = ["packages/*"]\n'],
  ['a quoted key', '[tool.uv]\n"workspace" = { members = ["packages/*"] }\n'],
  ['a dotted key of tool', '[tool]\nuv.workspace.members = ["packages/*"]\n'],
  ['an inline table of tool', '[tool]\nuv = { workspace = { members = ["packages/*"] } }\n'],
  ['a table with blanks', '[ tool.uv.workspace ]\nmembers = ["packages/*"]\n'],
  ['a table in quotes', '[tool."uv".workspace]\nmembers = ["packages/*"]\n'],
  [
    'excluded, and another table',
    '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/old"]\n\n[tool.ruff]\n',
  ],
  ['excluded first, in quotes', '[tool.uv.workspace]\n"exclude" = ["packages/old"]\nmembers = ["packages/*"]\n'],
  ['excluded, no line end', '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/old"]'],
  ['a bracket in a comment', '[tool.uv.workspace]\nmembers = [ # ]\n"packages/*"]\n'],
  ['what is no string', '[tool.uv.workspace]\nmembers = ["""packages/*"""]\n'],
])('a workspace of uv that is not plain needs the sources: %s', (_, text) => {
  expect(inputs(`${project}\n${text}`)?.needsSources).toBe('where the members of its workspace lie is not plain');
});

test.each(['a comment\n# [tool.uv]\n# workspace = {}', 'k = "a workspace"', '[tool.pixi]\nworkspaces = 1'])(
  'no workspace of uv: %s',
  (text) => {
    expect(inputs(`${project}# ${text}\n`)?.option).toBe('--no-install-project');
  },
);

test.each([
  ['0.2.37', 1],
  ['0.2', 1],
  ['0.3.3', 0],
  ['0.13.9', 0],
  [undefined, 0],
])('uv %s is asked about its options: %i', (release, questions) => {
  expect(inputs(project, release)?.questions).toHaveLength(questions);
});

test('reads a manifest of many empty lines, blanks or brackets in linear time', () => {
  const start = performance.now();
  for (const part of ['\n', ' ', '\t\n', '[', 'members = [', ' #', '"', 'workspace ', 'dynamic '])
    for (const head of ['', '[tool.uv.workspace]\n', '[tool.uv.workspace]\nmembers = ["packages/*"]'])
      inputs(`${project}\n${head}${part.repeat(100_000)}x`);
  expect(performance.now() - start).toBeLessThan(5000);
});
