// ../../../tmp/kz-compare.ts
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { readdirSync, readFileSync, existsSync, statSync } from "node:fs";
import path from "node:path";
import { parseAllDocuments } from "yaml";

// src/kubernetes/yaml-node.ts
var indexedFrom = 24;
var indexes = /* @__PURE__ */ new WeakMap();
function entryOf(node, key2) {
  if (node?.kind !== "map") return void 0;
  const { entries } = node;
  if (entries.length < indexedFrom) {
    for (const entry2 of entries) if (entry2.key.text === key2) return entry2;
    return void 0;
  }
  let index = indexes.get(node);
  if (!index) {
    index = new Map(entries.map((entry2) => [entry2.key.text, entry2]));
    indexes.set(node, index);
  }
  return index.get(key2);
}
function at(node, ...path2) {
  return atPath(node, path2);
}
function atPath(node, path2) {
  let current = node;
  for (const step of path2) {
    if (typeof step === "string") current = entryOf(current, step)?.value;
    else current = current?.kind === "sequence" ? current.items[step] : void 0;
    if (!current) return void 0;
  }
  return current;
}
function scalarAt(node, ...path2) {
  return scalar(atPath(node, path2));
}
function scalar(found2) {
  return found2?.kind === "scalar" && found2.value !== null ? found2 : void 0;
}
function textAt(node, ...path2) {
  return scalar(atPath(node, path2))?.text;
}
function numberAt(node, ...path2) {
  const value = scalar(atPath(node, path2))?.value;
  return typeof value === "number" ? value : void 0;
}
var nothing = [];
function itemsAt(node, ...path2) {
  const found2 = atPath(node, path2);
  return found2?.kind === "sequence" ? found2.items : nothing;
}
function scalarsAt(node, ...path2) {
  const found2 = atPath(node, path2);
  if (found2?.kind !== "sequence") return nothing;
  return found2.items.filter((item) => item.kind === "scalar");
}
function entriesAt(node, ...path2) {
  const found2 = atPath(node, path2);
  return found2?.kind === "map" ? found2.entries : nothing;
}
function textsAt(node, ...path2) {
  const texts = /* @__PURE__ */ new Map();
  const found2 = atPath(node, path2);
  if (found2?.kind !== "map") return texts;
  for (const { key: key2, value } of found2.entries)
    if (value.kind === "scalar" && value.value !== null) texts.set(key2.text, value.text);
  return texts;
}
function isNull(node) {
  return node?.kind === "scalar" && node.value === null;
}
function contentRange(scalar2) {
  const quoted = scalar2.style === "single-quoted" || scalar2.style === "double-quoted";
  return quoted ? { start: scalar2.range.start + 1, end: scalar2.range.end - 1 } : scalar2.range;
}

// src/kubernetes/read-yaml.ts
import { parseEvents, YAMLException } from "js-yaml";

// src/core/text.ts
function lineIndex(text) {
  const starts = [0];
  for (let at3 = text.indexOf("\n"); at3 !== -1; at3 = text.indexOf("\n", at3 + 1)) starts.push(at3 + 1);
  return {
    lineCount: starts.length,
    lineStart: (line) => starts[line - 1] ?? text.length,
    positionAt(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = low + high + 1 >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
    }
  };
}

// src/kubernetes/internal/join-flow-lines.ts
function joinFlowLines(text, position) {
  let start = blankBefore(text, position);
  if (!/[\r\n]/.test(text.slice(start, position))) return void 0;
  for (; ; ) {
    const comment = commentBefore(text, start);
    if (comment === void 0) break;
    start = blankBefore(text, comment);
  }
  return text.slice(0, start) + " ".repeat(position - start) + text.slice(position);
}
function blankBefore(text, position) {
  let at3 = position;
  while (at3 > 0 && " 	\r\n".includes(text[at3 - 1] ?? "")) at3--;
  return at3;
}
function commentBefore(text, end) {
  const lineStart = text.lastIndexOf("\n", end - 1) + 1;
  let quotes = 0;
  for (let at3 = lineStart; at3 < end; at3++) {
    const char = text[at3];
    if (char === '"' || char === "'") quotes++;
    const begins = char === "#" && (at3 === lineStart || text[at3 - 1] === " " || text[at3 - 1] === "	");
    if (begins && quotes % 2 === 0) return at3;
  }
  return void 0;
}

// src/kubernetes/internal/yaml-builder.ts
import {
  getScalarValue
} from "js-yaml";

// src/kubernetes/internal/yaml-entries.ts
function entriesOf(written2, merges, context) {
  const entries = withoutDuplicates(written2, context);
  if (!merges) return entries;
  const merged2 = [...entries];
  const known = new Set(entries.map((entry2) => entry2.key.text));
  for (const { value, start } of merges) {
    for (const source of value.kind === "sequence" ? value.items : [value]) {
      if (source.kind !== "map") {
        context.report("what << merges is no map", context.placeOf(start));
        continue;
      }
      if (!context.allows(source.entries.length, start)) continue;
      for (const entry2 of source.entries) {
        if (known.has(entry2.key.text)) continue;
        known.add(entry2.key.text);
        merged2.push(entry2);
      }
    }
  }
  return merged2;
}
function withoutDuplicates(entries, context) {
  if (!hasDuplicates(entries)) return entries;
  const last = /* @__PURE__ */ new Map();
  let told = 0;
  for (const entry2 of entries) {
    const { key: key2 } = entry2;
    if (last.has(key2.text) && told++ < toldDuplicates)
      context.report(`the key ${shortened(key2.text)} is there twice; Kubernetes takes the last`, key2.range);
    last.set(key2.text, entry2);
  }
  return [...last.values()];
}
var toldDuplicates = 20;
var fewEntries = 8;
function hasDuplicates(entries) {
  if (entries.length > fewEntries) return new Set(entries.map((entry2) => entry2.key.text)).size < entries.length;
  for (let i = 1; i < entries.length; i++) {
    const text = entries[i]?.key.text;
    for (let j = 0; j < i; j++) if (entries[j]?.key.text === text) return true;
  }
  return false;
}
function shortened(text) {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

// src/kubernetes/internal/yaml-offsets.ts
function skipBlank(text, from) {
  let at3 = from;
  for (; ; ) {
    const code = text.charCodeAt(at3);
    if (code === 32 || code === 9 || code === 10 || code === 13) at3++;
    else if (code === 35 && isBlankBefore(text, at3)) {
      const end = text.indexOf("\n", at3);
      if (end === -1) return text.length;
      at3 = end;
    } else return at3;
  }
}
function isBlankBefore(text, at3) {
  if (at3 === 0) return true;
  const code = text.charCodeAt(at3 - 1);
  return code === 32 || code === 9 || code === 10 || code === 13 || code === 44 || code === 91 || code === 123;
}
function flowEnd(text, cursor, kind, start) {
  const opener = kind === "map" ? 123 : 91;
  if (text.charCodeAt(start) !== opener) return cursor;
  const closer = kind === "map" ? 125 : 93;
  let at3 = Math.max(cursor, start + 1);
  for (; ; ) {
    at3 = skipBlank(text, at3);
    const code = text.charCodeAt(at3);
    if (code === closer) return at3 + 1;
    if (code === 44 || code === 58 || code === 63) at3++;
    else return cursor;
  }
}
function placeOfNothing(text, cursor) {
  const at3 = skipBlank(text, cursor);
  const code = text.charCodeAt(at3);
  return code === 58 || code === 45 || code === 63 ? at3 + 1 : cursor;
}
function headerStart(text, cursor, content) {
  let at3 = cursor;
  while (at3 < content) {
    at3 = skipBlank(text, at3);
    const code = text.charCodeAt(at3);
    if (code === 124 || code === 62) return at3;
    at3++;
  }
  return content;
}

// src/kubernetes/internal/yaml-scalar.ts
var words = new Map([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word) => [word, true]),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false]),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null])
]);
var infinities = new Map([
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((word) => [word, Number.POSITIVE_INFINITY]),
  ...["-.inf", "-.Inf", "-.INF"].map((word) => [word, Number.NEGATIVE_INFINITY]),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, Number.NaN])
]);
var longestWord = 5;
var float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
var decimal = /^[-+]?(?:0|[1-9][0-9]*)$/;
var octal = /^[-+]?0o?[0-7]+$/;
var binary = /^[-+]?0b[01]+$/;
var hexadecimal = /^[-+]?0[xX][0-9a-fA-F]+$/;
function resolvePlain(text) {
  if (text.length <= longestWord) {
    const word = words.get(text);
    if (word !== void 0) return word;
    const infinity = infinities.get(text);
    if (infinity !== void 0) return infinity;
  }
  const first = text.charCodeAt(0);
  const mayBeNumber = first >= 48 && first <= 57 || first === 43 || first === 45 || first === 46;
  return mayBeNumber ? readNumber(text) ?? text : text;
}
function readNumber(text) {
  const plain2 = text.includes("_") && !text.startsWith(".") ? text.replaceAll("_", "") : text;
  if (decimal.test(plain2)) return Number(plain2);
  const negative = plain2.startsWith("-");
  const unsigned = negative || plain2.startsWith("+") ? plain2.slice(1) : plain2;
  let magnitude;
  if (octal.test(plain2)) magnitude = Number.parseInt(unsigned.replace("o", ""), 8);
  else if (binary.test(plain2)) magnitude = Number.parseInt(unsigned.slice(2), 2);
  else if (hexadecimal.test(plain2)) magnitude = Number.parseInt(unsigned.slice(2), 16);
  else if (float.test(plain2)) magnitude = Number(unsigned);
  if (magnitude === void 0) return void 0;
  return negative ? -magnitude : magnitude;
}

