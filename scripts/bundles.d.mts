import type { BuildOptions } from 'esbuild';

/** esbuild's options that all of them share. */
export const common: BuildOptions;

/** esbuild's options for each bundle of the command line. */
export const bundles: Readonly<Record<'audit' | 'plimsoll' | 'recording', BuildOptions>>;

/** The same for the threads that read layers of images. */
export const layerWorker: BuildOptions;
/** What the bundle of audit loads as Node.js loads any file. */
export const parts: BuildOptions;
