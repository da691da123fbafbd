import { isSettingsFile, secretInFile } from '../../core/secret-in-file.ts';
import { isPlaceholder } from '../../core/secret-text.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { type DataEntry, dataOf } from '../../kubernetes/relations.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at } from '../../kubernetes/yaml-node.ts';
import { isPlainYaml } from '../../project/plain-yaml.ts';
import { objectRule } from '../../project/rule.ts';
import { structuredSecret } from '../../project/structured-secret.ts';
import { severityOfSecretIn } from '../../project/test-path.ts';

export const rule = objectRule({
  severity: 'error',
  summary: 'Secret committed with its data',
  why: 'Base64 hides nothing: whoever can read the repository, or any copy of its history, has the secret.',
  remedy:
    'Change the secret, and bring it in from outside: with External Secrets, Sealed Secrets, SOPS, or a pipeline that creates it.',
  peers: [],
  check({ object }, { report }) {
    if (object.kind !== 'Secret' || object.group !== '' || object.origin.kind === 'helm' || isSealed(object)) return;
    const [first, ...others] = dataOf(object).filter(isSecret);
    if (!first) return;
    const severity = severityOfSecretIn(object.path);
    const keys = [first, ...others].map(({ key }) => key.text);
    report({
      at: first.key,
      ...(severity && { severity }),
      message: `${titleOf(object)} is committed with the value of ${keys.slice(0, 5).join(', ')}${keys.length > 5 ? ' and more' : ''}.`,
      also: others.map(({ key }) => ({ path: key.path, range: key.range })),
    });
  },
});

/** Encrypted by SOPS, filled in by Argo CD Vault Plugin or Vault's webhook, or by Kubernetes itself. */
function isSealed({ node, annotations }: KubernetesObject): boolean {
  if (at(node, 'sops') || [...annotations.keys()].some((name) => name.startsWith('avp.kubernetes.io/'))) return true;
  return annotations.has('kubernetes.io/service-account.name');
}

/** Keys, in small letters, whose values are public or no secret by themselves. */
const harmlessKey =
  /(?:^|[_.-])(?:user(?:name)?|login|email|host(?:name)?|port|url|uri|endpoint|address|name|database|db|namespace|region|bucket|type|engine|ca\.crt|tls\.crt|ca|cert|certificate|public[-_]?key|client[-_]?id|key[-_]?id|tenant[-_]?id|issuer|scope|debug|enabled|project|insecure|env|environment|mode|image|smart[-_]?host|log[-_]?level|time[-_]?zone|tz|locale)$/;

/** References of secret stores, and ciphertext. */
const reference =
  /^(?:ENC\[|vault:|ref\+|op:\/\/|secretref:|arn:aws:|gcp:secretmanager|<path:|akvs?:|\(\(|%\{|\{\{|AgB[A-Za-z0-9+/=]{40})/;

function isSecret({ key, value, base64 }: DataEntry): boolean {
  if (
    value.kind !== 'scalar' ||
    value.value === null ||
    harmlessKey.test(key.text.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase())
  )
    return false;
  const written = value.text.trim();
  if (written === '' || reference.test(written) || (base64 && isPlaceholder(written))) return false;
  const text = base64 ? decoded(written) : written;
  if (text === undefined || text.trim() === '' || reference.test(text)) return false;
  if (isToBeFilledIn(text)) return structuredSecret(key.text, text) !== undefined;
  // What was encoded twice, or in a literal that is encoded anyway, may be a place-holder, too.
  if (isToBeFilledIn(decoded(text.trim()) ?? text)) return false;
  return !isPublic(text.trim()) && !isEmptyKey(text) && !isPath(key.text, text) && !isPlainSettings(key.text, text);
}

/**
 * A place-holder. Bytes that are no text are none, whatever signs are among them, nor is a password that has a brace or a dollar sign in it: what is filled in has them
 * in pairs, or before a name that is all there is. In a text of several lines they may stand for anything.
 */
function isToBeFilledIn(text: string): boolean {
  if (/[^\t\n\r\x20-\x7e]/.test(text)) return false;
  const hasTemplate = /\n.|<[^<>]*>|\{[^{}]*\}|\$[({]|^\$+[A-Za-z_]\w*$/.test(text);
  return isPlaceholder(hasTemplate ? text : text.replace(/[<>{}$]/g, ''));
}

/** When something was changed or ends, where it comes from, and whom it is sent to, are no secrets; nor is the half of a key that all may have. */
function isPublic(text: string): boolean {
  return time.test(text) || image.test(text) || addresses.test(text) || publicKey.test(text);
}

const image = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?\/)[a-z0-9._/-]+(?::[\w][\w.-]*)?(?:@sha256:[a-f0-9]{64})?$/;

/** `shop@example.com, ops@example.com`. */
const addresses = /^[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:\s*[,;]\s*[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,})*$/i;

const publicKey =
  /^(?:-----BEGIN (?:TRUSTED )?(?:CERTIFICATE|PUBLIC KEY|DH PARAMETERS)-----[A-Za-z0-9+/=\s]+-----END (?:TRUSTED )?(?:CERTIFICATE|PUBLIC KEY|DH PARAMETERS)-----\s*)+$/;

const time = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** Where a file lies is no secret, whatever is in it: `trustStorePath: /etc/tls/truststore.jks`. */
function isPath(key: string, text: string): boolean {
  return /(?:path|file|dir|directory|location|store)$/i.test(key) && /^\/[\w@.-]+(?:\/[\w@.-]+)+\/?$/.test(text.trim());
}

/** A file of settings none of which is secret: some programs take their configuration as a Secret. Files of users are what they are. */
function isPlainSettings(key: string, text: string): boolean {
  if (/user|role|cred|secret|passw|auth|token|key/i.test(key)) return false;
  if (/\.ya?ml$/i.test(key)) return isPlainYaml(text);
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*[#!;]/.test(line));
  return (
    lines.every((line) => line.includes('=')) && isSettingsFile(key, text) && secretInFile(key, text) === undefined
  );
}

/** A key's first and last line with dots or a word between them, as documentation has it. */
function isEmptyKey(text: string): boolean {
  const body = /^-----BEGIN [A-Z ]{1,40}-----([^-]{0,80})-----END [A-Z ]{1,40}-----$/.exec(text.trim())?.[1];
  return body !== undefined && !/[A-Za-z0-9+/=]{32}/.test(body);
}

/** Undefined for what is no Base64: a template's variable or the like. */
function decoded(text: string): string | undefined {
  const compact = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact) || compact.length % 4 !== 0) return undefined;
  return Buffer.from(compact, 'base64').toString('latin1');
}
