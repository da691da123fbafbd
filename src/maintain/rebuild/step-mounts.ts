import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { RunInstruction } from '../../dockerfile/instruction.ts';

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
  /(?:^|\/)(?:\.?npmrc|pip\.(?:conf|ini)|\.yarnrc(?:\.yml)?|pnpm-workspace\.yaml|bunfig\.toml|\.bundle(?:\/config)?)$/;
const systemSettings = /\/etc\/(?:apt|apk|dnf|yum|zypp|pki)\b/;

/**
 * Secrets, and files of the build context, that a step sees and the image does not have: what a step reads of them is not known. Undefined where there are none.
 * Mounts of stages and of other images are not followed at all, and caches hold what a registry has.
 */
export function mountsOf(dockerfile: Dockerfile, { mounts, range }: RunInstruction): StepMounts | undefined {
  const unseen = mounts.filter(({ type, options }) => type === 'secret' || (type === 'bind' && !options.has('from')));
  const [first] = unseen;
  if (first === undefined) return undefined;
  const targets = unseen.map(({ options }) => targetOf(options));
  const text = dockerfile.text.slice(range.start, range.end);
  return {
    what:
      first.type === 'secret' ? `the secret ${first.options.get('id') ?? targets[0]}` : 'files of the build context',
    ofTool: targets.some((target) => toolSettings.test(target)),
    // A target stands in the text, too; what is mounted elsewhere may be copied there.
    ofSystem: systemSettings.test(text),
  };
}

/** https://docs.docker.com/reference/dockerfile/#run---mounttypesecret */
function targetOf(options: ReadonlyMap<string, string>): string {
  return options.get('target') ?? options.get('dst') ?? options.get('destination') ?? options.get('id') ?? '';
}
