import { isJsonObject, type JsonObject } from '../../core/json-object.ts';
import type { ProjectFiles } from '../install-inputs.ts';

/** What install scripts of dependencies read of the project itself. */
export interface ReadByScripts {
  readonly files: readonly string[];
  readonly directories: readonly string[];
  /** Why an install without the sources would be another one. */
  readonly reason?: string;
}

/** Decides what the install script of Puppeteer fetches, and where to. https://pptr.dev/guides/configuration */
const puppeteerSettings = /^(?:\.puppeteerrc(?:\.(?:[cm]?js|json|ya?ml|ts))?|puppeteer\.config\.[cm]?[jt]s)$/;

/** Generators that come with Prisma; others are programs that may lie in the project. */
const ownGenerators = /^(?:prisma-client(?:-js)?)$/;

/**
 * Files that install scripts of dependencies read: the schema from which `@prisma/client` makes the program's client as it is installed
 * (https://www.prisma.io/docs/orm/prisma-client/setup-and-configuration/generating-prisma-client), and Puppeteer's settings.
 * @param manifests the project's package.json and those of its workspaces
 */
export function readByInstallScripts(files: ProjectFiles, manifests: readonly JsonObject[]): ReadByScripts {
  const settings = dependsOn(manifests, 'puppeteer') ? files.paths.filter((path) => puppeteerSettings.test(path)) : [];
  const script = settings.find(
    (path) => !/json$|ya?ml$|rc$/.test(path) && /require\(\s*["']\.|from\s+["']\./.test(files.read(path) ?? ''),
  );
  if (script !== undefined)
    return { files: [], directories: [], reason: `puppeteer reads ${script}, which reads other files` };
  const schemas = dependsOn(manifests, '@prisma/client') ? files.paths.filter((path) => path.endsWith('.prisma')) : [];
  const [first] = schemas;
  if (first === undefined) return { files: settings, directories: [] };
  const isPlain =
    manifests.length === 1 &&
    manifests.every(({ prisma }) => prisma === undefined || (isJsonObject(prisma) && prisma.schema === undefined)) &&
    !files.paths.some((path) => /^(?:\.config\/)?prisma(?:\.config)?\.[cm]?[jt]s$/.test(path)) &&
    schemas.every((path) => path.startsWith('prisma/') && usesOwnGenerators(files.read(path) ?? ''));
  return isPlain
    ? { files: settings, directories: ['prisma'] }
    : { files: [], directories: [], reason: `@prisma/client makes its client from ${first}` };
}

function usesOwnGenerators(schema: string): boolean {
  return [...schema.matchAll(/^[ \t]*generator\s[^{]*\{([^}]*)\}/gm)].every(([, block = '']) =>
    ownGenerators.test(/\bprovider\s*=\s*"([^"]*)"/.exec(block)?.[1] ?? ''),
  );
}

function dependsOn(manifests: readonly JsonObject[], name: string): boolean {
  return manifests.some((manifest) =>
    ['dependencies', 'devDependencies', 'optionalDependencies'].some((field) => {
      const listed = manifest[field];
      return isJsonObject(listed) && Object.hasOwn(listed, name);
    }),
  );
}
