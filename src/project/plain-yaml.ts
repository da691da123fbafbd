import { entropy, isPlaceholder, isTellingName, mayHoldToken, secretInVariable } from '../core/secret-text.ts';
import { readYaml } from '../kubernetes/read-yaml.ts';
import type { YamlNode } from '../kubernetes/yaml-node.ts';

/** Words of a key that some programs have something secret below, which a variable of that name has not. */
const wary = /pass|secret|token|cred|auth|api_?key|api_?url|private|webhook|bearer|dsn|salt|cookie|license/i;

/** What a person writes is not so even. */
const mostEntropy = 4;

/**
 * True for a file of YAML none of whose values may be secret: Prometheus and others take their whole configuration as a Secret, for those of which one is.
 * False wherever one might be, and for what is no such file.
 */
export function isPlainYaml(text: string): boolean {
  if (mayHoldToken(text)) return false;
  const { documents, problems } = readYaml({ path: '', text, encoding: 'utf-8' });
  return problems.length === 0 && documents.every(({ root }) => root.kind !== 'scalar' && isPlain('', root, false));
}

function isPlain(key: string, node: YamlNode, belowWary: boolean): boolean {
  const isWary = belowWary || wary.test(key);
  if (node.kind === 'map') return node.entries.every((entry) => isPlain(entry.key.text, entry.value, isWary));
  if (node.kind === 'sequence') return node.items.every((item) => isPlain(key, item, isWary));
  const text = node.text.trim();
  if (node.value === null || typeof node.value !== 'string' || isPlaceholder(text)) return true;
  // A file that holds the secret is named: `bearer_token_file`.
  if (/_?file$/i.test(key) && text.startsWith('/')) return true;
  if (isWary || isTellingName(key) || secretInVariable(key, text) !== undefined) return false;
  return !text.split(/[\s,;"'=]+/).some(looksRandom);
}

/** As keys are made: long, of letters and digits, and no words with something between them. */
function looksRandom(word: string): boolean {
  return /^[A-Za-z0-9+/_=-]{20,}$/.test(word) && /\d/.test(word) && entropy(word) > mostEntropy;
}
