import type { BuildOptions } from 'esbuild';

/** esbuild's options for each bundle of the command line. */
export const bundles: Readonly<Record<'audit' | 'plimsoll', BuildOptions>>;
