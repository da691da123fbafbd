import path from 'node:path';
import { exitCodes, UserError } from '../core/errors.ts';
import { compareImages } from '../image/compare-images.ts';
import { diffImages } from '../image/diff-images.ts';
import type { ImageAnalysis } from '../image/image-analysis.ts';
import {
  comparisonJson,
  type DifferenceView,
  differenceJson,
  renderComparison,
  renderDifference,
} from '../report/image-difference.ts';
import type { Vulnerability } from '../vulnerabilities/vulnerability.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { isColored } from './is-colored.ts';
import { progressOn } from './progress.ts';
import { type ReadImage, readImage, withoutVulnerabilities } from './read-image.ts';
import { writeFile } from './write-file.ts';

/** `plimsoll image diff A B`: in what B differs from A. */
export async function performImageDiff(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const names = parsed.positionals.slice(1);
  if (names.length !== 2)
    throw new UserError('image diff takes the names of two images', {
      remedy: 'plimsoll image diff shop/web:1 shop/web:2',
    });
  const [before, after] = await readAll(names, parsed, terminal);
  if (!before || !after) return exitCodes.usage;
  const view: DifferenceView = {
    before: before.analysis.image.name,
    after: after.analysis.image.name,
    beforeBytes: contentOf(before.analysis),
    afterBytes: contentOf(after.analysis),
    difference: diffImages(before.analysis, after.analysis),
    vulnerabilities: vulnerabilitiesOf(before.vulnerabilities, after.vulnerabilities),
  };
  write(
    parsed.has('json') ? differenceJson(view) : renderDifference(view, optionsOf(parsed, terminal)),
    parsed,
    terminal,
  );
  return exitCodes.clean;
}

/** `plimsoll image compare A B C`: what images share, and what a common base would save. */
export async function performImageCompare(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const names = parsed.positionals.slice(1);
  if (names.length < 2) throw new UserError('image compare takes the names of two or more images');
  const read = await readAll(names, withoutVulnerabilities(parsed), terminal);
  const comparison = compareImages(read.map(({ analysis }) => analysis));
  write(
    parsed.has('json') ? comparisonJson(comparison) : renderComparison(comparison, optionsOf(parsed, terminal)),
    parsed,
    terminal,
  );
  return exitCodes.clean;
}

async function readAll(names: readonly string[], parsed: ParsedArguments, terminal: Terminal): Promise<ReadImage[]> {
  const progress = progressOn(terminal, parsed.has('quiet'));
  const read: ReadImage[] = [];
  try {
    for (const name of names) read.push(await readImage(name, parsed, terminal, progress));
    return read;
  } finally {
    progress.end();
  }
}

function contentOf({ layers }: ImageAnalysis): number {
  return layers.reduce((sum, { contentBytes }) => sum + contentBytes, 0);
}

/** By id and package: a new version that still has it is not another vulnerability. */
function vulnerabilitiesOf(
  before: readonly Vulnerability[] | undefined,
  after: readonly Vulnerability[] | undefined,
): DifferenceView['vulnerabilities'] {
  if (!before || !after) return undefined;
  const keyOf = ({ id, package: of }: Vulnerability) => `${id}\0${of.kind}\0${of.name}`;
  const [was, is] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  return { gone: before.filter((each) => !is.has(keyOf(each))), come: after.filter((each) => !was.has(keyOf(each))) };
}

function optionsOf(parsed: ParsedArguments, terminal: Terminal) {
  return {
    columns: terminal.stdout.isTTY ? (terminal.stdout.columns ?? 100) : 120,
    color: parsed.value('output') === undefined && isColored(parsed, terminal),
    all: parsed.has('all'),
  };
}

function write(text: string, parsed: ParsedArguments, terminal: Terminal): void {
  const output = parsed.value('output');
  if (output === undefined) terminal.stdout.write(text);
  else writeFile(path.resolve(terminal.cwd, output), text);
}
