import { beforeAll, describe, expect, test } from 'vitest';
import { keysOf } from '../../src/cli/terminal-keys.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import type { ImageAnalysis } from '../../src/image/image-analysis.ts';
import { inspectImage } from '../../src/project/inspected-image.ts';
import { imageBrowser } from '../../src/report/image-browser.ts';
import { imageOf, layerOf } from '../image/test-image.ts';

let analysis: ImageAnalysis;

beforeAll(async () => {
  const layers = [
    layerOf([
      { name: 'etc/', type: '5' },
      { name: 'etc/hosts', content: 'localhost' },
      { name: 'etc/old', content: 'old' },
      { name: 'bin/zsh', content: 'shell' },
    ]),
    layerOf([
      { name: 'etc/hosts', content: 'another' },
      { name: 'etc/.wh.old', content: '' },
      { name: 'app/\x1b[31mred', content: 'x' },
    ]),
  ];
  analysis = await analyseImage(imageOf(layers), { cataloguers: [] });
});

/** What the screen shows when these keys were pressed, without colours. */
function screenAfter(...keys: readonly string[]): string {
  const browser = imageBrowser(inspectImage(analysis, undefined, undefined));
  for (const key of keys) browser.press(key);
  const lines = browser.screen(100, 20);
  expect(lines).toHaveLength(20);
  return lines.join('\n').replace(/\x1b\[\d{1,2}m/g, '');
}

describe('the browser', () => {
  test('shows the first layer and its files', () => {
    expect(screenAfter()).toMatch(/\+\s+5 B\s+zsh/);
    expect(screenAfter()).not.toContain('app');
  });

  test('shows what a layer added, changed and removed', () => {
    const screen = screenAfter('down');
    expect(screen).toMatch(/~\s+7 B\s+hosts/);
    expect(screen).toMatch(/-\s+3 B\s+old/);
    expect(screen).toMatch(/\+\s+1 B\s+▾ app/);
    expect(screen).toMatch(/│ \s+5 B\s+zsh/);
  });

  test.each([
    ['ctrl+r', / old/],
    ['ctrl+a', /app/],
    ['ctrl+m', /hosts/],
    ['ctrl+u', /zsh/],
  ])('%s hides and shows them', (key, what) => {
    expect(screenAfter('down')).toMatch(what);
    expect(screenAfter('down', key)).not.toMatch(what);
    expect(screenAfter('down', key, key)).toMatch(what);
  });

  test('space folds a directory, ctrl+space all', () => {
    expect(screenAfter('tab', 'space')).not.toMatch(/zsh/);
    expect(screenAfter('tab', 'space', 'space')).toMatch(/zsh/);
    expect(screenAfter('ctrl+space')).not.toMatch(/zsh|hosts/);
  });

  test('/ searches, return keeps the search, escape ends it', () => {
    expect(screenAfter('/', 'H', 'o', 's')).toContain('hosts');
    expect(screenAfter('/', 'h', 'o', 's')).not.toContain('zsh');
    expect(screenAfter('/', 'h', 'q', 'ctrl+m')).toContain('nothing to show');
    expect(screenAfter('/', 'h', 'o', 's', 'escape')).toContain('zsh');
  });

  test('a name cannot control the terminal', () => {
    expect(screenAfter('down')).toContain('\\x1b[31mred');
  });

  test.each([
    [20, 4],
    [40, 10],
    [300, 60],
  ])('fills %i columns and %i rows', (columns, rows) => {
    const lines = imageBrowser(inspectImage(analysis, undefined, undefined)).screen(columns, rows);
    expect(lines).toHaveLength(rows);
  });

  test('q and ctrl+c leave, and a q in a search does not', () => {
    const browser = imageBrowser(inspectImage(analysis, undefined, undefined));
    expect(browser.press('/')).toBe(true);
    expect(browser.press('q')).toBe(true);
    expect(browser.press('escape')).toBe(true);
    expect(browser.press('q')).toBe(false);
    expect(browser.press('ctrl+c')).toBe(false);
  });
});

test.each([
  ['\x1b[A\x1b[Bq', ['up', 'down', 'q']],
  ['\x01\x12\r\x15\x00', ['ctrl+a', 'ctrl+r', 'ctrl+m', 'ctrl+u', 'ctrl+space']],
  ['\x1b', ['escape']],
  ['\x1b[15~é', ['é']],
  ['\x1bOA\x1b[5~', ['up', 'pageup']],
  ['\x7f\t ', ['backspace', 'tab', 'space']],
])('%j is pressed as %j', (input, keys) => {
  expect(keysOf(input)).toEqual(keys);
});
