import { describe, expect, it } from 'vitest';
import { runRules } from '../../src/audit/run-rules.ts';
import { settingsFrom } from '../../src/audit/settings.ts';
import { noConfiguration } from '../../src/project/configuration.ts';
import { loadProject } from '../../src/project/load-project.ts';
import { rules } from '../../src/rules/generated.ts';

const settings = settingsFrom(noConfiguration, { only: ['cache/copy-manifests-first'], skip: [] });

describe('what is to be copied first', () => {
  it.each([
    ['npm ci', 'package.json and package-lock.json'],
    ['yarn install --immutable', 'package.json and yarn.lock'],
    ['pnpm install', 'package.json and pnpm-lock.yaml'],
    ['bun install', 'package.json and bun.lock'],
    ['poetry install', 'pyproject.toml and poetry.lock'],
    ['uv sync --locked', 'pyproject.toml and uv.lock'],
    ['pipenv sync', 'Pipfile and Pipfile.lock'],
    ['pip install -r requirements/prod.txt', 'requirements/prod.txt'],
    ['bundle install', 'Gemfile and Gemfile.lock'],
    ['cargo fetch', 'Cargo.toml and Cargo.lock'],
    ['go mod download', 'go.mod and go.sum'],
    ['dotnet restore', '*.csproj and packages.lock.json'],
  ])('%s', async (install, files) => {
    const text = `FROM debian:12\nWORKDIR /app\nCOPY . .\nRUN ${install}\nCMD ["/app/run"]\n`;
    const project = await loadProject({ kind: 'bytes', name: 'Dockerfile', bytes: new TextEncoder().encode(text) });
    const [finding] = runRules(project, rules, settings, '2026-11-24');
    expect(finding?.remedy).toContain(`Copy ${files} first,`);
  });
});
