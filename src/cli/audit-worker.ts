// The entry of a worker thread: does a share of an audit and answers with what it found.
import { parentPort, workerData } from 'node:worker_threads';
import { loadBundle } from './load-bundle.ts';

loadBundle(__dirname, 'audit')
  .bundle.auditShare(workerData)
  .then((answer) => parentPort?.postMessage(answer));
