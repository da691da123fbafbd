import type { TrialPlan } from '../../trial.ts';

/** Shorter ones are in every text by chance. */
const shortestSecret = 8;
const shortestOfHost = 4;

/** What a variable is called that holds a secret. */
export const secretName = /pass|secret|token|key|credential|auth|dsn|private|cert/i;

/** The password of an address, whatever its variable is called: `postgres://shop:hunter22@db/shop`. */
const login = /:\/\/[^\s/:@]*:([^\s/@]+)@/g;

/**
 * Puts `***` in the place of what variables with a secret's name hold, of passwords in addresses, and of all that comes from the environment of plimsoll itself: a
 * program may answer with its own environment.
 */
export function hideValues({
  environment,
  fromHost,
}: Pick<TrialPlan, 'environment' | 'fromHost'>): (line: string) => string {
  const secrets = [...environment].flatMap(([name, value]) => {
    if (fromHost?.has(name) && value.length >= shortestOfHost) return [value];
    if (secretName.test(name) && value.length >= shortestSecret) return [value];
    return [...value.matchAll(login)].flatMap(([, password = '']) =>
      password.length >= shortestOfHost ? [password] : [],
    );
  });
  // As it is, each line of it, and as a program prints it within quotes.
  const forms = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    ...secret.split(/\r?\n/).filter((line) => line.length >= shortestSecret),
  ]);
  const sorted = [...new Set(forms)].sort((one, other) => other.length - one.length);
  return (line) => sorted.reduce((text, secret) => text.replaceAll(secret, '***'), line);
}
