import { jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import {
  linuxMarkers,
  markerHolds,
  type PythonRequirement,
  readRequirement,
} from '../../ecosystems/pip/requirement.ts';
import { specifierAdmits } from '../../ecosystems/pip/specifier.ts';
import { comparePythonVersions } from '../../ecosystems/pip/version-order.ts';
import { metadataRequirements, wheelRequirements } from '../../ecosystems/pip/wheel-requirements.ts';
import { admits, isFinished } from '../../ecosystems/version-range.ts';
import type { AskSource } from './source-answer.ts';

/** What pip would install now. */
export interface PipTree {
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  /** Why it could not be told; undefined where it was. */
  readonly unknown: string | undefined;
}

interface PipQuestion {
  readonly requirements: readonly PythonRequirement[];
  /** `3.11.2`, or `3.11` where the rest is not known. */
  readonly python: string;
  /** `x86_64` */
  readonly machine: string;
  /** Versions that are there already, by name: pip keeps one that is enough. */
  readonly installed: ReadonlyMap<string, string>;
}

const mostPackages = 500;
const mostRounds = 50;
const mostMetadataBytes = 2 * 2 ** 20;
const mostWheelBytes = 64 * 2 ** 20;
const mostAnswerBytes = 48 * 2 ** 20;

/**
 * The newest release of each package that all that is asked of it admits, asked again until nothing changes. Where two ask for what excludes each other, pip
 * goes back to older releases: that is not followed.
 */
export async function pipTree(question: PipQuestion, ask: AskSource): Promise<PipTree> {
  const { python } = question;
  const releases = new Map<string, Releases | string>();
  const search: Search = {
    question,
    chosen: new Map(),
    revised: false,
    ask,
    async releasesOf(name) {
      const found = releases.get(name) ?? (await askReleasesOf(name, python, ask));
      releases.set(name, found);
      return found;
    },
  };
  for (let round = 0; round < mostRounds; round++) {
    search.revised = false;
    const wanted = await askRound(search);
    if (typeof wanted === 'string') return { packages: [], unknown: wanted };
    const { chosen } = search;
    for (const name of chosen.keys()) if (!wanted.has(name)) chosen.delete(name);
    if (!search.revised && [...wanted].every(([name, asked]) => isEnough(asked, chosen.get(name) ?? '')))
      return { packages: [...chosen].map(([name, version]) => ({ name, version })), unknown: undefined };
  }
  return { packages: [], unknown: 'the requirements do not come to rest' };
}

/** What has been found out until now. */
interface Search {
  readonly question: PipQuestion;
  /** Versions by name; kept from round to round where they are still enough. */
  readonly chosen: Map<string, string>;
  /** Whether this round chose another version in place of one, of which the needs may have been followed already. */
  revised: boolean;
  readonly ask: AskSource;
  /** A text says why they are not known. */
  releasesOf(name: string): Promise<Releases | string>;
}

/** All that is asked of one package in a round. */
interface Wanted {
  readonly specifiers: string[];
  readonly extras: Set<string>;
}

function isEnough({ specifiers }: Wanted, version: string): boolean {
  return specifiers.every((each) => specifierAdmits(each, version));
}

/** Goes once from the requirements to all that they need, and chooses versions. A text says what could not be told. */
async function askRound(search: Search): Promise<ReadonlyMap<string, Wanted> | string> {
  const { requirements, python, machine, installed } = search.question;
  const environment = linuxMarkers(python, machine);
  const wanted = new Map<string, Wanted>();
  const pending = requirements.map((requirement) => ({ requirement, extras: [] as readonly string[] }));
  const looked = new Set<string>();
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { requirement, extras } = next;
    const { name } = requirement;
    const holds = markerHolds(requirement.marker, environment, extras);
    if (holds === undefined) return `«${requirement.marker.slice(0, 80)}» is not understood`;
    if (!holds) continue;
    const own = wanted.get(name) ?? { specifiers: [], extras: new Set<string>() };
    wanted.set(name, own);
    if (requirement.specifier !== '') own.specifiers.push(requirement.specifier);
    for (const extra of requirement.extras) own.extras.add(extra);
    if (wanted.size > mostPackages) return `more than ${mostPackages} packages`;
    const unknown = await choose(search, name, own);
    if (unknown !== undefined) return unknown;
    const key = `${name} ${[...own.extras].sort().join()}`;
    const version = search.chosen.get(name);
    // What is there already has all that it needs.
    if (looked.has(key) || version === undefined || version === installed.get(name)) continue;
    looked.add(key);
    const needs = await needsOf(search, name, version);
    if (typeof needs === 'string') return needs;
    for (const each of needs) pending.push({ requirement: each, extras: [...own.extras] });
  }
  return wanted;
}

