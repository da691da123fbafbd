import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import { packageCommand, type ToolReader } from '../internal/tool-reader.ts';
import type { PackageAction } from '../package-command.ts';

/** https://maven.apache.org/ref/current/maven-embedder/cli.html */
const mavenOptions: OptionTable = {
  short: {
    B: 'batch-mode',
    q: 'quiet',
    o: 'offline',
    f: 'file',
    s: 'settings',
    gs: 'global-settings',
    gt: 'global-toolchains',
    P: 'activate-profiles',
    D: 'define',
    T: 'threads',
    pl: 'projects',
    am: 'also-make',
    U: 'update-snapshots',
    e: 'errors',
    X: 'debug',
    N: 'non-recursive',
    ntp: 'no-transfer-progress',
    rf: 'resume-from',
    l: 'log-file',
    t: 'toolchains',
    amd: 'also-make-dependents',
    fae: 'fail-at-end',
    ff: 'fail-fast',
  },
  withValue: new Set([
    'file',
    'settings',
    'global-settings',
    'global-toolchains',
    'activate-profiles',
    'define',
    'threads',
    'projects',
    'resume-from',
    'log-file',
    'toolchains',
    'builder',
    'color',
  ]),
  singleDashWords: true,
};

const buildPhases = new Set([
  'compile',
  'test-compile',
  'process-resources',
  'process-classes',
  'prepare-package',
  'package',
  'integration-test',
  'verify',
  'install',
  'deploy',
]);

export const readMaven: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, mavenOptions);
  const goals = operands.map((word) => word.value);
  return packageCommand({
    ecosystem: 'maven',
    tool,
    action: mavenAction(goals),
    subcommand: operands[operands.length - 1],
    flags,
    assumeYes: true,
    command,
  });
};

function mavenAction(goals: readonly string[]): PackageAction {
  if (
    goals.some(
      (goal) =>
        buildPhases.has(goal) || /:(?:single|assembly|shade|repackage|build|jar|war|native|compile)$/.test(goal),
    )
  )
    return 'build';
  if (
    goals.some((goal) =>
      /dependency(?:-plugin(?::[^:]+)?)?:(?:go-offline|resolve|resolve-plugins|copy-dependencies|get)$/.test(goal),
    )
  )
    return 'install-project';
  if (goals.some((goal) => goal === 'test' || /:(?:run|exec|java)$/.test(goal))) return 'run';
  return 'other';
}

/** https://docs.gradle.org/current/userguide/command_line_interface.html */
const gradleOptions: OptionTable = {
  short: {
    p: 'project-dir',
    x: 'exclude-task',
    P: 'project-prop',
    D: 'system-prop',
    g: 'gradle-user-home',
    I: 'init-script',
    b: 'build-file',
    c: 'settings-file',
    q: 'quiet',
    i: 'info',
    d: 'debug',
    s: 'stacktrace',
    S: 'full-stacktrace',
    m: 'dry-run',
    t: 'continuous',
    w: 'warn',
    F: 'dependency-verification',
    M: 'write-verification-metadata',
  },
  withValue: new Set([
    'project-dir',
    'exclude-task',
    'project-prop',
    'system-prop',
    'gradle-user-home',
    'init-script',
    'build-file',
    'settings-file',
    'max-workers',
    'console',
    'warning-mode',
    'priority',
    'configuration',
    'tests',
    'dependency-verification',
    'write-verification-metadata',
    'include-build',
    'project-cache-dir',
  ]),
  singleDashWords: true,
};

export const readGradle: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, gradleOptions);
  const tasks = operands.map((word) => word.value.slice(word.value.lastIndexOf(':') + 1));
  return packageCommand({
    ecosystem: 'maven',
    tool,
    action: gradleAction(tasks),
    subcommand: operands[operands.length - 1],
    flags,
    noCache: switchedOn(flags, 'no-build-cache'),
    command,
  });
};

function gradleAction(tasks: readonly string[]): PackageAction {
  if (
    tasks.some((task) =>
      /^(?:build|assemble|jar|war|bootJar|bootWar|shadowJar|fatJar|uberJar|installDist|distZip|distTar|publish\w*|classes|compile\w*|nativeCompile|quarkusBuild|stage|install|buildFatJar|installShadowDist)$/.test(
        task,
      ),
    )
  )
    return 'build';
  if (tasks.some((task) => /^(?:dependencies|resolve\w*|download\w*)$/.test(task))) return 'install-project';
  if (tasks.some((task) => /^(?:test|check|run|bootRun|\w+Test)$/.test(task))) return 'run';
  return 'other';
}
