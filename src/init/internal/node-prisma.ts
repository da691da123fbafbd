import type { Step } from '../plan.ts';
import type { NodeFacts } from './node-facts.ts';
import { lifecycleScripts } from './node-install.ts';
import { dependencyPlace, dependsOn, type NodePackage } from './node-package.ts';

/** The client that Prisma writes from its schema. No install writes it: the schema is not there yet. */
export function prismaStep({ place, manifest, install, build, member }: NodeFacts): Step | undefined {
  const names = ['@prisma/client', 'prisma'].filter((name) => dependsOn(manifest, name));
  const prefix = place.directory === '' ? '' : `${place.directory}/`;
  const schema = place.repository.files.find((file) => file.startsWith(prefix) && file.endsWith('.prisma'));
  const [name] = names;
  if (name === undefined || schema === undefined) return undefined;
  const asked = [...lifecycleScripts(manifest), ...(build ? [build.script, `pre${build.script}`] : [])];
  if (asked.some((script) => runsScript(manifest, script, /\bprisma generate\b/, 0))) return undefined;
  const runner = { npm: 'npx', yarn: 'yarn run', 'yarn-berry': 'yarn run', pnpm: 'pnpm exec', bun: 'bunx' }[
    install.tool
  ];
  const call = `${runner} prisma generate`;
  return {
    kind: 'run',
    comment: `Prisma writes its client from ${schema} (${dependencyPlace(manifest, name)})`,
    commands: [member === '' ? call : `cd ${member} && ${call}`],
  };
}

/** Whether a script, or one that it calls, has a command. */
function runsScript(manifest: NodePackage, name: string, command: RegExp, depth: number): boolean {
  const { scripts } = manifest;
  const line = scripts.get(name);
  if (line === undefined || depth > 5) return false;
  if (command.test(line)) return true;
  return [...scripts.keys()].some(
    (other) =>
      other !== name &&
      new RegExp(`(?:^|[\\s:])${other.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?=$|[\\s&;|])`).test(line) &&
      /\b(?:npm|yarn|pnpm|bun|run-[sp]|npm-run-all)\b/.test(line) &&
      runsScript(manifest, other, command, depth + 1),
  );
}