/** Chooses another version where the chosen one is not enough, or none is. A text says why there is none. */
async function choose(search: Search, name: string, own: Wanted): Promise<string | undefined> {
  const { question, chosen, releasesOf } = search;
  const known = chosen.get(name);
  if (known !== undefined && isEnough(own, known)) return undefined;
  const offered = await releasesOf(name);
  if (typeof offered === 'string') return `${name}: ${offered}`;
  const there = question.installed.get(name);
  const version =
    there !== undefined && isEnough(own, there) ? there : newestOf(offered, (each) => isEnough(own, each));
  if (version === undefined) return `no release of ${name} is ${own.specifiers.join(' and ') || 'to be had'}`;
  if (known !== undefined) search.revised = true;
  chosen.set(name, version);
  return undefined;
}

/** What a release requires; a text says why that is not known. */
async function needsOf(
  { releasesOf, ask }: Search,
  name: string,
  version: string,
): Promise<readonly PythonRequirement[] | string> {
  const offered = await releasesOf(name);
  const wheel = typeof offered === 'string' ? undefined : offered.get(version);
  if (wheel === undefined) return `${name} ${version} has no wheel that tells what it needs`;
  const asked = await askRequirements(wheel, ask);
  if (asked === undefined) return `what ${name} ${version} needs could not be asked`;
  const read: PythonRequirement[] = [];
  for (const text of asked) {
    const requirement = readRequirement(text);
    if (requirement === undefined) return `what ${name} ${version} requires is not understood`;
    read.push(requirement);
  }
  return read;
}

/** By version: the address of a wheel; undefined where there is none. */
type Releases = ReadonlyMap<string, string | undefined>;

/**
 * Finished releases that are not taken back and run with the image's Python, as pip asks for them
 * (https://packaging.python.org/en/latest/specifications/simple-repository-api/). A text says why they are not known.
 */
async function askReleasesOf(name: string, python: string, ask: AskSource): Promise<Releases | string> {
  const page = `https://pypi.org/simple/${name}/`;
  const answer = await ask(page, mostAnswerBytes);
  if (answer.kind !== 'content') return answer.kind === 'absent' ? 'PyPI does not know it' : answer.reason;
  const read = parseJsonObject(answer.bytes.toString('utf8'));
  if (read === undefined) return 'PyPI’s answer is not understood';
  const found = new Map<string, string | undefined>();
  for (const file of Array.isArray(read.files) ? read.files : []) {
    const { filename, url, yanked, 'requires-python': needs } = jsonObjectOf(file);
    if (typeof filename !== 'string' || typeof url !== 'string' || !URL.canParse(url, page)) continue;
    const [, ofWheel, ofSource] = /^[^-]+-([^-]+)-.*\.whl$|-([^-]+)\.(?:tar\.gz|zip)$/.exec(filename) ?? [];
    const version = ofWheel ?? ofSource;
    if (version === undefined || !isFinished(version) || (yanked !== undefined && yanked !== false)) continue;
    if (typeof needs === 'string' && !admits(needs, python)) continue;
    // All wheels of a release need the same in all but the rarest cases.
    const wheel = ofWheel === undefined ? undefined : new URL(url, page).href;
    found.set(version, found.get(version) ?? wheel);
  }
  return found;
}

function newestOf(releases: Releases, isEnough: (version: string) => boolean): string | undefined {
  return [...releases.keys()].filter(isEnough).sort((one, other) => comparePythonVersions(other, one))[0];
}

/** What a wheel needs: of its metadata beside it, else of itself, as pip does it. Undefined where neither can be had. */
async function askRequirements(wheel: string, ask: AskSource): Promise<string[] | undefined> {
  const beside = await ask(`${wheel}.metadata`, mostMetadataBytes);
  if (beside.kind === 'content') return metadataRequirements(beside.bytes.toString('utf8'));
  if (beside.kind === 'unknown') return undefined;
  const itself = await ask(wheel, mostWheelBytes);
  return itself.kind === 'content' ? wheelRequirements(itself.bytes) : undefined;
}
