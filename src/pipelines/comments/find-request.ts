import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { AzureRequest } from './azure-comments.ts';
import type { GithubRequest } from './github-comments.ts';
import type { GitlabRequest } from './gitlab-comments.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A pull or merge request, by the host that has it. */
export type PullRequest = {
  /** Where the sources of the newest commit are on the web, up to the path. */ readonly sourceBase?:
    | string
    | undefined;
  readonly runUrl?: string | undefined;
} & (
  | ({ readonly host: 'github' } & GithubRequest)
  | ({ readonly host: 'gitlab' } & GitlabRequest)
  | ({ readonly host: 'azure' } & AzureRequest)
);

/**
 * The request that this run is of, as the CI system's own variables say; undefined where it is of none, as of a branch.
 * GitHub: https://docs.github.com/en/actions/reference/workflows-and-actions/variables, GitLab: https://docs.gitlab.com/ci/variables/predefined_variables/,
 * Azure: https://learn.microsoft.com/azure/devops/pipelines/build/variables, Jenkins: CHANGE_URL of a multibranch project.
 */
export function findRequest(environment: Environment): PullRequest | undefined {
  if (environment.GITHUB_ACTIONS === 'true') return onGithub(environment);
  if (environment.GITLAB_CI === 'true') return onGitlab(environment);
  if (environment.TF_BUILD !== undefined) return onAzure(environment);
  const { CHANGE_URL: change, BUILD_URL: runUrl } = environment;
  return change ? { ...requestAt(change), runUrl: webAddress(runUrl) } : undefined;
}

/**
 * The request at an address of the web, as `https://github.com/o/r/pull/7`.
 * @throws UserError where it is none that is known
 */
export function requestAt(address: string): PullRequest {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const path = url?.pathname ?? '';
  const github = /^\/([\w.-]+)\/([\w.-]+)\/pull\/(\d{1,10})(?:\/|$)/.exec(path);
  const gitlab = /^\/([\w./-]+?)\/-\/merge_requests\/(\d{1,10})(?:\/|$)/.exec(path);
  if (url && /^https?:$/.test(url.protocol)) {
    if (github) {
      const [, owner = '', repository = '', number] = github;
      const api = url.host === 'github.com' ? 'https://api.github.com' : `${url.origin}/api/v3`;
      return { host: 'github', api, owner, repository, number: Number(number) };
    }
    if (gitlab) {
      const [, project = '', number] = gitlab;
      return { host: 'gitlab', api: `${url.origin}/api/v4`, project, number: Number(number) };
    }
  }
  throw new UserError(
    `this is no address of a pull request of GitHub or a merge request of GitLab: ${printable(address)}`,
    {
      remedy:
        'It looks like https://github.com/owner/name/pull/7 or https://gitlab.example/group/name/-/merge_requests/7.',
    },
  );
}

function onGithub(environment: Environment): PullRequest | undefined {
  const {
    GITHUB_API_URL: api,
    GITHUB_REPOSITORY: name = '',
    GITHUB_REF: ref = '',
    GITHUB_SERVER_URL: server,
  } = environment;
  const number = /^refs\/pull\/(\d{1,10})\//.exec(ref)?.[1];
  const [owner, repository] = name.split('/');
  if (number === undefined || !owner || !repository || webAddress(api) === undefined) return undefined;
  const web = webAddress(server) === undefined ? undefined : `${server}/${name}`;
  return {
    host: 'github',
    api: withoutSlash(api ?? ''),
    owner,
    repository,
    number: Number(number),
    sourceBase: web === undefined || !environment.GITHUB_SHA ? undefined : `${web}/blob/${environment.GITHUB_SHA}/`,
    runUrl:
      web === undefined || !environment.GITHUB_RUN_ID ? undefined : `${web}/actions/runs/${environment.GITHUB_RUN_ID}`,
  };
}

function onGitlab(environment: Environment): PullRequest | undefined {
  const { CI_API_V4_URL: api, CI_MERGE_REQUEST_PROJECT_ID: project, CI_MERGE_REQUEST_IID: number = '' } = environment;
  if (!project || !/^\d{1,10}$/.test(number) || webAddress(api) === undefined) return undefined;
  const { CI_PROJECT_URL: web, CI_COMMIT_SHA: sha } = environment;
  return {
    host: 'gitlab',
    api: withoutSlash(api ?? ''),
    project,
    number: Number(number),
    sourceBase: webAddress(web) === undefined || !sha ? undefined : `${web}/-/blob/${sha}/`,
    runUrl: webAddress(environment.CI_PIPELINE_URL),
  };
}

function onAzure(environment: Environment): PullRequest | undefined {
  const {
    SYSTEM_COLLECTIONURI: collection,
    SYSTEM_TEAMPROJECT: project,
    BUILD_REPOSITORY_ID: repository,
  } = environment;
  const web = webAddress(collection);
  const build = environment.BUILD_BUILDID;
  const runUrl =
    web === undefined || !build || !project
      ? undefined
      : `${withoutSlash(web)}/${encodeURIComponent(project)}/_build/results?buildId=${build}`;
  // A repository of GitHub that Azure builds.
  const number = environment.SYSTEM_PULLREQUEST_PULLREQUESTNUMBER ?? '';
  const [owner, name] = (environment.BUILD_REPOSITORY_NAME ?? '').split('/');
  if (environment.BUILD_REPOSITORY_PROVIDER === 'GitHub')
    return /^\d{1,10}$/.test(number) && owner && name
      ? { host: 'github', api: 'https://api.github.com', owner, repository: name, number: Number(number), runUrl }
      : undefined;
  const id = environment.SYSTEM_PULLREQUEST_PULLREQUESTID ?? '';
  if (web === undefined || !project || !repository || !/^\d{1,10}$/.test(id)) return undefined;
  return { host: 'azure', collection: withoutSlash(web), project, repository, number: Number(id), runUrl };
}

function webAddress(text: string | undefined): string | undefined {
  return text !== undefined && /^https?:\/\/[^\s<>]+$/.test(text) && URL.canParse(text) ? text : undefined;
}

function withoutSlash(text: string): string {
  return text.replace(/\/+$/, '');
}
