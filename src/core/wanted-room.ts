import { parseByteSize } from './byte-size.ts';

/** How much has to be free: a share of the disk from 0 to 1, or bytes. */
export type WantedRoom = { readonly share: number } | { readonly bytes: number };

/** `20%`, `7.5 %`, `50GB`; undefined for what is none. */
export function parseWantedRoom(text: string): WantedRoom | undefined {
  const [, percent] = /^(\d{1,2}(?:\.\d{1,3})?)\s?%$/.exec(text) ?? [];
  if (percent !== undefined) return { share: Number(percent) / 100 };
  const bytes = parseByteSize(text);
  return bytes === undefined ? undefined : { bytes };
}

/** As `parseWantedRoom` reads it. */
export function wantedRoomText(room: WantedRoom): string {
  return 'bytes' in room ? String(room.bytes) : `${Number((room.share * 100).toFixed(3))}%`;
}
