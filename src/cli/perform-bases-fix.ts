import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { secretRanges } from '../audit/artifact-secrets.ts';
import { baseNews } from '../core/bases-report.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import { fewAtOnce } from '../core/few-at-once.ts';
import type { Finding } from '../core/finding.ts';
import type { AppliedFix, ChangedFile, FixReport, OfferedFix } from '../core/fix-report.ts';
import { parseImageReference } from '../core/image-reference.ts';
import { printable } from '../core/printable.ts';
import { editTracked, placesOfChange, trackText } from '../fix/tracked-text.ts';
import type { RegistrySession } from '../image/registry-session.ts';
import { commitMessage, type ImageSources, type UpdateSources } from '../maintain/freshness/commit-message.ts';
import type { NamedPlace, PlaceChange } from '../maintain/freshness/named-image.ts';
import { type BaseUpdate, planUpdates, type UpdateGroup, updateTarget } from '../maintain/freshness/update-plan.ts';
import { complaint } from '../report/complaint.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { linkedPlace } from './linked-place.ts';
import { positionFinder } from './named-bases.ts';
import { prefixFrom } from './path-prefix.ts';
import type { BasesRun } from './perform-bases.ts';
import { printWithoutProofs } from './perform-fix.ts';
import type { Progress } from './progress.ts';
import { typedAgain } from './typed-again.ts';

/** Images whose labels are read at once. */
const atOnce = 8;

/**
 * Updates what is named, as the flags say: shown as a diff, written, as a patch or as a branch. Gives the exit code.
 * @throws UserError where something cannot be written
 */
