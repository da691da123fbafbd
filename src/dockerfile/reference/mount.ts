import { csvFields } from './csv-fields.ts';
import { isByteSize, parseGoBoolean, parseGoUnsigned } from './go-number.ts';
import { splitField } from './run-flags.ts';

/** A `--mount` of RUN with its variables expanded, as far as its faults need it. */
export interface ExpandedMount {
  type: string;
  from: string;
  source: string;
  target: string;
  id: string;
  sharing: string;
  /** mode, uid or gid, the first that is given. */
  owner: string;
}

/** Expands a value, or says why it cannot be expanded. */
export type Expander = (word: string) => { readonly value: string; readonly error: string | undefined };

const types = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'];
const sharings = ['shared', 'private', 'locked'];

/** Reads one `--mount`; a string is the sentence that says why BuildKit refuses it. */
export function readMount(text: string, expand: Expander): ExpandedMount | string {
  const mount: ExpandedMount = { type: 'bind', from: '', source: '', target: '', id: '', sharing: '', owner: '' };
  for (const field of csvFields(text) ?? []) {
    const [key, written] = splitField(field);
    const expanded = written === undefined ? undefined : expand(written);
    if (expanded?.error !== undefined) return expanded.error;
    const fault = setOption(mount, key.toLowerCase(), expanded?.value);
    if (fault !== undefined) return `--mount: ${fault}.`;
  }
  const fault = combinationFault(mount);
  return fault === undefined ? mount : `--mount: ${fault}.`;
}

function setOption(mount: ExpandedMount, key: string, value: string | undefined): string | undefined {
  switch (key) {
    case 'readonly':
    case 'ro':
    case 'readwrite':
    case 'rw':
      return value === undefined || parseGoBoolean(value) !== undefined ? undefined : `${key} must be true or false`;
    case 'required':
      if (mount.type !== 'secret' && mount.type !== 'ssh') return `a ${mount.type} mount has no option 'required'`;
      return value === undefined || parseGoBoolean(value) !== undefined ? undefined : 'required must be true or false';
  }
  if (value === undefined) return `'${key}' must be written as ${key}=value`;
  return setText(mount, key, value);
}

function setText(mount: ExpandedMount, key: string, value: string): string | undefined {
  switch (key) {
    case 'type':
      mount.type = value.toLowerCase();
      return types.includes(mount.type) ? undefined : `there is no type '${value}'; there are ${types.join(', ')}`;
    case 'from':
    case 'id':
      mount[key] = value;
      return undefined;
    case 'source':
    case 'src':
      mount.source = value;
      return undefined;
    case 'target':
    case 'dst':
    case 'destination':
      mount.target = value;
      return undefined;
    case 'size':
      if (mount.type !== 'tmpfs') return `a ${mount.type} mount has no option 'size'`;
      return isByteSize(value) ? undefined : `'${value}' is no size`;
    case 'sharing':
      mount.sharing = value.toLowerCase();
      return sharings.includes(mount.sharing)
        ? undefined
        : `there is no sharing '${value}'; there are ${sharings.join(', ')}`;
    case 'mode':
    case 'uid':
    case 'gid':
      mount.owner ||= key;
      return parseGoUnsigned(value, key === 'mode' ? 8 : 10) === undefined ? `'${value}' is no ${key}` : undefined;
    case 'env':
      return undefined;
    default:
      return `there is no option '${key}'`;
  }
}

function combinationFault(mount: ExpandedMount): string | undefined {
  const { type } = mount;
  if (mount.owner !== '' && (type === 'bind' || type === 'tmpfs'))
    return `a ${type} mount has no option '${mount.owner}'`;
  if (type === 'secret') {
    if (mount.from !== '') return 'a secret has no from';
    if (mount.sharing !== '') return 'a secret has no sharing';
    if (mount.source === '' && mount.target === '' && mount.id === '')
      return 'a secret needs an id, a source or a target';
    if (mount.source !== '' && mount.id !== '') return 'a secret has either an id or a source';
  }
  if (type === 'ssh' && mount.source !== '') return 'an ssh mount has no source';
  return mount.sharing !== '' && type !== 'cache' ? `a ${type} mount has no sharing` : undefined;
}
