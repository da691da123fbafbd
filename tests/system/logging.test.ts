import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonObjectOf } from '../../src/core/json-object.ts';
import { indexTemplate, singleNodeTemplate, storeNames } from '../../src/observe/logging/index-template.ts';
import { ingestPipeline } from '../../src/observe/logging/ingest-pipeline.ts';
import { dataStream } from '../../src/observe/logging/store.ts';
import { logSamples, valueAt } from './log-samples.ts';
import { hasRsyslog, standInPipeline, startRsyslog } from './rsyslog-agent.ts';
import { hasSearchEngine, type SearchEngine, startSearchEngine } from './search-engine.ts';

const has = hasSearchEngine() && hasRsyslog();
if (!has && process.env.CI === 'true')
  throw new Error('opensearch or rsyslog is missing: scripts/system-parts opensearch rsyslog');

const expected = logSamples.reduce((total, { documents }) => total + documents.length, 0);

describe.skipIf(!has)('container logs through an agent (rsyslog, a stand-in) into OpenSearch', () => {
  let directory = '';
  let engine: SearchEngine;
  let agent: { stop(): void } | undefined;

  beforeAll(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-logging-'));
    engine = await startSearchEngine(path.join(directory, 'engine'));
    await engine.request('PUT', `/_ingest/pipeline/${storeNames.pipeline}`, ingestPipeline());
    await engine.request(
      'PUT',
      `/_index_template/${storeNames.template}`,
      singleNodeTemplate(indexTemplate('opensearch')),
    );
    await engine.request('PUT', '/_ingest/pipeline/stand-in', standInPipeline(storeNames.pipeline));
    mkdirSync(path.join(directory, 'logs'), { recursive: true });
    for (const { file, text } of logSamples) writeFileSync(path.join(directory, 'logs', file), text);
    agent = startRsyslog(directory, engine.port, logSamples);
    // An index that is just being made answers 503.
    await until(async () => (await documents().catch(() => [])).length >= expected);
  }, 300_000);

  afterAll(async () => {
    agent?.stop();
    await engine?.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  async function search(query: object): Promise<unknown[]> {
    const answer = jsonObjectOf(
      await engine.request('POST', `/${dataStream}/_search?ignore_unavailable=true`, {
        size: 100,
        query,
        sort: ['@timestamp'],
      }),
    );
    const { hits } = jsonObjectOf(answer.hits);
    return Array.isArray(hits) ? hits.map((hit) => jsonObjectOf(hit)._source) : [];
  }

  async function documents(): Promise<unknown[]> {
    await engine.request('POST', `/${dataStream}/_refresh?ignore_unavailable=true`);
    return search({ match_all: {} });
  }

  async function until(done: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await done()) && Date.now() < deadline) await wait(500);
  }

  test('nothing was refused, and no line more or less arrived', async () => {
    const errors = path.join(directory, 'errors.json');
    expect(existsSync(errors) ? readFileSync(errors, 'utf8') : '').toBe('');
    expect(await documents()).toHaveLength(expected);
  });

  test('what is written to is a data stream of the generated template', async () => {
    expect(await engine.request('GET', `/_data_stream/${dataStream}`)).toMatchObject({
      data_streams: [{ template: storeNames.template }],
    });
  });

  test.each(logSamples.map((sample) => [sample.file.replace(/-[0-9a-f]{64}\.log$/, ''), sample] as const))(
    '%s is found field by field',
    async (_, { documents: wanted }) => {
      const [first] = wanted;
      const found = await search({ term: { 'kubernetes.pod_name': first?.['kubernetes.pod_name'] } });
      expect(found).toHaveLength(wanted.length);
      for (const fields of wanted) {
        const document = found.find((each) => valueAt(each, 'message') === fields.message);
        expect(document, `${fields.message}`).toBeDefined();
        for (const [name, value] of Object.entries(fields)) expect(valueAt(document, name), name).toEqual(value);
      }
    },
  );

  test.each([
    [{ term: { level: 'error' } }, 3],
    [{ term: { trace_id: 'f00d' } }, 1],
    [{ match: { message: 'payment' } }, 1],
    [{ term: { 'kubernetes.namespace_name': 'samples' } }, expected],
    [{ term: { stream: 'stderr' } }, 2],
    // One field of three types, none of them refused, each found by its leaf.
    [{ term: { 'app.user.id': '7' } }, 1],
    [{ range: { '@timestamp': { gte: '2026-11-27T10:00:00Z', lt: '2026-11-27T10:01:00Z' } } }, expected],
  ])('%j finds %i', async (query, count) => {
    expect(await search(query)).toHaveLength(count);
  });

  test('what applications invent does not become fields of the index', async () => {
    const mapping = JSON.stringify(await engine.request('GET', `/${dataStream}/_mapping`));
    expect(mapping).not.toContain('payload');
    expect(mapping).toContain('flat_object');
  });
});
