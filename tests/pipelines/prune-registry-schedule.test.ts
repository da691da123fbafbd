import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { command } from '../../src/cli/commands/prune.ts';
import { runCommand } from '../cli/run-command.ts';

const bin = path.join(import.meta.dirname, '../../.cache/bin');
const skips = (file: string) => !existsSync(file) && process.env.CI !== 'true';
const analyzer = '/usr/bin/systemd-analyze';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-schedule-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const schedule = (kind: string, ...args: string[]) =>
  runCommand(command, directory, ['registry', 'registry.example/shop/*', '--write', '--schedule', kind, ...args]);
const text = (file: string) => readFileSync(path.join(directory, file), 'utf8');

describe('a schedule of prune registry', () => {
  it('as a CronJob lists what could name an image and reads nothing else', async () => {
    const { stdout } = await schedule('cronjob', '--cluster', '--keep-last', '3');
    const objects = parseAllDocuments(stdout).map((document) => document.toJS());
    expect(objects.map(({ kind }) => kind)).toEqual([
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'PersistentVolumeClaim',
      'CronJob',
    ]);
    const rules: { verbs: string[]; resources: string[] }[] = objects[1].rules;
    expect(rules.every(({ verbs }) => verbs.join() === 'list')).toBe(true);
    expect(rules.flatMap(({ resources }) => resources)).toContain('secrets');
    const [container] = objects[4].spec.jobTemplate.spec.template.spec.containers;
    expect(container.args).toEqual(
      'prune registry registry.example/shop/* --cluster --write --no-config --keep-last 3 --keep-younger 43200m --keep-tag latest --quiet --state /state'.split(
        ' ',
      ),
    );
    expect(objects[4].spec.concurrencyPolicy).toBe('Forbid');
  });

  it('as a CronJob has no right to Secrets where Helm is left out, and none at all where no cluster is asked', async () => {
    const without = parseAllDocuments((await schedule('cronjob', '--cluster', '--no-helm-releases')).stdout);
    expect(JSON.stringify(without[1]?.toJS())).not.toContain('secrets');
    const none = parseAllDocuments((await schedule('cronjob', '--no-cluster')).stdout).map((each) => each.toJS());
    expect(none.map(({ kind }) => kind)).toEqual(['ServiceAccount', 'PersistentVolumeClaim', 'CronJob']);
    expect(none[2].spec.jobTemplate.spec.template.spec.automountServiceAccountToken).toBe(false);
  });

  it.each([
    ['cronjob', ['--cluster', '--git', '.'], /--git names what is on this machine/],
    ['systemd', ['--no-cluster', '--yes-really', '3'], /cannot be scheduled/],
  ])('is refused where %s cannot do it', async (kind, args, message) => {
    await expect(schedule(kind, ...args)).rejects.toThrow(message);
  });

  it.skipIf(skips(analyzer))('as a timer of systemd is taken by systemd-analyze (missing: systemd)', async () => {
    await schedule('systemd', '--no-cluster', '--keep-tag', `it's $HOME 100% "x"`, '--git', 'deploy', '--output', '.');
    const verify = () => {
      const files = ['plimsoll-prune-registry.service', 'plimsoll-prune-registry.timer'].map((name) =>
        path.join(directory, name),
      );
      const { status, stderr } = spawnSync(analyzer, ['verify', ...files], { encoding: 'utf8' });
      return { status, about: stderr.split('\n').filter((line) => line.includes('plimsoll-prune')) };
    };
    expect(verify()).toEqual({ status: 0, about: [] });
    const service = text('plimsoll-prune-registry.service');
    expect(service).toContain(`--keep-tag "it's $$HOME 100%% \\"x\\""`);
    expect(service).toContain(`--git ${path.join(directory, 'deploy')} `);
    writeFileSync(
      path.join(directory, 'plimsoll-prune-registry.service'),
      service.replace('Type=oneshot', 'Type=once'),
    );
    expect(verify().about).not.toEqual([]);
  });

  it.skipIf(skips(path.join(bin, 'actionlint')))(
    'as a workflow is taken by actionlint (missing: scripts/system-parts actionlint)',
    async () => {
      const file = '.github/workflows/plimsoll-prune-registry.yml';
      await schedule(
        'github',
        '--context',
        'prod',
        '--keep-tag',
        "it's",
        '--git',
        '.',
        '--every',
        'day',
        '--output',
        '.',
      );
      const shellcheck = path.join(bin, 'shellcheck');
      const lint = () =>
        spawnSync(
          path.join(bin, 'actionlint'),
          [...(existsSync(shellcheck) ? ['-shellcheck', shellcheck] : []), path.join(directory, file)],
          {
            encoding: 'utf8',
            cwd: directory,
          },
        );
      expect(lint()).toMatchObject({ status: 0, stdout: '' });
      expect(parse(text(file)).on.schedule).toEqual([{ cron: '17 3 * * *' }]);
      expect(parse(text(file)).jobs.prune.permissions).toEqual({ contents: 'read' });
      writeFileSync(path.join(directory, file), text(file).replace('runs-on:', 'run-on:'));
      expect(lint().status).toBe(1);
    },
  );

  it('as a job of GitLab runs the command in a shell as it was given', async () => {
    await schedule('gitlab', '--no-cluster', '--keep-tag', "it's $HOME", '--git', '.', '--output', '.');
    const { 'plimsoll-prune-registry': job } = parse(text('.gitlab/plimsoll-prune-registry.yml'));
    expect(job.image).toBe('node:24-bookworm');
    expect(job.resource_group).toBe('plimsoll-prune-registry');
    // A shell reads it back as the words that were given.
    writeFileSync(path.join(directory, 'plimsoll'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const { stdout } = spawnSync('sh', ['-ec', job.script.join('\n')], {
      encoding: 'utf8',
      env: { PATH: `${directory}:${process.env.PATH}`, REGISTRY_USER: 'u', REGISTRY_PASSWORD: 'p' },
    });
    expect(stdout.trim().split('\n')).toEqual([
      'prune',
      'registry',
      'registry.example/shop/*',
      '--no-cluster',
      '--git',
      '.',
      '--write',
      '--keep-tag',
      "it's $HOME",
      '--quiet',
    ]);
  });

  it.skipIf(skips(path.join(bin, 'check-jsonschema')))(
    'as a job of GitLab is taken by its published schema (missing: scripts/system-parts check-jsonschema)',
    async () => {
      await schedule('gitlab', '--no-cluster', '--output', '.');
      const file = path.join(directory, '.gitlab/plimsoll-prune-registry.yml');
      const check = () =>
        spawnSync(
          path.join(bin, 'check-jsonschema'),
          ['--builtin-schema', 'vendor.gitlab-ci', '--data-transform', 'gitlab-ci', file],
          { encoding: 'utf8' },
        );
      expect(check()).toMatchObject({ status: 0 });
      writeFileSync(
        file,
        text('.gitlab/plimsoll-prune-registry.yml').replace('resource_group: plimsoll', 'resource_group: [x]\n  # '),
      );
      expect(check().status).toBe(1);
    },
  );
});
