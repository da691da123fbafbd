import { Worker } from 'node:worker_threads';
import { UserError } from '../core/errors.ts';
import type { ImageLayer } from './image.ts';
import type { LayerScan } from './layer-scan.ts';
import type { ScanAnswer, ScanRequest, ThreadSettings } from './layer-worker.ts';

/** A thread that reads one layer after the other. */
export interface LayerThread {
  /** Only layers in files or directories. One at a time. */
  scan(layer: ImageLayer): Promise<LayerScan>;
  /** The layer that it was asked for first, as long as it has answered nothing. */
  unanswered(): ImageLayer | undefined;
  stop(): Promise<void>;
}

/** @param entry the file that serves: {@link serveLayerScans} bundled with all it needs */
export function startLayerThread(entry: string, settings: ThreadSettings): LayerThread {
  const worker = new Worker(entry, { workerData: settings });
  // Nobody may be waiting when it ends.
  worker.on('error', () => undefined);
  let first: ImageLayer | undefined;
  let hasAnswered = false;
  return {
    async scan(layer) {
      first ??= layer;
      const answering = answerOf(worker);
      worker.postMessage({ layer } satisfies ScanRequest);
      const answer = await answering;
      hasAnswered = true;
      return scanIn(answer);
    },
    unanswered: () => (hasAnswered ? undefined : first),
    async stop() {
      await worker.terminate();
    },
  };
}

function answerOf(worker: Worker): Promise<ScanAnswer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      act();
    };
    const onMessage = (answer: ScanAnswer) => settle(() => resolve(answer));
    const onError = (error: Error) => settle(() => reject(error));
    const onExit = () => settle(() => reject(new Error('a thread that reads layers ended without an answer')));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

function scanIn(answer: ScanAnswer): LayerScan {
  if (answer.kind === 'scan') return answer.scan;
  if (answer.kind === 'failed') throw new Error(answer.message);
  const { message, where, remedy } = answer;
  throw new UserError(message, { ...(where !== undefined && { where }), ...(remedy !== undefined && { remedy }) });
}
