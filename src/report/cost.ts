import type { CostInput, CostReport, ImageCost, StartUpEstimate } from '../core/cost-report.ts';
import { jsonText } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import { type Page, paint, paragraph, row } from './internal/terminal-lines.ts';
import { terminalTable } from './internal/terminal-table.ts';
import { bytesText, plural, secondsText } from './internal/wording.ts';
import { joinBlocks, pageOf } from './terminal.ts';

/** Goes up when a field is renamed, removed or means something else. */
export const costVersion = 1;

interface Options {
  readonly columns: number;
  readonly color: boolean;
  /** Every layer, not only the largest ones. */
  readonly all: boolean;
}

const shownAtMost = 6;

/** What images cost to deploy, for a terminal: each image, all together, and every figure that went into it with its source. */
export function renderCost(report: CostReport, options: Options): string {
  const page = pageOf(options);
  return joinBlocks([
    ...report.images.map((image) => imageBlock(image, options.all, page)),
    ...(report.images.length > 0 ? [totals(report, page)] : []),
    report.problems.flatMap(({ image, message }) =>
      paragraph(
        [],
        { text: `${printable(image)}: ${printable(message)}` },
        [{ text: 'not counted', style: 'red' }],
        page,
      ),
    ),
    inputs(report, page),
  ]);
}

function imageBlock(image: ImageCost, all: boolean, page: Page): string[] {
  const { startUp } = image;
  const label = (name: string) => ({ text: `  ${name.padEnd(17)}`, style: 'dim' as const });
  const before =
    image.previous === undefined ? 'nothing of it on the nodes' : `${printable(image.previous)} on the nodes`;
  return [
    ...row(
      [
        { text: printable(image.name), style: 'bold' },
        { text: `   ${before}`, style: 'dim' },
      ],
      [{ text: `${bytesText(image.bytes)} packed` }, { text: ` (${image.basis})`, style: 'dim' }],
      page,
    ),
    ...image.uses.flatMap(({ workload, replicas, nodes }) => {
      const times = Number.isFinite(replicas.value) ? ` ×${replicas.value}` : '';
      return paragraph(
        [label('runs as')],
        { text: `${printable(workload)}${times} on ${nodesText(nodes)} (${printable(replicas.source)})` },
        [],
        page,
      );
    }),
    ...paragraph(
      [label('a deploy pulls')],
      {
        text: `${image.previous === undefined ? 'at most ' : ''}${bytesText(image.bytesADeploy)}: ${bytesText(image.changedBytes)} of new layers on ${nodesText(image.nodes)}${sharedText(image)}`,
      },
      [],
      page,
    ),
    ...paragraph(
      [label('a pod is ready')],
      { text: `after ${startUpText(startUp.deploy)}` },
      [{ text: '(estimated)', style: 'dim' }],
      page,
    ),
    ...paragraph([label('on an empty node')], { text: `after ${startUpText(startUp.newNode)}` }, [], page),
    '',
    ...layers(image, all, page),
  ];
}

function sharedText({ bytesADeploy, changedBytes, nodes }: ImageCost): string {
  const less = changedBytes * nodes - bytesADeploy;
  return less < 1 ? '' : `, less ${bytesText(less)} that other images bring there`;
}

function startUpText({ readySeconds, downloadSeconds, unpackSeconds, pulledBytes }: StartUpEstimate): string {
  return `${secondsText(readySeconds)}: ${bytesText(pulledBytes)} downloaded in ${secondsText(downloadSeconds)}, unpacked ${secondsText(unpackSeconds)} later`;
}

function nodesText(nodes: number): string {
  const rounded = Number(nodes.toFixed(1));
  return plural(rounded, 'node');
}

