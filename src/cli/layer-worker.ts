// The entry of a thread that reads layers of images: a bundle of its own, which has nothing else in it.
import { parentPort, workerData } from 'node:worker_threads';
import { serveLayerScans } from '../image/layer-worker.ts';

if (parentPort) serveLayerScans(parentPort, workerData);
