import path from 'node:path';
import { audit } from '../audit/audit.ts';
import { writeBaseline } from '../audit/baseline.ts';
import { clusterRules, withoutLiveFix } from '../audit/cluster-rules.ts';
import { settingsFrom } from '../audit/settings.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import { auditRole } from '../kubernetes/cluster-role.ts';
import { liveProject } from '../project/live-project.ts';
import { loadProject } from '../project/load-project.ts';
import { rules } from '../rules/generated.ts';
import { askImageAges } from './ask-image-ages.ts';
import { baselineFrom } from './baseline-flag.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { exitCodeOf } from './exit-code.ts';
import { failOnFrom } from './fail-on.ts';
import { loadConfiguration } from './load-configuration.ts';
import { orderedReport, refuseWithoutOrder } from './ordered-report.ts';
import { prefixFrom } from './path-prefix.ts';
import { progressOn } from './progress.ts';
import { namespacesFrom, snapshotFrom } from './read-snapshot.ts';
import { readTarget } from './read-target.ts';
import { readingOptions } from './reading-options.ts';
import { askedRules } from './rule-selection.ts';
import { writeFile } from './write-file.ts';
import { writeReports } from './write-reports.ts';

/** Reads, audits and reports what is live as the arguments of `plimsoll audit --cluster` say. Gives the exit code. */
export async function performClusterAudit(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const namespaces = namespacesFrom(parsed);
  if (parsed.has('since')) throw new UserError('--since is of files, and a cluster has no revisions');
  if (parsed.has('cluster-role')) {
    terminal.stdout.write(auditRole(namespaces));
    return exitCodes.clean;
  }
  refuseWithoutOrder(parsed);
  const clock = () => process.uptime();
  const selection = askedRules(parsed);
  // Without a path the directory gives its configuration, and is not compared.
  const target = await readTarget(parsed.positionals, undefined, terminal);
  const { configuration, peerSettings } = await loadConfiguration(parsed, target, terminal);
  const progress = progressOn(terminal, parsed.has('quiet'));
  try {
    const snapshot = await snapshotFrom(parsed, namespaces, terminal, progress);
    const repository =
      parsed.positionals.length === 0
        ? undefined
        : await loadProject(target, {
            ...readingOptions(parsed, configuration),
            onProgress: progress.step,
          });
    const created = parsed.has('no-registry') ? undefined : await askImageAges(snapshot, terminal, progress.step);
    progress.step('judging');
    const project = liveProject(snapshot, {
      repository,
      podTemplates: configuration.podTemplates,
      ...(created && { created }),
    });
    const found = audit(project, {
      rules: clusterRules(rules),
      settings: settingsFrom(configuration, selection),
      peerSettings,
      honourIgnoreComments: !parsed.has('no-ignore-comments'),
      today: new Date().toISOString().slice(0, 10),
      baseline: baselineFrom(parsed, terminal),
      changedPaths: undefined,
      version: terminal.version,
      target: ['--cluster', ...parsed.positionals].join(' '),
      clock,
      startedAt: 0,
    });
    const live = { ...found, findings: found.findings.map(withoutLiveFix) };
    const report = await orderedReport(live, project, parsed, configuration.cost);
    progress.end();
    const accepted = parsed.value('write-baseline');
    if (accepted !== undefined)
      writeFile(path.resolve(terminal.cwd, accepted), writeBaseline(report.findings, report.excerpts));
    const failOn = failOnFrom(parsed, configuration.failOn);
    const prefix = repository ? prefixFrom(terminal.cwd, repository.root) : '';
    await writeReports(report, prefix, failOn, parsed, terminal);
    // A pipeline must not turn green because the account may not look.
    if (snapshot.problems.length > 0) return exitCodes.system;
    return accepted === undefined ? exitCodeOf(report, failOn) : exitCodes.clean;
  } finally {
    progress.end();
  }
}
