import { variableReference } from '../../core/variable-reference.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import type { ArgInstruction, EnvInstruction, Instruction } from '../../dockerfile/instruction.ts';
import { liesIn } from '../../project/copied-files.ts';
import { textOf } from './instruction-text.ts';

/** Variables that only package managers and compilers read. */
const buildVariables =
  /^(?:DEBIAN_FRONTEND|GOPATH|GOROOT|GOFLAGS|GOPROXY|GO111MODULE|GOOS|GOARCH|CGO_.*|GO15VENDOREXPERIMENT|CARGO_.*|RUSTFLAGS|RUSTUP_.*|MAVEN_.*|GRADLE_.*|NPM_CONFIG_.*|npm_config_.*|YARN_.*|PIP_.*|NUGET_.*|MAKEFLAGS|CFLAGS|CXXFLAGS|LDFLAGS)$/;

/** All its variables are set by a later ENV again: then it is for a step in between. */
export function isSetAgain(instructions: readonly Instruction[], instruction: EnvInstruction): boolean {
  const later = instructions.slice(instructions.indexOf(instruction) + 1);
  return instruction.pairs.every(
    ({ key }) =>
      later.some((each) => each.name === 'ENV' && each.pairs.some((other) => other.key.value === key.value)) &&
      key.value !== 'PATH',
  );
}

export interface EnvironmentLines {
  readonly lines: readonly string[];
  /** All of it acts at run time. */
  readonly whole: boolean;
}

/** ENV as it acts at run time: without what only the build reads. A clause where a value comes from the build's image. */
export function environmentLines(
  dockerfile: Dockerfile,
  instruction: EnvInstruction,
  canMove: boolean,
  left: readonly string[],
): EnvironmentLines | string | undefined {
  const kept = instruction.pairs.filter(({ key }) => !buildVariables.test(key.value));
  const scope = environmentAt(dockerfile, instruction);
  for (const { key, value } of kept) {
    const text = value === undefined ? '' : dockerfile.text.slice(value.range.start, value.range.end);
    const staying = left.find((path) => liesIn(/^["']?(\/[^\s"':$]+)/.exec(text)?.[1] ?? '', path));
    if (staying !== undefined && key.value !== 'PATH') return `${key.value} names what stays in ${staying}`;
    for (const [, braced, bare] of text.matchAll(/\$(?:\{(\w+)|(\w+))/g)) {
      const name = braced ?? bare ?? '';
      const declared = scope.declaration(name);
      if (name !== 'PATH' && (declared === undefined || buildVariables.test(name)))
        return `${key.value} takes a value from the image that builds`;
    }
  }
  if (kept.length === 0) return undefined;
  if (kept.length === instruction.pairs.length)
    return {
      lines: canMove ? [textOf(dockerfile, instruction)] : [inNewForm(dockerfile, instruction)],
      whole: canMove,
    };
  return {
    lines: kept.map((pair) => {
      const written = dockerfile.text.slice(pair.range.start, pair.range.end);
      return `ENV ${written}`;
    }),
    whole: false,
  };
}

/** ENV with an equals sign: a second copy of the old form would be a second warning. */
function inNewForm(dockerfile: Dockerfile, instruction: EnvInstruction): string {
  const [pair] = instruction.pairs;
  if (!instruction.legacy || pair?.value === undefined) return textOf(dockerfile, instruction);
  const value = dockerfile.text.slice(pair.value.range.start, pair.value.range.end);
  if (/["'\\`\r\n]/.test(value)) return textOf(dockerfile, instruction);
  return `ENV ${pair.key.value}=${/\s/.test(value) ? `"${value}"` : value}`;
}

/** Whether a step or setting that goes into the new stage takes its value. */
export function isReadAtRunTime(instructions: readonly Instruction[], argument: ArgInstruction): boolean {
  return argument.pairs.some(({ key }) => {
    const use = variableReference(key.value);
    return instructions.some(
      (instruction) =>
        (['ENV', 'LABEL', 'EXPOSE', 'USER', 'VOLUME', 'STOPSIGNAL'].includes(instruction.name) ||
          (instruction.name === 'RUN' && !/install|build/.test(instruction.syntax.rest.text))) &&
        use.test(instruction.syntax.rest.text),
    );
  });
}