// src/kubernetes/internal/yaml-builder.ts
var eventType = { document: 1, sequence: 2, mapping: 3, scalar: 4, alias: 5, pop: 6 };
var maximumExpansion = 5e5;
function buildNodes(events, options) {
  const builder = {
    ...options,
    stack: [],
    anchors: /* @__PURE__ */ new Map(),
    cursor: 0,
    total: 0,
    expansion: 0,
    exhausted: false,
    merging: void 0,
    roots: []
  };
  for (const event of events) {
    switch (event.type) {
      case eventType.scalar:
        addScalar(builder, event);
        break;
      case eventType.mapping:
      case eventType.sequence:
        open(builder, event);
        break;
      case eventType.alias:
        addAlias(builder, event);
        break;
      case eventType.pop:
        if (builder.stack.length > 0) close(builder);
        break;
      case eventType.document:
        builder.anchors.clear();
        break;
    }
  }
  return builder.roots;
}
var styles = ["absent", "plain", "single-quoted", "double-quoted", "literal", "folded"];
function addScalar(builder, event) {
  const { text } = builder;
  builder.total++;
  const absent = event.valueStart === -1;
  const style = absent ? "absent" : styles[event.style] ?? "plain";
  let start;
  let end;
  if (absent) {
    start = end = Math.max(event.tagEnd, event.anchorEnd, placeOfNothing(text, builder.cursor));
    builder.cursor = Math.max(builder.cursor, end);
  } else if (style === "plain") {
    start = event.valueStart;
    end = event.valueEnd;
  } else if (style === "literal" || style === "folded") {
    start = headerStart(text, Math.max(builder.cursor, event.tagEnd, event.anchorEnd), event.valueStart);
    end = event.valueEnd;
    while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  } else {
    start = event.valueStart - 1;
    end = event.valueEnd + 1;
  }
  if (!absent) builder.cursor = end;
  const content = absent ? "" : contentOf(text, event);
  const tag = event.tagStart === -1 ? void 0 : text.slice(event.tagStart, event.tagEnd);
  const node = {
    kind: "scalar",
    value: scalarValue(content, style, tag),
    text: content,
    style,
    range: builder.rangeOf(start, end),
    path: builder.path
  };
  if (event.anchorStart !== -1)
    builder.anchors.set(text.slice(event.anchorStart, event.anchorEnd), { node, weight: 1 });
  add(builder, node, start, end);
}
function contentOf(text, event) {
  const content = getScalarValue(text, event);
  const unfinished = event.style > 3 && event.valueEnd === text.length && !/[\r\n]$/.test(text);
  return unfinished && content.endsWith("\n") ? content.slice(0, -1) : content;
}
function scalarValue(content, style, tag) {
  if (tag === "!!str" || tag === "!") return content;
  if (style === "absent") return null;
  if (style === "plain") return resolvePlain(content);
  return tag === "!!int" || tag === "!!float" || tag === "!!bool" || tag === "!!null" ? resolvePlain(content) : content;
}
function isSpace(code) {
  return code === 32 || code === 10 || code === 13 || code === 9;
}
function open(builder, event) {
  builder.total++;
  const anchor = event.anchorStart === -1 ? void 0 : builder.text.slice(event.anchorStart, event.anchorEnd);
  if (anchor !== void 0) builder.anchors.set(anchor, { node: void 0, weight: 0 });
  builder.stack.push({
    kind: event.type === eventType.mapping ? "map" : "sequence",
    start: event.start,
    flow: event.style === 2,
    anchor,
    opened: builder.total - 1,
    items: [],
    entries: [],
    key: void 0,
    merges: void 0
  });
  builder.cursor = Math.max(builder.cursor, event.start);
}
function close(builder) {
  const frame = builder.stack.pop();
  if (!frame) return;
  const { start } = frame;
  const end = frame.flow ? flowEnd(builder.text, builder.cursor, frame.kind, start) : Math.max(builder.cursor, start);
  builder.cursor = Math.max(builder.cursor, end);
  const range = builder.rangeOf(start, end);
  const node = frame.kind === "sequence" ? { kind: "sequence", items: frame.items, flow: frame.flow, range, path: builder.path } : {
    kind: "map",
    entries: entriesOf(frame.entries, frame.merges, merging(builder)),
    flow: frame.flow,
    range,
    path: builder.path
  };
  if (frame.anchor !== void 0) {
    const anchored = builder.anchors.get(frame.anchor);
    if (anchored && anchored.node === void 0) {
      anchored.node = node;
      anchored.weight = builder.total - frame.opened;
    }
  }
  add(builder, node, start, end);
}
function addAlias(builder, event) {
  const start = event.anchorStart - 1;
  const end = event.anchorEnd;
  builder.cursor = end;
  const name = builder.text.slice(event.anchorStart, end);
  const anchored = builder.anchors.get(name);
  let node = anchored?.node;
  if (!anchored) builder.report(`the alias *${shortened(name)} names no anchor`, builder.rangeOf(start, end));
  else if (!node)
    builder.report(`the alias *${shortened(name)} stands inside of what it names`, builder.rangeOf(start, end));
  else if (!charge(builder, anchored.weight, start, end)) node = void 0;
  add(builder, node ?? nothingAt(builder, start, end), start, end);
}
function charge(builder, weight, start, end) {
  if (!builder.exhausted && builder.expansion + weight <= maximumExpansion) {
    builder.total += weight;
    builder.expansion += weight;
    return true;
  }
  if (!builder.exhausted)
    builder.report(
      `aliases expand to more than ${maximumExpansion} values; they are left out from here on`,
      builder.rangeOf(start, end)
    );
  builder.exhausted = true;
  return false;
}
function nothingAt(builder, start, end) {
  const range = builder.rangeOf(start, end);
  return { kind: "scalar", value: null, text: "", style: "absent", range, path: builder.path };
}
function add(builder, written2, start, end) {
  const node = builder.derived && !written2.derived ? { ...written2, derived: true } : written2;
  const frame = builder.stack.at(-1);
  if (!frame) {
    if (!(node.kind === "scalar" && node.style === "absent")) builder.roots.push({ node, start });
    return;
  }
  if (frame.kind === "sequence") {
    frame.items.push(node);
    return;
  }
  if (frame.key === void 0) {
    const scalar2 = node.kind === "scalar" ? node : null;
    if (!scalar2) builder.report("a key is a map or a list", builder.rangeOf(start, end));
    frame.key = { node: scalar2, start };
    return;
  }
  const { key: key2 } = frame;
  frame.key = void 0;
  if (!key2.node) return;
  if (key2.node.text === "<<" && key2.node.style === "plain") {
    frame.merges ??= [];
    frame.merges.push({ value: node, start: key2.start });
    return;
  }
  frame.entries.push({ key: key2.node, value: node, range: builder.rangeOf(key2.start, end) });
}
function merging(builder) {
  builder.merging ??= {
    report: (message, range) => builder.report(message, range),
    placeOf: (start) => builder.rangeOf(start, start + 2),
    allows: (entries, start) => charge(builder, entries, start, start + 2)
  };
  return builder.merging;
}

