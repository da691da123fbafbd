import { SaxesParser } from 'saxes';
import type { Relation, SystemPackage } from '../system-package.ts';
import { systemPackage } from '../system-package.ts';
import { capabilityOf, rpmRelation, rpmRequirements } from './system-packages.ts';

/** More packages than any repository has. */
const mostPackages = 300_000;

const operators: Readonly<Record<string, Relation['operator']>> = { LT: '<', LE: '<=', EQ: '=', GE: '>=', GT: '>' };

const lists = ['requires', 'provides', 'conflicts', 'obsoletes', 'recommends', 'suggests'] as const;
type List = (typeof lists)[number];

interface Draft {
  name: string;
  version: string;
  architecture: string;
  source: string;
  readonly relations: Record<List, Relation[]>;
  readonly files: string[];
}

/**
 * The packages of a repository's `primary.xml` (https://github.com/rpm-software-management/createrepo_c). Read from pieces of the text.
 * @throws Error where it is no XML
 */
export function primaryMetadata(): { push(text: string): void; end(): SystemPackage[] } {
  const parser = new SaxesParser();
  const found: SystemPackage[] = [];
  let draft: Draft | undefined;
  let list: List | undefined;
  let text = '';
  parser.on('opentag', ({ name: tag, attributes }) => {
    const local = tag.replace(/^.*:/, '');
    text = '';
    if (local === 'package') draft = newDraft();
    if (draft === undefined) return;
    if (local === 'version') draft.version = evr(attributes);
    else if (local === 'entry' && list !== undefined) {
      const flag = attributes.flags;
      const operator = flag === undefined ? undefined : operators[flag];
      draft.relations[list].push(rpmRelation(attributes.name ?? '', operator, evr(attributes)));
    } else list = lists.find((each) => each === local) ?? list;
  });
  parser.on('text', (piece) => {
    if (text.length < 10_000) text += piece;
  });
  parser.on('closetag', ({ name: tag }) => {
    const local = tag.replace(/^.*:/, '');
    if (draft === undefined) return;
    if (local === 'name') draft.name = text.trim();
    else if (local === 'arch') draft.architecture = text.trim();
    else if (local === 'sourcerpm') draft.source = text.trim();
    else if (local === 'file') draft.files.push(text.trim());
    else if (lists.some((each) => each === local)) list = undefined;
    else if (local === 'package') {
      if (draft.name !== '' && found.length < mostPackages) found.push(packageOf(draft));
      draft = undefined;
    }
    text = '';
  });
  return {
    push(piece) {
      parser.write(piece);
    },
    end() {
      parser.close();
      return found;
    },
  };
}

function newDraft(): Draft {
  const relations = { requires: [], provides: [], conflicts: [], obsoletes: [], recommends: [], suggests: [] };
  return { name: '', version: '', architecture: '', source: '', relations, files: [] };
}

function evr({ epoch, ver, rel }: Readonly<Record<string, string>>): string {
  if (ver === undefined) return '';
  const version = rel === undefined ? ver : `${ver}-${rel}`;
  return epoch === undefined || epoch === '0' || epoch === '' ? version : `${epoch}:${version}`;
}

function packageOf({ name, version, architecture, source, relations, files }: Draft): SystemPackage {
  const built = /^(.{1,300})-([^-]{1,300})-([^-]{1,300})\.(?:no)?src\.rpm$/.exec(source.slice(0, 1000));
  const [, sourceName, sourceVersion, sourceRelease] = built ?? [];
  return systemPackage({
    kind: 'rpm',
    name,
    version,
    architecture,
    requires: rpmRequirements(relations.requires),
    recommends: rpmRequirements(relations.recommends),
    suggests: rpmRequirements(relations.suggests),
    conflicts: relations.conflicts,
    obsoletes: relations.obsoletes,
    provides: [...relations.provides.map(capabilityOf), ...files.map((file) => ({ name: file }))],
    ...(sourceName !== undefined && { source: { name: sourceName, version: `${sourceVersion}-${sourceRelease}` } }),
  });
}

/** Where a repository keeps its `primary.xml`, by its `repomd.xml`. */
export interface RepositoryMetadata {
  readonly primary: string;
  /** Of the file as it is stored, in lower case; undefined where it says none that is known. */
  readonly sha256: string | undefined;
}

/** @throws Error where it is no XML */
export function readRepomd(text: string): RepositoryMetadata | undefined {
  const parser = new SaxesParser();
  let type = '';
  let primary: string | undefined;
  let sha256: string | undefined;
  let sums = '';
  let content = '';
  parser.on('opentag', ({ name, attributes }) => {
    content = '';
    if (name === 'data') type = attributes.type ?? '';
    if (name === 'checksum') sums = attributes.type ?? '';
    if (name === 'location' && type === 'primary') primary = attributes.href;
  });
  parser.on('text', (piece) => {
    if (content.length < 1000) content += piece;
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'checksum' && type === 'primary' && sums === 'sha256') sha256 = content.trim().toLowerCase();
  });
  parser.write(text).close();
  return primary === undefined ? undefined : { primary, sha256 };
}
