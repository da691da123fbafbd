/** A file of a build that Gradle runs or compiles, or a version catalog, which names plug-ins. */
const script = /\.(?:gradle|kts|groovy|kt|java|toml)$/;

/** Opens a file, or starts a program, while the build is configured. Paths that are only named are looked at by tasks, later. */
const opens = new RegExp(
  [
    /\.text\b(?!\s*=)|\bgetText\s*\(|\.bytes\b|\.lines\s*\(|\b(?:read|use|forEach|each)(?:Text|Lines?|Bytes)\b|\beachByte\b/,
    /\w*(?:Reader|InputStream|inputStream)\b|\bScanner\s*\(|\bFiles\s*\.|\breader\s*\(|\.reader\b/,
    /\bfileContents\b|\.load\s*\(|\bloadProperties\b|\b(?:Json|Xml|Yaml|Toml)(?:Slurper|Parser)\b|\bYaml\s*\(|\bConfigSlurper\b/,
    /\.execute\s*\(|\bexec\s*[{(]|\bjavaexec\b|\bcommandLine\b|\bProcessBuilder\b|\bgetRuntime\b|\bant\s*\./,
    /\.exists\s*\(|\.(?:isFile|isDirectory)\b|\blistFiles\b|\.list\s*\(|\bevaluate\s*\(/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** Plug-ins that ask the repository, of git mostly, for the version. */
const asksGit =
  /git-?(?:semver|version|properties|changelog|info|publish)|gitData\b|grgit|jgit|\bgit(?:Describe|Hash|Sha)|gorylenko|axion-release|nebula\.(?:nebula-)?release|reckon|nemerosa|semantic-?version|["']git["']/i;

const applied = /\bapply\b[\s({]*\bfrom\b\s*[:=(]?\s*([^\n]*)/g;
const catalog = /\b(?:files?|layout\.\w+)\s*\(\s*([^\n]*\.toml[^\n]*)/g;

/** The first script of a build, in a directory that is read whole as well, that needs a file which does not come with the build scripts. */
export function scriptThatReads(
  paths: readonly string[],
  isThere: (path: string) => boolean,
  read: (path: string) => string | undefined,
): string | undefined {
  return paths.find((path) => {
    if (!script.test(path)) return false;
    const written = read(path);
    if (written === undefined) return true;
    const text = withoutComments(written);
    if (asksGit.test(text)) return true;
    if (path.endsWith('.toml')) return false;
    if (opens.test(text)) return true;
    return [...text.matchAll(applied), ...text.matchAll(catalog)].some(
      ([, rest = '']) => !namesFile(path, rest, isThere),
    );
  });
}

/** A path in quotes, of the directory of the script or of the root, that is one of the files that come first. */
function namesFile(path: string, rest: string, isThere: (path: string) => boolean): boolean {
  const written = /^(?:(?:rootProject\.|project\.)?file\s*\(\s*)?(["'])([^"'\n]+)\1/.exec(rest)?.[2];
  if (written === undefined) return false;
  const plain = written.replace(/^\$\{?(?:rootDir|rootProject\.(?:projectDir|rootDir))\}?\//, '');
  if (plain.includes('$') || plain.includes(':') || plain.startsWith('/')) return false;
  if (plain !== written || rest.startsWith('rootProject')) return isThere(plain);
  const inDirectory = joined(path.slice(0, path.lastIndexOf('/') + 1), plain);
  return inDirectory !== undefined && isThere(inDirectory);
}

function joined(directory: string, path: string): string | undefined {
  const parts: string[] = [];
  for (const part of `${directory}${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:"'])\/\/.*$/gm, '$1');
}
