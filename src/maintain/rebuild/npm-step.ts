import type { InstalledPackage } from '../../ecosystems/installed-package.ts';
import type { PackageCommand } from '../../ecosystems/package-command.ts';
import { packageUrl } from '../../ecosystems/purl.ts';
import { isSet } from './kept-lock.ts';
import { type LanguageOutcome, type LanguageStep, pairsOf, unknown } from './language-outcome.ts';
import { type NpmQuestion, npmDependencies, npmTree } from './npm-tree.ts';
import { settingsWith } from './system-files.ts';

const elsewhere = ['registry', 'before', 'tag', 'userconfig', 'globalconfig', 'min_release_age'];
/** Of a scope, too. */
const elsewhereInImage = new RegExp(`^npm_config_(?:.*registry|${elsewhere.join('|')})=`, 'i');

/** What npm would choose now where no lock file holds it. One project, or global packages, a step. */
export async function npmStep({
  commands,
  brought,
  files,
  filesBefore,
  analysis,
  ask,
  hiddenSettings,
}: LanguageStep): Promise<LanguageOutcome> {
  const [step, ...others] = commands;
  if (step === undefined) return { changes: [], unknown: [] };
  if (others.length > 0) return unknown('several npm commands in one step are not followed');
  const { read: command, variable } = step;
  if (command.tool !== 'npm') return unknown(`${command.tool} without a lock file is not followed`);
  const { environment, platform } = analysis.image.configuration;
  const isElsewhere = 'has npm ask another registry or date, which is not followed';
  const flag = command.flags.find(({ name }) => /registry|^before$|^tag$|config$|^min-release-age$/.test(name));
  if (flag !== undefined) return unknown(`--${flag.name} ${isElsewhere}`);
  const set = elsewhere.find((name) => isSet(variable, `npm_config_${name}`));
  if (set !== undefined) return unknown(`npm_config_${set} ${isElsewhere}`);
  if (environment.some((each) => elsewhereInImage.test(each))) return unknown(`the image ${isElsewhere}`);
  const says =
    /^[ \t]*["']?(?:(?:@[\w.-]+:)?registry["']?\s*=(?!\s*https:\/\/registry\.npmjs\.org\/?\s*$)|(?:before|tag|min-release-age)\s*=)/m;
  const settings = settingsWith([files, filesBefore], /npmrc$/, says);
  if (settings !== undefined) return unknown(`${settings} ${isElsewhere}`);
  if (hiddenSettings !== undefined) return unknown(`${hiddenSettings}: what npm would bring now is not asked for`);
  const machine = { os: 'linux', cpu: platform.architecture === 'amd64' ? 'x64' : platform.architecture };
  const questions = questionsOf(command, files.contents, brought);
  if (typeof questions === 'string') return unknown(questions);
  const coming: InstalledPackage[] = [];
  for (const question of questions) {
    const tree = await npmTree({ ...question, ...machine }, ask);
    if (tree.unknown !== undefined) return unknown(tree.unknown);
    coming.push(...tree.packages.map(installed));
  }
  return { changes: pairsOf(brought, coming), unknown: [] };
}

type Question = Pick<NpmQuestion, 'dependencies' | 'optional'>;

/** A text says why it is not known what is asked for. */
function questionsOf(
  { action, packages, global, omitDevelopment }: PackageCommand,
  contents: ReadonlyMap<string, Buffer>,
  brought: readonly InstalledPackage[],
): readonly Question[] | string {
  const named = packages.map(({ kind, name, version }) =>
    kind === 'registry' ? ([name, version ?? 'latest'] as const) : undefined,
  );
  if (named.some((each) => each === undefined)) return 'what is no package of the registry is not followed';
  const asked = named.flatMap((each) => (each ? [each] : []));
  // Each global package has what it needs below itself.
  if (action === 'install' && global)
    return asked.map((each) => ({ dependencies: new Map([each]), optional: new Map() }));
  const manifests = projectsOf(brought).map((folder) => `${folder === '' ? '' : `${folder}/`}package.json`);
  const [manifest, ...more] = manifests;
  if (manifest === undefined || more.length > 0) return 'the packages of several projects are not followed';
  const text = contents.get(manifest)?.toString('utf8');
  const project = text === undefined ? undefined : npmDependencies(text, omitDevelopment);
  if (action === 'install' && project === undefined) return [{ dependencies: new Map(asked), optional: new Map() }];
  if (project === undefined || /"workspaces"\s*:/.test(text ?? ''))
    return `${manifest} is not there, or has workspaces: what it would bring now is not followed`;
  return [{ ...project, dependencies: new Map([...project.dependencies, ...asked]) }];
}

/** Where `node_modules` lie. */
export function projectsOf(brought: readonly InstalledPackage[]): string[] {
  const folders = brought.map(({ path }) => /^(.*?)\/?node_modules\//.exec(path)?.[1]);
  return [...new Set(folders.flatMap((folder) => (folder === undefined ? [] : [folder])))];
}

function installed({ name, version }: { readonly name: string; readonly version: string }): InstalledPackage {
  const at = name.indexOf('/');
  const purl = packageUrl({
    type: 'npm',
    namespace: at === -1 ? undefined : name.slice(0, at),
    name: name.slice(at + 1),
    version,
  });
  return { kind: 'npm', name, version, purl, licences: [], path: '' };
}
