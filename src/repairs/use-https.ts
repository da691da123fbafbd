import { hasCertificates } from '../bases/image-tools.ts';
import type { CommandWord } from '../core/command-line.ts';
import { enumerate } from '../core/enumerate.ts';
import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import { packageCommands } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { httpsReason, successorOf } from '../ecosystems/https-hosts.ts';
import { baseImageOf, stageChain } from '../project/stage-facts.ts';

/** All plain addresses of a download made https; undefined where one has a port of its own or its host answers no more. */
export function useHttps(
  dockerfile: Dockerfile,
  placed: PlacedCommand,
  urls: readonly CommandWord[],
  today: string | undefined,
): Fix | undefined {
  const { stage } = placed;
  const hosts = urls.map(({ value }) => /^http:\/\/(?:[^/@\s]*@)?([^/:?#\s]+)(?=[/?#]|$)/i.exec(value)?.[1]);
  const edits = urls.flatMap((word) => schemeEdit(dockerfile, word) ?? []);
  if (stage === undefined || urls.length === 0 || edits.length < urls.length) return undefined;
  const unknown: string[] = [];
  const reasons: string[] = [];
  for (const written of new Set(hosts)) {
    if (written === undefined || written.includes('$')) return undefined;
    const host = successorOf(written) ?? written;
    const reason = httpsReason(host);
    if (reason === 'gone') return undefined;
    if (reason === undefined) unknown.push(host);
    else reasons.push(`${host}: ${reason}`);
  }
  return {
    title: 'Use https',
    changes: { edits },
    assumptions: [
      sameUnderHttps(unknown, reasons),
      certificatesAreThere(dockerfile, stage, placed),
      isCurrent(stage, today),
    ],
  };
}

function schemeEdit(dockerfile: Dockerfile, { range }: CommandWord): TextEdit | undefined {
  const found = /http:\/\/([\w.-]*)/i.exec(dockerfile.text.slice(range.start, range.end));
  if (found === null) return undefined;
  const start = range.start + found.index;
  const successor = successorOf(found[1] ?? '');
  return successor === undefined
    ? replace(dockerfile, { start, end: start + 4 }, 'https')
    : replace(dockerfile, { start, end: start + found[0].length }, `https://${successor}`);
}

function sameUnderHttps(unknown: readonly string[], reasons: readonly string[]): Assumption {
  if (unknown.length === 0)
    return { statement: `The same files are served under https (${reasons.join('; ')}).`, state: 'holds' };
  const list = enumerate(unknown.slice(0, 3));
  return {
    statement: `${list} ${unknown.length === 1 ? 'serves' : 'serve'} the same files under https.`,
    state: 'unknown',
    question: `Does the address answer with https, too? «curl -fsIL» of it says so.`,
  };
}

/** Distributions whose images hold the certificates of authorities, because their own package manager needs them. */
const withCertificates: ReadonlySet<string> = new Set([
  'alpine',
  'wolfi',
  'rhel',
  'centos',
  'fedora',
  'rocky',
  'almalinux',
  'oraclelinux',
  'amazonlinux',
  'opensuse',
  'sles',
  'photon',
  'azurelinux',
  'arch',
]);

/** The certificates of authorities are installed before a step. */
export function certificatesAreThere(dockerfile: Dockerfile, stage: Stage, placed: PlacedCommand): Assumption {
  const statement = 'The certificates of authorities (ca-certificates) are installed before this step.';
  const base = baseImageOf(stage);
  if (
    withCertificates.has(base.distribution) ||
    hasCertificates(base) ||
    isInstalled(dockerfile, stage, placed) ||
    isProven(dockerfile, stage, placed)
  )
    return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: 'Does the base image hold ca-certificates, or an earlier step install it?',
  };
}

/** By name, or as what curl, wget and git recommend. */
function isInstalled(dockerfile: Dockerfile, stage: Stage, { command }: PlacedCommand): boolean {
  const chain = new Set(stageChain(stage));
  // What a package recommends is known of current releases; an image of somebody else may have switched it off.
  const { distribution } = baseImageOf(stage);
  const recommends = distribution === 'debian' || distribution === 'ubuntu';
  return packageCommands(dockerfile, 'apt-get', 'apt', 'aptitude').some(
    ({ read, stage: own, command: other }) =>
      own !== undefined &&
      chain.has(own) &&
      read.action === 'install' &&
      other.range.end < command.range.start &&
      read.packages.some(
        ({ name }) =>
          name === 'ca-certificates' || (recommends && !read.noRecommends && /^(?:curl|wget|git)$/.test(name)),
      ),
  );
}

/** A download over https before it, which would have failed without them. */
function isProven(dockerfile: Dockerfile, stage: Stage, { command }: PlacedCommand): boolean {
  return dockerfile
    .commandsNamed('curl', 'wget')
    .some(
      ({ stage: own, command: other }) =>
        own === stage &&
        other.range.end < command.range.start &&
        other.place.after !== '||' &&
        !other.place.inside.includes('branch') &&
        other.arguments.some(({ value }) => value.startsWith('https://')) &&
        !other.arguments.some(({ value }) => /^-[a-zA-Z]*k|^--insecure$|^--no-check-certificate$/.test(value)),
    );
}

/** What ends with a runtime of a named release is not its certificates. */
const distributions = /^(?:Debian|Ubuntu|Alpine|CentOS|Fedora|Rocky|Alma|Oracle|Amazon|openSUSE|Red Hat)/;

/** The base image is not too old for the servers of today. */
export function isCurrent(stage: Stage, today: string | undefined): Assumption {
  const statement = 'The base image knows the certificates and the TLS of today.';
  const { distribution, distributionVersion, codename, endOfLife, reference } = baseImageOf(stage);
  if (distribution === 'unknown')
    return {
      statement,
      state: 'unknown',
      question: `Is ${reference?.repository ?? 'the base image'} recent enough for the certificate of the server? A download over https in it says so.`,
    };
  // A runtime that has ended stands on a distribution of its time, where the tag does not name another one.
  const isDated = distributionVersion !== undefined || codename !== undefined;
  const ended = endOfLife.find(
    ({ product, date }) => today !== undefined && date < today && (!isDated || distributions.test(product)),
  );
  if (ended === undefined) return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: `${ended.product} is without updates since ${ended.date}: does it still get on with the certificate of the server?`,
  };
}
