import path from 'node:path';
import { audit } from '../audit/audit.ts';
import { settingsFrom } from '../audit/settings.ts';
import type { Finding } from '../core/finding.ts';
import { loadProject } from '../project/load-project.ts';
import type { Target } from '../project/target.ts';
import { rules } from '../rules/generated.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { loadConfiguration } from './load-configuration.ts';

/** What `plimsoll audit` finds in a repository once everything is written. */
export async function findingsIn(
  root: string,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  const target: Target = { kind: 'directory', path: path.resolve(root) };
  const { configuration, peerSettings } = await loadConfiguration(parsed, target, terminal);
  const { exclude, podTemplates, frontend, kubernetesTarget } = configuration;
  const project = await loadProject(target, {
    gitignore: true,
    helm: false,
    exclude,
    podTemplates,
    frontend,
    kubernetesTarget,
  });
  return audit(project, {
    rules,
    settings: settingsFrom(configuration, { only: [], skip: [] }),
    peerSettings,
    honourIgnoreComments: true,
    today: new Date().toISOString().slice(0, 10),
    baseline: undefined,
    changedPaths: undefined,
    version: terminal.version,
    target: root,
    clock: () => process.uptime(),
    startedAt: 0,
  }).findings;
}
