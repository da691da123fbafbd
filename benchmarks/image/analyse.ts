// What benchmarks/image.mjs measures as a process of its own: opens an image, analyses it, and prints what it found, in figures.
import { writeSync } from 'node:fs';
import { cataloguers } from '../../src/ecosystems/cataloguers.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import { openImage } from '../../src/image/sources/open-image.ts';

const [reference = '', mode = 'full', threads = '', cache = '', without = '0'] = process.argv.slice(2);
const full = mode === 'full';

async function look(): Promise<void> {
  const opened = await openImage(reference, { environment: process.env });
  // Without its last layers, it is another image of the same ones.
  const image = { ...opened, layers: opened.layers.slice(0, opened.layers.length - Number(without)) };
  const analysis = await analyseImage(image, {
    cataloguers: full ? cataloguers : [],
    secrets: full,
    ...(threads !== '' && { threads }),
    ...(cache !== '' && { cache: { directory: cache, code: 'benchmark' } }),
  });
  await image.close();
  writeSync(
    1,
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
}

look().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
