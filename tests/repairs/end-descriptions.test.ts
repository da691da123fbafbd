import { describe, expect, it } from 'vitest';
import { runRules } from '../../src/audit/run-rules.ts';
import { settingsFrom } from '../../src/audit/settings.ts';
import { applyEdits } from '../../src/core/fix.ts';
import { noConfiguration } from '../../src/project/configuration.ts';
import { loadProject } from '../../src/project/load-project.ts';
import { rules } from '../../src/rules/generated.ts';

/** The file with the first fix of a rule. */
async function repaired(rule: string, text: string, preset: 'recommended' | 'all'): Promise<string | undefined> {
  const project = await loadProject({ kind: 'bytes', name: 'Dockerfile', bytes: new TextEncoder().encode(text) });
  const settings = settingsFrom(noConfiguration, { preset, only: [], skip: [] });
  const fix = runRules(project, rules, settings, '2026-11-24').find((finding) => finding.rule === rule)?.fix;
  return fix && applyEdits(text, fix.changes.edits);
}

const env = (lines: string) => `FROM debian:12\n${lines}\nRUN make\nCMD ["/srv/run"]\n`;

describe('a comment over an ARG that a fix makes, or over a stage that it names', () => {
  it.each([
    [
      'ends before the ARG',
      '# No questions.\nENV DEBIAN_FRONTEND noninteractive',
      '# No questions.\n#\nARG DEBIAN_FRONTEND=noninteractive',
    ],
    [
      'ends where it ends',
      '# No questions.\n\nENV DEBIAN_FRONTEND=noninteractive',
      '# No questions.\n#\n\nARG DEBIAN_FRONTEND=noninteractive',
    ],
    [
      'ends with the last of its lines',
      '# No\n  # questions\nENV DEBIAN_FRONTEND=noninteractive',
      '# No\n  # questions\n#\nARG DEBIAN_FRONTEND=noninteractive',
    ],
    [
      'stays where it describes it',
      '# DEBIAN_FRONTEND is for apt\nENV DEBIAN_FRONTEND=noninteractive',
      '# DEBIAN_FRONTEND is for apt\nARG DEBIAN_FRONTEND=noninteractive',
    ],
    [
      'stays where it has ended',
      '# No questions.\n#\nENV DEBIAN_FRONTEND=noninteractive',
      '# No questions.\n#\nARG DEBIAN_FRONTEND=noninteractive',
    ],
    [
      'is not the one of another ARG',
      '# The release.\nARG A=1\nENV DEBIAN_FRONTEND=noninteractive',
      '# The release.\nARG A=1\nARG DEBIAN_FRONTEND=noninteractive',
    ],
  ])('%s', async (_, before, after) => {
    expect(await repaired('config/env-for-build-only', env(before), 'all')).toBe(env(after));
  });

  it('ends before the stage', async () => {
    const text = (from: string, copied: string) =>
      `# Builds it.\n${from}\nRUN make\nFROM debian:12\nCOPY --from=${copied} /srv /srv\nCMD ["/srv/run"]\n`;
    expect(await repaired('review/copy-from-stage-number', text('FROM gcc:14', '0'), 'all')).toBe(
      text('#\nFROM gcc:14 AS build', 'build'),
    );
  });

  it('has the line ends of the file', async () => {
    const text = env('# No questions.\nENV DEBIAN_FRONTEND=noninteractive').replaceAll('\n', '\r\n');
    expect(await repaired('config/env-for-build-only', text, 'all')).toContain('# No questions.\r\n#\r\nARG ');
  });

  it.each(['# check=experimental=InvalidDefinitionDescription', '# check=error=true;experimental=all'])(
    'ends where the file itself asks to be told of it: %s',
    async (check) => {
      const text = (lines: string) => `${check}\n${env(lines)}`;
      expect(
        await repaired(
          'config/env-for-build-only',
          text('# No questions.\nENV DEBIAN_FRONTEND=noninteractive'),
          'recommended',
        ),
      ).toBe(text('# No questions.\n#\nARG DEBIAN_FRONTEND=noninteractive'));
    },
  );

  it('is looked for around each of many fixes alone', async () => {
    const lines = Array.from(
      { length: 990 },
      (_, at) => `# ${at} ${'x'.repeat(300)}\n\nENV DEBIAN_FRONTEND=noninteractive\nRUN echo ${at}`,
    );
    const start = performance.now();
    await repaired('config/env-for-build-only', env(lines.join('\n')), 'all');
    // Seconds, where the whole file is read again for each of them.
    expect(performance.now() - start).toBeLessThan(6000);
  });

  it('is left alone where nobody asked to be told of it', async () => {
    const before = '# No questions.\nENV DEBIAN_FRONTEND=noninteractive';
    expect(await repaired('config/env-for-build-only', env(before), 'recommended')).toBe(
      env('# No questions.\nARG DEBIAN_FRONTEND=noninteractive'),
    );
  });
});
