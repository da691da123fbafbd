import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { HealthcheckInstruction } from '../dockerfile/instruction.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import { imageEnvironment } from './application-environment.ts';
import type { ImageBuild } from './project.ts';
import { lastInstruction } from './stage-facts.ts';

/** How an image built here is asked whether it works, by its HEALTHCHECK. */
export interface HealthCheck {
  readonly dockerfile: Dockerfile;
  readonly instruction: HealthcheckInstruction;
  /** What it asks over HTTP on its own address. */
  readonly http: { readonly port: number; readonly path: string; readonly scheme: 'HTTP' | 'HTTPS' } | undefined;
  /** The command, when it is one of literal words and asks nothing over HTTP. */
  readonly command: readonly string[] | undefined;
}

/** The HEALTHCHECK of a build's image; undefined where there is none or it is switched off. */
export function healthCheckOf(build: ImageBuild): HealthCheck | undefined {
  const instruction = build.stage && lastInstruction(build.stage, 'HEALTHCHECK');
  if (instruction?.check.kind !== 'cmd') return undefined;
  const commands = build.dockerfile.script(instruction)?.commands ?? [];
  const http = commands.flatMap((command) => httpOf(build, command) ?? [])[0];
  const [only] = commands.filter(({ name }) => name !== 'exit');
  const words = only && [only.nameWord, ...only.arguments];
  const isPlain =
    words?.every(({ literal }) => literal) && commands.every(({ name }) => name === 'exit' || name === only?.name);
  return {
    dockerfile: build.dockerfile,
    instruction,
    http,
    command: http === undefined && words && isPlain ? words.map(({ value }) => value) : undefined,
  };
}

const ownAddress =
  /^(?:(https?):\/\/)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?::(\d+|\$\{?\w+(?::-\d+)?\}?))?(\/[^\s'"]*)?$/i;

function httpOf(build: ImageBuild, command: ShellCommand): HealthCheck['http'] {
  for (const { value } of command.arguments) {
    const match = ownAddress.exec(value);
    if (!match || (match[1] === undefined && !/^(?:curl|wget|http)$/.test(command.name))) continue;
    const [, scheme = 'http', written, path = '/'] = match;
    const port = written === undefined ? (scheme.toLowerCase() === 'https' ? 443 : 80) : portOf(build, written);
    if (port !== undefined && !path.includes('$'))
      return { port, path, scheme: scheme.toLowerCase() === 'https' ? 'HTTPS' : 'HTTP' };
  }
  return undefined;
}

/** A number, or a variable that the image sets or that has a default. */
function portOf(build: ImageBuild, written: string): number | undefined {
  const match = /^\$\{?(\w+)(?::-(\d+))?\}?$/.exec(written);
  const text = match ? (imageEnvironment(build).get(match[1] ?? '')?.value ?? match[2]) : written;
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
