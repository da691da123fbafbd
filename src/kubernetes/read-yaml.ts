import { type Event, parseEvents, YAMLException } from 'js-yaml';
import type { Artifact } from '../core/artifact.ts';
import { type LineIndex, lineIndex, type SourceRange } from '../core/text.ts';
import { joinFlowLines } from './internal/join-flow-lines.ts';
import { joinQuotedLines } from './internal/join-quoted-lines.ts';
import { buildNodes, type Root } from './internal/yaml-builder.ts';
import type { YamlDocument, YamlProblem, YamlSource, YamlStream } from './yaml-document.ts';
import type { YamlNode } from './yaml-node.ts';

// js-yaml's event parser was measured against the others on 1,000 objects (0.96 MB), import included: js-yaml 5 events 85 to
// 110 ms; yaml 2 lexer alone 137 ms, CST 410 ms, documents 680 ms. Events have offsets, so that the nodes are built here.

/** A longer text is refused: it would take seconds, and no API server takes an object of more than 3 MB. UTF-16 code units. */
const maximumLength = 32 * 1024 * 1024;
const maximumDocuments = 50_000;
const maximumDepth = 128;
/** Faults told of one text; more are not news. */
const maximumProblems = 100;
/** Documents are read together until they are this long: more would need much memory for the parser's events. */
const groupedLength = 1024 * 1024;
const longestReason = 200;

/** Gives a text what its nodes need to be placed in lines; the index is made on first use. */
export function yamlSource(artifact: Artifact): YamlSource {
  let lines: LineIndex | undefined;
  return {
    path: artifact.path,
    text: artifact.text,
    encoding: artifact.encoding,
    get lines() {
      lines ??= lineIndex(artifact.text);
      return lines;
    },
  };
}

/** What reads a text that stands for another one, such as what Helm rendered, tells where its pieces come from. */
export interface Origin {
  readonly source: YamlSource;
  /** True when the file does not hold the text as it is: its nodes are then no places to edit. */
  readonly derived: boolean;
  rangeOf(start: number, end: number): SourceRange;
}

/**
 * Reads every document of a YAML or JSON text. A document that cannot be read is a problem with its place, and the others are
 * still read: as kubectl does, the text is split at lines that begin with `---` before it is parsed. Never throws; time is
 * linear in the text's length.
 */
export function readYaml(artifact: Artifact, origin?: Origin): YamlStream {
  if (origin) return readStream(artifact, origin);
  const known = streams.get(artifact) ?? readStream(artifact, undefined);
  streams.set(artifact, known);
  return known;
}

/** What was read of artifacts that are still there: a repair reads a project hundreds of times, of which a few files changed. */
const streams = new WeakMap<Artifact, YamlStream>();

function readStream(artifact: Artifact, origin: Origin | undefined): YamlStream {
  const source = origin?.source ?? yamlSource(artifact);
  const reader: Reader = { text: artifact.text, source, origin, documents: [], problems: [] };
  if (artifact.text.length > maximumLength) {
    report(
      reader,
      'invalid',
      `the file is longer than ${maximumLength / 1024 / 1024} MiB`,
      { start: 0, end: 0 },
      { unread: true },
    );
    return reader;
  }
  let count = 0;
  let group: SourceRange[] = [];
  let groupLength = 0;
  for (const range of splitDocuments(artifact.text)) {
    if (++count > maximumDocuments) {
      const place = at(reader, range.start, range.start);
      report(reader, 'invalid', `the file holds more than ${maximumDocuments} documents`, place, { unread: true });
      break;
    }
    group.push(range);
    groupLength += range.end - range.start;
    if (groupLength < groupedLength) continue;
    readGroup(reader, group);
    group = [];
    groupLength = 0;
  }
  readGroup(reader, group);
  return reader;
}

/**
 * Reads documents that lie one behind the other. The parser takes longer to start than to read a short document, so they are
 * read in one go, and one by one only when something is wrong with one of them.
 */
