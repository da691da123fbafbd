import { printable } from '../core/printable.ts';
import type { LayerFile } from '../image/image-analysis.ts';
import type { InspectedImage } from '../project/inspected-image.ts';
import { layerRows } from './image-view.ts';
import { directoryPaths, type TreeNode, treeOf, visibleRows } from './internal/browser-tree.ts';
import { displayWidth, truncate } from './internal/display-width.ts';
import { bytesText } from './internal/wording.ts';

/** Looks through an image in a terminal. It knows of keys and lines of text only: whoever has the terminal passes both. */
export interface ImageBrowser {
  /** A key by its name: `up`, `space`, `ctrl+a`, `x`. False when the browser is to be left. */
  press(key: string): boolean;
  /** As many lines as the terminal has rows, each no wider than it. */
  screen(columns: number, rows: number): string[];
}

const filters: ReadonlyMap<string, LayerFile['state']> = new Map([
  ['ctrl+a', 'added'],
  ['ctrl+r', 'removed'],
  ['ctrl+m', 'changed'],
  ['ctrl+u', 'unmodified'],
]);

const signs = { added: '+', removed: '-', changed: '~', unmodified: ' ' } as const;
const colors = { added: '\x1b[32m', removed: '\x1b[31m', changed: '\x1b[33m', unmodified: '' } as const;

interface State {
  pane: 'layers' | 'files';
  layer: number;
  row: number;
  top: number;
  readonly hidden: Set<LayerFile['state']>;
  readonly collapsed: Set<string>;
  search: string;
  typing: boolean;
}

/** Keys are those of dive: https://github.com/wagoodman/dive#keybindings */
export function imageBrowser(image: InspectedImage): ImageBrowser {
  const layers = layerRows({ image });
  const state: State = {
    pane: 'layers',
    layer: 0,
    row: 0,
    top: 0,
    hidden: new Set(),
    collapsed: new Set(),
    search: '',
    typing: false,
  };
  const trees = new Map<number, ReturnType<typeof treeOf>>();
  const tree = () => {
    let known = trees.get(state.layer);
    if (!known) {
      const all = [...image.analysis.files].map((file): LayerFile => ({ file, state: 'unmodified' }));
      known = treeOf(image.analysis.filesAt?.(state.layer) ?? all);
      // One tree of a large image is enough to keep.
      trees.clear();
      trees.set(state.layer, known);
    }
    return known;
  };
  let rows: TreeNode[] | undefined;
  const visible = () => {
    rows ??= visibleRows(tree().root, state);
    return rows;
  };
  const changed = () => {
    rows = undefined;
    state.row = Math.max(0, Math.min(state.row, visible().length - 1));
  };
  const move = (by: number) => {
    if (state.pane === 'files') state.row = Math.max(0, Math.min(visible().length - 1, state.row + by));
    else {
      const next = Math.max(0, Math.min(layers.length - 1, state.layer + by));
      if (next === state.layer) return;
      state.layer = next;
      changed();
    }
  };
  return {
    press(key) {
      if (key === 'ctrl+c') return false;
      if (state.typing) typeSearch(state, key, changed);
      else if (key === 'q') return false;
      else pressed(state, key, { move, changed, tree: () => tree().root, node: () => visible()[state.row] });
      return true;
    },
    screen(columns, height) {
      const body = Math.max(1, height - 3);
      state.top = Math.max(Math.min(state.top, state.row), state.row - body + 1);
      const left = Math.min(60, Math.max(20, Math.floor(columns * 0.4)));
      const right = Math.max(10, columns - left - 3);
      const layerLines = layersPane(layers, state, body, left);
      const fileLines = visible()
        .slice(state.top, state.top + body)
        .map((node, at) => fileLine(node, state, state.top + at, right));
      const lines = Array.from(
        { length: body },
        (_, at) => `${layerLines[at] ?? ' '.repeat(left)} │ ${fileLines[at] ?? ''}`,
      );
      return [
        title(image, layers, state, columns),
        ...lines,
        details(visible()[state.row], state, columns),
        help(state, tree().complete, columns),
      ];
    },
  };
}

interface Moves {
  move(by: number): void;
  changed(): void;
  tree(): TreeNode;
  node(): TreeNode | undefined;
}

