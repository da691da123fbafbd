import type { Application, ApplicationLanguage } from '../../project/application.ts';
import { buildsOf } from '../../project/project.ts';
import type { SplitSubject } from './split-plan.ts';

/** Calls by which a program reads files that lie beside it. */
const calls: Partial<Readonly<Record<ApplicationLanguage, RegExp>>> = {
  go: /\b(?:os\.(?:Open|OpenFile|ReadFile|ReadDir|DirFS|Stat)|ioutil\.(?:ReadFile|ReadDir)|http\.(?:Dir|ServeFile)|template\.Parse(?:Files|Glob)|ParseFiles|ParseGlob|LoadHTML\w+|filepath\.(?:Walk|WalkDir|Glob)|viper\.|godotenv\.|ReadInConfig|plugin\.Open|exec\.Command)/,
  rust: /\b(?:File::open|fs::(?:read|read_to_string|read_dir)|ServeDir|NamedFile|dotenv|Command::new|Tera::new|include_dir)\b/,
};

/**
 * Whether the sources of the application that is built call for files: `none` where all were read and none does, the path of the
 * first that does, undefined where the sources are not known.
 */
export function readsFiles(subject: SplitSubject, language: ApplicationLanguage): string | undefined {
  const pattern = calls[language];
  const own = builtApplications(subject, language);
  if (pattern === undefined || own.length === 0) return undefined;
  for (const application of own)
    for (const path of application.sourcePaths) if (pattern.test(application.artifact(path)?.text ?? '')) return path;
  return own.every(({ complete }) => complete) ? 'none' : undefined;
}

/** The applications of a language in the contexts of the Dockerfile. */
export function builtApplications({ project, dockerfile }: SplitSubject, language: ApplicationLanguage): Application[] {
  const directories = new Set(buildsOf(project, dockerfile).map(({ context }) => context?.directory));
  return project.applications.filter(
    (each) =>
      each.language === language &&
      [...directories].some(
        (directory) =>
          directory !== undefined &&
          (directory === '' ||
            directory === '.' ||
            each.directory === directory ||
            each.directory.startsWith(`${directory}/`)),
      ),
  );
}
