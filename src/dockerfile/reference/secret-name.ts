const secretWords: ReadonlySet<string> = new Set([
  'apikey',
  'auth',
  'credential',
  'credentials',
  'key',
  'password',
  'pword',
  'passwd',
  'secret',
  'token',
]);
const harmlessWords: ReadonlySet<string> = new Set(['public', 'file', 'version']);

/**
 * True for a variable that BuildKit takes for a secret by its name: one of its words, split at underscores, says so and
 * none says that it is harmless. https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
 */
export function isSecretName(name: string): boolean {
  const words = name.toLowerCase().split('_');
  return words.some((word) => secretWords.has(word)) && !words.some((word) => harmlessWords.has(word));
}