function layers({ layers: all, name }: ImageCost, every: boolean, page: Page): string[] {
  const numbered = all.map((layer, at) => ({ ...layer, at: at + 1 }));
  const shown = every ? numbered : numbered.toSorted((a, b) => b.bytes - a.bytes).slice(0, shownAtMost);
  if (shown.length === 0) return [];
  const rest = numbered.length - shown.length;
  return [
    ...terminalTable(
      [
        { title: '  layer', align: 'right' },
        { title: 'packed', align: 'right' },
        { title: 'unpacked', align: 'right' },
        { title: 'a node with the previous version' },
        { title: 'made by', flexible: true },
      ],
      shown
        .toSorted((a, b) => a.at - b.at)
        .map(({ at, bytes, unpackedBytes, heldBy, sharedWith, createdBy }) => [
          String(at),
          bytesText(bytes),
          unpackedBytes === undefined ? '?' : bytesText(unpackedBytes),
          heldBy === undefined
            ? `pulls it${sharedWith.length > 0 ? `, shared with ${sharedWith.filter((each) => each !== name).join(', ')}` : ''}`
            : 'has it',
          createdBy ?? '',
        ]),
      page,
    ),
    ...(rest > 0 ? [paint([{ text: `  ${plural(rest, 'smaller layer')} more: --all`, style: 'dim' }], page)] : []),
  ];
}

function totals(
  { images, bytesADeploy, newNodeBytes, bytesADay, inputs: { deploysPerDay, newNodesPerDay } }: CostReport,
  page: Page,
): string[] {
  const most = images.some(({ previous }) => previous === undefined) ? 'at most ' : '';
  const what = images.length === 1 ? 'a deploy' : `a deploy of all ${images.length}`;
  return paragraph(
    [],
    {
      text: `${most}${bytesText(bytesADay)} a day: ${deploysPerDay.value} × ${bytesText(bytesADeploy)} (${what})${newNodesPerDay.value > 0 ? ` + ${newNodesPerDay.value} × ${bytesText(newNodeBytes)} (a new node)` : ''}`,
      style: 'bold',
    },
    [],
    page,
  );
}

function inputs({ inputs: given }: CostReport, page: Page): string[] {
  const rows: [string, string, CostInput<unknown>][] = [
    ['nodes', String(given.nodes.value), given.nodes],
    ['deploys a day', String(given.deploysPerDay.value), given.deploysPerDay],
    ['new nodes a day', String(given.newNodesPerDay.value), given.newNodesPerDay],
    ['bandwidth', `${bytesText(given.bandwidth.value)}/s`, given.bandwidth],
    ['latency', `${given.latency.value} s`, given.latency],
    ['parallel downloads', String(given.parallelDownloads.value), given.parallelDownloads],
    ['unpack rate', `${bytesText(given.unpackRate.value)}/s`, given.unpackRate],
    ['each file', `${given.fileSeconds.value * 1e6} µs`, given.fileSeconds],
    ['pod without pull', `${given.podSeconds.value} s`, given.podSeconds],
    ['layers shared by', given.sharing.value, given.sharing],
  ];
  return [
    paint([{ text: 'Reckoned with', style: 'dim' }], page),
    ...terminalTable(
      [{ title: '  what' }, { title: 'figure', align: 'right' }, { title: 'from', flexible: true }],
      rows.map(([what, figure, { source }]) => [`  ${what}`, figure, source]),
      page,
    ),
  ];
}

/** The same for programs: `schemas/cost.schema.json`. */
export function costJson({ inputs: given, images, ...rest }: CostReport): string {
  const whole = {
    format: 'plimsoll-cost',
    version: costVersion,
    inputs: given,
    images: images.map((image) => ({
      ...image,
      previous: image.previous ?? null,
      uses: image.uses.map((use) => ({ ...use, replicas: { ...use.replicas, value: finite(use.replicas.value) } })),
      layers: image.layers.map((layer) => ({
        ...layer,
        digest: layer.digest ?? null,
        unpackedBytes: layer.unpackedBytes ?? null,
        files: layer.files ?? null,
        heldBy: layer.heldBy ?? null,
        createdBy: layer.createdBy ?? null,
      })),
    })),
    ...rest,
  };
  return jsonText(whole);
}

/** Null: one on every node. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
