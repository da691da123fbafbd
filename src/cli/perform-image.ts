import { existsSync } from 'node:fs';
import path from 'node:path';
import { audit } from '../audit/audit.ts';
import { settingsFrom } from '../audit/settings.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import { meantOf } from '../core/nearest.ts';
import { printable } from '../core/printable.ts';
import {
  type DiveRules,
  type DiveVerdict,
  diveDefaults,
  judgeAsDive,
  readDiveRules,
  readGivenDiveRules,
} from '../image/dive-gate.ts';
import type { ImageAnalysis } from '../image/image-analysis.ts';
import { type InspectedImage, imageProject, inspectImage } from '../project/inspected-image.ts';
import type { Project } from '../project/project.ts';
import { imageSections } from '../report/image-terminal.ts';
import type { ImageView } from '../report/image-view.ts';
import { rules } from '../rules/generated.ts';
import { baselineFrom } from './baseline-flag.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { exitCodeOf } from './exit-code.ts';
import { failOnFrom } from './fail-on.ts';
import { diveFlags, diveGateFlags } from './image-flags.ts';
import { formatFrom, refuseWithoutEffect } from './image-formats.ts';
import { repositoryFrom } from './image-repository.ts';
import { isColored } from './is-colored.ts';
import { loadConfiguration } from './load-configuration.ts';
import { orderedReport, refuseWithoutOrder } from './ordered-report.ts';
import { progressOn } from './progress.ts';
import { readBases } from './read-bases.ts';
import { platformFrom, type ReadImage, readImage } from './read-image.ts';
import { readTarget } from './read-target.ts';
import { recordedName } from './recorded-image.ts';
import { askedRules } from './rule-selection.ts';
import { imageSubject, type ReportWithHistory, withHistory } from './with-history.ts';
import { writeFile, writePieces } from './write-file.ts';
import { writeReports } from './write-reports.ts';

const forms = ['diff', 'compare', 'browse'];

/** Looks into one image and reports as the arguments of `plimsoll image` say. Gives the exit code. */
export async function performImage(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const [name, ...others] = parsed.positionals;
  if (name === undefined || others.length > 0)
    throw new UserError(`image takes the name of one image${meantOf(name ?? '', others.length > 0 ? forms : [])}`, {
      remedy: 'plimsoll image registry.example/shop/web:1, plimsoll image ./image.tar, plimsoll image diff A B.',
    });
  refuseWithoutEffect(parsed);
  refuseWithoutOrder(parsed);
  // What is written wrong is said before an image is read, which may take minutes.
  const gate = await diveRules(parsed, terminal);
  const progress = progressOn(terminal, parsed.has('quiet'));
  try {
    const repository = await repositoryFrom(parsed, terminal);
    const read = await readImage(name, parsed, terminal, progress, {
      platform: platformFrom(parsed.value('platform')),
      attachments: attachmentsFor(parsed),
    });
    const bases = await readBases(read.analysis.image, parsed, terminal, progress);
    progress.step('judging');
    const image = inspectImage(read.analysis, read.vulnerabilities, repository, bases);
    const { view, budgetsBroken, failed } = await viewOf(image, read, repository, name, parsed, terminal);
    progress.end();
    await write(view, parsed, terminal);
    if (failed !== undefined) return failed;
    if (gate) return judge(read.analysis, gate, terminal);
    // A list is no verdict.
    if (parsed.has('sbom')) return exitCodes.clean;
    if (budgetsBroken && parsed.value('fail-on') !== 'never') return exitCodes.findings;
    return exitCodeOf(view.report, failOnFrom(parsed, undefined));
  } finally {
    progress.end();
  }
}

/** A list of what was found, and a part of the text, say nothing of what is attached. */
function attachmentsFor(parsed: ParsedArguments): 'read' | 'keep' | undefined {
  const sbom = parsed.value('sbom');
  if (sbom === 'attested') return 'keep';
  return sbom === undefined && !imageSections.some((section) => parsed.has(section)) ? 'read' : undefined;
}