function pressed(state: State, key: string, { move, changed, tree, node }: Moves): void {
  const filter = filters.get(key);
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    pageup: -20,
    pagedown: 20,
    home: -1e9,
    end: 1e9,
  };
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined;
  if (step !== undefined) move(step);
  else if (key === 'tab') state.pane = state.pane === 'layers' ? 'files' : 'layers';
  else if (key === '/' || key === 'ctrl+f') {
    state.typing = true;
    state.pane = 'files';
  } else if (key === 'escape') {
    state.search = '';
    changed();
  } else if (filter) {
    if (!state.hidden.delete(filter)) state.hidden.add(filter);
    changed();
  } else if (key === 'space' || key === 'left' || key === 'right') collapse(state, key, node(), changed);
  else if (key === 'ctrl+space') {
    if (state.collapsed.size > 0) state.collapsed.clear();
    else for (const path of directoryPaths(tree())) state.collapsed.add(path);
    changed();
  }
}

function collapse(state: State, key: string, node: TreeNode | undefined, changed: () => void): void {
  if (!node?.children || state.pane !== 'files') return;
  const isCollapsed = state.collapsed.has(node.path);
  if (isCollapsed && key !== 'left') state.collapsed.delete(node.path);
  else if (!isCollapsed && key !== 'right') state.collapsed.add(node.path);
  changed();
}

function typeSearch(state: State, key: string, changed: () => void): void {
  if (key === 'ctrl+m' || key === 'tab') state.typing = false;
  else if (key === 'escape') {
    state.typing = false;
    state.search = '';
  } else if (key === 'backspace') state.search = state.search.slice(0, -1);
  else if (key === 'space') state.search += ' ';
  else if ([...key].length === 1 && state.search.length < 200) state.search += key;
  state.row = 0;
  changed();
}

function title(
  image: InspectedImage,
  layers: readonly { readonly bytes: number }[],
  state: State,
  columns: number,
): string {
  const bytes = layers.reduce((sum, layer) => sum + layer.bytes, 0);
  const text = `${image.analysis.image.name}  layer ${state.layer + 1} of ${layers.length}  ${bytesText(bytes)}  efficiency ${(100 * image.analysis.efficiency).toFixed(1)} %`;
  return `\x1b[1m${padded(printable(text), columns)}\x1b[22m`;
}

function layersPane(layers: ReturnType<typeof layerRows>, state: State, height: number, width: number): string[] {
  const top = Math.max(0, Math.min(state.layer - Math.floor(height / 2), layers.length - height));
  return layers.slice(top, top + height).map((layer) => {
    const text = padded(
      `${String(layer.number).padStart(3)} ${bytesText(layer.bytes).padStart(8)} ${printable(layer.text)}`,
      width,
    );
    if (layer.number - 1 !== state.layer) return text;
    return state.pane === 'layers' ? `\x1b[7m${text}\x1b[27m` : `\x1b[1m${text}\x1b[22m`;
  });
}

function fileLine(node: TreeNode, state: State, row: number, width: number): string {
  const mark = node.children ? (state.collapsed.has(node.path) && state.search === '' ? '▸ ' : '▾ ') : '  ';
  const target = node.file?.target === undefined ? '' : ` → ${node.file.target}`;
  const text = padded(
    `${signs[node.state]} ${bytesText(node.bytes).padStart(8)} ${'  '.repeat(Math.min(node.depth - 1, 30))}${mark}${printable(node.name + target)}`,
    width,
  );
  if (row === state.row && state.pane === 'files') return `\x1b[7m${text}\x1b[27m`;
  return node.state === 'unmodified' ? text : `${colors[node.state]}${text}\x1b[39m`;
}

function details(node: TreeNode | undefined, state: State, columns: number): string {
  const search = state.typing || state.search !== '' ? `/${state.search}${state.typing ? '▏' : ''}` : '';
  const file = node?.file;
  const said = file
    ? `/${file.path}  ${file.kind}  ${file.mode.toString(8).padStart(4, '0')}  ${file.user}:${file.group}  ${file.bytes} bytes  layer ${file.layer + 1}`
    : node
      ? `/${node.path}`
      : 'nothing to show';
  return padded(printable([search, said].filter((part) => part !== '').join('   ')), columns);
}

function help(state: State, complete: boolean, columns: number): string {
  const off = [...state.hidden].map((name) => (name === 'changed' ? 'modified' : name));
  const hiddenText = off.length > 0 ? `  hidden: ${off.join(', ')}` : '';
  const gap = complete ? '' : '  not all files are shown';
  const text = `tab pane  ↑↓ move  space fold  ^space all  / search  ^a added ^r removed ^m modified ^u unmodified  q quit${hiddenText}${gap}`;
  return `\x1b[2m${padded(text, columns)}\x1b[22m`;
}

function padded(text: string, columns: number): string {
  const cut = truncate(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - displayWidth(cut)));
}
