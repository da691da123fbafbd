import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Mount, RunInstruction } from '../../dockerfile/instruction.ts';

/** What a step mounts that is not in the image, and may say where its packages come from. */
export interface StepMounts {
  /** As a reader would call it: `the secret npmrc`. */
  readonly what: string;
  /** The settings of a language's tool are mounted: a lock file may be switched off by them. */
  readonly ofTool: boolean;
  /** The sources of a distribution's packages may be told by it. */
  readonly ofSystem: boolean;
}

const toolSettings =
  /(?:^|[\s/"'=])(?:\.?npmrc|pip\.(?:conf|ini)|\.yarnrc(?:\.yml)?|pnpm-workspace\.yaml|bunfig\.toml|uv\.toml|\.bundle(?:\/config)?)(?=$|[\s,"'&;|])/;
const systemSettings = /\/etc\/(?:apt|apk|dnf|yum|zypp|pki)\b/;
/** What has a system's tool read other settings than its own: https://manpages.debian.org/stable/apt/apt-get.8.en.html */
const otherSystemSettings = /APT_CONFIG|Dir::|\s-c[\s=/]|--config\b|sources\.list|repositor|\.repo\b/;
/** Where package managers keep what they fetched, and no settings. */
const packageCaches =
  /cache|\/\.npm\/?$|\/\.yarn\/|\/\.?pnpm[-/]|pnpm-?store|\/go\/pkg\/|\/\.cargo\/|\/cargo\/|\/\.m2\b|\/\.gradle\b|\/\.nuget\b|\/var\/lib\/apt\b|\/bundle\b|\/\.composer\b|\/\.bun\b|\/\.ivy2\b|\/\.sbt\b/i;

/** A cache that is none of a package manager's: what a step finds there nothing tells. */
export function isOtherCache({ type, options }: Mount): boolean {
  return type === 'cache' && !packageCaches.test(targetOf(options));
}

/**
 * Secrets, files of the build context, of stages and of other images, and caches of no package manager, that a step sees and the image does not have: what a step reads of them is
 * not known. Undefined where there are none.
 */
export function mountsOf(dockerfile: Dockerfile, { mounts, range }: RunInstruction): StepMounts | undefined {
  const unseen = mounts.filter((mount) => mount.type === 'secret' || mount.type === 'bind' || isOtherCache(mount));
  const [first] = unseen;
  if (first === undefined) return undefined;
  const text = dockerfile.text.slice(range.start, range.end);
  return {
    what: wordsOf(first),
    // A target stands in the text, too; what is mounted elsewhere may be copied there.
    ofTool: unseen.some(({ options }) => toolSettings.test(targetOf(options))) || toolSettings.test(text),
    ofSystem: systemSettings.test(text) || otherSystemSettings.test(text),
  };
}

function wordsOf({ type, options }: Mount): string {
  if (type === 'secret') return `the secret ${options.get('id') ?? targetOf(options)}`;
  if (type === 'cache') return `a cache at ${targetOf(options)}`;
  return options.has('from') ? 'a stage or another image' : 'files of the build context';
}

/** https://docs.docker.com/reference/dockerfile/#run---mounttypesecret */
function targetOf(options: ReadonlyMap<string, string>): string {
  return options.get('target') ?? options.get('dst') ?? options.get('destination') ?? options.get('id') ?? '';
}
