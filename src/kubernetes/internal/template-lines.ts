/** A value that a template asks for: `.Values.image.tag`, `.Chart.AppVersion`. */
export interface ValueReference {
  readonly of: 'Values' | 'Chart';
  readonly path: readonly string[];
}

/** What a line writes behind its key, where all of it is known: texts and values, or one value as YAML. */
export type Written =
  | { readonly kind: 'text'; readonly pieces: readonly (string | ValueReference)[] }
  | { readonly kind: 'yaml'; readonly reference: ValueReference };

/** One line of a Go template as Helm reads it. */
export interface TemplateLine {
  /** The key that it begins with, a list dash and quotes taken off. */
  readonly key: string | undefined;
  readonly written: Written | undefined;
}

const action = /\{\{((?:[^{}"`]|"(?:[^"\\]|\\.)*"|`[^`]*`|[{}](?![{}]))*)\}\}/g;
/** Longer ones are written by no person. */
const longestLine = 2000;
const longestTemplate = 1024 * 1024;

/**
 * The lines of a template that say what they write (https://helm.sh/docs/chart_template_guide/). `with` is followed; in a `range` the dot is
 * not known. What is computed by anything else is no known value.
 */
export function templateLines(template: string): readonly TemplateLine[] {
  if (template.length > longestTemplate) return [];
  const read: ReadLine[] = [];
  const blocks: Block[] = [];
  for (const line of template.split('\n')) {
    const pieces: (string | Action)[] = [];
    let end = 0;
    for (const match of line.length > longestLine ? [] : line.matchAll(action)) {
      pieces.push(line.slice(end, match.index));
      const text = (match[1] ?? '').replace(/^-(?=\s)|(?<=\s)-$/g, '').trim();
      pieces.push(readAction(text, dotOf(blocks)));
      follow(text, blocks);
      end = match.index + match[0].length;
    }
    pieces.push(line.slice(end));
    read.push(lineOf(pieces));
  }
  return read.map(({ key, written, empty }, index) => ({
    key,
    // `resources:` and `{{- toYaml .Values.resources | nindent 12 }}` below it.
    written: empty ? blockBelow(read, index) : written,
  }));
}

interface ReadLine extends TemplateLine {
  /** A key with nothing behind it. */
  readonly empty: boolean;
  /** Nothing but a value as YAML. */
  readonly block: ValueReference | undefined;
  readonly blank: boolean;
}

function blockBelow(lines: readonly ReadLine[], index: number): Written | undefined {
  for (let below = index + 1; below < lines.length; below++) {
    const line = lines[below];
    if (line?.block) return { kind: 'yaml', reference: line.block };
    if (!line?.blank) return undefined;
  }
  return undefined;
}

/** What one action writes; `nothing` for those that only steer. */
type Action =
  | { readonly kind: 'value' | 'yaml'; readonly reference: ValueReference }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown' };

const steering = /^(?:if|else|end|with|range|define|block|\/\*|\$\w+\s*:?=)/;
/** They change nothing of what a text says: quotes, white space, a default that is not used, the type of a number. */
const plainFunctions = /^(?:quote|squote|toString|int|int64|n?indent\s+\d{1,3}|default\s+.{1,200})$/;

function readAction(text: string, dot: readonly string[] | undefined): Action {
  if (steering.test(text)) return { kind: 'nothing' };
  const [first = '', ...functions] = text.split(/\s*\|\s*/);
  const [, called = '', argument = ''] = /^(?:(toYaml|quote|squote|int|default\s+\S+)\s+)?(\S+)$/.exec(first) ?? [];
  const reference = referenceOf(argument, dot);
  if (!reference) return { kind: 'unknown' };
  const asYaml = called === 'toYaml' || functions[0] === 'toYaml';
  const rest = functions[0] === 'toYaml' ? functions.slice(1) : functions;
  if (!rest.every((name) => plainFunctions.test(name.trim()))) return { kind: 'unknown' };
  return { kind: asYaml ? 'yaml' : 'value', reference };
}

/** @param dot what the dot is: a path of `.Values`, [] where it is the whole; undefined where it is not known */
function referenceOf(text: string, dot: readonly string[] | undefined): ValueReference | undefined {
  if (!/^\$?\.[\w.-]{0,300}$/.test(text)) return undefined;
  const fromRoot = text.startsWith('$');
  if (!fromRoot && dot === undefined) return undefined;
  const written = text.replace(/^\$?\./, '');
  const path = [...(fromRoot ? [] : (dot ?? [])), ...(written === '' ? [] : written.split('.'))];
  const [of, ...steps] = path;
  if (steps.length === 0 || steps.includes('') || (of !== 'Values' && of !== 'Chart')) return undefined;
  return { of, path: steps };
}

interface Block {
  readonly outer: readonly string[] | undefined;
  readonly dot: readonly string[] | undefined;
}

function dotOf(blocks: readonly Block[]): readonly string[] | undefined {
  const innermost = blocks.at(-1);
  return innermost ? innermost.dot : [];
}

function follow(text: string, blocks: Block[]): void {
  const [, word = '', rest = ''] = /^(if|with|range|define|block|else|end)\b\s*(.*)$/s.exec(text) ?? [];
  const outer = dotOf(blocks);
  const within = (argument: string) => {
    const reference = referenceOf(argument, outer);
    return reference && [reference.of, ...reference.path];
  };
  switch (word) {
    case 'if':
      blocks.push({ outer, dot: outer });
      break;
    case 'with':
      blocks.push({ outer, dot: within(rest) });
      break;
    case 'range':
    case 'define':
    case 'block':
      blocks.push({ outer, dot: undefined });
      break;
    case 'else': {
      const block = blocks.pop();
      if (block) blocks.push({ outer: block.outer, dot: rest.startsWith('with') ? undefined : block.outer });
      break;
    }
    case 'end':
      blocks.pop();
      break;
  }
}

function lineOf(pieces: readonly (string | Action)[]): ReadLine {
  const shown = pieces.filter((piece) => typeof piece === 'string' || piece.kind !== 'nothing');
  const [start = '', ...others] = shown;
  const text = typeof start === 'string' ? start.trimStart() : '';
  const [head = '', quoted = ''] = /^(?:- +)*(["']?[A-Za-z0-9_./-]{1,253}["']?):(?=\s|$)/.exec(text) ?? [];
  const rest = [text.slice(head.length), ...others];
  const [value, ...more] = rest.filter((piece) => typeof piece !== 'string' || piece.trim() !== '');
  const only = more.length === 0 && typeof value === 'object' ? value : undefined;
  const isYaml = only?.kind === 'yaml';
  return {
    key: head === '' ? undefined : quoted.replace(/^["']|["']$/g, ''),
    written: head === '' ? undefined : isYaml ? { kind: 'yaml', reference: only.reference } : textOf(rest),
    empty: head !== '' && value === undefined,
    block: head === '' && isYaml ? only.reference : undefined,
    blank: head === '' && (value === undefined || (typeof value === 'string' && text.startsWith('#'))),
  };
}

/** Texts and values without the quotes around the whole and a comment behind it; undefined where no value is among them. */
function textOf(rest: readonly (string | Action)[]): Written | undefined {
  const pieces: (string | ValueReference)[] = [];
  for (const piece of rest) {
    if (typeof piece === 'string') pieces.push(piece);
    else if (piece.kind === 'value') pieces.push(piece.reference);
    else return undefined;
  }
  if (!pieces.some((piece) => typeof piece === 'object')) return undefined;
  const first = pieces[0];
  const last = pieces.at(-1);
  if (typeof first !== 'string' || typeof last !== 'string') return undefined;
  const head = first.trimStart();
  const tail = last.replace(/(?:^|\s+)#.*$/, '').trimEnd();
  const quote = /^["']/.exec(head)?.[0];
  if (quote !== undefined && !tail.endsWith(quote)) return undefined;
  pieces[0] = quote === undefined ? head : head.slice(1);
  pieces[pieces.length - 1] = quote === undefined ? tail : tail.slice(0, -1);
  return { kind: 'text', pieces: pieces.filter((piece) => piece !== '') };
}