function readGroup(reader: Reader, ranges: readonly SourceRange[]): void {
  const base = ranges[0]?.start ?? 0;
  const roots = ranges.length > 1 ? parse(reader, base, ranges.at(-1)?.end ?? base) : undefined;
  if (!roots) {
    for (const range of ranges) readDocument(reader, range);
    return;
  }
  let index = 0;
  for (const { node, start } of roots) {
    while (index < ranges.length - 1 && base + start >= (ranges[index]?.end ?? 0)) index++;
    const range = ranges[index];
    if (range) addDocument(reader, node, range);
  }
}

/** The roots of a part of the text; undefined when anything at all is wrong with it. */
function parse(reader: Reader, base: number, end: number): Root[] | undefined {
  const text = reader.text.slice(base, end);
  let faulty = false;
  try {
    const roots = buildNodes(parseEvents(text, { maxDepth: maximumDepth }), {
      path: reader.source.path,
      text,
      rangeOf: rangesFrom(reader, base),
      derived: reader.origin?.derived ?? false,
      report: () => {
        faulty = true;
      },
    });
    return faulty ? undefined : roots;
  } catch {
    return undefined;
  }
}

function rangesFrom(reader: Reader, base: number): (start: number, end: number) => SourceRange {
  return reader.origin
    ? (start, end) => at(reader, base + start, base + end)
    : (start, end) => ({ start: base + start, end: base + end });
}

function addDocument(reader: Reader, root: YamlNode, range: SourceRange): void {
  reader.documents.push({ root, source: reader.source, range: at(reader, range.start, range.end) });
}

interface Reader extends YamlStream {
  readonly text: string;
  readonly source: YamlSource;
  readonly origin: Origin | undefined;
  readonly documents: YamlDocument[];
  readonly problems: YamlProblem[];
}

function at(reader: Reader, start: number, end: number): SourceRange {
  return reader.origin ? reader.origin.rangeOf(start, end) : { start, end };
}

type Unread = Pick<YamlProblem, 'unread'>;

function report(reader: Reader, kind: YamlProblem['kind'], message: string, range: SourceRange, more?: Unread): void {
  if (reader.problems.length >= maximumProblems) return;
  const remedy =
    kind === 'template'
      ? 'Fill the template in and audit the result, or exclude the file in plimsoll.yaml.'
      : 'Correct the YAML; the rest of the file was read.';
  const position = reader.source.lines.positionAt(range.start);
  reader.problems.push({ path: reader.source.path, position, message, remedy, range, kind, ...more });
}

function readDocument(reader: Reader, range: SourceRange): void {
  const text = reader.text.slice(range.start, range.end);
  const { start: base } = range;
  if (isEmpty(text)) return;
  let judged: { readonly kind: string | undefined } | undefined;
  const template = () => {
    judged ??= { kind: templateKind(text) };
    return judged.kind;
  };
  try {
    const parsed = parseIndented(text);
    let told = false;
    const roots = buildNodes(parsed.events, {
      path: reader.source.path,
      text: parsed.text,
      rangeOf: rangesFrom(reader, base),
      derived: reader.origin?.derived ?? false,
      report: (message, place) => {
        const kind = template();
        if (kind === undefined) report(reader, 'invalid', message, place);
        else if (!told) report(reader, 'template', templateMessage(kind), place);
        told = true;
      },
    });
    // With its gaps not filled in, a template says nothing of what will run.
    if (told && template() !== undefined) return;
    for (const { node } of roots) addDocument(reader, node, range);
  } catch (error) {
    const offset = base + (error instanceof YAMLException ? (error.mark?.position ?? 0) : 0);
    const kind = template();
    const reason = error instanceof YAMLException ? error.reason.slice(0, longestReason) : 'it cannot be read';
    const message = kind === undefined ? `this is no YAML: ${reason}` : templateMessage(kind);
    const place = at(reader, offset, offset);
    if (kind === undefined) report(reader, 'invalid', message, place, { unread: true });
    else report(reader, 'template', message, place);
  }
}

