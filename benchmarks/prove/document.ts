import type { Evidence } from '../../src/core/evidence.ts';
import type { Result } from './result.ts';

type Measured = Result & { readonly evidence: Evidence & { readonly after: Evidence['before'] } };

/** Seconds: what takes less is noise. */
const leastWork = 0.5;
const leastGrowth = 1;

/** Images that have no lighter sister of the same program: there is little to save but what is built on them. */
const smallBase = /(?:^|[-:/])(?:slim|alpine|distroless|busybox|scratch|nginx|jre)(?:[-:]|$)|-slim|:\d+-jre/;

/**
 * docs/proof.md.
 * @param listed the names of all that the command knows
 * @param startUp the rows of what a pod took to start, as tests/system/cost-start-up.test.ts writes them
 * @param bases the image that the last stage of each application stands on, by the application's name, with the name that it has here
 */
export function documentOf(
  results: readonly Result[],
  listed: readonly string[],
  bases: ReadonlyMap<string, string>,
  startUp: string,
): string {
  const isSmall = ({ name }: Result) => smallBase.test(bases.get(name) ?? '');
  const ordered = [...results].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  const measured = ordered.filter(isMeasured);
  const tried = ordered.filter(({ verdict }) => verdict !== 'nothing to prove');
  const notCompared = tried.filter((each) => !isMeasured(each));
  const notHad = notCompared.filter(cannotBeHad);
  const proved = measured.filter(({ verdict }) => verdict === 'proved');
  const languages = new Set(measured.map(({ language }) => language)).size;
  const open = proved.filter(({ stages }) => stages === 1);
  const unmeasured = listed.filter((name) => !results.some((each) => each.name === name)).sort();
  const smallOnes = open.filter(isSmall).length;
  const ofOlderBases = measured.filter(({ bases: mark }) => mark === undefined);
  const isNew = ({ bases: mark }: Result) => mark !== undefined;
  const times = measured.map(({ evidence }) => evidence.created.slice(0, 16).replace('T', ' ')).sort();
  return `# Real applications, before and after

Written by one command, from what was measured:

    node benchmarks/run.mjs prove/table GIT-DIRECTORY-PARENT

Each application is proved by \`plimsoll prove --review\` ([what that does](prove.md)): the original is built without a cache and run twice, the repaired file with
all its fixes, those with a question too, once; fixes that break something are withdrawn and the rest is proved. Both are built again after one line of a source file was changed.
The builder is ${measured[0]?.evidence.builder.title ?? 'Docker Engine'}, which also runs them. Applications whose name has a slash are public ones, fetched and not changed but for the name of the base image (where that is one on Alpine, of which there is
no stand-in, the slim one takes its place, or the full one where there is no slim one); the others are
those of \`tests/system/builds\` and \`examples\`. **Base images are stand-ins** made from Debian's packages (\`scripts/base-images\`), with the packages and the settings of apt and dpkg that the official ones have: read the sizes as
ratios, not as what a registry would give. Seconds are of a machine with two processors that did many other things at the same time.

**${measured.length} applications in ${languages} languages were built and compared; ${proved.length} are proved: they build, and every observation of three runs is alike. None of those is broken.**
${
  ofOlderBases.length === 0
    ? ''
    : `**${ofOlderBases.length} rows (marked «older») were measured on older stand-ins**, which kept 75 MB of apt's own caches wherever apt-get ran and in which the slim Debian was the full one: both of their sizes are too large, and
what they save is too small a share. They are in the distributions, and beside them stand those of the present stand-ins alone.`
}
What the original itself fails at (not to stop at SIGTERM, mostly) proves nothing, and is not counted.
The rows were measured between ${times[0]} and ${times.at(-1)} (UTC), each with the fixes of its hour: what was mended later is in the later ones alone.
The command knows ${listed.length} applications, and goes on where it was stopped: ${measured.length} are compared; of ${notHad.length} the original itself cannot be built here (a base, a package or
sources that are not to be had: below, counted nowhere); in ${ordered.length - tried.length} there is nothing to fix; ${notCompared.length - notHad.length} failed (below); ${unmeasured.length} are not measured yet${unmeasured.length === 0 ? '' : `: ${unmeasured.join(', ')}`}.

| of the proved | applications | least | lower quartile | median | upper quartile | most |
| --- | --- | --- | --- | --- | --- | --- |
${distribution('size saved, all', proved.map(savedShare))}
${distribution('size saved, those with one stage', open.map(savedShare))}
${distribution('size saved, public ones with one stage', open.filter(isPublic).map(savedShare))}
${distribution('size saved, those with one stage on a full image', open.filter((each) => !isSmall(each)).map(savedShare))}
${distribution('size saved, those with one stage on an image that is small already', open.filter(isSmall).map(savedShare))}
${
  ofOlderBases.length === 0
    ? ''
    : `${distribution('size saved, those with one stage, present stand-ins alone', open.filter(isNew).map(savedShare))}
${distribution('work of a rebuild, after / before, present stand-ins alone', proved.filter(isNew).flatMap(workShare))}
`
}${distribution('bytes to pull saved, all', proved.flatMap(pulledShare))}
${distribution('seconds of a rebuild, after / before', proved.flatMap(rebuildShare))}
${distribution('work of a rebuild, after / before', proved.flatMap(workShare))}

«Work of a rebuild» is the sum of the seconds of the instructions that were carried out again. Applications in which that was less than half a second before have nothing to save and are left out, unless it
grew by a second or more.
Cache mounts, which are an option (\`cache/package-cache-mount\`), are on: a rebuild after a change of the sources is one of a builder that keeps its cache.
Published by others: repairing smells deterministically saved 4.6 % of the size (Parfum, ICSE 2024), refactoring by language models 32 % (MSR 2025), reordering 26.5 % of rebuild time, with the behaviour kept in
86.2 % (Doctor, 2025). Their applications are others: the figures say the order of magnitude, no more.

${goals(open, proved)}
Why the median of the size is where it is: ${smallOnes} of ${open.length} start on an image that is small already, and a slim image is where the repair of a full one ends. What is smaller still (distroless images of Node.js
or Python, Alpine) has no shell or another libc: that is a decision, and no fix makes it. What is left there is caches, packages for development and what apt recommends, which is little beside the image.
The applications of this repository are made to try one repair each, most of them of other areas than size: the public ones alone say more of what a repository can expect.

| application | measured | language | stages | size | saved | to pull | rebuild | work | layers | same program | fixes | taken back |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${measured.map(row).join('\n')}

## From pod created to ready, before and after

Measured beside what [plimsoll cost](cost.md) estimates, by \`tests/system/cost-start-up.test.ts\` (\`npm run test:node\`): an application with 4,000 small files and 40 MB of data, with \`COPY\` and then
\`RUN chown -R\` before, with \`COPY --chown\` as \`plimsoll fix\` leaves it after, and a next version in which one file changed. A real kubelet (Kubernetes 1.37, containerd 2.4) pulls it from a real
registry that gives 5 MB a second. Seconds.

| image | pulled | pull, estimated | pull, measured | created to ready, estimated | created to ready, measured |
| --- | --- | --- | --- | --- | --- |
${startUp.trim()}

## What saves less than half, and why

${list(open.filter((each) => savedShare(each) < 0.5).map((each) => `${each.name} (${percent(savedShare(each))}): ${whySmall(each, bases.get(each.name) ?? 'an image', isSmall(each))}`))}

## What a rebuild still does, where it is more than a fifth

${list(proved.filter((each) => workShare(each).some((share) => share > 0.2)).map((each) => `${each.name}: ${heaviest(each)}`))}

## Taken back

${list(measured.flatMap(({ name, withdrawn }) => withdrawn.map(({ rule, line, reason }) => `${name}, line ${line}, \`${rule}\`: ${plain(reason)}`)))}

