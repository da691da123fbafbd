import { parse } from 'yaml';
import type { SystemName } from '../../src/pipelines/pipeline-plan.ts';

interface Step {
  readonly run?: string;
  readonly bash?: string;
  readonly name?: string;
  readonly displayName?: string;
}

/** All shell scripts of a generated pipeline, in order. */
export function scriptsOf(system: SystemName, text: string): readonly string[] {
  if (system === 'jenkins')
    return [...text.matchAll(/sh '''\n([\s\S]*?)'''/g)].map(([, script = '']) => script.replaceAll('\\\\', '\\'));
  const pipeline = parse(text);
  if (system === 'github')
    return Object.values<{ steps: readonly Step[] }>(pipeline.jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run }) => run ?? []),
    );
  if (system === 'azure')
    return (pipeline.jobs as readonly { steps: readonly Step[] }[]).flatMap(({ steps }) =>
      steps.flatMap(({ bash }) => bash ?? []),
    );
  return Object.values<{ before_script?: readonly string[]; script?: readonly string[] }>(pipeline).flatMap(
    ({ before_script: before = [], script = [] }) => [...before, ...script],
  );
}

/**
 * The calls of plimsoll in a script, each as its arguments; what a shell would fill in stands for itself. Enough of a shell for what is generated: double
 * quotes, lines that go on, what stands where a variable is set, redirections, `|| code=$?`.
 */
export function plimsollCalls(script: string): readonly (readonly string[])[] {
  const lines = script.replace(/\\\n\s*/g, ' ').split('\n');
  return lines.flatMap((line) => {
    const [, call] = /^\s*(?:if |! )*plimsoll (.*)$/.exec(line) ?? [];
    if (call === undefined) return [];
    const plain = call
      .replace(/\$\{\w+:\+(.*?)\}/g, '$1')
      .replace(/\$\{(\w+):-\w+\}/g, '$$$1')
      .replace(/ \|\| .*$/, '')
      .replace(/\s*[0-9]?>>?\s*\S+/g, '')
      .replace(/; then$/, '');
    return [
      (plain.match(/(?:[^\s"]|"[^"]*")+/g) ?? [])
        .map((word) => word.replaceAll('"', ''))
        .filter((word) => word !== '$@'),
    ];
  });
}