export async function performBasesFix(
  run: BasesRun,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<number> {
  const targets = new Map(
    run.report.images.flatMap((status) => {
      const to = updateTarget(status);
      return to === undefined ? [] : [[status.image, to] as const];
    }),
  );
  progress.step('planning the update');
  const plan = planUpdates(run.files, targets, (place) => isProtected(run, place));
  const position = positionFinder(run.project);
  const made = reportOf(run, plan.groups, plan.left, position, terminal.version);
  progress.end();
  for (const { place } of plan.kept)
    terminal.stderr.write(complaint(placeText(place, position), `${place.text} is left alone: a comment protects it`));
  if (parsed.has('patch')) return writePatch(run, made, parsed, terminal);
  if (parsed.has('branch')) return makeBranch(run, plan.groups, made, position, parsed, terminal);
  if (parsed.has('write')) return write(run, made, parsed, terminal);
  await printWithoutProofs(made, parsed, terminal);
  if (made.files.length > 0 && !parsed.has('json'))
    terminal.stdout.write(
      `\nNothing is written yet.   ${typedAgain('bases', parsed, { adding: ['--write'], without: ['--fix'] })}  ·  --patch FILE  ·  --branch NAME\n`,
    );
  return exitCodes.clean;
}

/** By a comment that ignores newer tags or moved digests, either of which would be changed there. */
function isProtected({ ignored }: BasesRun, place: NamedPlace): boolean {
  const news = ignored.get(place) ?? [];
  return [baseNews[0], baseNews[1]].some((each) => news.includes(each));
}

function placeText({ path: file, range }: NamedPlace, position: ReturnType<typeof positionFinder>): string {
  return `${file}:${position(file, range).line}`;
}

/** The update as a repair: each image's as one fix, so that its files are written together. */
function reportOf(
  { project, report }: BasesRun,
  groups: readonly UpdateGroup[],
  left: readonly PlaceChange[],
  position: ReturnType<typeof positionFinder>,
  version: string,
): FixReport {
  const applied = groups.map((group, at): AppliedFix => ({ ...offered(group, position), id: at + 1, round: 1 }));
  const texts = new Map<string, ReturnType<typeof trackText>>();
  for (const [file, edits] of editsByFile(groups)) {
    const before = project.artifacts.get(file);
    if (before) texts.set(file, editTracked(trackText(before.text), edits));
  }
  const files = [...texts].flatMap(([file, tracked]): ChangedFile[] => {
    const before = project.artifacts.get(file);
    if (before === undefined || tracked.text === before.text) return [];
    const secrets = secretRanges(project, file, before.text);
    const places = placesOfChange(tracked);
    // Only names of images change: what is secret stays what it is, and moves.
    const after = secrets.map(({ start, end }) => ({ start: moved(places, start), end: moved(places, end) }));
    return [
      { path: file, before, after: { ...before, text: tracked.text }, places, secrets: { before: secrets, after } },
    ];
  });
  return {
    tool: { name: 'plimsoll', version },
    target: report.target,
    name: project.name,
    files: files.sort((one, other) => (one.path < other.path ? -1 : 1)),
    applied,
    open: left.map((change) => leftOpen(change, position)),
    withdrawn: [],
    withoutFix: 0,
    leftAlone: [],
    problems: project.problems,
    rounds: 1,
    complete: true,
    seconds: report.seconds,
  };
}

function editsByFile(groups: readonly UpdateGroup[]) {
  const byFile = new Map<string, { range: { start: number; end: number }; replacement: string; fix: number }[]>();
  for (const [at, { edits }] of groups.entries())
    for (const { path: file, range, replacement } of edits)
      byFile.set(file, [...(byFile.get(file) ?? []), { range, replacement, fix: at + 1 }]);
  return byFile;
}

function moved(places: ChangedFile['places'], offset: number): number {
  const last = places.findLast(({ before }) => before.end <= offset);
  return last === undefined ? offset : offset - last.before.end + last.after.end;
}

function offered({ name, updates, edits }: UpdateGroup, position: ReturnType<typeof positionFinder>): OfferedFix {
  const texts = updates.map(({ from, to }) => `${from} to ${to}`);
  return {
    finding: findingOf(
      updates.flatMap(({ places }) => places),
      `${name} is not the newest of its track`,
      position,
    ),
    fix: { title: `Update ${texts.join(', ')}`, changes: { edits }, assumptions: [] },
    class: 'safe',
  };
}

function leftOpen({ place, to }: PlaceChange, position: ReturnType<typeof positionFinder>): OfferedFix {
  return {
    finding: findingOf([place], `${place.text} is not the newest of its track`, position),
    fix: {
      title: `Update ${place.text} to ${to}`,
      changes: { edits: [] },
      assumptions: [
        {
          statement: 'The name can be written in one place.',
          state: 'unknown',
          question:
            'A part of this name stands where something else uses it, too, or where it was made from something else. Write it there by hand?',
        },
      ],
    },
    class: 'review',
  };
}

function findingOf(
  places: readonly NamedPlace[],
  message: string,
  position: ReturnType<typeof positionFinder>,
): Finding {
  const [first, ...others] = places.map(({ path: file, range }) => {
    const start = position(file, range);
    return { path: file, range, start, end: start };
  });
  const nowhere = { path: '.', start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
  return {
    rule: 'bases/newer',
    area: 'maintenance',
    severity: 'warning',
    message,
    why: 'What was mended since is not in what is built on.',
    remedy: 'plimsoll bases --write',
    locations: [first ?? nowhere, ...others],
    peers: [],
  };
}

async function write(run: BasesRun, made: FixReport, parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const { writeFixes } = await import('./write-fixes.ts');
  const say = (text: string) => (parsed.has('json') ? terminal.stderr : terminal.stdout).write(text);
  const code = writeFixes(run.project.root, made, {
    allowDirty: parsed.has('allow-dirty'),
    say,
    complain: (text) => terminal.stderr.write(text),
  });
  nameLeft(made, terminal);
  say(leftText(made));
  if (parsed.has('json')) await printWithoutProofs(made, parsed, terminal);
  return code;
}

/** What is left for a person, where the report itself is not shown. */
function nameLeft({ open }: FixReport, terminal: Terminal): void {
  for (const { finding, fix } of open) {
    const { path: file, start } = finding.locations[0];
    terminal.stderr.write(complaint(`${file}:${start.line}`, `left for you: ${fix.title}`));
  }
}

/** How much of the update was not made, beside what was. */
function leftText({ open }: FixReport): string {
  if (open.length === 0) return '';
  return open.length === 1
    ? '1 place is left for you, and still names the older image\n'
    : `${open.length} places are left for you, and still name the older images\n`;
}

/** `-` is standard output. Images next to whose names a secret stands are left out, and named. */
async function writePatch(
  run: BasesRun,
  made: FixReport,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<number> {
  const { renderPatch, showsSecret } = await import('../report/patch.ts');
  const hidden = new Set(made.files.filter((file) => showsSecret(file).length > 0).map((file) => file.path));
  for (const file of hidden)
    terminal.stderr.write(complaint(file, 'not in the patch, whose lines would hold a secret: --write makes it'));
  const files = made.files
    .filter((file) => !hidden.has(file.path))
    .map((file) => ({ ...file, path: linkedPlace(run.project.root, file.path) }));
  const patch = renderPatch({ files }, { prefix: prefixFrom(terminal.cwd, run.project.root) });
  const to = parsed.value('patch') ?? '-';
  if (to === '-') terminal.stdout.write(patch);
  else
    try {
      writeFileSync(path.resolve(terminal.cwd, to), patch);
    } catch (cause) {
      throw new UserError('this file cannot be written', { where: to, cause });
    }
  nameLeft(made, terminal);
  return exitCodes.clean;
}

async function makeBranch(
  run: BasesRun,
  groups: readonly UpdateGroup[],
  made: FixReport,
  position: ReturnType<typeof positionFinder>,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<number> {
  const branch = parsed.value('branch') ?? '';
  nameLeft(made, terminal);
  if (made.files.length === 0) {
    terminal.stdout.write(
      `Nothing ${made.open.length > 0 ? 'can' : 'is to'} be updated; no branch was made.\n${leftText(made)}`,
    );
    return exitCodes.clean;
  }
  const sources = await sourcesOf(run, groups);
  const { commitBranch } = await import('./commit-branch.ts');
  const message = commitMessage(
    groups,
    (update) => sources.get(update) ?? { before: undefined, after: undefined },
    (place) => printable(placeText(place, position)),
  );
  const { commit, isNew } = commitBranch(run.project.root, branch, made.files, message);
  terminal.stdout.write(
    `${isNew ? 'made' : 'there already:'} branch ${printable(branch)} with ${commit.slice(0, 12)}: ${message.slice(0, message.indexOf('\n'))}\n${leftText(made)}`,
  );
  return exitCodes.clean;
}

/** What the labels of the images before and after say. */
async function sourcesOf(
  { session, architecture }: BasesRun,
  groups: readonly UpdateGroup[],
): Promise<ReadonlyMap<BaseUpdate, UpdateSources>> {
  const found = new Map<BaseUpdate, UpdateSources>();
  if (session === undefined) return found;
  const updates = groups.flatMap((group) => group.updates);
  await fewAtOnce(updates, atOnce, async (update) => {
    const [before, after] = [
      await labelsOf(update.from, session, architecture),
      await labelsOf(update.to, session, architecture),
    ];
    found.set(update, { before, after });
  });
  session.end();
  return found;
}

async function labelsOf(
  text: string,
  session: RegistrySession,
  architecture: string,
): Promise<ImageSources | undefined> {
  const reference = parseImageReference(text);
  if (reference === undefined) return undefined;
  const named = reference.digest ?? (await digestOf(text, session));
  if (named === undefined) return undefined;
  const answer = await session.image(reference, named, architecture);
  return answer.kind === 'image'
    ? { digest: named, labels: answer.image.labels }
    : { digest: named, labels: new Map() };
}

async function digestOf(text: string, session: RegistrySession): Promise<string | undefined> {
  const reference = parseImageReference(text);
  const answer = reference && (await session.digest(reference));
  return answer?.kind === 'digest' ? answer.digest : undefined;
}
