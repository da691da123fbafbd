import type { Cataloguer, FileHeader, InstalledPackage, PackageStream } from '../installed-package.ts';
import { baseName, maximumPackages, textOf } from '../internal/installed-text.ts';
import { isZipDamaged, type ZipEntry, zipEntries } from '../internal/zip.ts';
import { zipStream } from '../internal/zip-stream.ts';
import { type ArchiveFacts, type Coordinates, mainArtifact, mavenPackage, sameArtifact } from './archive-identity.ts';
import { readManifest, readPomProperties } from './archive-metadata.ts';
import { noteFolders } from './known-groups.ts';
import { repositoryPlace } from './repository-place.ts';

/** https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html and what carries jars. */
const archive = /\.(?:jar|war|ear|jpi|hpi|sar|par|rar)$/i;
const manifestName = 'META-INF/MANIFEST.MF';
const maximumMetadata = 1024 * 1024;
const maximumDepth = 5;

/** What all archives in a file may unpack to together. */
const maximumUnpacked = 256 * 1024 * 1024;

/** Larger archives are read as they come, what is nested in them one after the other, each up to this size. */
const maximumWhole = 64 * 1024 * 1024;
const maximumStreamed = 2 * 1024 * 1024 * 1024;

interface Budget {
  bytes: number;
}

/** Jars, wars and ears with what is nested in them and what was shaded into them. */
export const javaCataloguer: Cataloguer = {
  name: 'java',
  wants: (file) => (archive.test(file.path.slice(-5)) ? (file.bytes > maximumWhole ? 'stream' : 'whole') : undefined),
  whole: (file, content) => {
    const found: InstalledPackage[] = [];
    readArchive(content, { path: file.path, inside: [] }, { bytes: maximumUnpacked }, found);
    return found;
  },
  gap: (_, content) =>
    isZipDamaged(content, isWanted, maximumMetadata)
      ? 'a damaged Java archive, so that packages in it may be missing'
      : undefined,
  stream: archiveStream,
};

/** The same of an archive that is too large to be held. */
function archiveStream({ path }: FileHeader): PackageStream {
  let manifest: ArchiveFacts['manifest'] = new Map();
  const poms: Coordinates[] = [];
  const folders = new Set<string>();
  const budget: Budget = { bytes: maximumStreamed };
  let isArchive = false;
  let tooLarge = false;
  const nested: InstalledPackage[] = [];
  const stream = zipStream(
    {
      wanted(name) {
        isArchive = true;
        noteFolders(name, folders);
        return isWanted(name);
      },
      entry(name, content) {
        if (content === undefined) tooLarge = true;
        // To find out that something does not unpack took as long.
        budget.bytes -= content?.length ?? maximumWhole;
        if (content === undefined || budget.bytes <= 0 || nested.length + poms.length >= maximumPackages) return;
        if (archive.test(name)) {
          const most = Math.min(maximumUnpacked, budget.bytes);
          const inner = { bytes: most };
          readArchive(content, { path, inside: [name] }, inner, nested);
          budget.bytes -= most - inner.bytes;
        } else if (name === manifestName) manifest = readManifest(textOf(content.subarray(0, maximumMetadata)));
        else poms.push(...readPomProperties(textOf(content.subarray(0, maximumMetadata))));
      },
    },
    maximumWhole,
  );
  return {
    push: stream.push,
    end() {
      const found: InstalledPackage[] = [];
      if (isArchive) identify({ path, inside: [] }, { manifest, poms, folders }, found);
      return [...found, ...nested];
    },
    gap() {
      if (!stream.complete())
        return 'a large Java archive that could not be followed to its end, so that packages in it may be missing';
      if (budget.bytes <= 0 || nested.length + poms.length >= maximumPackages)
        return 'a large Java archive with more in it than is read';
      return tooLarge ? 'a large Java archive with another in it that is too large or does not unpack' : undefined;
    },
  };
}

interface Place {
  readonly path: string;
  /** Names of the archives on the way, the innermost last. */
  readonly inside: readonly string[];
}

function readArchive(content: Uint8Array, place: Place, budget: Budget, found: InstalledPackage[]): void {
  const nested: ZipEntry[] = [];
  const poms: Coordinates[] = [];
  let manifest: ArchiveFacts['manifest'] = new Map();
  const folders = new Set<string>();
  let entries = 0;
  const look = (name: string): boolean => {
    noteFolders(name, folders);
    return isWanted(name);
  };
  for (const entry of zipEntries(content, look)) {
    entries++;
    if (archive.test(entry.name)) nested.push(entry);
    else {
      const text = textOf(unpacked(entry, maximumMetadata, budget) ?? new Uint8Array());
      if (entry.name === manifestName) manifest = readManifest(text);
      else poms.push(...readPomProperties(text));
    }
  }
  if (entries > 0 || zipEntries(content, () => true).next().done === false)
    identify(place, { poms, manifest, folders }, found);
  for (const entry of nested) {
    if (place.inside.length >= maximumDepth || found.length >= maximumPackages) return;
    const inner = unpacked(entry, budget.bytes, budget);
    if (inner) readArchive(inner, { path: place.path, inside: [...place.inside, entry.name] }, budget, found);
  }
}

function isWanted(name: string): boolean {
  if (name === manifestName) return true;
  if (name.startsWith('META-INF/maven/') && name.endsWith('/pom.properties')) return true;
  return archive.test(name.slice(-5)) && !name.endsWith('/');
}

function unpacked(entry: ZipEntry, most: number, budget: Budget): Uint8Array | undefined {
  const limit = Math.min(most, budget.bytes);
  const bytes = entry.read(limit);
  if (entry.bytes <= limit) budget.bytes -= bytes?.length ?? entry.bytes;
  return bytes;
}

/**
 * The archive itself, and beside it every artifact whose coordinates stand in it: shaded ones. Where a repository keeps it tells better what it is than
 * what it says of itself: a manifest knows no group.
 */
function identify(
  place: Place,
  { poms, manifest, folders }: Omit<ArchiveFacts, 'fileName'>,
  found: InstalledPackage[],
): void {
  const kept = place.inside.length === 0 ? repositoryPlace(place.path) : undefined;
  const main = kept ?? mainArtifact({ fileName: baseName(place.inside.at(-1) ?? place.path), manifest, poms, folders });
  if (main) found.push(mavenPackage(main, place, manifest));
  for (const pom of poms) if (!main || !sameArtifact(pom, main)) found.push(mavenPackage(pom, place, new Map()));
}