/** Characters that may be parsed once more because of lines that are not indented as YAML wants it. */
const parsedAgain = 8 * 1024 * 1024;

/**
 * The events of a text, of which lines of flow collections and quoted scalars may be indented too little. Offsets in the
 * text that comes back are the same.
 */
export function parseIndented(text: string): { readonly events: Event[]; readonly text: string } {
  const first = tryToParse(text);
  if (!('lacks' in first)) return first;
  const quotes = joinQuotedLines(text);
  const second = quotes === undefined ? first : tryToParse(quotes);
  // What was taken for a quoted scalar was none where something else is wrong now.
  let attempt = 'lacks' in second && second.lacks === undefined ? first : second;
  for (let parsed = 0; 'lacks' in attempt; parsed += text.length) {
    const { lacks, error } = attempt;
    const joined = lacks !== undefined && parsed < parsedAgain ? joinFlowLines(attempt.text, lacks) : undefined;
    if (joined === undefined) throw error;
    attempt = tryToParse(joined);
  }
  return attempt;
}

type Attempt =
  | { readonly events: Event[]; readonly text: string }
  /** @property lacks where indentation is missing; undefined where something else is wrong */
  | { readonly lacks: number | undefined; readonly error: unknown; readonly text: string };

function tryToParse(text: string): Attempt {
  try {
    return { events: parseEvents(text, { maxDepth: maximumDepth }), text };
  } catch (error) {
    const lacks = error instanceof YAMLException && error.reason === 'deficient indentation';
    return { lacks: lacks ? (error.mark?.position ?? 0) : undefined, error, text };
  }
}

function templateMessage(kind: string): string {
  return `this document is a ${kind} and no YAML before it is filled in`;
}

/** True for a document of nothing but its marker, which is quicker seen than parsed. */
function isEmpty(text: string): boolean {
  return text.length < 100 && /^(?:---)?\s*$/.test(text);
}

/** Which kind of template a text that is no good YAML seems to be. */
function templateKind(text: string): string | undefined {
  if (text.includes('{%')) return 'Jinja template';
  if (text.includes('{{')) return 'template (Helm, Go or Jinja)';
  if (text.includes('<%')) return 'template (ERB or EJS)';
  if (text.includes('#@')) return 'ytt template';
  if (text.includes('${')) return 'template with ${…} variables';
  return undefined;
}

/**
 * The documents of a stream, each from its `---` on. Lines of directives and comments before a `---` go with the document
 * behind it.
 */
export function* splitDocuments(text: string): Generator<SourceRange> {
  let start = 0;
  let from = 0;
  for (;;) {
    const next = nextMarker(text, from);
    if (next === -1) break;
    const directive = text.charCodeAt(start) === 37 || text.slice(start, next).startsWith('\uFEFF%');
    if (!directive && next > start) {
      yield { start, end: next };
      start = next;
    }
    if (directive) {
      const end = nextMarker(text, next + 3);
      yield { start, end: end === -1 ? text.length : end };
      if (end === -1) return;
      start = end;
    }
    from = start + 3;
  }
  if (start < text.length) yield { start, end: text.length };
}

/** Offset of the next line that begins with `---` and white space or its end; -1 when there is none. */
function nextMarker(text: string, from: number): number {
  let at = from === 0 && text.startsWith('---') ? 0 : text.indexOf('\n---', Math.max(0, from - 1));
  while (at !== -1) {
    const start = text.charCodeAt(at) === 10 ? at + 1 : at;
    const code = text.charCodeAt(start + 3);
    if (Number.isNaN(code) || code === 32 || code === 9 || code === 10 || code === 13) return start;
    at = text.indexOf('\n---', start + 3);
  }
  return -1;
}
