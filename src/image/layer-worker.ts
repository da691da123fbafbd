import type { MessagePort } from 'node:worker_threads';
import { UserError } from '../core/errors.ts';
import { cataloguers } from '../ecosystems/cataloguers.ts';
import { tableBuffers } from './entry-table.ts';
import type { ImageLayer } from './image.ts';
import { type LayerScan, layerScanner } from './layer-scan.ts';

/** What holds for all layers. Plain data. */
export interface ThreadSettings {
  /** Names of those that look for packages. */
  readonly cataloguers: readonly string[];
  readonly secrets: boolean;
  readonly contentKey: Uint8Array | undefined;
}

export interface ScanRequest {
  readonly layer: ImageLayer;
}

export type ScanAnswer =
  | { readonly kind: 'scan'; readonly scan: LayerScan }
  /** A UserError, which does not come through as one. */
  | {
      readonly kind: 'refused';
      readonly message: string;
      readonly where: string | undefined;
      readonly remedy: string | undefined;
    }
  | { readonly kind: 'failed'; readonly message: string };

/** Reads layers that a port asks for, and answers each. */
export function serveLayerScans(port: MessagePort, settings: ThreadSettings): void {
  const { secrets, contentKey } = settings;
  const chosen = cataloguers.filter(({ name }) => settings.cataloguers.includes(name));
  const scanner = layerScanner({ cataloguers: chosen, secrets, contentKey });
  port.on('message', async ({ layer }: ScanRequest) => {
    try {
      const scan = await scanner.scan(layer);
      port.postMessage({ kind: 'scan', scan } satisfies ScanAnswer, tableBuffers(scan.entries));
    } catch (error) {
      port.postMessage(refusal(error));
    }
  });
}

function refusal(error: unknown): ScanAnswer {
  if (!(error instanceof UserError))
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  const { message, where, remedy } = error;
  return { kind: 'refused', message, where, remedy };
}
