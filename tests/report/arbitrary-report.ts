import fc from 'fast-check';
import { areas } from '../../src/core/area.ts';
import type { Cost, Finding, Location } from '../../src/core/finding.ts';
import type { Fix } from '../../src/core/fix.ts';
import type { Inventory, ReadProblem, Report, ReportedLink, SuppressedFinding } from '../../src/core/report.ts';
import { severities } from '../../src/core/severity.ts';
import { reportOf, sampleCluster } from './sample-report.ts';

/** Pieces that mean something to one of the formats. `zz` marks what must never come out as markup. */
const hostilePieces = [
  '\x1b[2J',
  '\x1b]0;title\x07',
  '\x9b31m',
  '\r',
  '\n',
  '\t',
  '\0',
  '\x7f',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u2028',
  '\ufeff',
  '\u{e0041}',
  '\ud800',
  '\udc00',
  '\ufffe',
  '\uffff',
  '<zz x="1">',
  '</zz>',
  '"zz',
  "'zz",
  '&zz;',
  '<!--',
  '-->',
  ']]>',
  '<script>zz</script>',
  '</title>',
  '</style>',
  '`',
  '```',
  '|',
  '[zz](javascript:zz)',
  '](',
  '@zz',
  '#12',
  '$zz$',
  '**zz**',
  '::error::zz',
  '##[error]zz',
  '%0A',
  '日本語',
  '👩‍👩‍👧',
  'e\u0301',
  '한글',
  '/',
  '..',
  ' ',
  'Dockerfile',
  '{0}',
  '~~zz~~',
  '\\',
  ',',
  ':',
] as const;

const hostile = fc.oneof(
  fc.array(fc.constantFrom(...hostilePieces), { maxLength: 6 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ maxLength: 120 }),
);
const path = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom('Dockerfile', 'web/Dockerfile') },
  { weight: 1, arbitrary: hostile },
);
const range = fc.tuple(fc.nat(200), fc.nat(50)).map(([start, length]) => ({ start, end: start + length }));

const location: fc.Arbitrary<Location> = fc
  .tuple(
    fc.record({ line: fc.integer({ min: 1, max: 12 }), column: fc.integer({ min: 1, max: 90 }) }),
    fc.nat(2),
    fc.nat(40),
    fc.record({ path, range, note: hostile }, { requiredKeys: ['path'] }),
  )
  .map(([start, lines, length, rest]) => ({
    ...rest,
    start,
    end: { line: start.line + lines, column: start.column + length },
  }));

const fix: fc.Arbitrary<Fix> = fc.record({
  title: hostile,
  changes: fc.record(
    {
      edits: fc.array(fc.record({ path, range, replacement: hostile }), { maxLength: 3 }),
      newFiles: fc.array(fc.record({ path, text: hostile }), { maxLength: 2 }),
    },
    { requiredKeys: ['edits'] },
  ),
  assumptions: fc.array(
    fc.record(
      { statement: hostile, state: fc.constantFrom('holds', 'fails', 'unknown'), question: hostile },
      { requiredKeys: ['statement', 'state'] },
    ),
    { maxLength: 3 },
  ),
});

const cost: fc.Arbitrary<Cost> = fc.record(
  { bytes: fc.nat(), seconds: fc.nat(5000), basis: fc.constantFrom('estimated', 'measured'), derivation: hostile },
  { requiredKeys: ['basis', 'derivation'] },
);

const finding: fc.Arbitrary<Finding> = fc
  .tuple(
    fc.constantFrom('some-rule', 'another-rule-with-quite-a-long-name'),
    fc.tuple(location, fc.array(location, { maxLength: 4 })),
    fc.record(
      {
        area: fc.constantFrom(...areas),
        severity: fc.constantFrom(...severities),
        message: hostile,
        why: hostile,
        remedy: hostile,
        peers: fc.array(fc.constantFrom('hadolint:DL3007', 'trivy:DS001'), { maxLength: 2 }),
        cost,
        fix,
      },
      { requiredKeys: ['area', 'severity', 'message', 'why', 'remedy', 'peers'] },
    ),
  )
  .map(([name, [first, others], rest]) => ({ ...rest, rule: `${rest.area}/${name}`, locations: [first, ...others] }));

const suppressed: fc.Arbitrary<SuppressedFinding> = fc.record(
  { finding, by: fc.constantFrom('comment', 'configuration', 'baseline', 'since', 'image'), reason: hostile },
  { requiredKeys: ['finding', 'by'] },
);

const problem: fc.Arbitrary<ReadProblem> = fc.record(
  {
    path,
    message: hostile,
    remedy: hostile,
    position: fc.constant({ line: 3, column: 4 }),
    templates: fc.array(path, { maxLength: 3 }),
  },
  { requiredKeys: ['path', 'message', 'remedy'] },
);

const link: fc.Arbitrary<ReportedLink> = fc.record(
  {
    dockerfile: path,
    stage: hostile,
    context: path,
    image: hostile,
    runBy: fc.array(
      fc.record(
        { kind: hostile, name: hostile, replicas: fc.nat(9), path },
        { requiredKeys: ['kind', 'name', 'path'] },
      ),
      { maxLength: 5 },
    ),
  },
  { requiredKeys: ['dockerfile', 'runBy'] },
);

/** The sample's cluster with hostile names, half of the time. */
const cluster = fc.record({ hostile, count: fc.nat(3) }).map(({ hostile: text, count }) => ({
  ...sampleCluster,
  context: text,
  namespaces: [text],
  leftOut: [text],
  images: sampleCluster.images.slice(0, count).map((image) => ({
    ...image,
    image: text,
    digests: [text],
    runBy: image.runBy.map((use) => ({ ...use, lastReason: text, restarts: 3 })),
  })),
}));

const inventory: fc.Arbitrary<Inventory> = fc.record(
  {
    dockerfiles: fc.nat(3),
    workloads: fc.nat(3),
    objects: fc.nat(9),
    composeServices: fc.nat(3),
    applications: fc.nat(2),
    contexts: fc.array(fc.record({ path, files: fc.nat(), bytes: fc.nat(), unneededBytes: fc.nat() }), {
      maxLength: 3,
    }),
    links: fc.array(link, { maxLength: 5 }),
    cluster,
  },
  { requiredKeys: ['dockerfiles', 'workloads', 'objects', 'composeServices', 'applications', 'contexts', 'links'] },
);

/** Any report that the types allow, with texts, names and paths made to break out of every format. */
export const arbitraryReport: fc.Arbitrary<Report> = fc
  .tuple(
    fc.array(finding, { maxLength: 30 }),
    fc.array(fc.tuple(path, hostile), { maxLength: 8 }),
    fc.record({
      suppressed: fc.array(suppressed, { maxLength: 3 }),
      problems: fc.array(problem, { maxLength: 3 }),
      target: hostile,
      name: hostile,
      inventory,
    }),
  )
  .map(([findings, excerpts, changes]) =>
    reportOf(findings, {
      ...changes,
      excerpts: new Map(excerpts.map(([file, text]) => [file, twelveLines(text)])),
    }),
  );

function twelveLines(text: string): Map<number, string> {
  return new Map(Array.from({ length: 12 }, (_, line) => [line + 1, text]));
}
