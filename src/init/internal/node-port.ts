import type { Question } from '../plan.ts';
import { placeIn } from '../repository.ts';
import { findInSources, findPort } from './endpoints.ts';
import type { NodeFacts } from './node-facts.ts';
import type { NodeStart } from './node-start.ts';
import { namedPort, unprivileged } from './of-others.ts';
import { portOfWords } from './shell-words.ts';

export interface NodePort {
  readonly port: number;
  readonly evidence: string;
  /** The program listens where PORT says. */
  readonly read: boolean;
  /** A variable of another name that it listens where it says. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly questions: readonly Question[];
}

const localOnly = /\.listen\(\s*[^)]*['"](?:127\.0\.0\.1|localhost)['"]/;

export function portOf(facts: NodeFacts, start: NodeStart): NodePort {
  const { place, framework } = facts;
  const reads = place.application?.variablesRead.filter(({ name }) => name === 'PORT') ?? [];
  const inSource = findInSources(place, /\benv(?:\.PORT\b|\[['"]PORT['"]\])/);
  const read =
    framework?.readsPort === true ||
    reads.length > 0 ||
    inSource !== undefined ||
    start.words.some((word) => word.includes('$PORT'));
  const local = findInSources(place, localOnly);
  const questions: Question[] = local
    ? [
        {
          question: `The program listens on this machine's own address only (${local.evidence}): nothing outside of its pod can reach it. Let it listen on 0.0.0.0.`,
          flag: undefined,
          assumed: undefined,
        },
      ]
    : [];
  const named = read || portOfWords(start.words) ? undefined : namedPort(place);
  if (named !== undefined) {
    const port = place.choices.port ?? unprivileged(Number(named.fallback.replace(':', '')));
    const evidence = place.choices.port === undefined ? named.evidence : '--port';
    return { port, evidence, read, questions, environment: { [named.name]: String(port) } };
  }
  const known =
    place.choices.port !== undefined
      ? { port: place.choices.port, evidence: '--port' }
      : knownPort(facts, start, reads);
  if (known) return { ...known, read, questions };
  const question = {
    question: 'Which port does the program listen on? Nothing in its sources tells.',
    flag: '--port',
    assumed: '3000',
  };
  return {
    port: framework?.port ?? 3000,
    evidence: framework?.port ? `the default of ${framework.name}` : 'no evidence',
    read,
    questions: framework?.port || read ? questions : [...questions, question],
  };
}

function knownPort(
  { place }: NodeFacts,
  start: NodeStart,
  reads: readonly {
    readonly fallback: string | undefined;
    readonly path: string;
    readonly range: { readonly start: number };
  }[],
) {
  const written = portOfWords(start.words) ?? (start.variables.PORT ? Number(start.variables.PORT) : undefined);
  if (written) return { port: written, evidence: start.evidence };
  const withDefault = reads.find(({ fallback }) => fallback !== undefined && /^\d{2,5}$/.test(fallback));
  if (withDefault) {
    const text = place.repository.read(withDefault.path);
    return {
      port: Number(withDefault.fallback),
      evidence: `the default of PORT (${placeIn(withDefault.path, text, withDefault.range.start)})`,
    };
  }
  return findPort(place, [
    // `parseInt(process.env.PORT, 10) || 3000`: what stands behind a comma may be the radix.
    /\bPORT['"\])]{0,3}(?:\s*,\s*10\s*\))?\s*(?:\|\||\?\?|,(?!\s*10\s*\)))\s*['"]?(\d{2,5})\b/,
    // `process.env.PORT ? parseInt(process.env.PORT, 10) : 3000`
    /\bPORT['"\]]{0,2}\s*\?[^?:;]{0,80}?\bPORT\b[^?:;]{0,20}:\s*['"]?(\d{2,5})\b/,
    /\bPORT\s*:[^\n]{0,60}?default\(\s*['"]?(\d{2,5})/,
    /\.listen\(\s*(?:\{[^}]{0,80}?port:\s*)?(\d{2,5})\b/,
    /\b(?:port|PORT)\s*(?:=|:)\s*['"]?(\d{4,5})\b/,
    // Of portfinder: the first that it tries.
    /\bbasePort\s*=\s*(\d{4,5})\b/,
    /\bnormalizePort\([^)]{0,60}['"](\d{2,5})['"]/,
  ]);
}
