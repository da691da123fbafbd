import type { FetchInputs, ProjectFiles } from '../install-inputs.ts';
import type { PackageCommand } from '../package-command.ts';

/** `mvn dependency:go-offline` for a project of one module. What a plug-in fetches later by itself is not known to it. */
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
  const program = tool === 'mvn' ? 'mvn' : './mvnw';
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
  const text = files.read('pom.xml');
  if (text === undefined) return undefined;
  const parent = /<relativePath>\s*([^<\s]+)\s*<\/relativePath>/.exec(text)?.[1];
  const reason = /<modules>/.test(text)
    ? 'the POM has modules'
    : /<systemPath>/.test(text)
      ? 'a dependency lies in the repository'
      : parent !== undefined
        ? `its parent is ${parent}`
        : /<url>\s*file:|<filters>|<extensions>\s*true/.test(text)
          ? 'the POM reads files of the repository'
          : undefined;
  return {
    command: fetch,
    files: ['pom.xml', ...(tool === 'mvnw' ? ['mvnw'] : [])],
    directories: files.paths.some((path) => path.startsWith('.mvn/')) ? ['.mvn'] : [],
    fills: [],
    questions: [question],
    ...(reason !== undefined && { needsSources: reason }),
  };
}
