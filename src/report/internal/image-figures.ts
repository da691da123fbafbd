import type { ImageFile } from '../../image/image-analysis.ts';
import { type ImageView, layerRows } from '../image-view.ts';
import { type Markup, markup } from './markup.ts';
import { bytesText, plural } from './wording.ts';

const width = 1000;

/** Each layer as a bar to one scale; what later layers hide is hatched. */
export function layerFigure(view: ImageView): Markup {
  const rows = layerRows(view);
  const largest = Math.max(1, ...rows.map(({ bytes }) => bytes));
  const items = rows.map(({ number, bytes, hiddenBytes, text, place, files }) => {
    const hidden = (100 * Math.min(bytes, hiddenBytes)) / largest;
    const seen = (100 * bytes) / largest - hidden;
    const waste = hiddenBytes > 0 ? `, ${bytesText(hiddenBytes)} hidden by later layers` : '';
    return markup`<li><span>${number}. ${bytesText(bytes)}, ${plural(files, 'file')}${waste}</span> ${place === undefined ? markup`` : markup`<span>${place}</span>`}<code>${text.slice(0, 400)}</code>
<svg width="100%" height="16" aria-hidden="true"><rect class="needed" x="0" y="0" width="${round(seen)}%" height="16"/><rect class="unneeded" x="${round(seen)}%" y="0" width="${round(hidden)}%" height="16" fill="url(#hatch)"/></svg></li>`;
  });
  return markup`<figure class="contexts layers">
<svg width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="7" height="7"/><line class="hatch-line" x1="0" x2="0" y1="0" y2="7"/></pattern></defs></svg>
<ul>${items}</ul>
<figcaption><span class="key needed"></span> seen by a container <span class="key unneeded"></span> hidden by later layers and pulled all the same; bars are to one scale</figcaption></figure>`;
}

interface Cell {
  readonly path: string;
  readonly bytes: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

interface Directory {
  readonly path: string;
  bytes: number;
  readonly children: Map<string, Directory>;
}

/** Cells smaller than that, in parts of the figure, tell nothing. */
const smallest = 24;
const deepest = 6;

/** The files that a container sees as a treemap: areas are to scale. Directories by two levels have a name where there is room. */
export function fileFigure(files: Iterable<ImageFile>, height = 520): Markup {
  const root = directoriesOf(files);
  if (root.bytes === 0) return markup``;
  const cells: Cell[] = [];
  layOut(root, { x: 0, y: 0, width, height }, 1, cells);
  const drawn = cells.map(({ path, bytes, x, y, width: w, height: h, depth }) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const label =
      w > 8 * name.length + 12 && h > 18
        ? markup`<text x="${round(x + 5)}" y="${round(y + 14)}">${name}</text>`
        : markup``;
    return markup`<g><title>/${path} ${bytesText(bytes)}</title><rect class="depth${Math.min(depth, deepest)}" x="${round(x)}" y="${round(y)}" width="${round(Math.max(0, w - 1))}" height="${round(Math.max(0, h - 1))}"/>${label}</g>`;
  });
  return markup`<figure class="treemap"><svg role="img" aria-label="Files by size: ${bytesText(root.bytes)} in all" viewBox="0 0 ${width} ${height}" width="100%">${drawn}</svg>
<figcaption>${bytesText(root.bytes)} that a container sees; every area is to scale, its name and size appear under the pointer</figcaption></figure>`;
}

function directoriesOf(files: Iterable<ImageFile>): Directory {
  const root: Directory = { path: '', bytes: 0, children: new Map() };
  for (const { path, bytes, kind } of files) {
    if (kind !== 'file' || bytes === 0) continue;
    let at = root;
    at.bytes += bytes;
    for (const name of path.split('/').slice(0, deepest)) {
      let next = at.children.get(name);
      if (!next) {
        next = { path: at.path === '' ? name : `${at.path}/${name}`, bytes: 0, children: new Map() };
        at.children.set(name, next);
      }
      next.bytes += bytes;
      at = next;
    }
  }
  return root;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Halves the box again and again where half of the bytes lie: areas stay close to squares. */
function layOut(directory: Directory, box: Box, depth: number, cells: Cell[]): void {
  const children = [...directory.children.values()].sort((one, other) => other.bytes - one.bytes);
  split(children, box, (child, own) => {
    if (own.width * own.height < smallest) return;
    cells.push({ path: child.path, bytes: child.bytes, ...own, depth });
    const inset = own.height > 40 && own.width > 60 && child.children.size > 0 ? 18 : 0;
    const inner = { x: own.x + 2, y: own.y + inset, width: own.width - 4, height: own.height - inset - 2 };
    if (child.children.size > 0 && depth < deepest && inner.width > 4 && inner.height > 4)
      layOut(child, inner, depth + 1, cells);
  });
}

function split(items: readonly Directory[], box: Box, place: (item: Directory, box: Box) => void): void {
  const [first] = items;
  if (!first) return;
  if (items.length === 1) {
    place(first, box);
    return;
  }
  const total = items.reduce((sum, { bytes }) => sum + bytes, 0);
  let [count, bytes] = [1, first.bytes];
  while (count < items.length - 1 && bytes < total / 2) bytes += items[count++]?.bytes ?? 0;
  const share = total === 0 ? 0.5 : bytes / total;
  const wide = box.width >= box.height;
  const cut = wide ? box.width * share : box.height * share;
  // What is too small to be seen is not divided further.
  if (box.width * box.height < smallest) return;
  split(items.slice(0, count), wide ? { ...box, width: cut } : { ...box, height: cut }, place);
  split(
    items.slice(count),
    wide ? { ...box, x: box.x + cut, width: box.width - cut } : { ...box, y: box.y + cut, height: box.height - cut },
    place,
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
