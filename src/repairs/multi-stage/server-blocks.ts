import type { Assumption } from '../../core/fix.ts';
import { copiedConfigurations } from '../../project/copied-configuration.ts';
import { type CopiedFiles, liesIn } from '../../project/copied-files.ts';
import { nginxDirectives } from '../../project/nginx-directives.ts';
import { buildsOf } from '../../project/project.ts';
import type { SplitSubject } from './split-plan.ts';

/** A configuration of one's own that is copied to where a distribution's nginx reads server blocks. */
export interface ServerBlocks {
  /** What it serves, where it was read and names one directory. */
  readonly root: string | undefined;
  readonly assumptions: readonly Assumption[];
}

/** Where the packages of Debian and Alpine look for server blocks. */
const places = /^\/etc\/nginx\/(?:sites-(?:available|enabled)|conf\.d|http\.d)(?:\/[\w.-]+)?$/;

/**
 * What is known of the copied configuration: read where the context is there, else asked for. A clause where it asks for what the image of
 * nginx without rights does not have.
 */
export function copiedServerBlocks(
  { project, dockerfile }: SplitSubject,
  { instruction, destination }: CopiedFiles,
): ServerBlocks | { readonly refusal: string } {
  if (destination === undefined || !places.test(destination) || instruction.sources.length !== 1)
    return { refusal: 'the whole configuration of nginx is copied, which names users and places of the distribution' };
  const statement = 'The copied configuration asks for nothing that only the package of the distribution has.';
  const copied = buildsOf(project, dockerfile)
    .flatMap((build) => copiedConfigurations(project, build))
    .filter((each) => each.instruction.range.start === instruction.range.start);
  const [file, another] = copied;
  if (file === undefined || another !== undefined)
    return {
      root: undefined,
      assumptions: [
        {
          statement,
          state: 'unknown',
          question: `Does ${instruction.sources[0]?.value ?? 'the copied configuration'} hold nothing but server blocks for files, without includes of /etc/nginx, PHP, and logs or certificates in files that the image has not?`,
        },
      ],
    };
  const directives = nginxDirectives(file.artifact.text);
  const strange = directives.find(isStrange);
  if (strange !== undefined)
    return {
      refusal: `${file.artifact.path} says «${strange.words.slice(0, 2).join(' ')}», which the image may not have`,
    };
  const roots = new Set(directives.filter(({ words }) => words[0] === 'root').map(({ words }) => words[1]));
  const [root] = roots;
  return {
    root: roots.size === 1 ? root?.replace(/(?<=.)\/$/, '') : undefined,
    assumptions: [{ statement, state: 'holds' }],
  };
}

/** Names something of the distribution's package, of another program, or a file that only root may write. */
function isStrange({ words }: { readonly words: readonly string[] }): boolean {
  const [name = '', value = ''] = words;
  if (
    /^(?:include|load_module|user|pid|daemon|lua_\w+|more_\w+|perl\w*|js_\w+|image_filter\w*|xslt\w*|geoip\w*)$/.test(
      name,
    )
  )
    return !(name === 'include' && /^(?:\/etc\/nginx\/)?mime\.types$/.test(value));
  if (/^(?:fastcgi|uwsgi|scgi)_pass$/.test(name) || /^ssl_(?:certificate|dhparam|trusted)/.test(name)) return true;
  if (/^(?:proxy_cache_path|auth_basic_user_file|client_body_temp_path)$/.test(name)) return true;
  if (/^(?:access_log|error_log)$/.test(name))
    return value !== 'off' && !/^\/dev\/(?:stdout|stderr|null)$|^\/var\/log\/nginx\/(?:access|error)\.log$/.test(value);
  return name === 'root' && !liesIn(value, '/');
}
