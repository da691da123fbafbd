import { parseJsonObject } from '../core/json-object.ts';
import { numberAt, textAt } from './object-fields.ts';
import type { ReplicaOwner } from './replica-owner.ts';

/** What `scale` raised and from where, on the object whose field it is: set and taken away with the number itself. */
export const raisedAnnotation = 'respond.plimsoll.dev/raised';

/** A field that was raised, and that nobody else has changed since. */
export interface RaisedField {
  /** Before the first raise. */
  readonly from: number;
  readonly to: number;
  /** The id of the raise. */
  readonly by: string;
}

/** Whether the raise of such an id is still to be given back. Of another one the annotation says nothing about the number there now. */
export type IsOpenRaise = (id: string) => boolean;

/**
 * What was raised and is still as it was raised; undefined where nothing was, where that raise has ended, or where somebody else has
 * set another number since.
 * Whoever may change the object may write the annotation, too: it is taken only as far as it makes sense.
 */
export function raisedOf(
  { object, field, least, smallest }: ReplicaOwner,
  isOpenRaise: IsOpenRaise,
): RaisedField | undefined {
  const written = parseJsonObject(textAt(object, 'metadata', 'annotations', raisedAnnotation) ?? '');
  if (textAt(written, 'field') !== field) return undefined;
  const by = textAt(written, 'by');
  if (by === undefined || !isOpenRaise(by)) return undefined;
  const [from, to] = [numberAt(written, 'from'), numberAt(written, 'to')];
  if (from === undefined || to === undefined || !Number.isInteger(from)) return undefined;
  return from >= smallest && from < to && to === least ? { from, to, by } : undefined;
}