// src/kubernetes/read-yaml.ts
var maximumLength = 32 * 1024 * 1024;
var maximumDocuments = 5e4;
var maximumDepth = 128;
var maximumProblems = 100;
var groupedLength = 1024 * 1024;
var longestReason = 200;
function yamlSource(artifact) {
  let lines;
  return {
    path: artifact.path,
    text: artifact.text,
    encoding: artifact.encoding,
    get lines() {
      lines ??= lineIndex(artifact.text);
      return lines;
    }
  };
}
function readYaml(artifact, origin) {
  const source = origin?.source ?? yamlSource(artifact);
  const reader = { text: artifact.text, source, origin, documents: [], problems: [] };
  if (artifact.text.length > maximumLength) {
    report(reader, "invalid", `the file is longer than ${maximumLength / 1024 / 1024} MiB`, { start: 0, end: 0 });
    return reader;
  }
  let count = 0;
  let group = [];
  let groupLength = 0;
  for (const range of splitDocuments(artifact.text)) {
    if (++count > maximumDocuments) {
      const place = at2(reader, range.start, range.start);
      report(reader, "invalid", `the file holds more than ${maximumDocuments} documents`, place);
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
function readGroup(reader, ranges) {
  const base = ranges[0]?.start ?? 0;
  const roots = ranges.length > 1 ? parse(reader, base, ranges.at(-1)?.end ?? base) : void 0;
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
function parse(reader, base, end) {
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
      }
    });
    return faulty ? void 0 : roots;
  } catch {
    return void 0;
  }
}
function rangesFrom(reader, base) {
  return reader.origin ? (start, end) => at2(reader, base + start, base + end) : (start, end) => ({ start: base + start, end: base + end });
}
function addDocument(reader, root2, range) {
  reader.documents.push({ root: root2, source: reader.source, range: at2(reader, range.start, range.end) });
}
function at2(reader, start, end) {
  return reader.origin ? reader.origin.rangeOf(start, end) : { start, end };
}
function report(reader, kind, message, range) {
  if (reader.problems.length >= maximumProblems) return;
  const remedy = kind === "template" ? "Fill the template in and audit the result, or exclude the file in plimsoll.yaml." : "Correct the YAML; the rest of the file was read.";
  const position = reader.source.lines.positionAt(range.start);
  reader.problems.push({ path: reader.source.path, position, message, remedy, range, kind });
}
function readDocument(reader, range) {
  const text = reader.text.slice(range.start, range.end);
  const { start: base } = range;
  if (isEmpty(text)) return;
  let judged;
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
        if (kind === void 0) report(reader, "invalid", message, place);
        else if (!told) report(reader, "template", templateMessage(kind), place);
        told = true;
      }
    });
    if (told && template() !== void 0) return;
    for (const { node } of roots) addDocument(reader, node, range);
  } catch (error) {
    const offset = base + (error instanceof YAMLException ? error.mark?.position ?? 0 : 0);
    const kind = template();
    const reason = error instanceof YAMLException ? error.reason.slice(0, longestReason) : "it cannot be read";
    const message = kind === void 0 ? `this is no YAML: ${reason}` : templateMessage(kind);
    report(reader, kind === void 0 ? "invalid" : "template", message, at2(reader, offset, offset));
  }
}
var parsedAgain = 8 * 1024 * 1024;
function parseIndented(text) {
  let current = text;
  for (let parsed = 0; ; parsed += text.length) {
    try {
      return { events: parseEvents(current, { maxDepth: maximumDepth }), text: current };
    } catch (error) {
      const indentation2 = error instanceof YAMLException && error.reason === "deficient indentation";
      const joined = indentation2 && parsed < parsedAgain ? joinFlowLines(current, error.mark?.position ?? 0) : void 0;
      if (joined === void 0) throw error;
      current = joined;
    }
  }
}
function templateMessage(kind) {
  return `this document is a ${kind} and no YAML before it is filled in`;
}
function isEmpty(text) {
  return text.length < 100 && /^(?:---)?\s*$/.test(text);
}
function templateKind(text) {
  if (text.includes("{%")) return "Jinja template";
  if (text.includes("{{")) return "template (Helm, Go or Jinja)";
  if (text.includes("<%")) return "template (ERB or EJS)";
  if (text.includes("#@")) return "ytt template";
  if (text.includes("${")) return "template with ${\u2026} variables";
  return void 0;
}
function* splitDocuments(text) {
  let start = 0;
  let from = 0;
  for (; ; ) {
    const next = nextMarker(text, from);
    if (next === -1) break;
    const directive = text.charCodeAt(start) === 37 || text.slice(start, next).startsWith("\uFEFF%");
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
function nextMarker(text, from) {
  let at3 = from === 0 && text.startsWith("---") ? 0 : text.indexOf("\n---", Math.max(0, from - 1));
  while (at3 !== -1) {
    const start = text.charCodeAt(at3) === 10 ? at3 + 1 : at3;
    const code = text.charCodeAt(start + 3);
    if (Number.isNaN(code) || code === 32 || code === 9 || code === 10 || code === 13) return start;
    at3 = text.indexOf("\n---", start + 3);
  }
  return -1;
}

// src/kubernetes/manifest.ts
var clientSideGroups = /* @__PURE__ */ new Set([
  "kustomize.config.k8s.io",
  "skaffold",
  "kind.x-k8s.io",
  "k3d.io",
  "kubeadm.k8s.io",
  "kubelet.config.k8s.io",
  "kubeproxy.config.k8s.io",
  "kubescheduler.config.k8s.io",
  "apiserver.config.k8s.io",
  "audit.k8s.io",
  "client.authentication.k8s.io",
  "ctlptl.dev",
  "eksctl.io",
  "backstage.io",
  "helm.config",
  "config.kubernetes.io"
]);
var fromFile = { kind: "file" };
function objectsOf(document, origin = fromFile) {
  const objects = [];
  collect(document.root, document.source, document.range, origin, objects);
  return objects;
}
function collect(root2, source, range, origin, objects) {
  const apiVersion = textAt(root2, "apiVersion");
  const kind = textAt(root2, "kind");
  if (root2.kind !== "map" || !apiVersion || !kind) return;
  if (kind.endsWith("List") && entryOf(root2, "items")?.value.kind === "sequence") {
    for (const item of itemsAt(root2, "items")) collect(item, source, item.range, origin, objects);
    return;
  }
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  if (clientSideGroups.has(group)) return;
  objects.push(objectFrom(root2, { source, range, origin }));
}
function objectFrom(node, from) {
  const apiVersion = textAt(node, "apiVersion") ?? "";
  let labels;
  let annotations;
  const nameNode = scalarAt(node, "metadata", "name") ?? scalarAt(node, "metadata", "generateName");
  return {
    apiVersion,
    group: apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "",
    kind: textAt(node, "kind") ?? "",
    name: nameNode?.text ?? "",
    namespace: textAt(node, "metadata", "namespace"),
    get labels() {
      labels ??= textsAt(node, "metadata", "labels");
      return labels;
    },
    get annotations() {
      annotations ??= textsAt(node, "metadata", "annotations");
      return annotations;
    },
    node,
    place: nameNode ?? scalarAt(node, "kind") ?? node,
    path: from.source.path,
    source: from.source,
    range: from.range,
    origin: from.origin
  };
}

// src/kubernetes/selector.ts
function selects(selector, labels) {
  for (const [key2, value] of selector.matchLabels) if (labels.get(key2) !== value) return false;
  return selector.matchExpressions.every(({ key: key2, operator, values }) => {
    const value = labels.get(key2);
    switch (operator) {
      case "In":
        return value !== void 0 && values.includes(value);
      case "NotIn":
        return value === void 0 || !values.includes(value);
      case "Exists":
        return value !== void 0;
      case "DoesNotExist":
        return value === void 0;
      default:
        return false;
    }
  });
}

// src/kubernetes/internal/kustomize-resource.ts
function toResource(object) {
  const { node, source, range } = object;
  return { node, source, range, names: [object.name], namespaces: [object.namespace] };
}
function toObject(resource, origin) {
  return objectFrom(resource.node, { source: resource.source, range: resource.range, origin });
}
function withNode(resource, node) {
  if (node === resource.node) return resource;
  const name = textAt(node, "metadata", "name") ?? "";
  const namespace = textAt(node, "metadata", "namespace");
  return {
    ...resource,
    node,
    names: resource.names.includes(name) ? resource.names : [...resource.names, name],
    namespaces: resource.namespaces.includes(namespace) ? resource.namespaces : [...resource.namespaces, namespace]
  };
}
function groupOf(node) {
  const apiVersion = textAt(node, "apiVersion") ?? "";
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}
function kindOf(node) {
  return textAt(node, "kind") ?? "";
}
function targets(target, resource) {
  const apiVersion = textAt(resource.node, "apiVersion") ?? "";
  const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
  const answers = [
    fits(target, "group", [groupOf(resource.node)]),
    fits(target, "version", [version]),
    fits(target, "kind", [kindOf(resource.node)]),
    fits(target, "name", resource.names),
    fits(
      target,
      "namespace",
      resource.namespaces.map((namespace) => namespace ?? "default")
    ),
    labelsFit(textAt(target, "labelSelector"), textsAt(resource.node, "metadata", "labels")),
    labelsFit(textAt(target, "annotationSelector"), textsAt(resource.node, "metadata", "annotations"))
  ];
  if (answers.includes(void 0)) return void 0;
  return !answers.includes(false);
}
function fits(target, key2, values) {
  const pattern = textAt(target, key2);
  if (pattern === void 0 || pattern === "") return true;
  const answers = values.map((value) => matchesPattern(pattern, value));
  return answers.includes(true) ? true : answers.includes(void 0) ? void 0 : false;
}
function matchesPattern(pattern, value) {
  const bare = pattern.replace(/^\^/, "").replace(/\$$/, "");
  if (/[\\^$*+?()[\]{}]/.test(bare.replaceAll(".*", ""))) return void 0;
  return bare.split("|").some((alternative) => matchesWildcards(alternative.split(".*"), value));
}
function matchesWildcards(pieces, value) {
  const [first = "", ...rest] = pieces;
  if (rest.length === 0) return value === first;
  if (!value.startsWith(first)) return false;
  const last = rest.pop() ?? "";
  let at3 = first.length;
  for (const piece of rest) {
    const found2 = value.indexOf(piece, at3);
    if (found2 === -1) return false;
    at3 = found2 + piece.length;
  }
  return value.length - last.length >= at3 && value.endsWith(last);
}
function labelsFit(text, labels) {
  if (text === void 0 || text === "") return true;
  if (/[()]/.test(text)) return void 0;
  return text.split(",").every((part) => {
    const requirement = part.trim();
    const [key2 = "", value] = requirement.split(/!=|==?/).map((side) => side.trim());
    if (value === void 0)
      return requirement.startsWith("!") ? !labels.has(requirement.slice(1).trim()) : labels.has(key2);
    const equal2 = selects({ matchLabels: /* @__PURE__ */ new Map([[key2, value]]), matchExpressions: [] }, labels);
    return requirement.includes("!=") ? !equal2 : equal2;
  });
}
function isPatchFor(patch, resource) {
  const namespace = textAt(patch, "metadata", "namespace");
  return kindOf(patch) === kindOf(resource.node) && groupOf(patch) === groupOf(resource.node) && resource.names.includes(textAt(patch, "metadata", "name") ?? "") && (namespace === void 0 || resource.namespaces.includes(namespace));
}
function has(node, key2) {
  const value = entryOf(node, key2)?.value;
  if (!value) return false;
  return value.kind === "scalar" ? value.value !== null : value.kind === "map" || value.items.length > 0;
}

// src/kubernetes/internal/node-edit.ts
function derivedScalar(value, place) {
  const { range, path: path2 } = place;
  return { kind: "scalar", value, text: String(value), style: "plain", range, path: path2, derived: true };
}
function derivedMap(entries, place) {
  return { kind: "map", entries, flow: false, range: place.range, path: place.path, derived: true };
}
function entry(key2, value) {
  return { key: derivedScalar(key2, value), value, range: value.range };
}
function withEntry(map, added) {
  const key2 = added.key.text;
  const known = entryOf(map, key2);
  if (known?.value === added.value) return map;
  const entries = known ? map.entries.map((each) => each === known ? { key: each.key, value: added.value, range: each.range } : each) : [...map.entries, added];
  return { ...map, entries };
}
function withoutEntry(map, key2) {
  return entryOf(map, key2) ? { ...map, entries: map.entries.filter((each) => each.key.text !== key2) } : map;
}
function withItems(sequence, items) {
  return { ...sequence, items };
}
function changeAt(node, path2, change2) {
  const [key2, ...rest] = path2;
  if (key2 === void 0) return node;
  const found2 = entryOf(node, key2)?.value;
  const changed = rest.length === 0 ? change2(found2) : changeBelow(found2, node, rest, change2);
  if (changed === found2) return node;
  return changed === void 0 ? withoutEntry(node, key2) : withEntry(node, entry(key2, changed));
}
function changeBelow(found2, parent, rest, change2) {
  const isNull3 = found2?.kind === "scalar" && found2.value === null;
  if (found2 && found2.kind !== "map" && !isNull3) return found2;
  const map = found2?.kind === "map" ? found2 : derivedMap([], found2 ?? parent);
  const changed = changeAt(map, rest, change2);
  return changed.entries.length === 0 && found2?.kind !== "map" ? found2 : changed;
}

// src/kubernetes/internal/kustomize-generators.ts
function addGenerated(kustomization, resources, context) {
  let result = resources;
  for (const [field, kind] of [
    ["configMapGenerator", "ConfigMap"],
    ["secretGenerator", "Secret"]
  ])
    for (const item of itemsAt(kustomization, field)) result = addOne(result, kind, item, context);
  return result;
}
function addOne(resources, kind, item, context) {
  const name = scalarAt(item, "name");
  if (!name) return resources;
  const data = dataOf(item, context);
  const behavior = textAt(item, "behavior");
  const existing = resources.find((each) => kindOf(each.node) === kind && each.names.includes(name.text));
  if (existing && (behavior === "merge" || behavior === "replace")) {
    const known = at(existing.node, "data");
    const base = behavior === "merge" && known?.kind === "map" ? known : derivedMap([], item);
    const node2 = withEntry(existing.node, entry("data", data.reduce(withEntry, base)));
    return resources.map((each) => each === existing ? withNode(each, node2) : each);
  }
  const namespace = scalarAt(item, "namespace");
  const metadata = [entry("name", name), ...namespace ? [entry("namespace", namespace)] : []];
  const node = derivedMap(
    [
      entry("apiVersion", derivedScalar("v1", item)),
      entry("kind", derivedScalar(kind, item)),
      entry("metadata", derivedMap(metadata, item)),
      // A Secret's data is Base64 in a manifest; here it is as written, which `stringData` says.
      entry(kind === "Secret" ? "stringData" : "data", derivedMap(data, item))
    ],
    item
  );
  const made = { node, source: context.source, range: item.range, names: [name.text], namespaces: [namespace?.text] };
  return [...resources, made];
}
function dataOf(item, context) {
  const envs = [...scalarsAt(item, "envs"), ...[scalarAt(item, "env") ?? []].flat()];
  return [
    ...scalarsAt(item, "literals").flatMap(
      (literal) => assignment(literal.text, contentRange(literal).start, literal, literal.path)
    ),
    ...envs.flatMap((written2) => {
      const file = context.open(written2);
      return file ? envFileEntries(file) : [];
    }),
    ...scalarsAt(item, "files").map(fileEntry)
  ];
}
function assignment(text, start, place, path2) {
  const equals = text.indexOf("=");
  if (equals <= 0) return [];
  const written2 = text.slice(equals + 1);
  const quote = written2[0] === '"' || written2[0] === "'" ? written2[0] : void 0;
  const quoted = quote !== void 0 && written2.length > 1 && written2.endsWith(quote);
  const value = quoted ? written2.slice(1, -1) : written2;
  const range = { start, end: start + text.length };
  const exact = place?.kind !== "scalar" || contentRange(place).end - start === text.length;
  const at3 = { range: exact ? range : place?.range ?? range, path: path2 };
  const from = start + equals + 1 + (quoted ? 1 : 0);
  const valueAt = exact ? { range: { start: from, end: from + value.length }, path: path2 } : at3;
  return [{ key: derivedScalar(text.slice(0, equals), at3), value: derivedScalar(value, valueAt), range: at3.range }];
}
function envFileEntries(file) {
  const entries = [];
  let start = 0;
  for (const line of file.text.split("\n")) {
    const text = line.trim();
    const offset = start + line.length - line.trimStart().length;
    if (text !== "" && !text.startsWith("#")) entries.push(...assignment(text, offset, void 0, file.path));
    start += line.length + 1;
  }
  return entries;
}
function fileEntry(written2) {
  const equals = written2.text.indexOf("=");
  const key2 = equals === -1 ? written2.text.slice(written2.text.lastIndexOf("/") + 1) : written2.text.slice(0, equals);
  return { key: derivedScalar(key2, written2), value: derivedScalar("", written2), range: written2.range };
}

// src/kubernetes/internal/embedded-yaml.ts
function readEmbedded(scalar2, source) {
  const artifact = { path: source.path, text: scalar2.text, encoding: source.encoding };
  const exact = literalRanges(scalar2, source.text);
  return readYaml(artifact, { source, derived: exact === void 0, rangeOf: exact ?? (() => scalar2.range) });
}
function literalRanges(scalar2, text) {
  if (scalar2.style !== "literal" || scalar2.derived) return void 0;
  const starts = lineStarts(scalar2.text, 0);
  const fileStarts = lineStarts(text, scalar2.range.start).slice(1);
  const indent = indentation(scalar2, text, starts, fileStarts);
  const offset = (at3) => {
    const line = lineOf(starts, at3);
    return Math.min((fileStarts[line] ?? text.length) + indent + at3 - (starts[line] ?? 0), text.length);
  };
  return (start, end) => {
    const from = offset(start);
    return { start: from, end: Math.max(from, offset(end)) };
  };
}
function indentation(scalar2, text, starts, fileStarts) {
  for (const [line, start] of starts.entries()) {
    const column = /\S/.exec(scalar2.text.slice(start, starts[line + 1]))?.index;
    const from = fileStarts[line];
    if (column === void 0 || from === void 0) continue;
    const end = text.indexOf("\n", from);
    const fileColumn = /\S/.exec(text.slice(from, end === -1 ? text.length : end))?.index ?? 0;
    return Math.max(0, fileColumn - column);
  }
  return 0;
}
function lineStarts(text, from) {
  const starts = [from];
  for (let at3 = text.indexOf("\n", from); at3 !== -1; at3 = text.indexOf("\n", at3 + 1)) starts.push(at3 + 1);
  return starts;
}
function lineOf(starts, offset) {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = low + high + 1 >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

// src/kubernetes/internal/json-patch.ts
var maximumOperations = 1e4;
function applyJsonPatch(target, operations) {
  let node = target;
  for (const operation of itemsAt(operations).slice(0, maximumOperations)) {
    const result = applyOperation(node, operation);
    if (typeof result === "string") return { failure: result, operation };
    node = result;
  }
  return node.kind === "map" ? { node } : { failure: "the patch leaves no object", operation: void 0 };
}
function applyOperation(node, operation) {
  const name = textAt(operation, "op");
  const path2 = pointer(textAt(operation, "path") ?? "");
  if (!path2) return "the path is no JSON pointer";
  const value = entryOf(operation, "value")?.value;
  switch (name) {
    case "add":
    case "replace":
      if (!value) return `${name} needs a value`;
      return change(node, path2, name, value);
    case "remove":
      return change(node, path2, "remove", void 0);
    case "test":
      return node;
    case "copy":
    case "move": {
      const from = pointer(textAt(operation, "from") ?? "");
      const found2 = from && lookUp(node, from);
      if (!from || !found2) return "there is nothing at from";
      const without = name === "move" ? change(node, from, "remove", void 0) : node;
      return typeof without === "string" ? without : change(without, path2, "add", found2);
    }
    default:
      return `there is no operation ${name ?? "without op"}`;
  }
}
function pointer(text) {
  if (text === "") return [];
  if (!text.startsWith("/")) return void 0;
  return text.slice(1).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}
function lookUp(node, path2) {
  let current = node;
  for (const step of path2)
    current = current?.kind === "sequence" ? current.items[Number(step)] : entryOf(current, step)?.value;
  return current;
}
function change(node, path2, kind, value) {
  const [step, ...rest] = path2;
  if (step === void 0) return value ?? "the whole object would be removed";
  if (node.kind === "sequence") return changeItem(node, step, rest, kind, value);
  if (node.kind !== "map") return `there is nothing at ${step}`;
  const found2 = entryOf(node, step)?.value;
  if (rest.length > 0) {
    if (!found2) return `there is nothing at ${step}`;
    const changed = change(found2, rest, kind, value);
    return typeof changed === "string" ? changed : withEntry(node, entry(step, changed));
  }
  if (kind !== "add" && !found2) return `there is nothing at ${step}`;
  return value ? withEntry(node, entry(step, value)) : withoutEntry(node, step);
}
function changeItem(node, step, rest, kind, value) {
  const { items } = node;
  const index = step === "-" && kind === "add" && rest.length === 0 ? items.length : Number(step);
  const inside = Number.isInteger(index) && index >= 0 && index < items.length;
  if (!inside && !(kind === "add" && rest.length === 0 && index === items.length)) return `there is no item ${step}`;
  const found2 = items[index];
  if (rest.length > 0 && found2) {
    const changed = change(found2, rest, kind, value);
    return typeof changed === "string" ? changed : withItems(node, items.with(index, changed));
  }
  const added = value ? [value] : [];
  return withItems(node, items.toSpliced(index, kind === "add" ? 0 : 1, ...added));
}

// src/kubernetes/internal/strategic-merge.ts
var mergeKeys = /* @__PURE__ */ new Map([
  ["containers", ["name"]],
  ["initContainers", ["name"]],
  ["ephemeralContainers", ["name"]],
  ["volumes", ["name"]],
  ["env", ["name"]],
  ["imagePullSecrets", ["name"]],
  ["resourceClaims", ["name"]],
  ["secrets", ["name"]],
  ["volumeMounts", ["mountPath"]],
  ["volumeDevices", ["devicePath"]],
  ["hostAliases", ["ip"]],
  ["topologySpreadConstraints", ["topologyKey"]],
  ["ports", ["containerPort", "port"]],
  ["conditions", ["type"]],
  ["ownerReferences", ["uid"]]
]);
var builtInGroups = /* @__PURE__ */ new Set(["", "apps", "batch", "extensions", "policy", "autoscaling", "networking.k8s.io"]);
function mergeOptionsFor(group) {
  return { listsByKey: builtInGroups.has(group) };
}
function mergeMaps(base, patch, options) {
  const directive = directiveOf(patch);
  if (directive === "delete") return void 0;
  if (directive === "replace") return stripped(patch);
  const entries = [];
  for (const each of base.entries) {
    const change2 = entryOf(patch, each.key.text);
    if (!change2) {
      entries.push(each);
      continue;
    }
    const value = mergeNodes(each.key.text, each.value, change2.value, options);
    if (value) entries.push(value === each.value ? each : { key: each.key, value, range: value.range });
  }
  for (const added of patch.entries) {
    const key2 = added.key.text;
    if (key2.startsWith("$") || isNull2(added.value) || entryOf(base, key2)) continue;
    const value = clean(added.value);
    if (value) entries.push(value === added.value ? added : { ...added, value });
  }
  return { ...base, entries };
}
function mergeNodes(key2, base, patch, options) {
  if (isNull2(patch)) return void 0;
  if (base.kind === "map" && patch.kind === "map") return mergeMaps(base, patch, options);
  if (base.kind === "sequence" && patch.kind === "sequence" && options.listsByKey)
    return mergeSequences(key2, base, patch, options);
  if (base.kind === "scalar" && patch.kind === "scalar" && base.value === patch.value) return base;
  return clean(patch);
}
function mergeSequences(key2, base, patch, options) {
  const keys = mergeKeys.get(key2)?.filter((name) => patch.items.every((item) => isDirective(item) || hasKey(item, name)));
  const by = keys?.find((name) => base.items.every((item) => hasKey(item, name)));
  if (by === void 0 || patch.items.some((item) => isDirective(item) && directiveOf(item) === "replace"))
    return withItems(
      patch,
      patch.items.filter((item) => !isDirective(item)).flatMap((item) => clean(item) ?? [])
    );
  const known = new Map(base.items.map((item) => [keyOf(item, by), item]));
  const items = [];
  for (const item of patch.items) {
    if (item.kind !== "map" || isDirective(item)) continue;
    const text = keyOf(item, by);
    const own = known.get(text);
    known.delete(text);
    const merged2 = own?.kind === "map" ? mergeMaps(own, item, options) : withoutDirectives(item);
    if (merged2) items.push(merged2);
  }
  return withItems(base, [...items, ...known.values()]);
}
function withoutDirectives(item) {
  return directiveOf(item) === "delete" ? void 0 : clean(item);
}
function hasKey(item, key2) {
  return entryOf(item, key2)?.value.kind === "scalar";
}
function keyOf(item, key2) {
  const value = entryOf(item, key2)?.value;
  return value?.kind === "scalar" ? value.text : "";
}
function isDirective(item) {
  return item.kind === "map" && item.entries.length === 1 && item.entries[0]?.key.text === "$patch";
}
function directiveOf(node) {
  const value = entryOf(node, "$patch")?.value;
  return value?.kind === "scalar" ? value.text : void 0;
}
function isNull2(node) {
  return node.kind === "scalar" && node.value === null;
}
function stripped(map) {
  const cleaned = clean(map);
  return cleaned?.kind === "map" ? cleaned : { ...map, entries: [] };
}
function clean(node) {
  if (isNull2(node)) return void 0;
  if (node.kind === "sequence") {
    const items = node.items.flatMap((item) => isDirective(item) ? [] : clean(item) ?? []);
    return items.length === node.items.length && items.every((item, i) => item === node.items[i]) ? node : withItems(node, items);
  }
  if (node.kind === "scalar") return node;
  let changed = false;
  const entries = [];
  for (const each of node.entries) {
    const value = each.key.text.startsWith("$") ? void 0 : clean(each.value);
    changed ||= value !== each.value;
    if (value) entries.push(value === each.value ? each : { ...each, value });
  }
  return changed ? { ...node, entries } : node;
}

// src/kubernetes/internal/kustomize-patches.ts
function applyPatches(kustomization, resources, context) {
  let result = resources;
  for (const item of itemsAt(kustomization, "patchesStrategicMerge"))
    if (item.kind === "scalar")
      result = applyWritten(result, textOrFile(item, context), void 0, void 0, item, context);
  for (const item of itemsAt(kustomization, "patches")) result = applyEntry(result, item, context);
  return result;
}
function applyJsonPatches(kustomization, resources, context) {
  return itemsAt(kustomization, "patchesJson6902").reduce(
    (result, item) => applyEntry(result, item, context),
    resources
  );
}
function applyEntry(resources, item, context) {
  const path2 = scalarAt(item, "path");
  const inline = scalarAt(item, "patch");
  const file = path2 && context.open(path2);
  const stream = inline ? readEmbedded(inline, context.source) : file && readYaml(file);
  return applyWritten(resources, stream, at(item, "target"), at(item, "options"), item, context);
}
function textOrFile(item, context) {
  if (item.text.includes("\n")) return readEmbedded(item, context.source);
  const file = context.open(item);
  return file && readYaml(file);
}
function applyWritten(resources, stream, target, options, item, context) {
  if (!stream) return resources;
  for (const problem of stream.problems)
    context.report(problem.kind, problem.message, { ...item, range: problem.range, path: problem.path });
  let result = resources;
  for (const { root: root2 } of stream.documents) {
    if (root2.kind === "sequence" && target) result = jsonPatched(result, root2, target, context);
    else if (root2.kind === "map") result = merged(result, root2, target, options, context);
    else
      context.report("invalid", "this is neither a strategic merge patch nor a list of operations with a target", root2);
  }
  return result;
}
function chosen(resources, target, context) {
  const answers = resources.map((resource) => targets(target, resource));
  if (answers.includes(void 0))
    context.report("unsupported", "the patch's target holds a regular expression that is not evaluated here", target);
  const found2 = resources.filter((_, index) => answers[index] === true);
  return found2;
}
function jsonPatched(resources, operations, target, context) {
  const wanted = new Set(chosen(resources, target, context));
  return resources.map((resource) => {
    if (!wanted.has(resource)) return resource;
    const result = applyJsonPatch(resource.node, operations);
    if ("node" in result) return withNode(resource, result.node);
    context.report("invalid", `the patch cannot be applied: ${result.failure}`, result.operation ?? operations);
    return resource;
  });
}
function merged(resources, patch, target, options, context) {
  const wanted = new Set(
    target ? chosen(resources, target, context) : resources.filter((each) => isPatchFor(patch, each))
  );
  if (wanted.size === 0 && !target && !context.incomplete())
    context.report(
      "invalid",
      `the patch is for ${kindOf(patch)} ${nameOf(patch)}, which is not among the resources`,
      patch
    );
  return resources.flatMap((resource) => {
    if (!wanted.has(resource)) return [resource];
    const merging2 = mergeOptionsFor(groupOf(resource.node));
    const node = mergeMaps(resource.node, withIdentityOf(patch, resource, options), merging2);
    return node ? [withNode(resource, node)] : [];
  });
}
function withIdentityOf(patch, resource, options) {
  const allowed = (key2) => scalarAt(options, key2)?.value === true;
  let result = patch;
  if (!allowed("allowKindChange")) {
    for (const key2 of ["apiVersion", "kind"])
      if (entryOf(patch, key2)) result = changeAt(result, [key2], () => at(resource.node, key2));
  }
  const kept = allowed("allowNameChange") ? ["namespace"] : ["name", "namespace"];
  for (const key2 of kept)
    if (at(patch, "metadata", key2))
      result = changeAt(result, ["metadata", key2], () => at(resource.node, "metadata", key2));
  return result;
}
function nameOf(node) {
  return scalarAt(node, "metadata", "name")?.text ?? "without a name";
}

// src/kubernetes/internal/kustomize-references.ts
var keyKinds = /* @__PURE__ */ new Map([
  ["serviceAccountName", "ServiceAccount"],
  ["serviceAccount", "ServiceAccount"],
  ["claimName", "PersistentVolumeClaim"],
  ["secretName", "Secret"],
  ["serviceName", "Service"]
]);
var nameKinds = /* @__PURE__ */ new Map([
  ["configMap", "ConfigMap"],
  ["configMapRef", "ConfigMap"],
  ["configMapKeyRef", "ConfigMap"],
  ["secret", "Secret"],
  ["secretRef", "Secret"],
  ["secretKeyRef", "Secret"],
  ["imagePullSecrets", "Secret"]
]);
var referenceKeys = /* @__PURE__ */ new Set(["scaleTargetRef", "targetRef", "roleRef", "subjects"]);
function followNames(before, after) {
  const renamed = /* @__PURE__ */ new Map();
  for (const [index, resource] of after.entries()) {
    const old = before[index]?.names.at(-1);
    const name = resource.names.at(-1);
    if (old !== void 0 && name !== void 0 && old !== name) renamed.set(`${kindOf(resource.node)}/${old}`, name);
  }
  if (renamed.size === 0) return after;
  return after.map((resource) => {
    const node = follow(resource.node, renamed, kindOf(resource.node) === "Ingress");
    return node.kind === "map" ? withNode(resource, node) : resource;
  });
}
function follow(node, renamed, ingress) {
  if (node.kind === "scalar") return node;
  if (node.kind === "sequence") {
    const items = node.items.map((item) => follow(item, renamed, ingress));
    return items.every((item, index) => item === node.items[index]) ? node : withItems(node, items);
  }
  let result = node;
  for (const { key: key2, value } of node.entries) {
    const changed = followEntry(key2.text, value, renamed, ingress);
    if (changed !== value) result = withEntry(result, entry(key2.text, changed));
  }
  return result;
}
function followEntry(key2, value, renamed, ingress) {
  if (key2 === "metadata") return value;
  const own = keyKinds.get(key2);
  if (own && value.kind === "scalar") return newName(value, own, renamed);
  const kind = nameKinds.get(key2) ?? (ingress && key2 === "service" ? "Service" : void 0);
  const followed = follow(value, renamed, ingress);
  if (!kind && !referenceKeys.has(key2)) return followed;
  if (followed.kind === "sequence")
    return withItems(
      followed,
      followed.items.map((item) => named(item, kind, renamed))
    );
  return named(followed, kind, renamed);
}
function named(node, kind, renamed) {
  if (node.kind !== "map") return node;
  const name = entryOf(node, "name")?.value;
  return name ? withName(node, newName(name, kind ?? kindOf(node), renamed)) : node;
}
function withName(node, name) {
  return withEntry(node, entry("name", name));
}
function newName(node, kind, renamed) {
  const name = node.kind === "scalar" ? renamed.get(`${kind}/${node.text}`) : void 0;
  return name === void 0 ? node : derivedScalar(name, node);
}

// src/kubernetes/internal/kustomize-replacements.ts
function applyReplacements(kustomization, resources, context) {
  let result = resources;
  for (const item of itemsAt(kustomization, "replacements"))
    for (const replacement of written(item, context)) result = applyOne(result, replacement, context);
  return result;
}
function written(item, context) {
  const path2 = scalarAt(item, "path");
  if (!path2) return [item];
  const file = context.open(path2);
  const { documents = [], problems = [] } = file ? readYaml(file) : {};
  for (const { kind, message, range, path: where } of problems)
    context.report(kind, message, { ...path2, range, path: where });
  return documents.flatMap(({ root: root2 }) => root2.kind === "sequence" ? root2.items : [root2]);
}
function applyOne(resources, replacement, context) {
  const value = sourceValue(resources, replacement, context);
  if (!value) return resources;
  let result = resources;
  for (const target of itemsAt(replacement, "targets")) {
    const select = at(target, "select") ?? target;
    const written2 = itemsAt(target, "fieldPaths").filter((each) => each.kind === "scalar");
    const options = at(target, "options");
    result = result.map((resource) => {
      const rejected = itemsAt(target, "reject").map((reject) => targets(reject, resource));
      const selected = targets(select, resource);
      if (selected === void 0 || rejected.includes(void 0)) {
        context.report(
          "unsupported",
          "the replacement's target holds a regular expression that is not evaluated here",
          target
        );
        return resource;
      }
      if (!selected || rejected.includes(true)) return resource;
      const paths = written2.length > 0 ? written2.map((path2) => [path2.text, path2]) : [["metadata.name", target]];
      let { node } = resource;
      for (const [path2, place] of paths) {
        const put = { value, options, found: false, failure: void 0 };
        const changed = putAt(node, pathSteps(path2), put);
        if (put.failure ?? !put.found)
          context.report("invalid", `the replacement cannot be done: ${put.failure ?? `there is no ${path2}`}`, place);
        if (changed.kind === "map") node = changed;
      }
      return withNode(resource, node);
    });
  }
  return result;
}
function sourceValue(resources, replacement, context) {
  const given = scalarAt(replacement, "sourceValue");
  if (given) return given;
  const source = at(replacement, "source");
  const fail = (message) => {
    if (!context.incomplete())
      context.report("invalid", `the replacement cannot be done: ${message}`, source ?? replacement);
    return void 0;
  };
  if (!source) return fail("it has no source");
  const found2 = resources.filter((resource2) => isSource(source, resource2));
  const [resource] = found2;
  if (!resource) return fail("its source is not among the resources");
  if (found2.length > 1) return fail("its source is more than one of the resources");
  const path2 = textAt(source, "fieldPath") ?? "metadata.name";
  const value = nodesAt(resource.node, pathSteps(path2))[0];
  if (!value) return fail(`its source has no ${path2}`);
  const delimiter = textAt(source, "options", "delimiter");
  if (delimiter === void 0 || delimiter === "") return value;
  const index = numberAt(source, "options", "index") ?? 0;
  const part = value.kind === "scalar" ? value.text.split(delimiter)[index] : void 0;
  return part === void 0 ? fail(`${path2} of its source has no part ${index}`) : derivedScalar(part, value);
}
function isSource(source, resource) {
  const name = textAt(source, "name");
  const namespace = textAt(source, "namespace");
  if (name !== void 0 && name !== "" && !resource.names.includes(name)) return false;
  if (namespace !== void 0 && namespace !== "" && !resource.namespaces.some((each) => (each ?? "default") === namespace))
    return false;
  return ["group", "version", "kind"].every((key2) => {
    const wanted = textAt(source, key2);
    if (wanted === void 0 || wanted === "") return true;
    const apiVersion = textAt(resource.node, "apiVersion") ?? "";
    const slash = apiVersion.indexOf("/");
    const own = {
      group: apiVersion.slice(0, Math.max(0, slash)),
      version: apiVersion.slice(slash + 1),
      kind: textAt(resource.node, "kind")
    };
    return own[key2 === "group" ? "group" : key2 === "version" ? "version" : "kind"] === wanted;
  });
}
function pathSteps(path2) {
  const steps = [];
  for (const [, bracket, plain2] of path2.matchAll(/\[([^\]]*)\]|((?:[^.[\\]|\\.)+)/g)) {
    if (bracket !== void 0) steps.push(bracket.includes("=") ? `[${bracket}]` : bracket);
    else steps.push((plain2 ?? "").replaceAll(/\\(.)/g, "$1"));
  }
  return steps;
}
function positionsOf(items, step) {
  const all = [...items.keys()];
  if (step === "*") return all;
  const [, key2, value] = /^\[([^=]*)=(.*)\]$/.exec(step) ?? [];
  if (key2 !== void 0)
    return all.filter((index) => {
      const item = items[index];
      return key2 === "" ? item?.kind === "scalar" && item.text === value : textAt(item, key2) === value;
    });
  return /^\d+$/.test(step) && Number(step) < items.length ? [Number(step)] : [];
}
function nodesAt(node, [step, ...rest]) {
  if (step === void 0) return [node];
  if (node.kind === "sequence")
    return positionsOf(node.items, step).flatMap((index) => {
      const item = node.items[index];
      return item ? nodesAt(item, rest) : [];
    });
  if (node.kind !== "map") return [];
  const below = step === "*" ? node.entries.map(({ value }) => value) : [entryOf(node, step)?.value];
  return below.flatMap((each) => each ? nodesAt(each, rest) : []);
}
function putAt(node, steps, put) {
  const [step, ...rest] = steps;
  if (step === void 0) {
    put.found = true;
    return replaced(node, put);
  }
  if (node.kind === "sequence") {
    const positions = new Set(positionsOf(node.items, step));
    return withItems(
      node,
      node.items.map((item, index) => positions.has(index) ? putAt(item, rest, put) : item)
    );
  }
  if (node.kind !== "map") return node;
  if (step === "*")
    return node.entries.reduce((map, { key: key2, value: value2 }) => withEntry(map, entry(key2.text, putAt(value2, rest, put))), node);
  const value = entryOf(node, step)?.value;
  if (value && !(isNull(value) && rest.length > 0)) return withEntry(node, entry(step, putAt(value, rest, put)));
  if (scalarAt(put.options, "create")?.value !== true) return node;
  if (rest.some((each) => /^(?:\[.*|\d+|-|\*)$/.test(each))) return node;
  put.found = true;
  const made = rest.reduceRight((below, key2) => derivedMap([entry(key2, below)], put.value), put.value);
  return withEntry(node, entry(step, made));
}
function replaced(target, put) {
  const { value, options } = put;
  const delimiter = textAt(options, "delimiter") ?? "";
  if (delimiter === "") {
    return target.kind === "scalar" && value.kind === "scalar" ? typed(value.text, target, value) : value;
  }
  if (target.kind !== "scalar" || value.kind !== "scalar") {
    put.failure = "a delimiter is for texts only";
    return target;
  }
  const parts = target.text.split(delimiter);
  const index = numberAt(options, "index") ?? 0;
  if (index < 0) parts.unshift(value.text);
  else if (index >= parts.length) parts.push(value.text);
  else parts[index] = value.text;
  return typed(parts.join(delimiter), target, value);
}
function typed(text, target, source) {
  const made = derivedScalar(text, source);
  if (typeof target.value === "number" && text.trim() !== "" && !Number.isNaN(Number(text)))
    return { ...made, value: Number(text) };
  if (typeof target.value === "boolean" && (text === "true" || text === "false"))
    return { ...made, value: text === "true" };
  return made;
}

// src/kubernetes/internal/image-name.ts
function parseImageName(text) {
  const atSign = text.indexOf("@");
  const named3 = atSign === -1 ? text : text.slice(0, atSign);
  const colon = named3.indexOf(":", named3.lastIndexOf("/") + 1);
  return {
    name: colon === -1 ? named3 : named3.slice(0, colon),
    tag: colon === -1 ? void 0 : named3.slice(colon + 1),
    digest: atSign === -1 ? void 0 : text.slice(atSign + 1)
  };
}

// src/kubernetes/internal/kustomize-transform.ts
var clusterScoped = /* @__PURE__ */ new Set([
  "Namespace",
  "Node",
  "PersistentVolume",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "StorageClass",
  "PriorityClass",
  "IngressClass",
  "RuntimeClass",
  "APIService",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "CSIDriver",
  "ClusterIssuer"
]);
function setNamespace(kustomization, resources) {
  const namespace = scalarAt(kustomization, "namespace");
  if (!namespace) return resources;
  const accounts = resources.filter(({ node }) => kindOf(node) === "ServiceAccount");
  const services = resources.filter(({ node }) => kindOf(node) === "Service");
  return resources.map((resource) => {
    const kind = kindOf(resource.node);
    const path2 = kind === "Namespace" ? ["metadata", "name"] : ["metadata", "namespace"];
    const placed = kind !== "Namespace" && clusterScoped.has(kind) ? resource.node : changeAt(resource.node, path2, () => namespace);
    if (kind === "RoleBinding" || kind === "ClusterRoleBinding")
      return withNode(resource, withSubjects(placed, accounts, namespace));
    return withNode(resource, callsServices.has(kind) ? withServices(placed, services, namespace) : placed);
  });
}
var callsServices = /* @__PURE__ */ new Set(["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]);
function withServices(node, services, namespace) {
  return changeAt(node, ["webhooks"], (webhooks) => {
    if (webhooks?.kind !== "sequence") return webhooks;
    const items = webhooks.items.map(
      (webhook) => webhook.kind === "map" && isAmong(services, at(webhook, "clientConfig", "service")) ? changeAt(webhook, ["clientConfig", "service", "namespace"], () => namespace) : webhook
    );
    return items.every((item, index) => item === webhooks.items[index]) ? webhooks : withItems(webhooks, items);
  });
}
function isAmong(resources, reference) {
  const name = textAt(reference, "name");
  const namespace = textAt(reference, "namespace");
  return resources.some(
    ({ names, namespaces }) => name !== void 0 && names.includes(name) && (namespace === void 0 || namespaces.includes(namespace))
  );
}
function withSubjects(binding, accounts, namespace) {
  return changeAt(binding, ["subjects"], (subjects) => {
    if (subjects?.kind !== "sequence") return subjects;
    const items = subjects.items.map((subject) => {
      if (subject.kind !== "map" || kindOf(subject) !== "ServiceAccount") return subject;
      const isMeant = textAt(subject, "name") === "default" || isAmong(accounts, subject);
      return isMeant ? changeAt(subject, ["namespace"], () => namespace) : subject;
    });
    return items.every((item, index) => item === subjects.items[index]) ? subjects : withItems(subjects, items);
  });
}
var neverRenamed = /* @__PURE__ */ new Set(["Namespace", "CustomResourceDefinition", "APIService"]);
function rename(kustomization, resources) {
  const prefix = textAt(kustomization, "namePrefix") ?? "";
  const suffix = textAt(kustomization, "nameSuffix") ?? "";
  if (prefix === "" && suffix === "") return resources;
  return resources.map((resource) => {
    const name = scalarAt(resource.node, "metadata", "name");
    if (!name || neverRenamed.has(kindOf(resource.node))) return resource;
    const renamed = derivedScalar(prefix + name.text + suffix, name);
    return withNode(
      resource,
      changeAt(resource.node, ["metadata", "name"], () => renamed)
    );
  });
}
function setReplicas(kustomization, resources) {
  let result = resources;
  for (const item of itemsAt(kustomization, "replicas")) {
    const name = textAt(item, "name");
    const count = scalarAt(item, "count");
    if (name === void 0 || !count || numberAt(item, "count") === void 0) continue;
    result = result.map(
      (resource) => resource.names.includes(name) && replicated.has(kindOf(resource.node)) ? withNode(
        resource,
        changeAt(resource.node, ["spec", "replicas"], () => count)
      ) : resource
    );
  }
  return result;
}
var replicated = /* @__PURE__ */ new Set(["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"]);
function setImages(kustomization, resources) {
  const changes = itemsAt(kustomization, "images").filter((item) => textAt(item, "name") !== void 0);
  if (changes.length === 0) return resources;
  return resources.map((resource) => {
    const node = withImages(resource.node, changes);
    return node.kind === "map" ? withNode(resource, node) : resource;
  });
}
function withImages(node, changes) {
  if (node.kind === "scalar") return node;
  if (node.kind === "sequence") {
    const items = node.items.map((item) => withImages(item, changes));
    return items.every((item, index) => item === node.items[index]) ? node : withItems(node, items);
  }
  let result = node;
  for (const { key: key2, value } of node.entries) {
    const isList = key2.text === "containers" || key2.text === "initContainers";
    const changed = isList && value.kind === "sequence" ? withItems(
      value,
      value.items.map((item) => withImage(item, changes))
    ) : withImages(value, changes);
    if (changed !== value) result = withEntry(result, entry(key2.text, changed));
  }
  return result;
}
function withImage(container, changes) {
  let image = scalarAt(container, "image");
  if (container.kind !== "map" || !image) return container;
  for (const change2 of changes) image = changedImage(image, change2);
  return changeAt(container, ["image"], () => image);
}
function changedImage(image, change2) {
  const { name, tag, digest } = parseImageName(image.text);
  if (name !== textAt(change2, "name")) return image;
  const newName2 = scalarAt(change2, "newName");
  const newTag = scalarAt(change2, "newTag");
  const newDigest = scalarAt(change2, "digest");
  const tagPart = newTag?.text ?? (newDigest ? void 0 : tag);
  const digestPart = newDigest?.text ?? (newTag ? void 0 : digest);
  const suffix = textAt(change2, "tagSuffix") ?? "";
  const text = (newName2?.text ?? name) + (tagPart === void 0 ? "" : `:${tagPart}${suffix}`) + (digestPart === void 0 ? "" : `@${digestPart}`);
  return text === image.text ? image : derivedScalar(text, newTag ?? newDigest ?? newName2 ?? image);
}
var podTemplates = new Map([
  ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "Rollout"].map(
    (kind) => [kind, ["spec", "template"]]
  ),
  ["CronJob", ["spec", "jobTemplate", "spec", "template"]]
]);
var selectors = new Map([
  ...["Service", "ReplicationController"].map((kind) => [
    kind,
    { path: ["spec", "selector"], always: true }
  ]),
  ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map((kind) => [
    kind,
    { path: ["spec", "selector", "matchLabels"], always: true }
  ]),
  ["PodDisruptionBudget", { path: ["spec", "selector", "matchLabels"], always: false }],
  ["NetworkPolicy", { path: ["spec", "podSelector", "matchLabels"], always: false }]
]);
var terms = ["podAffinity", "podAntiAffinity"].flatMap((kind) => [
  [kind, "requiredDuringSchedulingIgnoredDuringExecution", "labelSelector", "matchLabels"],
  [kind, "preferredDuringSchedulingIgnoredDuringExecution", "podAffinityTerm", "labelSelector", "matchLabels"]
]);
var innerSelectors = new Map([
  ...["Deployment", "StatefulSet"].map((kind) => [
    kind,
    [["topologySpreadConstraints", "labelSelector", "matchLabels"], ...terms.map((term) => ["affinity", ...term])].map(
      (path2) => ["spec", "template", "spec", ...path2]
    )
  ]),
  [
    "NetworkPolicy",
    [
      ["spec", "ingress", "from", "podSelector", "matchLabels"],
      ["spec", "egress", "to", "podSelector", "matchLabels"]
    ]
  ]
]);
function setLabels(kustomization, resources) {
  const sets = [
    { pairs: at(kustomization, "commonLabels"), inSelectors: true, inTemplates: true },
    ...itemsAt(kustomization, "labels").map((item) => {
      const inSelectors = scalarAt(item, "includeSelectors")?.value === true;
      return {
        pairs: at(item, "pairs"),
        inSelectors,
        inTemplates: inSelectors || scalarAt(item, "includeTemplates")?.value === true
      };
    })
  ];
  const annotations = at(kustomization, "commonAnnotations");
  return resources.map((resource) => {
    let { node } = resource;
    const template = podTemplates.get(kindOf(node));
    for (const { pairs, inSelectors, inTemplates } of sets) {
      node = addPairs(node, ["metadata", "labels"], pairs);
      if (inTemplates && template) node = addPairs(node, [...template, "metadata", "labels"], pairs);
      const selector = inSelectors ? selectors.get(kindOf(node)) : void 0;
      if (selector && (selector.always || at(node, ...selector.path))) node = addPairs(node, selector.path, pairs);
      if (inSelectors)
        for (const path2 of innerSelectors.get(kindOf(node)) ?? []) node = addWhereWritten(node, path2, pairs);
    }
    node = addPairs(node, ["metadata", "annotations"], annotations);
    if (template) node = addPairs(node, [...template, "metadata", "annotations"], annotations);
    return withNode(resource, node);
  });
}
function addPairs(node, path2, pairs) {
  const added = entriesAt(pairs);
  if (added.length === 0) return node;
  return changeAt(node, path2, (found2) => {
    const map = found2?.kind === "map" ? found2 : derivedMap([], found2 ?? node);
    return added.reduce(withEntry, map);
  });
}
function addWhereWritten(node, path2, pairs) {
  const changed = addBelow(node, path2, entriesAt(pairs));
  return changed.kind === "map" ? changed : node;
}
function addBelow(node, path2, added) {
  if (node.kind === "sequence") {
    const items = node.items.map((item) => addBelow(item, path2, added));
    return items.some((item, index) => item !== node.items[index]) ? withItems(node, items) : node;
  }
  if (node.kind !== "map") return node;
  const [key2, ...rest] = path2;
  if (key2 === void 0) return added.reduce(withEntry, node);
  const found2 = entryOf(node, key2)?.value;
  if (found2 === void 0) return node;
  const changed = addBelow(found2, rest, added);
  return changed === found2 ? node : withEntry(node, entry(key2, changed));
}

// src/kubernetes/project-path.ts
import { posix } from "node:path";
function projectPath(directory, written2) {
  if (posix.isAbsolute(written2) || /^[A-Za-z]:[\\/]/.test(written2) || written2.startsWith("~")) return void 0;
  const joined = posix.normalize(posix.join(directory === "" ? "." : directory, written2));
  const path2 = joined.endsWith("/") ? joined.slice(0, -1) : joined;
  if (path2 === ".") return "";
  return path2 === ".." || path2.startsWith("../") ? void 0 : path2;
}
function directoryOf(path2) {
  const directory = posix.dirname(path2);
  return directory === "." ? "" : directory;
}

// src/kubernetes/kustomize.ts
var fileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
var maximumDepth2 = 32;
var maximumResources = 1e5;
var notApplied = ["helmCharts", "helmChartInflationGenerator", "vars", "generators", "transformers"];
function readKustomizations(paths, files) {
  const run2 = {
    files,
    documents: /* @__PURE__ */ new Map(),
    resources: /* @__PURE__ */ new Map(),
    problems: [],
    told: /* @__PURE__ */ new Set(),
    covered: /* @__PURE__ */ new Set(),
    reached: /* @__PURE__ */ new Set(),
    incomplete: /* @__PURE__ */ new Set(),
    built: 0
  };
  const objects = [];
  const buildRoot = (path2) => {
    for (const resource of build(run2, path2, [], []))
      objects.push(toObject(resource, { kind: "kustomize", overlay: path2 }));
  };
  for (const path2 of rootPaths(run2, paths)) buildRoot(path2);
  for (const path2 of paths) if (!run2.reached.has(path2) && !isComponent(run2, path2)) buildRoot(path2);
  return { objects, problems: run2.problems, covered: run2.covered };
}
function report2(run2, source, kind, message, at3) {
  const key2 = `${at3.path}:${at3.range.start}:${message}`;
  if (run2.told.has(key2)) return;
  run2.told.add(key2);
  const remedy = kind === "unsupported" ? "Audit what Kustomize makes of it: kustomize build DIRECTORY | plimsoll audit -" : "Correct the kustomization; the rest of it was evaluated.";
  const own = at3.path === source.path ? source : void 0;
  const position = own?.lines.positionAt(at3.range.start);
  run2.problems.push({ path: at3.path, message, remedy, range: at3.range, kind, ...position && { position } });
}
function kustomizationAt(run2, path2) {
  if (run2.documents.has(path2)) return run2.documents.get(path2);
  const artifact = run2.files(path2);
  const stream = artifact && readYaml(artifact);
  const document = stream?.documents[0];
  const apiVersion = textAt(document?.root, "apiVersion") ?? "kustomize.config.k8s.io/v1beta1";
  const root2 = document?.root.kind === "map" && apiVersion.startsWith("kustomize.config.k8s.io/") ? document.root : void 0;
  const found2 = root2 && document ? { root: root2, source: document.source } : void 0;
  if (found2) run2.covered.add(path2);
  run2.problems.push(...stream?.problems ?? []);
  run2.documents.set(path2, found2);
  return found2;
}
function usedKustomizations(run2, path2) {
  const found2 = kustomizationAt(run2, path2);
  if (!found2) return [];
  return ["resources", "bases", "components"].flatMap(
    (field) => scalarsAt(found2.root, field).flatMap((written2) => {
      const target = projectPath(directoryOf(path2), written2.text);
      return target === void 0 ? [] : kustomizationIn(run2, target) ?? [];
    })
  );
}
function kustomizationIn(run2, directory) {
  const paths = fileNames.map((name) => directory === "" ? name : `${directory}/${name}`);
  return paths.find((path2) => kustomizationAt(run2, path2));
}
function rootPaths(run2, paths) {
  const kustomizations = paths.filter((path2) => kustomizationAt(run2, path2));
  const used = new Set(kustomizations.flatMap((path2) => usedKustomizations(run2, path2)));
  return kustomizations.filter((path2) => !used.has(path2) && !isComponent(run2, path2));
}
function isComponent(run2, path2) {
  return textAt(kustomizationAt(run2, path2)?.root, "kind") === "Component";
}
function build(run2, path2, given, above) {
  const found2 = kustomizationAt(run2, path2);
  if (!found2) return given;
  run2.reached.add(path2);
  const { root: root2, source } = found2;
  const tell = (kind, message, at3) => report2(run2, source, kind, message, at3);
  if (above.includes(path2) || above.length >= maximumDepth2) {
    tell(
      "invalid",
      above.includes(path2) ? "the kustomization uses itself" : "kustomizations use each other too deeply",
      root2
    );
    return given;
  }
  if (++run2.built > maximumResources) return given;
  for (const field of notApplied) if (has(root2, field)) tell("unsupported", `${field} is not applied here`, root2);
  const below = [...above, path2];
  const open2 = (written2) => {
    const target = projectPath(directoryOf(path2), written2.text);
    const artifact = target === void 0 ? void 0 : run2.files(target);
    if (artifact) run2.covered.add(artifact.path);
    else tell("invalid", `there is no file ${written2.text}`, written2);
    return artifact;
  };
  const context = { source, report: tell, open: open2, incomplete: () => below.some((each) => run2.incomplete.has(each)) };
  let resources = [...given, ...accumulate(run2, path2, root2, below, tell)];
  resources = addGenerated(root2, resources, context);
  for (const written2 of scalarsAt(root2, "components")) {
    const component = localKustomization(run2, path2, written2, below, tell);
    if (component !== void 0) resources = build(run2, component, resources, below);
  }
  resources = applyPatches(root2, resources, context);
  resources = setNamespace(root2, resources);
  resources = followNames(resources, rename(root2, resources));
  resources = setLabels(root2, resources);
  resources = applyJsonPatches(root2, resources, context);
  resources = setReplicas(root2, resources);
  resources = setImages(root2, resources);
  return applyReplacements(root2, resources, context);
}
function accumulate(run2, path2, root2, below, tell) {
  const written2 = [...scalarsAt(root2, "resources"), ...scalarsAt(root2, "bases")];
  const resources = [];
  for (const each of written2) {
    if (run2.built > maximumResources) {
      tell("invalid", `the overlays come to more than ${maximumResources} objects`, each);
      break;
    }
    const target = projectPath(directoryOf(path2), each.text);
    const base = target === void 0 || isRemote(each.text) ? void 0 : kustomizationIn(run2, target);
    const found2 = base ? build(run2, base, [], below) : fileResources(run2, target, each, below, tell);
    if (!base) run2.built += found2.length;
    for (const resource of found2) resources.push(resource);
  }
  return resources;
}
function localKustomization(run2, path2, written2, below, tell) {
  const target = projectPath(directoryOf(path2), written2.text);
  const found2 = target === void 0 || isRemote(written2.text) ? void 0 : kustomizationIn(run2, target);
  if (found2 === void 0) missing(run2, written2, below, tell);
  return found2;
}
function fileResources(run2, target, written2, below, tell) {
  const artifact = target === void 0 || isRemote(written2.text) ? void 0 : run2.files(target);
  if (!artifact) {
    missing(run2, written2, below, tell);
    return [];
  }
  const known = run2.resources.get(artifact.path);
  const { documents, problems } = known ?? readYaml(artifact);
  run2.covered.add(artifact.path);
  run2.resources.set(artifact.path, { documents, problems });
  if (!known) run2.problems.push(...problems);
  if (problems.length > 0) for (const path2 of below) run2.incomplete.add(path2);
  return documents.flatMap((document) => objectsOf(document)).map(toResource);
}
function missing(run2, written2, below, tell) {
  for (const path2 of below) run2.incomplete.add(path2);
  if (isRemote(written2.text)) tell("unsupported", `${written2.text} lies elsewhere and is not fetched`, written2);
  else tell("invalid", `${written2.text} is not among the files of the project`, written2);
}
function isRemote(written2) {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/|[\w.-]+@[\w.-]+:|(?:github|gitlab|bitbucket)\.(?:com|org)[/:])/.test(written2) || written2.includes("?ref=");
}

// ../../../tmp/kz-compare.ts
var run = promisify(execFile);
function plain(node) {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "sequence") return node.items.map(plain);
  return Object.fromEntries(node.entries.map(({ key: key2, value }) => [key2.text, plain(value)]));
}
var root = process.argv[2];
var only = process.argv[3];
var found = [];
(function walk(d) {
  for (const e of readdirSync(d, { withFileTypes: true })) {
    if (e.isSymbolicLink()) continue;
    const p = path.join(d, e.name);
    if (e.isDirectory()) {
      if (e.name !== ".git") walk(p);
    } else if (/^(kustomization\.ya?ml|Kustomization)$/.test(e.name)) found.push(path.relative(root, p));
  }
})(root);
var lookup = (wanted) => {
  const p = path.join(root, wanted);
  return existsSync(p) && statSync(p).isFile() ? { path: wanted, text: readFileSync(p, "utf8"), encoding: "utf-8" } : void 0;
};
var strip = (t) => t.replaceAll(/-[2456789bcdfghkmt]{10}\b/g, "");
function norm(o) {
  o = JSON.parse(strip(JSON.stringify(o)));
  if (o?.kind === "Secret") {
    const keys = Object.keys({ ...o.data, ...o.stringData }).sort();
    delete o.data;
    delete o.stringData;
    delete o.type;
    o.keys = keys;
  }
  const sort = (v) => Array.isArray(v) ? v.map(sort) : v && typeof v === "object" ? Object.fromEntries(Object.keys(v).sort().map((k) => [k, sort(v[k])])) : v;
  return sort(o);
}
var key = (o) => `${o?.apiVersion}/${o?.kind}/${o?.metadata?.namespace ?? ""}/${o?.metadata?.name}`;
function firstDiff(a, b, at3 = "") {
  if (JSON.stringify(a) === JSON.stringify(b)) return void 0;
  if (a && b && typeof a === "object" && typeof b === "object" && Array.isArray(a) === Array.isArray(b)) {
    for (const k of /* @__PURE__ */ new Set([...Object.keys(a), ...Object.keys(b)])) {
      const d = firstDiff(a[k], b[k], `${at3}.${k}`);
      if (d) return d;
    }
    return void 0;
  }
  if (b === "" && typeof a === "string" && /\.(data|binaryData)\./.test(at3)) return void 0;
  if (a === void 0 && b === "") return void 0;
  if ((a === null || a === void 0 || JSON.stringify(a) === "{}") && (b === null || b === void 0 || JSON.stringify(b) === "{}")) return void 0;
  return `${at3}: kustomize ${JSON.stringify(a)?.slice(0, 80)} ours ${JSON.stringify(b)?.slice(0, 80)}`;
}
var equal = 0;
var named2 = 0;
var refused = 0;
var objectsEqual = 0;
var bugs = 0;
var namedOnly = 0;
for (const file of found.filter((f) => !only || f.startsWith(only)).sort()) {
  const dir = path.join(root, path.dirname(file));
  if (/^\s*kind:\s*Component/m.test(readFileSync(path.join(root, file), "utf8"))) continue;
  let out;
  try {
    out = (await run("kubectl", ["kustomize", "--load-restrictor=LoadRestrictionsNone", dir], { maxBuffer: 1 << 28, timeout: 3e4, env: { ...process.env, HTTPS_PROXY: "http://127.0.0.1:1", GIT_ALLOW_PROTOCOL: "file" } })).stdout;
  } catch (e) {
    refused++;
    if (process.env.SHOWREF) console.log("REF", file, String(e.stderr).slice(0, 200));
    continue;
  }
  const want = /* @__PURE__ */ new Map();
  for (const d of parseAllDocuments(out, { maxAliasCount: -1 })) {
    const o = norm(d.toJS({ maxAliasCount: -1 }));
    if (o) want.set(key(o), o);
  }
  const r = readKustomizations([file], lookup);
  const have = /* @__PURE__ */ new Map();
  for (const o of r.objects) {
    const p = norm(plain(o.node));
    have.set(key(p), p);
  }
  const diffs = [];
  for (const [k, o] of want) {
    const h = have.get(k);
    if (!h) diffs.push(`missing ${k}`);
    else {
      const d = firstDiff(o, h);
      if (d) diffs.push(`${k} ${d}`);
      else objectsEqual++;
    }
  }
  for (const k of have.keys()) if (!want.has(k)) diffs.push(`extra ${k}`);
  const problems = r.problems.map((p) => p.message);
  if (diffs.length === 0) {
    equal++;
    if (problems.length) {
      namedOnly++;
      console.log("NAMED-BUT-EQUAL", file, [...new Set(problems)].slice(0, 2).join(" | "));
    }
  } else if (problems.length) {
    named2++;
    console.log("NAMED", file, diffs.length, [...new Set(problems)].slice(0, 3).join(" | "), "::", diffs[0]);
  } else {
    bugs++;
    console.log("BUG", file, diffs.length, diffs.slice(0, 2).join(" ;; "));
  }
}
console.log({ root, kustomizations: found.length, equal, named: named2, bugs, refused, objectsEqual, namedOnly });
