/** Shorter ones are in every text by chance. */
const shortestSecret = 8;

const secretName = /pass|secret|token|key|credential|auth|dsn|private|cert/i;

/** Puts `***` in the place of what variables with a secret's name hold: a program may answer with its own environment. */
export function hideValues(environment: ReadonlyMap<string, string>): (line: string) => string {
  const secrets = [...environment]
    .filter(([name, value]) => secretName.test(name) && value.length >= shortestSecret)
    .map(([, value]) => value)
    .sort((one, other) => other.length - one.length);
  return (line) => secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line);
}