## Not compared

${list(notCompared.map(({ name, verdict, statements }) => `${name}: ${verdict}. ${plain(statements.join(' '))}`))}

## Not proved

${list(measured.filter(({ verdict }) => verdict !== 'proved').map(({ name, verdict, statements }) => `${name}: ${verdict}. ${plain(statements.join(' '))}`))}
`;
}

/** What it is made of is not to be had here: that says nothing of the fixes. */
function cannotBeHad({ statements }: Result): boolean {
  return statements.some((each) => /^(?:The original does not build|Its sources are not all there)/.test(each));
}

function isPublic({ from }: Pick<Result, 'from'>): boolean {
  return from === 'public';
}

function isMeasured(result: Result): result is Measured {
  return result.evidence?.after != null;
}

function row({ name, language, stages, evidence, withdrawn, verdict, bases }: Measured): string {
  const { before, after, behaviour, fixes } = evidence;
  const same = verdict === 'proved' ? `yes, ${behaviour.compared} observations` : behaviour.verdict;
  const rules = [...new Set(fixes.map(({ rule }) => `\`${rule}\``))].sort().join(' ');
  const cells = [
    name,
    `${evidence.created.slice(5, 16).replace('T', ' ')}${bases === undefined ? ' older' : ''}`,
    language,
    String(stages),
    `${megabytes(before.bytes)} → ${megabytes(after.bytes)}`,
    percent(savedShare({ evidence })),
    before.compressedBytes && after.compressedBytes
      ? `${megabytes(before.compressedBytes)} → ${megabytes(after.compressedBytes)}`
      : '-',
    before.rebuild && after.rebuild
      ? `${seconds(before.rebuild.seconds)} → ${seconds(after.rebuild.seconds)}, ${before.rebuild.cachedSteps}/${before.rebuild.steps} → ${after.rebuild.cachedSteps}/${after.rebuild.steps} cached`
      : '-',
    before.rebuild && after.rebuild ? `${seconds(work(before))} → ${seconds(work(after))}` : '-',
    `${before.layers} → ${after.layers}`,
    same,
    rules,
    String(withdrawn.length),
  ];
  return `| ${cells.map(plain).join(' | ')} |`;
}

