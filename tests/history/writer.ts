import { openStore } from '../../src/history/open-store.ts';
import { recordRun } from '../../src/history/record-run.ts';
import { record } from './runs.ts';

// Records runs one after the other, each with the store opened anew, and says so: for tests of several processes.
const [file = '', project = '', runs = ''] = process.argv.slice(2);
async function main(): Promise<void> {
  for (let at = 0; at < Number(runs); at++) {
    const store = await openStore(file, 'make');
    const findings = Array.from({ length: 20 }, (_, line) => `error cache/a Dockerfile:${line} ${at}-${line}`);
    recordRun(store, record(new Date().toISOString(), findings, { project }));
    store.close();
    process.stdout.write(`${at}\n`);
  }
}

void main();
