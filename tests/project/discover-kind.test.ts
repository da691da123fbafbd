import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kindOfName, looksLike } from '../../src/project/discover-kind.ts';

describe('what a name stands for', () => {
  test.each([
    'Dockerfile',
    'dockerfile',
    'a/b/Dockerfile',
    'Containerfile',
    'web.Dockerfile',
    'web.dockerfile',
    'web.containerfile',
    'Dockerfile.prod',
    'Dockerfile.alpine3.20',
    'Dockerfile-alpine',
    'Dockerfile_dev',
    'Dockerfile.legacy-jar',
    'Containerfile.ubi9',
  ])('%s is a Dockerfile', (path) => {
    expect(kindOfName(path)).toEqual({ kind: 'dockerfile' });
  });

  test.each([
    'Dockerfile.j2',
    'Dockerfile.tmpl',
    'Dockerfile.erb',
    'Dockerfile.in',
    'Dockerfile-linux.template',
    'web.Dockerfile.tpl',
  ])('%s is a template of one', (path) => {
    expect(kindOfName(path)).toEqual({ kind: 'dockerfile', template: true });
  });

  test.each([
    'Dockerfile.py',
    'Dockerfile.go',
    'Dockerfile.txt',
    'dockerfile_test.go',
    'dockerfile.yaml',
    'dockerfile.ex',
    'dockerfile_test.exs',
  ])('%s may be one', (path) => {
    expect(kindOfName(path)).toEqual({ kind: 'dockerfile', sniff: true });
  });

  test.each([
    'Dockerfile.md',
    'Dockerfile~',
    'Dockerfile.swp',
    '.Dockerfile.swp',
    'Dockerfile.orig',
    'Dockerfile.bak',
    'Dockerfile.patch',
    'dockerfiles',
    'my-dockerfile-notes',
    'a.txt',
    'Makefile',
    'skaffold.env',
    'templates/deployment.tpl',
  ])('%s is nothing to look at', (path) => {
    expect(kindOfName(path)).toBeUndefined();
  });

  test.each([
    ['.dockerignore', 'ignore-file'],
    ['web/Dockerfile.dockerignore', 'ignore-file'],
    ['prod.Dockerfile.dockerignore', 'ignore-file'],
    ['.containerignore', 'ignore-file'],
    ['compose.yaml', 'compose'],
    ['compose.prod.yml', 'compose'],
    ['docker-compose.yml', 'compose'],
    ['docker-compose.override.yaml', 'compose'],
    ['docker-compose-dev.yml', 'compose'],
    ['dev.docker-compose.yml', 'compose'],
    ['kustomization.yaml', 'kustomization'],
    ['overlays/prod/Kustomization', 'kustomization'],
    ['Chart.yaml', 'chart'],
    ['skaffold.yaml', 'skaffold'],
    ['docker-bake.hcl', 'bake'],
    ['docker-bake.override.json', 'bake'],
    ['.github/workflows/ci.yml', 'ci'],
    ['.gitlab-ci.yml', 'ci'],
    ['.circleci/config.yml', 'ci'],
    ['Jenkinsfile', 'ci'],
    ['.github/dependabot.yml', 'update-automation'],
    ['.github/renovate.json5', 'update-automation'],
    ['renovate.json', 'update-automation'],
    ['plimsoll.yaml', 'configuration'],
    ['.hadolint.yaml', 'hadolint-configuration'],
    ['package.json', 'application'],
    ['pnpm-lock.yaml', 'application'],
    ['requirements-dev.txt', 'application'],
    ['src/main.go', 'application'],
    ['src/main/resources/application.yml', 'application'],
  ])('%s: %s', (path, kind) => {
    expect(kindOfName(path)).toEqual({ kind });
  });

  test('other YAML and JSON may be a manifest', () => {
    for (const path of ['deploy/web.yaml', 'deploy/web.json'])
      expect(kindOfName(path)).toEqual({ kind: 'manifest', sniff: true });
    for (const path of ['tsconfig.build.json', '.eslintrc.json', 'api.schema.json', 'angular.json'])
      expect(kindOfName(path)?.kind).not.toBe('manifest');
    expect(kindOfName('package.json')).toEqual({ kind: 'application' });
  });

  test.each([
    ['charts/web/templates/deployment.yaml', 'chart-file'],
    ['charts/web/values.yaml', 'chart-file'],
    ['charts/web/values-prod.yaml', 'chart-file'],
    ['charts/web/charts/db/Chart.yaml', 'chart-file'],
    ['charts/web/Chart.yaml', 'chart'],
    ['charts/web/Dockerfile', 'dockerfile'],
  ])('in a chart, %s: %s', (path, kind) => {
    expect(kindOfName(path, 'charts/web')?.kind).toBe(kind);
  });

  test('any path has an answer, in linear time', () => {
    fc.assert(fc.property(fc.string(), (path) => void kindOfName(path)));
    const started = performance.now();
    for (const long of ['docker-compose.', 'Dockerfile.', '.github/actions/', 'application-'])
      kindOfName(`${long.repeat(5000)}yml`);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('what a content looks like', () => {
  test.each<['dockerfile' | 'manifest' | 'compose', string, boolean]>([
    ['manifest', 'apiVersion: v1\nkind: Pod\n', true],
    ['manifest', '# c\n---\nkind: Pod\napiVersion: v1\n', true],
    ['manifest', 'apiVersion: {{ .Values.a }}\r\nkind: Pod\r\n', true],
    ['manifest', '{{- if .Values.a }}\napiVersion: v1\nkind: Pod\n', true],
    ['manifest', '\uFEFF{\n  "kind": "Pod",\n  "apiVersion": "v1"\n}\n', true],
    ['manifest', '{"apiVersion":"v1","items":[],"kind":"List"}', true],
    ['manifest', '{"properties":{"apiVersion":{"type":"string"},"kind":{"type":"string"}}}', false],
    ['manifest', '["apiVersion", "kind"]', false],
    ['manifest', 'kind: x\n', false],
    ['manifest', 'a:\n  apiVersion: v1\n  kind: Pod\n', false],
    ['compose', 'services:\n  web: {}\n', true],
    ['compose', 'a:\n  services:\n', false],
    ['dockerfile', 'FROM alpine\n', true],
    ['dockerfile', '\uFEFF# syntax=x\n\n  from alpine\n', true],
    ['dockerfile', 'ARG V=1\nFROM a:$V\n', true],
    ['dockerfile', 'FROM --platform=linux/amd64 a AS b\r\n', true],
    ['dockerfile', 'from os import path\n', false],
    ['dockerfile', 'package dockerfile\n', false],
    ['dockerfile', '', false],
  ])('%s in %j: %s', (kind, text, expected) => {
    expect(looksLike(kind, text)).toBe(expected);
  });
});