function goals(open: readonly Measured[], proved: readonly Measured[]): string {
  const saved = quantile(open.map(savedShare), 0.5);
  const works = proved.flatMap(workShare);
  const rebuilt = quantile(works, 0.5);
  const verdict = (held: boolean) => (held ? 'reached' : 'missed');
  const few = proved.length < 12 ? `Of ${proved.length} applications little follows: twelve are wanted. ` : '';
  const ofPublic = open.filter(isPublic);
  const savedOfPublic = quantile(ofPublic.map(savedShare), 0.5);
  const publicOnes = `of the public ones alone **${verdict(savedOfPublic >= 0.5)}** (${percent(savedOfPublic)} of ${ofPublic.length})`;
  return `${few}Goals: a median of at least 50 % saved of those that start with one stage: **${verdict(saved >= 0.5)}** (${percent(saved)} of ${open.length}), ${publicOnes}. Median work of a rebuild at most a fifth: **${verdict(rebuilt <= 0.2)}** (${percent(rebuilt)} of ${works.length}).`;
}

function whySmall({ evidence: { fixes, withdrawn } }: Measured, base: string, isSmall: boolean): string {
  const lost = withdrawn.find(({ rule }) => rule.startsWith('size/'));
  if (lost) return `\`${lost.rule}\` was taken back: ${plain(lost.reason)}`;
  const rules = new Set(fixes.map(({ rule }) => rule));
  const renewed = rules.has('maintenance/end-of-life-base')
    ? ', and the supported release that it moves to is another size'
    : '';
  if (isSmall) return `it stands on ${base}, which is small already${renewed}.`;
  const lighter = [
    'size/lighter-base',
    'size/single-stage-build',
    'size/build-tools-shipped',
    'size/static-file-server',
  ].filter((rule) => rules.has(rule));
  if (lighter.length > 0)
    return `${lighter.map((rule) => `\`${rule}\``).join(' ')} was made; the rest is the run-time image and what the program needs.`;
  return `no fix gives ${base} up${renewed}.`;
}

/** The instruction that takes most of a rebuild, whatever stands before it. */
function heaviest({ evidence: { before, after } }: Measured): string {
  const [most] = [...(after.rebuild?.instructions ?? [])]
    .filter(({ cached }) => !cached)
    .sort((one, other) => (other.seconds ?? 0) - (one.seconds ?? 0));
  return most === undefined
    ? 'nothing.'
    : `\`${plain(most.instruction).slice(0, 90)}\`, ${seconds(most.seconds ?? 0)} of ${seconds(work(after))} (before: ${seconds(work(before))})`;
}

function savedShare({ evidence: { before, after } }: Pick<Measured, 'evidence'>): number {
  return 1 - after.bytes / before.bytes;
}

function pulledShare({ evidence: { before, after } }: Measured): number[] {
  return before.compressedBytes && after.compressedBytes ? [1 - after.compressedBytes / before.compressedBytes] : [];
}

function rebuildShare({ evidence: { before, after } }: Measured): number[] {
  return before.rebuild && after.rebuild ? [after.rebuild.seconds / before.rebuild.seconds] : [];
}

function workShare({ evidence: { before, after } }: Measured): number[] {
  // The last line of a step that has no line end hid its seconds from older readings.
  const isUnknown = [before, after].some(({ rebuild }) =>
    rebuild?.instructions.some(
      ({ instruction, cached, seconds: spent }) => !cached && spent == null && /^RUN/i.test(instruction),
    ),
  );
  if (!before.rebuild || !after.rebuild || isUnknown) return [];
  const [was, is] = [work(before), work(after)];
  return was >= leastWork || is - was >= leastGrowth ? [is / Math.max(was, leastWork)] : [];
}

/** Seconds of the instructions that were carried out again. */
function work({ rebuild }: Evidence['before']): number {
  return (rebuild?.instructions ?? []).reduce(
    (sum, { cached, seconds: spent }) => sum + (cached ? 0 : (spent ?? 0)),
    0,
  );
}

function distribution(title: string, shares: readonly number[]): string {
  const at = (share: number) => (shares.length === 0 ? '-' : percent(quantile(shares, share)));
  return `| ${title} | ${shares.length} | ${at(0)} | ${at(0.25)} | ${at(0.5)} | ${at(0.75)} | ${at(1)} |`;
}

/** Between two of them by their distance. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? 0;
  return low + (place % 1) * ((sorted[Math.ceil(place)] ?? low) - low);
}

function list(lines: readonly string[]): string {
  return lines.length === 0 ? 'None.' : lines.map((line) => `- ${line}`).join('\n');
}

function plain(text: string): string {
  return text
    .replace(/\.? ?\(all of it in [^)]*\)/g, '')
    .replace(/\/tmp\/plimsoll-[\w/.-]*/g, '…')
    .replace(/[\r\n|]+/g, ' ')
    .trim();
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function seconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} s`;
}

function percent(share: number): string {
  return `${Math.round(100 * share) || 0} %`;
}
