import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { copiedScriptText } from './copied-script.ts';
import type { Project } from './project.ts';
import { isRootUser } from './stage-facts.ts';
import { startedCommands } from './started-commands.ts';

/** Options by which uWSGI becomes a user of its own, which only root can. https://uwsgi-docs.readthedocs.io/en/latest/Options.html#uid */
const option = /^--?(?:immediate-)?uid(?:=(.*))?$/;
const setting = /^[ \t]*(?:immediate-)?uid[ \t]*[=:][ \t]*(\S+)/m;

/** Whether a stage starts uWSGI as root and its arguments, or a file of settings that is copied from the context, let it become another user. */
export function uwsgiGivesUpRoot(project: Project, dockerfile: Dockerfile, stage: Stage): boolean {
  return startedCommands(dockerfile, stage).some(
    ({ name, arguments: words }) =>
      name.slice(name.lastIndexOf('/') + 1) === 'uwsgi' &&
      words.some(({ value }, at) => {
        const given = option.exec(value);
        if (given) return isOther(given[1] ?? words[at + 1]?.value);
        const file = /^(?:--\w+=)?(\S+\.(?:ini|ya?ml))$/.exec(value)?.[1];
        return (
          file !== undefined && isOther(setting.exec(copiedScriptText(project, dockerfile, stage, file) ?? '')?.[1])
        );
      }),
  );
}

function isOther(user: string | undefined): boolean {
  return user !== undefined && user !== '' && !isRootUser(user);
}
