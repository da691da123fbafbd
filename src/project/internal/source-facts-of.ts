import type { Artifact } from '../../core/artifact.ts';
import { goSource } from '../../ecosystems/go/source-go.ts';
import { javaSource } from '../../ecosystems/maven/source-java.ts';
import { nodeSource } from '../../ecosystems/npm/source-node.ts';
import { dotnetSource } from '../../ecosystems/nuget/source-dotnet.ts';
import { pythonSource } from '../../ecosystems/pip/source-python.ts';
import type { SourceReader, VariableReader } from '../../ecosystems/source-facts.ts';
import type { ApplicationLanguage, LoggerUse, MetricsEndpoint, VariableRead } from '../application.ts';

const readers: Partial<Readonly<Record<ApplicationLanguage, SourceReader>>> = {
  node: nodeSource,
  python: pythonSource,
  go: goSource,
  java: javaSource,
  dotnet: dotnetSource,
};

/** What the sources of an application tell together. */
export interface ApplicationFacts {
  readonly variablesRead: readonly VariableRead[];
  readonly loggers: readonly LoggerUse[];
  readonly metrics: readonly MetricsEndpoint[];
  readonly readsOtherVariables: boolean;
  readonly variablesSet: ReadonlySet<string>;
  readonly setsOtherVariables: boolean;
}

/**
 * Reads all sources of an application: twice where it has functions of its own that read a variable by name, so that their
 * calls count. A language that is not known tells nothing, and may read anything.
 */
export function factsOf(language: ApplicationLanguage, sources: readonly Artifact[]): ApplicationFacts {
  const reader = readers[language];
  if (!reader)
    return {
      variablesRead: [],
      loggers: [],
      metrics: [],
      readsOtherVariables: true,
      variablesSet: new Set(),
      setsOtherVariables: true,
    };
  const first = sources.map((source) => ({ source, facts: reader.read(source.text, source.path) }));
  const own = new Map<string, VariableReader>();
  for (const { facts } of first) for (const each of facts.readers) own.set(each.name, each);
  const all =
    own.size === 0 ? first : sources.map((source) => ({ source, facts: reader.read(source.text, source.path, own) }));
  return {
    variablesRead: all.flatMap(({ source, facts }) => facts.variables.map((each) => ({ ...each, path: source.path }))),
    loggers: all.flatMap(({ source, facts }) => facts.loggers.map((each) => ({ ...each, path: source.path }))),
    metrics: all.flatMap(({ source, facts }) => facts.metrics.map((each) => ({ ...each, path: source.path }))),
    readsOtherVariables: all.some(({ facts }) => facts.readsOthers),
    variablesSet: new Set(all.flatMap(({ facts }) => facts.sets)),
    setsOtherVariables: all.some(({ facts }) => facts.setsOthers),
  };
}
