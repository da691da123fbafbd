import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { Evidence } from '../../src/core/evidence.ts';
import { statementIn } from '../../src/ecosystems/in-toto.ts';
import { renderEvidenceJson, renderProofsJson, renderStatement } from '../../src/report/evidence-json.ts';
import { proofOf } from '../../src/report/proof-view.ts';
import { readEvidence } from '../../src/report/read-evidence.ts';
import { sampleEvidence } from './sample-evidence.ts';

const schemaOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'));
const ajv = new Ajv2020({ allErrors: true, strict: false }).addSchema(schemaOf('evidence'));
const validateProof = ajv.compile(schemaOf('proof'));
const validateEvidence = ajv.getSchema('urn:plimsoll:evidence:1');

const bare: Evidence = {
  ...sampleEvidence,
  after: undefined,
  tree: undefined,
  runner: undefined,
  digests: { before: sampleEvidence.digests.before, after: undefined },
  before: {
    ...sampleEvidence.before,
    compressedBytes: undefined,
    vulnerablePackages: undefined,
    vulnerabilities: undefined,
    contextBytes: undefined,
    rebuild: undefined,
  },
  behaviour: { ...sampleEvidence.behaviour, verdict: 'unknown', why: 'nothing was run' },
  fixes: [],
  verdict: 'failed',
};

for (const [name, evidence] of [
  ['whole', sampleEvidence],
  ['as little as there can be', bare],
] as const) {
  test(`evidence, ${name}: as the schema says, and read back it is the same`, () => {
    const text = renderEvidenceJson(evidence);
    expect(validateEvidence?.(JSON.parse(text)), JSON.stringify(validateEvidence?.errors)).toBe(true);
    expect(readEvidence(text)).toEqual(evidence);
  });
}

test('--json: as the schema says, with and without evidence', () => {
  const proofs = [
    proofOf(sampleEvidence, '.plimsoll/evidence/web-1.json'),
    {
      name: 'api',
      dockerfile: 'Dockerfile',
      verdict: 'unproved',
      statements: ['x'],
      withdrawn: [],
      evidence: undefined,
      file: undefined,
    },
  ] as const;
  const value = JSON.parse(renderProofsJson(proofs));
  expect(validateProof(value), JSON.stringify(validateProof.errors)).toBe(true);
  expect(value.proofs[1].evidence).toBeNull();
});

test('the statement names what came out as its subjects, and what went in', () => {
  const statement = JSON.parse(renderStatement(sampleEvidence));
  expect(statement._type).toBe('https://in-toto.io/Statement/v1');
  expect(statement.subject).toEqual([
    { name: 'web', digest: { sha256: '2'.repeat(64) } },
    { name: 'web/Dockerfile', digest: { sha256: 'b'.repeat(64) } },
    { name: 'web/.dockerignore', digest: { sha256: 'c'.repeat(64) } },
  ]);
  expect(statement.predicate.resolvedDependencies).toEqual([
    { name: 'web (original)', digest: { sha256: '1'.repeat(64) } },
    { name: 'web/Dockerfile', digest: { sha256: 'a'.repeat(64) } },
  ]);
  expect(statement.predicate.verdict).toBe('proved');
  expect(statementIn(statement)?.subjects).toContain(`sha256:${'2'.repeat(64)}`);
});

test('a statement has a subject where nothing passed, too', () => {
  expect(JSON.parse(renderStatement(bare)).subject[0]).toEqual({ name: 'web', digest: { sha256: '1'.repeat(64) } });
});

const json = renderEvidenceJson(sampleEvidence);

test.each<[string, string]>([
  ['no JSON', 'x'],
  ['another format', json.replace('plimsoll-evidence', 'plimsoll-report')],
  ['another version', json.replace('"version": 1,', '"version": 2,')],
  ['no figures', json.replace('"bytes": 1120000000', '"bytes": "many"')],
  ['another verdict', json.replace('"verdict": "proved"', '"verdict": "sure"')],
  ['a digest that is none', json.replace('"absent"', '"sha256:1"')],
  ['no digests', json.replace('"digests"', '"other"')],
])('%s is no evidence', (_, text) => {
  expect(text).not.toBe(json);
  expect(readEvidence(text)).toBeUndefined();
});

test('what anybody wrote into it cannot control a terminal, and has an end', () => {
  const nasty = JSON.parse(json);
  nasty.statements = [`\u001b[2J${'x'.repeat(1e6)}`];
  nasty.fixes = Array.from({ length: 10_000 }, () => nasty.fixes[0]);
  const evidence = readEvidence(JSON.stringify(nasty));
  expect(evidence?.statements[0]).toMatch(/^\\x1b\[2Jx{100,3000}$/);
  expect(evidence?.fixes.length).toBeLessThanOrEqual(2_000);
});
