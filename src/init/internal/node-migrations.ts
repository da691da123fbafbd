import type { Question } from '../plan.ts';
import type { NodeTool } from './node-package.ts';

/** A build script without the steps that change a database, which no build of an image reaches. */
export type Migrations =
  /** What runs in the script's place, and the steps that do not, as they are written. */
  | { readonly kind: 'left-out'; readonly parts: readonly string[]; readonly left: readonly string[] }
  /** The script runs whole, with such a step somewhere in it. */
  | { readonly kind: 'kept' };

/** Commands that change the tables or rows of a database. */
const migrates =
  /\b(?:prisma\s{1,9}(?:migrate\s{1,9}(?:deploy|dev|reset)|db\s{1,9}(?:push|seed))|drizzle-kit\s{1,9}(?:migrate|push)|knex\s{1,9}(?:migrate|seed):\w+|sequelize(?:-cli)?\s{1,9}db:(?:migrate|seed)|typeorm\S{0,40}\s.{0,80}?migration:run|migrate-mongo\s{1,9}up|db-migrate\s{1,9}up|node-pg-migrate|mikro-orm\s{1,9}migration:up)\b/;

type Scripts = ReadonlyMap<string, string>;

/**
 * `run-s db:migrate build:next` and `prisma migrate deploy && next build` in parts; undefined where nothing changes a database. What stands
 * in another order, has a script before or behind it, or calls one that does more than that is left whole: no part of a build may get lost.
 */
export function migrationsIn(
  scripts: Scripts,
  script: string,
  tool: NodeTool,
  hasPrograms: boolean,
): Migrations | undefined {
  if (!reachesDatabase(scripts, script)) return undefined;
  const kept = { kind: 'kept' } as const;
  // Yarn 2+ runs none of them, but then somebody may build with another package manager.
  if (isSurrounded(scripts, script)) return kept;
  const steps = stepsOf(scripts, scripts.get(script) ?? '', tool);
  if (!steps) return kept;
  const left = steps.filter((step) => isMigration(scripts, step));
  const parts = steps.filter((step) => !left.includes(step));
  if (left.length === 0 || parts.length === 0) return kept;
  const remains = parts.some(({ text, calls }) => migrates.test(text) || reachesAny(scripts, calls));
  // Without node_modules, as with Plug'n'Play of Yarn, the package manager alone finds programs of packages.
  if (remains || (!hasPrograms && parts.some(({ call }) => call.startsWith('PATH=')))) return kept;
  return { kind: 'left-out', parts: parts.map(({ call }) => call), left: left.map(({ text }) => text) };
}

export function questionOf(migrations: Migrations | undefined, evidence: string): Question | undefined {
  if (!migrations) return undefined;
  const question =
    migrations.kind === 'left-out'
      ? `The build brings a database up to date (${migrations.left.join(', ')} in ${evidence}), which no build of an image reaches: the image is built without. Run it before a new version starts.`
      : `The build brings a database up to date (${evidence}), which no build of an image reaches, and other steps hang together with that one: it runs as it is, and will fail there. Take that step out of it, and run it before a new version starts.`;
  return { question, flag: undefined, assumed: undefined };
}

interface BuildStep {
  readonly text: string;
  /** How it is called in a Dockerfile. */
  readonly call: string;
  /** The scripts that it runs, where it does nothing else. */
  readonly calls: readonly string[];
}

/** What a shell reads in another way than as one command behind the other. */
const isEntangled = (line: string) => /["'`|;()<>$#\\\n]/.test(line) || line.replaceAll('&&', '').includes('&');

/** The steps of a line, one behind the other; undefined for a line that is not taken apart. */
function stepsOf(scripts: Scripts, line: string, tool: NodeTool): BuildStep[] | undefined {
  const runner = tool === 'yarn-berry' ? 'yarn' : tool;
  const inTurn = /^(?:run-s|npm-run-all2?(?:\s{1,9}(?:-s|--sequential|--serial))?)((?:\s{1,9}[\w:.-]+)+)$/.exec(
    line.trim(),
  )?.[1];
  if (inTurn !== undefined) {
    const names = inTurn.trim().split(/\s+/);
    if (names.some((name) => name.startsWith('-') || !scripts.has(name))) return undefined;
    return names.map((name) => ({ text: name, call: `${runner} run ${name}`, calls: [name] }));
  }
  if (isEntangled(line)) return undefined;
  const steps = line.split('&&').map((part) => {
    const text = part.trim();
    const name = ofScript.exec(text)?.[1];
    return { text, call: callOf(text), calls: name !== undefined && scripts.has(name) ? [name] : [] };
  });
  // In another directory the scripts are those of another package.json.
  const moves = steps.some(({ text }) => /^cd\b/.test(text));
  return moves && steps.some(({ calls }) => calls.length > 0) ? undefined : steps;
}

const ofScript = /^(?:npm|pnpm|yarn|bun)\s{1,9}(?:run\s{1,9})?([\w:.-]+)$/;

/** Programs of packages are found as the package manager's own scripts find them, wherever the line went. */
function callOf(text: string): string {
  return /^(?:npm|pnpm|yarn|bun|npx|node|cd)\s/.test(text) ? text : `PATH="/app/node_modules/.bin:$PATH" ${text}`;
}

/** Whether a step changes a database and does nothing else, which holds of a script that it calls, too. */
function isMigration(scripts: Scripts, { text, calls: [name] }: Pick<BuildStep, 'text' | 'calls'>): boolean {
  if (name === undefined) return migrates.test(text);
  const line = scripts.get(name) ?? '';
  return (
    !isSurrounded(scripts, name) && !isEntangled(line) && line.split('&&').every((part) => migrates.test(part.trim()))
  );
}

function isSurrounded(scripts: Scripts, name: string): boolean {
  return scripts.has(`pre${name}`) || scripts.has(`post${name}`);
}

const maximumDepth = 8;

/** Whether a script, what runs before or behind it, or one that they call changes a database. */
function reachesDatabase(scripts: Scripts, script: string, above: readonly string[] = []): boolean {
  if (above.length >= maximumDepth) return false;
  return [`pre${script}`, script, `post${script}`].some((name) => {
    const line = above.includes(name) ? undefined : scripts.get(name);
    return line !== undefined && (migrates.test(line) || reachesAny(scripts, calledIn(line), [...above, name]));
  });
}

function reachesAny(scripts: Scripts, names: readonly string[], above: readonly string[] = []): boolean {
  return names.some((name) => reachesDatabase(scripts, name, above));
}

/** Names that a line gives to what runs scripts. */
function calledIn(line: string): readonly string[] {
  const calls =
    /\b(?:npm|pnpm|yarn|bun)\s{1,9}(?:run\s{1,9})?([\w:.-]+)|\b(?:run-[sp]|npm-run-all2?)((?:\s{1,9}[\w:.-]+)+)/g;
  return [...line.slice(0, 2000).matchAll(calls)].flatMap(([, one = '', several = '']) => [
    ...(one === '' ? [] : [one]),
    ...several.split(/\s+/).filter((name) => name !== ''),
  ]);
}
