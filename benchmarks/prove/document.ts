import type { Evidence } from '../../src/core/evidence.ts';
import type { Result } from './result.ts';

type Measured = Result & { readonly evidence: Evidence & { readonly after: Evidence['before'] } };

/** docs/proof.md. */
export function documentOf(results: readonly Result[], listed: number): string {
  const ordered = [...results].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  const measured = ordered.filter(isMeasured);
  const tried = ordered.filter(({ verdict }) => verdict !== 'nothing to prove');
  const notCompared = tried.filter((each) => !isMeasured(each));
  const proved = measured.filter(({ verdict }) => verdict === 'proved');
  const languages = new Set(measured.map(({ language }) => language)).size;
  const open = proved.filter(({ stages }) => stages === 1);
  return `# Real applications, before and after

Written by one command, from what was measured:

    node benchmarks/run.mjs prove/table GIT-DIRECTORY-PARENT

Each application is proved by \`plimsoll prove --review\` ([what that does](prove.md)): the original is built without a cache and run twice, the repaired file with
all its fixes, those with a question too, once; fixes that break something are withdrawn and the rest is proved. Both are built again after one line of a source file was changed.
The builder is ${measured[0]?.evidence.builder.title ?? 'Docker Engine'}, which also runs them. Applications whose name has a slash are public ones, fetched and not changed but for the name of the base image; the others are
those of \`tests/system/builds\` and \`examples\`. **Base images are stand-ins** made from Debian's packages (\`scripts/base-images\`): read the sizes as ratios, not as what a
registry would give. Seconds are of a machine with two processors that did many other things at the same time.

**${measured.length} applications in ${languages} languages were built and compared; ${proved.length} are proved: they build, and every observation of three runs is alike. None of those is broken.**
What the original itself fails at (not to stop at SIGTERM, mostly) proves nothing, and is not counted.
The command knows ${listed} applications, and goes on where it was stopped: those that are not in the table were not measured yet.
${notCompared.length > 0 ? `${notCompared.length} could not be compared (below).` : ''}

| of the proved | applications | least | lower quartile | median | upper quartile | most |
| --- | --- | --- | --- | --- | --- | --- |
${distribution('size saved, all', proved.map(savedShare))}
${distribution('size saved, those with one stage', open.map(savedShare))}
${distribution('bytes to pull saved, all', proved.flatMap(pulledShare))}
${distribution('seconds of a rebuild, after / before', proved.flatMap(rebuildShare))}
${distribution('work of a rebuild, after / before', proved.flatMap(workShare))}

«Work of a rebuild» is the sum of the seconds of the instructions that were carried out again; those that took less than half a second before are left out of both, for what is measured there is noise.
Published by others: repairing smells deterministically saved 4.6 % of the size (Parfum, ICSE 2024), refactoring by language models 32 % (MSR 2025), reordering 26.5 % of rebuild time, with the behaviour kept in
86.2 % (Doctor, 2025). Their applications are others: the figures say the order of magnitude, no more.

${goals(open, proved)}

| application | language | stages | size | saved | to pull | rebuild | work | layers | same program | fixes | taken back |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${measured.map(row).join('\n')}

## Taken back

${list(measured.flatMap(({ name, withdrawn }) => withdrawn.map(({ rule, line, reason }) => `${name}, line ${line}, \`${rule}\`: ${plain(reason)}`)))}

## Not compared

${list(notCompared.map(({ name, verdict, statements }) => `${name}: ${verdict}. ${plain(statements.join(' '))}`))}

## Not proved

${list(measured.filter(({ verdict }) => verdict !== 'proved').map(({ name, verdict, statements }) => `${name}: ${verdict}. ${plain(statements.join(' '))}`))}
`;
}

function isMeasured(result: Result): result is Measured {
  return result.evidence?.after != null;
}

function row({ name, language, stages, evidence, withdrawn, verdict }: Measured): string {
  const { before, after, behaviour, fixes } = evidence;
  const same = verdict === 'proved' ? `yes, ${behaviour.compared} observations` : behaviour.verdict;
  const rules = [...new Set(fixes.map(({ rule }) => `\`${rule}\``))].sort().join(' ');
  const cells = [
    name,
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
  return `${few}Goals: a median of at least 50 % saved of those that start with one stage: **${verdict(saved >= 0.5)}** (${percent(saved)} of ${open.length}). Median work of a rebuild at most a fifth: **${verdict(rebuilt <= 0.2)}** (${percent(rebuilt)} of ${works.length}).`;
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
  return before.rebuild && after.rebuild && work(before) >= 0.5 ? [work(after) / work(before)] : [];
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
    .replace(/\(all of it in [^)]*\)/g, '')
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
