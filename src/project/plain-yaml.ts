import { commandSecrets } from '../core/command-secret-forms.ts';
import { entropy, isPlaceholder, isTellingName, mayHoldToken, secretInVariable } from '../core/secret-text.ts';
import { readYaml } from '../kubernetes/read-yaml.ts';
import type { YamlNode } from '../kubernetes/yaml-node.ts';

/** Words of a key that some programs have something secret below, which a variable of that name has not. */
const wary =
  /pass|secret|token|cred|auth|api_?key|api_?url|private|client_?key|webhook|bearer|dsn|salt|hash|encrypt|signing|community|cookie|license/;

/** Words that are parts of harmless ones, too, as of «mapping» and «assign»: they stand alone. */
const waryAlone = /(?:^|[_.-])(?:psk|pw|pins?|t?otp|sig|sas)(?:$|[_.\d-])/;

/** Lists of who may come in, by their names. */
const logins = /(?:^|[_.-])(?:accounts|users|logins)$/;

/** What a number under a wary key counts: `token_ttl: 86400`. */
const counts =
  /(?:^|[_.-])(?:ttl|expir(?:y|es|es_in|ation)|time|timeout|(?:milli)?seconds|minutes|hours|days|ms|interval|lifetime|age|size|length|bytes|max|min|limit|port|rounds|iterations|cost|version)$/;

/** What a person writes is not so even. */
const mostEntropy = 4;

/**
 * True for a file of YAML none of whose values may be secret: Prometheus and others take their whole configuration as a Secret, for those of which one is.
 * False wherever one might be, and for what is no such file.
 */
export function isPlainYaml(text: string): boolean {
  if (mayHoldToken(text) || text.split('\n').some(commentsSecret)) return false;
  const { documents, problems } = readYaml({ path: '', text, encoding: 'utf-8' });
  return problems.length === 0 && documents.every(({ root }) => root.kind !== 'scalar' && isPlain('', root, false));
}

function isPlain(key: string, node: YamlNode, belowWary: boolean): boolean {
  const name = key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  const isWary = belowWary || isWaryName(name) || (node.kind === 'map' && logins.test(name));
  if (node.kind === 'map') return node.entries.every((entry) => isPlain(entry.key.text, entry.value, isWary));
  if (node.kind === 'sequence') {
    const { items } = node;
    return items.every((item, at) => isPlain(key, item, isWary || isOptionOfSecret(items[at - 1])));
  }
  if (node.value === null || typeof node.value === 'boolean') return true;
  const text = node.text.trim();
  // `$2y$…` and `$6$…`, as passwords are kept, which pass for variables otherwise.
  if (/^\$[0-9a-z]{1,12}\$/.test(text)) return false;
  if (isPlaceholder(text)) return true;
  if (typeof node.value !== 'string') return !(isWary || isTellingName(key)) || counts.test(name);
  // A file that holds the secret is named: `bearer_token_file`.
  if (/_?file$/i.test(key) && text.startsWith('/')) return true;
  if (isWary || isTellingName(key) || secretInVariable(key, text) !== undefined) return false;
  return !text.split('\n').some(givesSecret) && !text.split(/[\s,;"'=]+/).some(looksRandom);
}

function isWaryName(name: string): boolean {
  return wary.test(name) || waryAlone.test(name);
}

/** `--password`, whose value is the next item of the list. */
function isOptionOfSecret(node: YamlNode | undefined): boolean {
  const [, name] = (node?.kind === 'scalar' && /^--?([A-Za-z][\w.-]{0,60})$/.exec(node.text.trim())) || [];
  return name !== undefined && isWaryName(name.toLowerCase());
}

/** `mysql -pTide41`, `host=db password=Tide41`, `https://…&sig=…`: in the middle of a value. */
function givesSecret(line: string): boolean {
  return commandSecrets(line).length > 0 || namedWithin.test(line);
}

const namedWithin =
  /(?:^|[\s?&;,])(?:password|passwd|passphrase|pwd|pw|psk|secret|token|api_?key|sig|sas)=(?!\$)[^\s&;,]{4}/i;

const comment =
  /(?:^|\s)#+[ \t]{0,9}(?:-[ \t]{1,9})?["']?([A-Za-z][\w.-]{0,60})["']?[ \t]{0,9}[:=][ \t]{0,9}(\S.{0,300})$/;

/** A setting that was taken out of use by a `#`, with its value. */
function commentsSecret(line: string): boolean {
  if (!line.includes('#') || line.length > longestLine) return false;
  const [, name = '', written = ''] = comment.exec(line) ?? [];
  const value = written.trim().replace(/^(["'])(.*)\1$/, '$2');
  if (value === '' || /\s/.test(value) || isPlaceholder(value)) return false;
  return secretInVariable(name, value) !== undefined || waryAlone.test(name.toLowerCase());
}

const longestLine = 2000;

/** As keys are made: long, of letters and digits, and no words with something between them. */
function looksRandom(word: string): boolean {
  return /^[A-Za-z0-9+/_=-]{20,}$/.test(word) && /\d/.test(word) && entropy(word) > mostEntropy;
}
