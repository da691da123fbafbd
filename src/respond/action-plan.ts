import type { JsonObject } from '../core/json-object.ts';
import type { ObjectReference, PatchStep } from './cluster.ts';
import { fieldAt, textAt } from './object-fields.ts';

/** Why the state of the cluster forbids an action. Few and fixed: they are a label of a metric. */
export type RefusalReason =
  | 'not-found'
  | 'not-covered'
  | 'cool-down'
  | 'limit'
  | 'paused'
  | 'scaled-to-zero'
  | 'rollout-in-progress'
  | 'no-rolling-update'
  | 'single-replica'
  | 'budget-used-up'
  | 'at-maximum'
  | 'several-autoscalers'
  | 'no-former-revision'
  | 'no-image-change'
  | 'revision-newer-than-alert'
  | 'revision-too-old'
  | 'recovered'
  | 'former-not-available'
  | 'rolled-back-before'
  | 'policy-changed'
  | 'changed-since'
  | 'fires-again';

export interface Refusal {
  readonly refused: RefusalReason;
  readonly detail: string;
}

/** One patch of one object that performs an action, and says so in the same step. */
export interface ActionPlan {
  readonly reference: ObjectReference;
  /** The object as it was when this was decided; its resourceVersion is what the patch is conditional on. */
  readonly object: JsonObject;
  /** Without the condition and the action's id: {@link conditionalPatch} adds both. */
  readonly steps: readonly PatchStep[];
  /** Annotations of the object that are set with them. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** `restarted by rollout`. */
  readonly done: string;
}

/** The ids of the last actions on an object, newest first, on the object itself. */
export const actionsAnnotation = 'respond.plimsoll.dev/actions';
const rememberedActions = 10;

/** Whether an action was performed on this object: its id stands there, because both are one patch. */
export function wasPerformed(object: JsonObject, id: string): boolean {
  return actionsOf(object).includes(id);
}

function actionsOf(object: JsonObject): readonly string[] {
  return (textAt(object, 'metadata', 'annotations', actionsAnnotation) ?? '').split(',').filter((id) => id !== '');
}

/**
 * The patch that does what the plan says only if the object is still what it was, and writes the action's id with it: either both
 * happen or neither. A patch that sets another resourceVersion than the present one is refused (409).
 */
export function conditionalPatch({ object, steps, annotations }: ActionPlan, id: string): readonly PatchStep[] {
  const version = textAt(object, 'metadata', 'resourceVersion');
  const ids = [id, ...actionsOf(object).slice(0, rememberedActions - 1)];
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: version },
    ...annotationSteps(object, ['metadata'], { ...annotations, [actionsAnnotation]: ids.join(',') }),
    ...steps,
  ];
}

/** Steps that set annotations of the metadata at a path; of a JSON Patch's parents all have to be there. */
export function annotationSteps(
  object: JsonObject,
  metadata: readonly string[],
  annotations: Readonly<Record<string, string>>,
): readonly PatchStep[] {
  const at = `/${metadata.join('/')}`;
  if (fieldAt(object, ...metadata) === undefined) return [{ op: 'add', path: at, value: { annotations } }];
  if (fieldAt(object, ...metadata, 'annotations') === undefined)
    return [{ op: 'add', path: `${at}/annotations`, value: annotations }];
  return Object.entries(annotations).map(([name, value]) => ({
    op: 'add',
    path: `${at}/annotations/${name.replace(/~/g, '~0').replace(/\//g, '~1')}`,
    value,
  }));
}
