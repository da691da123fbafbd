import {
  type BehaviourComparison,
  type BehaviourDifference,
  builderKinds,
  type Evidence,
  type ImageFigures,
  type ProvedFix,
  type SideDigests,
  type StepFigures,
  type TreeComparison,
  type TreeDifference,
} from '../core/evidence.ts';
import { isJsonObject, type JsonObject, jsonObjectOf, parseJsonObject } from '../core/json-object.ts';
import { printable } from '../core/printable.ts';
import { evidenceFormat, evidenceVersion } from './evidence-json.ts';

const longestText = 2_000;
const mostItems = 2_000;

/**
 * Evidence from its file. The file lies in the repository, and anybody may have written it: what is wrong in it makes it none, texts are made printable and
 * are bounded. Undefined where it is no evidence of this version.
 */
export function readEvidence(text: string): Evidence | undefined {
  const value = parseJsonObject(text);
  if (value?.format !== evidenceFormat || value.version !== evidenceVersion) return undefined;
  const tool = jsonObjectOf(value.tool);
  const subject = jsonObjectOf(value.subject);
  const builder = jsonObjectOf(value.builder);
  const digests = jsonObjectOf(value.digests);
  const kind = oneOf(builder.kind, builderKinds);
  const verdict = oneOf(value.verdict, ['proved', 'failed', 'unproved', 'nothing to prove'] as const);
  const before = figures(value.before);
  const digestsBefore = side(digests.before);
  if (!kind || !verdict || !before || !digestsBefore) return undefined;
  return {
    tool: { name: 'plimsoll', version: textOf(tool.version) },
    created: textOf(value.created),
    subject: {
      name: textOf(subject.name),
      dockerfile: textOf(subject.dockerfile),
      context: textOf(subject.context),
      target: optional(subject.target),
      platform: optional(subject.platform),
      arguments: listOf(subject.arguments, textOf),
      secrets: listOf(subject.secrets, textOf),
    },
    builder: { kind, title: textOf(builder.title) },
    runner: optional(value.runner),
    digests: { before: digestsBefore, after: side(digests.after) },
    before,
    after: figures(value.after),
    tree: tree(value.tree),
    behaviour: behaviour(jsonObjectOf(value.behaviour)),
    fixes: objects(value.fixes).map(provedFix),
    withdrawn: objects(value.withdrawn).map((each) => ({ ...provedFix(each), reason: textOf(each.reason) })),
    builds: amount(value.builds),
    seconds: amount(value.seconds),
    verdict,
    statements: listOf(value.statements, textOf),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? printable(value.slice(0, longestText)) : '';
}

function optional(value: unknown): string | undefined {
  return typeof value === 'string' ? textOf(value) : undefined;
}

function amount(value: unknown): number {
  return known(value) ?? 0;
}

function known(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function listOf<Item>(value: unknown, read: (item: unknown) => Item): Item[] {
  return Array.isArray(value) ? value.slice(0, mostItems).map(read) : [];
}

function objects(value: unknown): JsonObject[] {
  return listOf(value, jsonObjectOf);
}

function oneOf<Word extends string>(value: unknown, words: readonly Word[]): Word | undefined {
  return words.find((word) => word === value);
}

const isDigest = /^(?:sha256:[0-9a-f]{64}|absent)$/;

/** Paths stay as they are: files are found by them, and whoever shows them makes them printable. */
function side(value: unknown): SideDigests | undefined {
  if (!isJsonObject(value)) return undefined;
  const files = Object.entries(jsonObjectOf(value.files)).slice(0, mostItems);
  const texts = files.flatMap(([path, digest]) =>
    typeof digest === 'string' && isDigest.test(digest) ? [[path, digest] as const] : [],
  );
  if (texts.length === 0 || texts.length < files.length) return undefined;
  return { files: Object.fromEntries(texts), context: optional(value.context), image: optional(value.image) };
}

function figures(value: unknown): ImageFigures | undefined {
  if (!isJsonObject(value) || known(value.bytes) === undefined) return undefined;
  const { vulnerabilities, rebuild } = value;
  return {
    bytes: amount(value.bytes),
    compressedBytes: known(value.compressedBytes),
    layers: amount(value.layers),
    layerBytes: listOf(value.layerBytes, amount),
    files: amount(value.files),
    packages: amount(value.packages),
    vulnerablePackages: known(value.vulnerablePackages),
    vulnerabilities: isJsonObject(vulnerabilities)
      ? Object.fromEntries(
          Object.entries(vulnerabilities)
            .slice(0, 10)
            .map(([name, count]) => [textOf(name), amount(count)]),
        )
      : undefined,
    advisories: textOf(value.advisories),
    setIdFiles: amount(value.setIdFiles),
    secrets: amount(value.secrets),
    user: textOf(value.user),
    contextBytes: known(value.contextBytes),
    coldSeconds: amount(value.coldSeconds),
    rebuild: isJsonObject(rebuild)
      ? {
          changedFile: textOf(rebuild.changedFile),
          seconds: amount(rebuild.seconds),
          cachedSteps: amount(rebuild.cachedSteps),
          steps: amount(rebuild.steps),
          instructions: objects(rebuild.instructions).map(step),
        }
      : undefined,
  };
}

function step({ instruction, stage, cached, seconds }: JsonObject): StepFigures {
  return {
    instruction: textOf(instruction),
    stage: optional(stage),
    cached: cached === true,
    seconds: known(seconds),
  };
}

function tree(value: unknown): TreeComparison | undefined {
  if (!isJsonObject(value)) return undefined;
  return {
    same: amount(value.same),
    declared: amount(value.declared),
    noise: amount(value.noise),
    undeclared: amount(value.undeclared),
    differences: objects(value.differences).flatMap(treeDifference),
    omitted: amount(value.omitted),
  };
}

function treeDifference({ path, change, differs, bytes, standing, by }: JsonObject): TreeDifference[] {
  const how = oneOf(change, ['added', 'removed', 'changed'] as const);
  const where = oneOf(standing, ['declared', 'noise', 'undeclared'] as const);
  if (!how || !where) return [];
  return [
    {
      path: textOf(path),
      change: how,
      differs: listOf(differs, textOf),
      bytes: amount(bytes),
      standing: where,
      by: optional(by),
    },
  ];
}

function behaviour(value: JsonObject): BehaviourComparison {
  return {
    verdict: oneOf(value.verdict, ['same', 'different', 'unknown'] as const) ?? 'unknown',
    compared: amount(value.compared),
    differences: objects(value.differences).map(behaviourDifference),
    improvements: objects(value.improvements).map(behaviourDifference),
    unproved: objects(value.unproved).map(({ name, why }) => ({ name: textOf(name), why: textOf(why) })),
    noise: objects(value.noise).map(({ name, what }) => ({ name: textOf(name), what: textOf(what) })),
    why: optional(value.why),
  };
}

function behaviourDifference({ name, message, before, after }: JsonObject): BehaviourDifference {
  return { name: textOf(name), message: textOf(message), before: listOf(before, textOf), after: listOf(after, textOf) };
}

function provedFix({ rule, path, line, title, class: kind }: JsonObject): ProvedFix {
  return {
    rule: textOf(rule),
    path: textOf(path),
    line: amount(line),
    title: textOf(title),
    class: kind === 'safe' ? 'safe' : 'review',
  };
}
