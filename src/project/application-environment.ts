import type { ReportedPlace } from '../core/rule.ts';
import type { ComposeService } from '../kubernetes/compose.ts';
import { dataOf, findNamed } from '../kubernetes/relations.ts';
import type { Container, EnvSource, Workload } from '../kubernetes/workload.ts';
import type { ImageBuild, ImageUse, Project } from './project.ts';
import { expandedValue, imageInstructions, lastInstruction } from './stage-facts.ts';

/** A variable that a program gets, and from where. */
export interface GivenVariable {
  readonly name: string;
  /** Undefined when it is not a literal of the project's files. */
  readonly value: string | undefined;
  readonly from: 'image' | 'literal' | 'configMap' | 'secret' | 'elsewhere';
  readonly place: ReportedPlace;
}

export interface GivenEnvironment {
  readonly variables: ReadonlyMap<string, GivenVariable>;
  /** False when more may be set: by a ConfigMap or Secret that is not here, a file, a start script, an injector. */
  readonly complete: boolean;
}

/** What an image sets with ENV, in the stages of its file. */
export function imageEnvironment({ dockerfile, stage }: ImageBuild): ReadonlyMap<string, GivenVariable> {
  const variables = new Map<string, GivenVariable>();
  for (const instruction of stage ? imageInstructions(stage) : [])
    if (instruction.name === 'ENV')
      for (const { key, value, range } of instruction.pairs)
        variables.set(key.value, {
          name: key.value,
          value: value && expandedValue(dockerfile, instruction, value),
          from: 'image',
          place: { path: dockerfile.path, range },
        });
  return variables;
}

/** What the program of an image gets where a container or service runs it. */
export function environmentOf(project: Project, build: ImageBuild, use: ImageUse): GivenEnvironment {
  const variables = new Map(imageEnvironment(build));
  const complete =
    use.kind === 'container'
      ? giveContainer(project, use.workload, use.container, variables)
      : giveService(use.file.path, use.service, variables);
  return { variables, complete: complete && !startsScript(build) };
}

function giveContainer(
  project: Project,
  workload: Workload,
  container: Container,
  variables: Map<string, GivenVariable>,
): boolean {
  let complete = ![...workload.podAnnotations.keys()].some((name) => /vault|secrets?-inject|inject/i.test(name));
  for (const source of container.envFrom) if (!giveAll(project, workload, source, variables)) complete = false;
  for (const { name, nameNode, node, value, from } of container.env) {
    const kind = from?.kind === 'configMap' || from?.kind === 'secret' ? from.kind : from ? 'elsewhere' : 'literal';
    variables.set(name, { name, value: value?.text, from: kind, place: nameNode ?? node });
  }
  return complete;
}

function giveAll(
  project: Project,
  workload: Workload,
  source: EnvSource,
  variables: Map<string, GivenVariable>,
): boolean {
  const kind = source.kind === 'configMap' ? 'ConfigMap' : 'Secret';
  const object =
    source.kind !== 'other' && source.name !== undefined
      ? findNamed(project.objects, kind, source.name, workload)
      : undefined;
  if (!object || source.kind === 'other') return false;
  for (const { key, value } of dataOf(object)) {
    const text = kind === 'ConfigMap' && value.kind === 'scalar' ? value.text : undefined;
    variables.set(source.prefix + key.text, {
      name: source.prefix + key.text,
      value: text,
      from: source.kind,
      place: key,
    });
  }
  return true;
}

function giveService(path: string, service: ComposeService, variables: Map<string, GivenVariable>): boolean {
  for (const { name, node, value } of service.environment) {
    const literal = value !== undefined && !value.includes('$');
    variables.set(name, {
      name,
      value: literal ? value : undefined,
      from: literal ? 'literal' : 'elsewhere',
      place: { path: node.path ?? path, range: node.range },
    });
  }
  return service.envFiles.length === 0;
}

/** A script that starts the program may set anything. */
function startsScript({ dockerfile, stage }: ImageBuild): boolean {
  if (!stage) return true;
  return (['ENTRYPOINT', 'CMD'] as const).some((name) => {
    const instruction = lastInstruction(stage, name);
    const script = instruction && dockerfile.script(instruction);
    if (!script) return false;
    return (
      script.assigned.length > 0 ||
      script.commands.some((command) =>
        /\.(?:sh|bash)$|entrypoint|^(?:source|\.|export|env|dotenv|doppler|op|chamber|aws-vault|infisical)$/.test(
          command.name,
        ),
      )
    );
  });
}
