import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../core/errors.ts';
import { analyseImage } from '../../image/analyse-image.ts';
import { historyLine } from '../../image/history-line.ts';
import type { Image } from '../../image/image.ts';
import type { ImageAnalysis } from '../../image/image-analysis.ts';
import type { Git } from '../replay/run-git.ts';
import type { MeasuredImage, MeasuredStep } from './compare-commits.ts';
import type { SizedCommit } from './sized-commit.ts';

const run = promisify(execFile);

/** Files of a layer that are remembered, the largest. */
const rememberedFiles = 2000;

const layerMakers = ['RUN', 'COPY', 'ADD', 'WORKDIR'];

/** What an image says of the steps of its commit: how large the layer of each is, and what it brought. */
export async function measureImage(image: Image, commit: SizedCommit): Promise<MeasuredImage> {
  const analysis = await analyseImage(image, { cataloguers: [], secrets: false });
  const steps: (MeasuredStep | undefined)[] = commit.steps.map(() => undefined);
  const notes = image.configuration.history
    .map((entry, index) => ({ name: historyLine(entry).text.split(' ', 1)[0]?.toUpperCase() ?? '', index }))
    .filter(({ name }) => layerMakers.includes(name));
  // The base's own come first: from the end on, each note is that of a step.
  for (let back = 1; back <= commit.steps.length; back++) {
    const [step, note] = [commit.steps.at(-back), notes.at(-back)];
    if (step === undefined || note === undefined || note.name !== step.name) break;
    const layer = image.layers.findIndex(({ history }) => history === note.index);
    steps[commit.steps.length - back] = layer === -1 ? { bytes: 0, files: new Map() } : measuredLayer(analysis, layer);
  }
  return { bytes: analysis.layers.reduce((sum, { contentBytes }) => sum + contentBytes, 0), steps };
}

function measuredLayer(analysis: ImageAnalysis, layer: number): MeasuredStep {
  const files: { readonly path: string; readonly bytes: number }[] = [];
  for (const file of analysis.files) if (file.layer === layer && file.bytes > 0) files.push(file);
  files.sort((a, b) => b.bytes - a.bytes);
  return {
    bytes: analysis.layers[layer]?.contentBytes ?? 0,
    files: new Map(files.slice(0, rememberedFiles).map(({ path, bytes }) => [path, bytes])),
  };
}

/**
 * Puts a commit's files into a directory, as a check-out has them; the work tree and the index stay as they are, and no filter is run.
 * @throws UserError where git cannot
 */
export async function checkOutCommit(git: Git, commit: string, directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const own: Git['environment'] = { ...git.environment, GIT_INDEX_FILE: path.join(directory, '..', 'index') };
  try {
    for (const parameters of [
      ['read-tree', commit],
      ['checkout-index', '--all', '--quiet', `--prefix=${directory}/`],
    ])
      await run('git', ['-C', git.directory, '--no-optional-locks', ...parameters], { env: own, maxBuffer: 1 << 24 });
  } catch (cause) {
    throw new UserError(`git cannot check out ${commit.slice(0, 12)}`, {
      remedy: 'Fetch what is missing: git fetch --refetch in a partial clone.',
      exitCode: 3,
      cause,
    });
  }
}
