import { type EngineItem, itemKey } from '../../../src/maintain/prune-engine/inventory.ts';

export const now = Date.UTC(2026, 10, 28);
const day = 86_400_000;

interface Given extends Partial<Omit<EngineItem, 'labels' | 'needs'>> {
  /** Ended, made or used so many days ago. */
  readonly days?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Keys: `image:base`. */
  readonly needs?: readonly string[];
}

/** An item whose identifier is also its name, unless it says otherwise; its layers are its pieces. */
export function itemOf(kind: EngineItem['kind'], id: string, { days, labels = {}, ...given }: Given = {}): EngineItem {
  return {
    kind,
    id,
    names: [id],
    time: days === undefined ? now - 100 * day : now - days * day,
    needs: [],
    pieces: given.layers ?? [],
    layers: [],
    inUse: undefined,
    intermediate: false,
    pulled: false,
    buildSeconds: undefined,
    listedBytes: 0,
    ...given,
    labels: new Map(Object.entries(labels)),
  };
}

export { itemKey };
