import type { InstalledPackage, OperatingSystem } from '../ecosystems/installed-package.ts';
import type { ImageAccount } from './accounts.ts';
import type { Image, ImageLayer } from './image.ts';

export type FileKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'device' | 'fifo';

/** A file as a layer brought it. */
export interface ImageFile {
  /** From the root, without a leading slash. */
  readonly path: string;
  readonly kind: FileKind;
  /** Content, in bytes; 0 for what has none. */
  readonly bytes: number;
  /** Permission bits, set-id bits with them. */
  readonly mode: number;
  readonly user: number;
  readonly group: number;
  /** Of a link. */
  readonly target?: string;
  /** Index of the layer that brought it. */
  readonly layer: number;
  /** Names its content: equal exactly where the bytes are equal. Absent for what has none. */
  readonly content?: string;
}

/** A file of the file system that a layer and those below it make. */
export interface LayerFile {
  readonly file: ImageFile;
  /** What the layer did to it. A removed one is as it was. */
  readonly state: 'added' | 'changed' | 'removed' | 'unmodified';
}

/** What one layer does to the file system below it. Sizes in bytes of content. */
export interface LayerAnalysis {
  readonly layer: ImageLayer;
  /** The tar, unpacked. */
  readonly unpackedBytes: number;
  /** Content of all its files, before anything is hidden: the size that dive gives a layer. */
  readonly contentBytes: number;
  readonly added: { readonly files: number; readonly bytes: number };
  readonly changed: { readonly files: number; readonly bytes: number };
  /** What lower layers hold and this one takes away or replaces: pulled for nothing. */
  readonly removed: { readonly files: number; readonly bytes: number };
  /** The largest paths of `removed`, a few; absent for none. */
  readonly removedPaths?: readonly string[];
  /** How most bytes of `removed` came to be hidden, as {@link Waste} calls it: `files copied to change their owner`. */
  readonly removedHow?: HiddenHow;
  /** Of what it added or changed, bytes that a later layer hides. */
  readonly hiddenBytes: number;
}

/** How bytes come to be hidden under later layers. */
export const hiddenHows = [
  'files deleted by a later layer',
  'files that their own layer holds twice under one name',
  'files replaced by a later layer',
  'files copied to change their owner',
  'files copied to change their mode',
  'files copied once more, unchanged',
] as const;

export type HiddenHow = (typeof hiddenHows)[number];

/** Bytes in an image that nobody needs, by cause. A copy may be a leftover, too: what several causes sum up to is more than what is to be saved. */
export interface Waste {
  readonly kind: 'hidden' | 'duplicate' | 'leftover';
  /** `package lists of apt`, `files deleted by a later layer` … */
  readonly what: string;
  readonly bytes: number;
  readonly files: number;
  /** Layers that hold the bytes, or that brought a leftover before others gave it another owner or mode; the worst first. */
  readonly layers: readonly number[];
  /** Layers whose instruction is the cause, where those are others: which delete, replace or copy. */
  readonly causes: readonly number[];
  /** The largest paths, a few. */
  readonly paths: readonly string[];
}

/** A secret in a layer. Its value is nowhere kept. */
export interface ImageSecret {
  readonly kind: string;
  readonly certainty: 'certain' | 'likely';
  /** A file's path, or where in the configuration it stands: `env NAME`, `history 4`. */
  readonly place: string;
  /** Line in the file, from 1. */
  readonly line?: number;
  /** Absent for the configuration. */
  readonly layer?: number;
  /** A later layer deletes or replaces the file; the secret is still pulled. */
  readonly hidden: boolean;
}

export interface ImagePackage extends InstalledPackage {
  /** The layer that first brought it in this version. */
  readonly layer: number;
}

/** Everything that is known of an image after one pass over its layers. */
export interface ImageAnalysis {
  readonly image: Image;
  readonly layers: readonly LayerAnalysis[];
  /** The file system that a container sees. */
  readonly files: FileSystemView;
  /** The file system as it is with this layer (from 0) and those below it, in no order. */
  filesAt?(layer: number): Iterable<LayerFile>;
  /** Paths of the files that this layer (from 0) brings, in no order; an image that was not read from layers cannot tell. */
  pathsOf?(layer: number): Iterable<string>;
  /** The layer (from 0) that brought what a container sees at a path, where later ones only gave it another owner or mode. */
  broughtBy?(path: string): number | undefined;
  /** Of the file system that a container sees. */
  readonly packages: readonly ImagePackage[];
  readonly operatingSystem: OperatingSystem | undefined;
  /** Of `/etc/passwd` and `/etc/shadow` that a container sees; undefined where there is none or it was not read. See `readAccounts`. */
  readonly accounts?: readonly ImageAccount[];
  readonly secrets: readonly ImageSecret[];
  readonly waste: readonly Waste[];
  /** As dive computes it, 0 to 1. */
  readonly efficiency: number;
  /** dive's wasted bytes. */
  readonly wastedBytes: number;
  /** What has to be pulled, packed, in bytes; undefined where the source holds unpacked layers only. */
  readonly pulledBytes: number | undefined;
  /** Content of the files that a container sees, each content once. */
  readonly neededBytes: number;
  /** What could not be read, and why: a foreign layer, a bound that was met. */
  readonly gaps: readonly string[];
}

/** Files by path. Iterating gives them by name, each directory before what is in it. */
export interface FileSystemView extends Iterable<ImageFile> {
  readonly size: number;
  find(path: string): ImageFile | undefined;
}
