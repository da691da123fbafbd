// What benchmarks/image.mjs measures as a process of its own: opens an image, analyses it, and prints what it found, in figures.
import { cataloguers } from '../../src/ecosystems/cataloguers.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import { openImage } from '../../src/image/sources/open-image.ts';

const [reference = '', mode = 'full', threads = '', cache = ''] = process.argv.slice(2);
const full = mode === 'full';
const image = await openImage(reference, { environment: process.env });
const analysis = await analyseImage(image, {
  cataloguers: full ? cataloguers : [],
  secrets: full,
  ...(threads !== '' && { threads }),
  ...(cache !== '' && { cache: { directory: cache, code: 'benchmark' } }),
});
await image.close();
console.log(
  JSON.stringify({
    files: analysis.files.size,
    packages: analysis.packages.length,
    secrets: analysis.secrets.length,
    waste: analysis.waste.slice(0, 5).map(({ what, bytes }) => `${what}: ${bytes}`),
    efficiency: analysis.efficiency,
    wastedBytes: analysis.wastedBytes,
    unpackedBytes: analysis.layers.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0),
    gaps: analysis.gaps,
  }),
);
