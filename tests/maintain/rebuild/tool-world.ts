import { parseDockerfile } from '../../../src/dockerfile/parse-dockerfile.ts';
import { apkPackages } from '../../../src/ecosystems/apk/system-packages.ts';
import { readAptPreferences } from '../../../src/ecosystems/apt/apt-preferences.ts';
import { packagesFile } from '../../../src/ecosystems/apt/packages-file.ts';
import { installedDebs } from '../../../src/ecosystems/apt/system-packages.ts';
import { readPackageCommand } from '../../../src/ecosystems/package-command.ts';
import { packageRepository } from '../../../src/ecosystems/package-repository.ts';
import type { SystemPackage } from '../../../src/ecosystems/system-package.ts';
import { apkOffers } from '../../../src/maintain/rebuild/apk-system.ts';
import { aptOffers } from '../../../src/maintain/rebuild/apt-offers.ts';
import { runApk } from '../../../src/maintain/rebuild/run-apk.ts';
import { runApt } from '../../../src/maintain/rebuild/run-apt.ts';
import type { ToolContext, ToolRunner } from '../../../src/maintain/rebuild/run-tool.ts';
import { type World, worldOf } from '../../../src/maintain/rebuild/world.ts';

/** `web 1.0; Depends: a, b (>= 1); Recommends: c` a line. */
export function debStanzas(lines: readonly string[]): string {
  return lines
    .map((line) => {
      const [head = '', ...fields] = line.split(';').map((part) => part.trim());
      const [name, version] = head.split(' ');
      return [`Package: ${name}`, `Version: ${version}`, 'Architecture: all', ...fields, ''].join('\n');
    })
    .join('\n');
}

/** `web 1.0; D:a b>=1; p:so:x=1` a line. */
export function apkStanzas(lines: readonly string[]): string {
  return lines
    .map((line) => {
      const [head = '', ...fields] = line.split(';').map((part) => part.trim());
      const [name, version] = head.split(' ');
      return [`P:${name}`, `V:${version}`, 'A:x86_64', ...fields, ''].join('\n');
    })
    .join('\n');
}

export interface ToolCase {
  readonly installed: readonly string[];
  readonly offered: readonly string[];
  /** Names that came because others needed them. */
  readonly automatic?: readonly string[];
  readonly commands: readonly string[];
  readonly chosenBefore?: readonly string[];
}

/** What became of the packages, and what the last command said. */
export interface ToolResult {
  /** `web 1.0 -> 1.1`, `libnew - -> 1.0`. */
  readonly changes: readonly string[];
  readonly fails: string | undefined;
  readonly unknown: readonly string[];
}

export function apt(given: ToolCase): ToolResult {
  const packages = packagesFile(Buffer.from(debStanzas(given.offered)));
  const origin = { release: undefined, host: 'a.example' };
  const preferences = readAptPreferences(new Map());
  const offers = aptOffers([{ origin, packages }], preferences, 'amd64', undefined);
  return run(given, [...installedDebs(debStanzas(given.installed))], runApt, {
    offers: () => offers,
    recommends: true,
  });
}

export function apk(given: ToolCase): ToolResult {
  const offers = apkOffers(
    [{ packages: packageRepository(apkPackages(apkStanzas(given.offered))), tag: undefined }],
    new Map(),
  );
  return run(given, apkPackages(apkStanzas(given.installed)), runApk, { offers: () => offers, recommends: false });
}

function run(
  { commands, automatic = [], chosenBefore = [] }: ToolCase,
  installed: readonly SystemPackage[],
  tool: ToolRunner,
  context: Pick<ToolContext, 'offers' | 'recommends'>,
): ToolResult {
  const world = worldOf(installed, automatic);
  const before = world.copy();
  let fails: string | undefined;
  const unknown: string[] = [];
  const text = `FROM x\n${commands.map((line) => `RUN ${line}`).join('\n')}\n`;
  for (const { command } of parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' }).commands) {
    const read = readPackageCommand(command);
    const outcome =
      read &&
      tool(world, read, {
        keepsRecommended: true,
        keepsSuggested: true,
        best: false,
        namedBefore: [],
        chosenBefore: new Set(chosenBefore),
        ...context,
      });
    fails ??= outcome?.fails;
    unknown.push(
      ...(outcome?.unknown ?? []),
      ...(outcome?.unsolved !== undefined && outcome.fails === undefined ? [outcome.unsolved] : []),
    );
  }
  return { changes: changesOf(before, world), fails, unknown };
}

function changesOf(before: World, after: World): string[] {
  const names = new Set([...before.all(), ...after.all()].map(({ name }) => name));
  return [...names].sort().flatMap((name) => {
    const [one, other] = [before.get(name)?.version ?? '-', after.get(name)?.version ?? '-'];
    return one === other ? [] : [`${name} ${one} -> ${other}`];
  });
}
