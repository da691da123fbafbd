import type { FetchInputs, ProjectFiles } from '../install-inputs.ts';
import type { PackageCommand } from '../package-command.ts';
import { wrapperCall } from './wrapper-call.ts';

/** `mvn dependency:go-offline` with the POMs of all modules. What a plug-in fetches later by itself is not known to it. */
export function fetchMaven(
  { tool, command }: PackageCommand,
  files: ProjectFiles | undefined,
): FetchInputs | undefined {
  if (tool !== 'mvn' && tool !== 'mvnw') return undefined;
  const words = command.arguments.map(({ raw }) => raw);
  // What selects profiles, settings and output counts for the fetch, too; another POM or module is another matter.
  if (words.some((word) => /^(?:-f|--file|-pl|--projects|-s|--settings|-gs)(?:=|$)/.test(word))) return undefined;
  const kept = words.filter((word) =>
    /^-(?:P.+|B|q|ntp|X|e)$|^--(?:batch-mode|quiet|no-transfer-progress)$/.test(word),
  );
  const program = tool === 'mvn' ? 'mvn' : wrapperCall(command, 'mvnw');
  if (program === undefined) return undefined;
  const fetch = [program, ...kept, 'dependency:go-offline'].join(' ');
  const question = 'Does dependency:go-offline run with the POM alone, and fetch what matters?';
  if (files === undefined)
    return tool === 'mvn'
      ? {
          command: fetch,
          files: ['pom.xml'],
          fills: [],
          questions: [`Is it a project of one module, and the parent of its POM not in the repository? ${question}`],
        }
      : undefined;
  const poms = modulePoms(files);
  if (poms === undefined) return undefined;
  const texts = poms.map((path) => [path, files.read(path) ?? ''] as const);
  const outside = texts.flatMap(([path, text]) => parentOutside(path, text, poms) ?? [])[0];
  const reason = texts.some(([, text]) => text.includes('<systemPath>'))
    ? 'a dependency lies in the repository'
    : outside !== undefined
      ? `its parent is ${outside}`
      : texts.some(([, text]) => /<url>\s*file:|<filters>|<extensions>\s*true/.test(text))
        ? 'the POM reads files of the repository'
        : undefined;
  return {
    command: poms.length > 1 ? [program, ...kept, `${pluginForModules}:go-offline`].join(' ') : fetch,
    files: [...poms, ...(tool === 'mvnw' ? ['mvnw'] : [])],
    directories: files.paths.some((path) => path.startsWith('.mvn/')) ? ['.mvn'] : [],
    fills: [],
    questions: [poms.length > 1 ? question.replace('the POM', 'the POMs') : question],
    ...(reason !== undefined && { needsSources: reason }),
  };
}

/** The release that Maven takes by itself fails where one module depends on another that is not built yet; this one leaves it out. */
const pluginForModules = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/** The POM and those of its modules, and theirs; undefined where there is none, or a module has none. */
function modulePoms(files: ProjectFiles): readonly string[] | undefined {
  if (!files.paths.includes('pom.xml')) return undefined;
  const found = ['pom.xml'];
  for (const path of found) {
    const text = (files.read(path) ?? '').replace(/<!--[\s\S]*?-->/g, '');
    for (const [, module = ''] of text.matchAll(/<module>\s*([^<\s]+)\s*<\/module>/g)) {
      const below = resolveBelow(path, module);
      const pom = below?.endsWith('.xml') ? below : below && `${below}/pom.xml`;
      if (pom === undefined || !files.paths.includes(pom)) return undefined;
      if (!found.includes(pom)) found.push(pom);
    }
  }
  return found;
}

/** A parent in the repository whose POM is not among those that are copied. */
function parentOutside(path: string, text: string, poms: readonly string[]): string | undefined {
  const parent = /<parent>[\s\S]*?<relativePath>\s*([^<\s]+)\s*<\/relativePath>/.exec(text)?.[1];
  if (parent === undefined) return undefined;
  const below = resolveBelow(path, parent);
  return below !== undefined && (poms.includes(below) || poms.includes(`${below}/pom.xml`)) ? undefined : parent;
}

/** A path that a POM names, from the root; undefined for one outside of it. */
function resolveBelow(pom: string, written: string): string | undefined {
  const parts = pom.split('/').slice(0, -1);
  for (const part of written.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
