import type { Fix } from '../../core/fix.ts';
import type { RuleReport } from '../../core/rule.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { maximumViolations, type Violation } from '../../kubernetes/schema/check-object.ts';
import { distanceOf, type FieldMeant, fieldMeant, placesOfAll } from '../../kubernetes/schema/field-meant.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import type { YamlMap } from '../../kubernetes/yaml-node.ts';
import { faultsOf, releaseName, targetRelease } from '../../project/object-faults.ts';
import type { Project } from '../../project/project.ts';
import { objectRule } from '../../project/rule.ts';
import { asks, holds, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';
import { moveEntry } from '../../repairs/move-entry.ts';

export const rule = objectRule({
  severity: 'error',
  summary: 'A field that Kubernetes does not have at this place',
  why: 'kubectl refuses the object; what applies it less strictly drops the field, so that the setting is not there although it is written.',
  remedy: 'Write the name that the API has, at the place where it has it.',
  peers: [],
  check({ object, project }, { report }) {
    const faults = faultsOf(project, object);
    const unknown = new Map<YamlMap | undefined, UnknownField[]>();
    for (const fault of faults) {
      if (fault.kind === 'other-release')
        report({
          at: fault.entry.key,
          message: `${titleOf(object)}: ${fault.path} ${otherRelease(fault, project)}.`,
          remedy: 'Leave it out, or name the release of the cluster in plimsoll.yaml (kubernetes.target).',
        });
      if (fault.kind !== 'unknown-field') continue;
      const map = fault.within.at(-1)?.map;
      const same = unknown.get(map);
      if (same) same.push(fault);
      else unknown.set(map, [fault]);
    }
    for (const [first, ...others] of unknown.values()) {
      if (first === undefined) continue;
      const places = others.length < together ? placesTogether(project, first, others) : [];
      if (places.length > 0) report(misplaced(object, first, others, places));
      else if (others.length < together)
        for (const fault of [first, ...others]) report(oneField(project, object, fault));
      else report(manyFields(object, first, others, faults.length >= maximumViolations));
    }
  },
});

/** So many fields that one map does not have have one cause: it is another kind of thing. */
const together = 6;
const named = 5;

function oneField(project: Project, object: KubernetesObject, fault: UnknownField): RuleReport {
  const meant = fieldMeant(fault.within, fault.entry, targetRelease(project));
  const fix = meant && fixOf(project, object, fault, meant);
  return {
    ...(fix && { fix }),
    at: fault.entry.key,
    message: `${titleOf(object)}: ${placeOf(fault)} has no field ${shown(fault.entry.key.text)}${hint(object, fault, meant)}`,
    ...(meant?.kind === 'place' && areFew(placesOf(meant)) && { remedy: `Write it below ${anyOf(placesOf(meant))}.` }),
  };
}

/** Places that are all named: of more of them none is likely. */
const maximumPlaces = 3;

function areFew(places: readonly string[]): boolean {
  return places.length <= maximumPlaces;
}

function placesOf({ path, others }: Extract<FieldMeant, { kind: 'place' }>): readonly string[] {
  return [path === '' ? 'the object itself' : path, ...others];
}

/** `a`, `a or b`, `a, b or c`. */
function anyOf(places: readonly string[]): string {
  const last = places.at(-1) ?? '';
  return places.length < 2 ? last : `${places.slice(0, -1).join(', ')} or ${last}`;
}

/** Where fields may belong that lie in no map of their own: each by itself would be given other places. */
function placesTogether(project: Project, first: UnknownField, others: readonly UnknownField[]): readonly string[] {
  const here = first.within.at(-1);
  if (here === undefined || others.length === 0) return [];
  const isNowhere = ({ within, entry }: UnknownField) => {
    const meant = fieldMeant(within, entry, targetRelease(project));
    return meant?.kind === 'place' && meant.map === undefined;
  };
  const all = [first, ...others];
  if (!all.every(isNowhere)) return [];
  const places = placesOfAll(
    here,
    all.map(({ entry }) => entry),
  );
  return areFew(places) ? places : [];
}

function misplaced(
  object: KubernetesObject,
  first: UnknownField,
  others: readonly UnknownField[],
  places: readonly string[],
): RuleReport {
  const names = [first, ...others].map(({ entry }) => shown(entry.key.text)).join(', ');
  return {
    at: first.entry.key,
    message: `${titleOf(object)}: ${placeOf(first)} has no fields ${names}; they are fields of ${anyOf(places)}.`,
    remedy: `Write them below ${anyOf(places)}.`,
    also: others.map(({ entry }) => entry.key),
  };
}

function manyFields(
  object: KubernetesObject,
  first: UnknownField,
  others: readonly UnknownField[],
  orMore: boolean,
): RuleReport {
  const names = [first, ...others].map(({ entry }) => shown(entry.key.text));
  const rest = `${orMore ? 'at least ' : ''}${names.length - named} others`;
  return {
    at: first.entry.key,
    message: `${titleOf(object)}: ${placeOf(first)} has no fields ${names.slice(0, named).join(', ')} and ${rest}.`,
    also: others.map(({ entry }) => entry.key),
  };
}

type UnknownField = Extract<Violation, { kind: 'unknown-field' }>;

function otherRelease({ field }: Extract<Violation, { kind: 'other-release' }>, project: Project): string {
  const target = targetRelease(project) ?? 0;
  return field.first > target
    ? `came with Kubernetes ${releaseName(field.first)}, and the target is ${releaseName(target)}`
    : `is gone since Kubernetes ${releaseName(field.removed ?? target)}, and the target is ${releaseName(target)}`;
}

function placeOf({ within }: UnknownField): string {
  const path = within.at(-1)?.path ?? '';
  return path === '' ? 'the object' : path;
}

function hint(object: KubernetesObject, { entry }: UnknownField, meant: FieldMeant | undefined): string {
  if (!meant) return '.';
  if (meant.kind === 'spelling')
    return `; is ${meant.name} meant?${meant.fits ? '' : ' It takes another kind of value than is written.'}`;
  const name = shown(entry.key.text);
  return meant.path === ''
    ? `; ${name} is a field of ${object.kind} itself.`
    : areFew(placesOf(meant))
      ? `; ${name} is a field of ${anyOf(placesOf(meant))}.`
      : '.';
}

function shown(name: string): string {
  return name.length > 60 ? `${name.slice(0, 57)}...` : name;
}

const refused = holds('Kubernetes refuses the object as it is, or drops the field.');

function fixOf(project: Project, object: KubernetesObject, fault: UnknownField, meant: FieldMeant): Fix | undefined {
  const { entry } = fault;
  const written = entry.key.text;
  if (meant.kind === 'spelling') {
    if (!meant.fits) return undefined;
    const edits = replaceIn(project, object, entry.key, meant.name);
    // Case and a letter at most: a slip. More may be another field of another program.
    const isSlip = meant.certain && distanceOf(written, meant.name) <= 1;
    return manifestFix(`Write ${meant.name}`, edits, [
      refused,
      isSlip
        ? holds(`No other field of ${placeOf(fault)} is spelled like it.`)
        : asks(`${written} was to be ${meant.name}.`, `Is ${meant.name} what was meant by ${written}?`),
    ]);
  }
  if (!meant.map) return undefined;
  const edits = moveEntry(project, object, entry, meant.map, meant.direction);
  const place = meant.path === '' ? 'the object itself' : meant.path;
  return manifestFix(`Indent ${written} as a field of ${place}`, edits, [
    refused,
    asks(`${written} was to be a field of ${place}.`, `Does ${written} belong to ${place}?`),
  ]);
}