async function viewOf(
  image: InspectedImage,
  { advisories, attachments }: ReadImage,
  repository: Project | undefined,
  name: string,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<Omit<ReportWithHistory, 'report'> & { readonly view: ImageView }> {
  const here = await readTarget([], undefined, terminal);
  const { configuration, peerSettings } = await loadConfiguration(parsed, here, terminal);
  const today = new Date().toISOString().slice(0, 10);
  const project = imageProject([image], repository);
  const audited = audit(project, {
    rules: rules.filter(({ definition }) => definition.looksAt === 'image'),
    settings: settingsFrom(configuration, askedRules(parsed)),
    peerSettings,
    honourIgnoreComments: !parsed.has('no-ignore-comments'),
    today,
    baseline: baselineFrom(parsed, terminal),
    changedPaths: undefined,
    version: terminal.version,
    target: name,
    clock: () => process.uptime(),
    startedAt: 0,
  });
  const ordered = await orderedReport(audited, project, parsed, configuration.cost);
  const { report, ...outcome } = await withHistory(
    ordered,
    {
      kind: 'image',
      subject: imageSubject(recordedName(image.analysis.image), parsed),
      root: terminal.cwd,
      images: [image],
      configuration,
    },
    parsed,
    terminal,
  );
  return { view: { image, report, today, advisories, attachments }, ...outcome };
}

async function write(view: ImageView, parsed: ParsedArguments, terminal: Terminal): Promise<void> {
  const html = parsed.value('html');
  if (html !== undefined) {
    const { renderImageHtml } = await import('../report/image-html.ts');
    writeFile(path.resolve(terminal.cwd, html), renderImageHtml(view));
  }
  const output = parsed.value('output');
  const pieces = await piecesOf(view, parsed, terminal);
  if (pieces === undefined)
    await writeReports(view.report, '', failOnFrom(parsed, undefined), withFormat(parsed), terminal);
  else if (output === undefined) for (const piece of pieces) terminal.stdout.write(piece);
  else writePieces(path.resolve(terminal.cwd, output), pieces);
}

/** The text that is asked for, a long one in pieces; undefined for the formats that every report has. */
async function piecesOf(
  view: ImageView,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<Iterable<string> | undefined> {
  const format = formatFrom(parsed);
  const sbom = parsed.value('sbom');
  const sourceDateEpoch = terminal.environment.SOURCE_DATE_EPOCH;
  const options = { version: terminal.version, now: new Date(), sourceDateEpoch };
  if (sbom === 'attested') return [(await import('./attested-sbom.ts')).attestedSbom(view, terminal)];
  if (sbom === 'cyclonedx')
    return (await import('../report/cyclonedx.ts')).renderCycloneDx(view.image.analysis, options);
  if (sbom === 'spdx') return (await import('../report/spdx.ts')).renderSpdx(view.image.analysis, options);
  if (format === 'json') return (await import('../report/image-json.ts')).renderImageJson(view);
  if (format === 'html') return [(await import('../report/image-html.ts')).renderImageHtml(view)];
  if (format === 'markdown') return [(await import('../report/image-markdown.ts')).renderImageMarkdown(view)];
  if (format !== 'text') return undefined;
  const { renderImageTerminal } = await import('../report/image-terminal.ts');
  const text = renderImageTerminal(view, {
    columns: terminal.stdout.isTTY ? (terminal.stdout.columns ?? 100) : 120,
    color: parsed.value('output') === undefined && isColored(parsed, terminal),
    all: parsed.has('all'),
    sections: imageSections.filter((section) => parsed.has(section)),
  });
  return [text];
}

function withFormat(parsed: ParsedArguments): ParsedArguments {
  return { ...parsed, value: (name) => (name === 'format' ? formatFrom(parsed) : parsed.value(name)) };
}

/** dive's CI mode: 1 when a rule fails, whatever else was found. */
function judge(analysis: ImageAnalysis, gate: DiveRules, terminal: Terminal): number {
  const verdicts = judgeAsDive(analysis, gate);
  for (const verdict of verdicts) terminal.stderr.write(`${verdictLine(verdict)}\n`);
  return verdicts.some(({ state }) => state === 'fail') ? exitCodes.findings : exitCodes.clean;
}

/** What flags say, else the file, else what dive takes; undefined where nobody asks for its gate. */
async function diveRules(parsed: ParsedArguments, terminal: Terminal): Promise<DiveRules | undefined> {
  if (!diveGateFlags.some((flag) => parsed.has(flag))) return undefined;
  const file = parsed.value('ci-config') ?? '.dive-ci';
  const asked = diveFlags.flatMap(({ name }) => {
    const value = parsed.value(name);
    return value === undefined ? [] : [[name, value]];
  });
  return { ...(await diveRulesOf(file, parsed, terminal)), ...readGivenDiveRules(Object.fromEntries(asked)) };
}

async function diveRulesOf(file: string, parsed: ParsedArguments, terminal: Terminal) {
  const absolute = path.resolve(terminal.cwd, file);
  if (!existsSync(absolute)) {
    if (!parsed.has('ci-config')) return diveDefaults;
    throw new UserError('there is no such file', { where: file });
  }
  const [{ readFileSync }, { parse }] = await Promise.all([import('node:fs'), import('yaml')]);
  let value: unknown;
  try {
    value = parse(readFileSync(absolute, 'utf8'), { maxAliasCount: 10 });
  } catch (cause) {
    throw new UserError('this is no YAML', { where: file, cause });
  }
  const { rules, unknown } = readDiveRules(file, value);
  for (const name of unknown)
    terminal.stderr.write(
      `plimsoll: ${printable(`${file}: dive has no rule «${name.slice(0, 60)}», and nobody obeys it`)}\n`,
    );
  return rules;
}

function verdictLine({ rule, state, message }: DiveVerdict): string {
  return printable(`${state.toUpperCase()} ${rule}: ${message}`);
}
