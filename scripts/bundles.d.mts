import type { BuildOptions } from 'esbuild';

/** esbuild's options that all of them share. */
export const common: BuildOptions;

/** esbuild's options for each bundle of the command line. */
export const bundles: Readonly<Record<'audit' | 'plimsoll' | 'recording', BuildOptions>>;

/** The same for the threads that read layers of images. */
export const layerWorker: BuildOptions;
/** Files of which the bundle of audit calls functions that load them then, by the part's name. */
export const lateAudit: Readonly<Record<string, { readonly file: string; readonly functions: readonly string[] }>>;
/** What the bundle of audit loads as Node.js loads any file. */
export const parts: BuildOptions;
