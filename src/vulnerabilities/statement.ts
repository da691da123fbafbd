import type { InstalledPackage } from '../ecosystems/installed-package.ts';
import type { Vulnerability } from './vulnerability.ts';

/** What somebody says of a vulnerability, of all packages or of some: in a VEX document, or in a list of what is accepted. */
export interface Statement {
  /** The vulnerability's, whichever of its ids. */
  readonly ids: readonly string[];
  /** Packages by purl (versions and qualifiers count where they stand there) or by name; empty: every one. */
  readonly packages: readonly string[];
  /** Images by purl or digest; empty: every one. */
  readonly images: readonly string[];
  /** `accepted`: known, and to be reported again from `until` on. */
  readonly status: 'not-affected' | 'fixed' | 'affected' | 'under-investigation' | 'accepted';
  readonly reason: string;
  /** ISO 8601, the first day on which it holds no more. */
  readonly until?: string;
  /** ISO 8601: of several about the same, the latest counts. */
  readonly said?: string;
  /** The file. */
  readonly from: string;
}

export interface SuppressedVulnerability {
  readonly vulnerability: Vulnerability;
  readonly statement: Statement;
}

export interface StatedVulnerabilities {
  readonly vulnerabilities: readonly Vulnerability[];
  readonly suppressed: readonly SuppressedVulnerability[];
  /** What ran out: it would have suppressed something. */
  readonly expired: readonly Statement[];
  /** What suppressed nothing that is there. */
  readonly unused: readonly Statement[];
}

/** What an image is called, to tell whether a statement is about it. */
export interface ImageNames {
  /** As it was asked for, and as an archive or an engine names it: `registry.example/shop/web:1`. */
  readonly names: readonly string[];
  readonly digests: readonly string[];
}

/**
 * Takes away what statements say is no vulnerability here. Where several speak of one, the latest does; what is said to be affected stays, what is under
 * investigation stays with that status.
 * @param today ISO 8601
 */
export function applyStatements(
  vulnerabilities: readonly Vulnerability[],
  statements: readonly Statement[],
  image: ImageNames,
  today: string,
): StatedVulnerabilities {
  const kept: Vulnerability[] = [];
  const suppressed: SuppressedVulnerability[] = [];
  const used = new Set<Statement>();
  const expired = new Set<Statement>();
  const ofImage = statements.filter(({ images }) => images.length === 0 || images.some((each) => isImage(each, image)));
  for (const vulnerability of vulnerabilities) {
    const about = ofImage.filter((statement) => isAbout(statement, vulnerability));
    for (const statement of about) used.add(statement);
    const holding = about.filter(({ until }) => until === undefined || today < until);
    const last = holding.reduce<Statement | undefined>(
      (latest, each) => (latest === undefined || (each.said ?? '') >= (latest.said ?? '') ? each : latest),
      undefined,
    );
    if (last === undefined || last.status === 'affected') {
      for (const statement of about) if (!holding.includes(statement)) expired.add(statement);
      kept.push(vulnerability);
    } else if (last.status === 'under-investigation') kept.push({ ...vulnerability, status: last.status });
    else suppressed.push({ vulnerability, statement: last });
  }
  const unused = statements.filter((statement) => !used.has(statement));
  return { vulnerabilities: kept, suppressed, expired: [...expired], unused };
}

function isAbout({ ids, packages }: Statement, { id, aliases, package: installed }: Vulnerability): boolean {
  if (!ids.some((each) => each === id || aliases.includes(each))) return false;
  return packages.length === 0 || packages.some((each) => isPackage(each, installed));
}

function isPackage(written: string, installed: InstalledPackage): boolean {
  if (!written.startsWith('pkg:')) return written === installed.name || written === installed.source?.name;
  const [wanted, own] = [purlParts(written), purlParts(installed.purl)];
  if (wanted.type !== own.type || wanted.name !== own.name) return false;
  return wanted.version === undefined || wanted.version === own.version || wanted.version === installed.version;
}

/** Type and name without a distribution's namespace, which not everybody writes; qualifiers are left out. */
function purlParts(purl: string): {
  readonly type: string;
  readonly name: string;
  readonly version: string | undefined;
} {
  const plain = purl.replace(/[?#].*$/s, '').slice('pkg:'.length);
  const slash = plain.indexOf('/');
  const type = plain.slice(0, slash).toLowerCase();
  const at = plain.indexOf('@', plain.lastIndexOf('/') + 1);
  const path = decoded(at === -1 ? plain.slice(slash + 1) : plain.slice(slash + 1, at));
  const isSystem = type === 'deb' || type === 'apk' || type === 'rpm';
  return {
    type,
    name: isSystem ? path.slice(path.lastIndexOf('/') + 1) : path,
    version: at === -1 ? undefined : decoded(plain.slice(at + 1)),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `pkg:oci/web@sha256:…?repository_url=registry.example/shop`, a digest, or one of the names. */
function isImage(written: string, { names, digests }: ImageNames): boolean {
  if (names.includes(written) || digests.includes(written)) return true;
  if (!/^pkg:(?:oci|docker)\//.test(written)) return false;
  const digest = /@(sha256(?::|%3[aA])[0-9a-f]{64})/.exec(written)?.[1]?.replace(/%3[aA]/, ':');
  if (digest !== undefined) return digests.includes(digest);
  const wanted = decoded(/\/([^/@?#]+)(?:[@?#]|$)/.exec(written.replace(/\?.*$/s, ''))?.[1] ?? '');
  return wanted !== '' && names.some((name) => wanted === name.replace(/[:@][^/]*$/, '').replace(/^.*\//, ''));
}
