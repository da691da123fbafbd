import path from 'node:path';

/** One file of a case. */
export interface CaseFile {
  readonly path: string;
  readonly text: string;
  /** Bytes to which the file is extended, for cases about sizes. */
  readonly size: number | undefined;
  readonly mode: number | undefined;
  /** What it is a symbolic link to. */
  readonly link?: string;
}

/** One finding that a bad case must give: all its places as `path:line`, and the peers that would report it. */
export interface ExpectedFinding {
  readonly places: readonly string[];
  readonly peers: readonly string[];
}

export interface RuleCase {
  readonly kind: 'bad' | 'fixed' | 'good';
  readonly title: string;
  readonly line: number;
  readonly files: readonly CaseFile[];
  readonly expected: readonly ExpectedFinding[];
  /** Peers that judge a good case alike. */
  readonly goodFor: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Of a fixed case: the class of each of its fixes, where it is said. */
  readonly fixClass: 'safe' | 'review' | undefined;
}

const defaultPaths: Readonly<Record<string, string>> = {
  dockerfile: 'Dockerfile',
  dockerignore: '.dockerignore',
  image: 'image.yaml',
};

/**
 * Reads the cases of a rule's page; CONTRIBUTING.md describes the form.
 * @throws Error with the page's line when a case is not of that form.
 */
export function readRulePage(text: string): { readonly title: string; readonly cases: readonly RuleCase[] } {
  const lines = text.split('\n');
  const title = lines[0]?.startsWith('# ') ? lines[0].slice(2).trim() : '';
  const cases: RuleCase[] = [];
  for (let at = 0; at < lines.length; at++) {
    const heading = /^### (bad|fixed|good): (.+)$/.exec(lines[at] ?? '');
    if (!heading) continue;
    const [, kind, name] = heading;
    const end = nextHeading(lines, at + 1);
    cases.push(
      readCase(
        kind === 'bad' || kind === 'fixed' ? kind : 'good',
        (name ?? '').trim(),
        at + 1,
        lines.slice(at + 1, end),
      ),
    );
    at = end - 1;
  }
  return { title, cases };
}

/** Index of the next heading outside of a code block. */
function nextHeading(lines: readonly string[], from: number): number {
  let fence: string | undefined;
  for (let at = from; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const mark = /^(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark && fence === undefined) fence = mark;
    else if (mark && mark === fence && line.trim() === fence) fence = undefined;
    else if (fence === undefined && /^#{1,3} /.test(line)) return at;
  }
  return lines.length;
}

function readCase(kind: RuleCase['kind'], title: string, line: number, body: readonly string[]): RuleCase {
  const files: CaseFile[] = [];
  const expected: ExpectedFinding[] = [];
  const goodFor: string[] = [];
  const options: Record<string, unknown> = {};
  let fixClass: RuleCase['fixClass'];
  for (let at = 0; at < body.length; at++) {
    const text = body[at] ?? '';
    const fence = /^(`{3,}|~{3,})\s*(.*)$/.exec(text);
    if (fence) {
      const close = body.findIndex((other, index) => index > at && other.trim() === fence[1]);
      if (close === -1) throw new Error(`line ${line + at + 1}: a code block without end`);
      files.push(readFile(fence[2] ?? '', body.slice(at + 1, close), line + at + 1));
      at = close;
    } else if (text.startsWith('- found at ')) {
      const ticked = codeSpans(text);
      expected.push({
        places: ticked.filter((span) => isPlace(span)),
        peers: ticked.filter((span) => !isPlace(span)),
      });
    } else if (text.startsWith('- also good for ')) goodFor.push(...codeSpans(text));
    else if (text.startsWith('- option ')) {
      const option = /^- option `([^`]+)` is `(.+)`$/.exec(text);
      if (!option) throw new Error(`line ${line + at + 1}: an option is written «- option \`name\` is \`JSON\`»`);
      options[option[1] ?? ''] = JSON.parse(option[2] ?? '');
    } else if (kind === 'fixed' && /^- of class `(?:safe|review)`$/.test(text))
      fixClass = text.includes('safe') ? 'safe' : 'review';
    else if (text.startsWith('- ')) throw new Error(`line ${line + at + 1}: «${text}» is nothing that a case can say`);
  }
  if (files.length === 0) throw new Error(`line ${line}: a case without files`);
  return { kind, title, line, files, expected, goodFor, options, fixClass };
}

function codeSpans(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

/** `Dockerfile:3`, in contrast to `hadolint:DL3007`. */
function isPlace(span: string): boolean {
  return /:\d+$/.test(span);
}

function readFile(info: string, lines: readonly string[], line: number): CaseFile {
  const [language = '', ...attributes] = info.trim().split(/\s+/);
  const given = new Map(
    attributes.map((attribute) => [attribute.split('=')[0] ?? '', attribute.slice(attribute.indexOf('=') + 1)]),
  );
  const file = given.get('path') ?? defaultPaths[language];
  if (file === undefined || path.isAbsolute(file) || file.split('/').includes('..'))
    throw new Error(`line ${line}: this code block needs «path=…» inside the case's directory`);
  const mode = given.get('mode');
  const link = given.get('link');
  return {
    path: file,
    text: lines.map((each) => `${each}\n`).join(''),
    size: sizeInBytes(given.get('size')),
    mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
    ...(link !== undefined && { link }),
  };
}

function sizeInBytes(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+)(kB|MB|GB)?$/.exec(text);
  if (!match) throw new Error(`«size=${text}»: a size is a number with kB, MB or GB`);
  const unit = { kB: 1e3, MB: 1e6, GB: 1e9 }[match[2] ?? ''] ?? 1;
  return Number(match[1]) * unit;
}
