import type { Assumption } from '../../core/fix.ts';
import { copiedConfigurations } from '../../project/copied-configuration.ts';
import { type CopiedFiles, liesIn } from '../../project/copied-files.ts';
import { type NginxDirective, nginxDirectives } from '../../project/nginx-directives.ts';
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

/** Directives that every build of nginx has and that name nothing outside of it: https://nginx.org/en/docs/dirindex.html */
const ofEveryBuild =
  /^(?:server|location|listen|server_name|server_tokens|server_name_in_redirect|port_in_redirect|absolute_redirect|root|alias|index|try_files|error_page|return|rewrite|rewrite_log|if|set|break|internal|autoindex\w*|charset|charset_types|override_charset|default_type|types|types_hash_\w+|map|map_hash_\w+|geo|split_clients|add_header|expires|etag|if_modified_since|max_ranges|gzip|gzip_\w+|gunzip|sendfile|sendfile_max_chunk|tcp_nopush|tcp_nodelay|directio|output_buffers|postpone_output|keepalive_\w+|client_max_body_size|client_body_(?:timeout|buffer_size)|client_header_\w+|large_client_header_buffers|send_timeout|reset_timedout_connection|chunked_transfer_encoding|log_not_found|log_subrequest|log_format|access_log|error_log|allow|deny|satisfy|limit_except|limit_(?:req|conn|rate)\w*|merge_slashes|disable_symlinks|underscores_in_headers|ignore_invalid_headers|open_file_cache\w*|sub_filter\w*|valid_referers|stub_status|real_ip_\w+|set_real_ip_from|resolver|resolver_timeout|upstream|least_conn|ip_hash|keepalive|proxy_(?:pass|pass_\w+|set_header|set_body|http_version|redirect|hide_header|ignore_headers|method|(?:connect|read|send)_timeout|buffering|buffers|buffer_size|busy_buffers_size|request_buffering|intercept_errors|next_upstream\w*|cookie_\w+|ssl_server_name|ssl_name))$/;

/** Asks for what not every nginx has: a module, another program, a place of the distribution, a file that only root may write. */
function isStrange({ words, blocks }: NginxDirective): boolean {
  const [name = '', value = ''] = words;
  // What lies in these are values and not directives.
  if (/^(?:types|map|geo|split_clients)$/.test(blocks.at(-1) ?? '')) return name === 'include';
  if (name === 'include') return !/^(?:\/etc\/nginx\/)?mime\.types$/.test(value);
  if (!ofEveryBuild.test(name)) return true;
  if (/^(?:access_log|error_log)$/.test(name))
    return value !== 'off' && !/^\/dev\/(?:stdout|stderr|null)$|^\/var\/log\/nginx\/(?:access|error)\.log$/.test(value);
  return name === 'root' && !liesIn(value, '/');
}
