import { releasesOf } from '../../bases/releases.ts';
import type { Place } from '../detector.ts';
import type { ImageStage, PlannedFile, Question, RunPlan, Step } from '../plan.ts';
import { join } from '../repository.ts';

/** nginx as an ordinary user: its configuration keeps everything that it writes below /tmp. */
const server = `nginxinc/nginx-unprivileged:${releasesOf('nginx')?.kept[0] ?? 'stable'}-alpine`;

/** The stage that serves pages, with what it takes from the build or the context. */
export function pagesStage(copy: Step, configuration: string | undefined): ImageStage {
  return {
    name: undefined,
    base: server,
    comment: 'Pages need no runtime of a language: a web server that runs without root, on port 8080',
    steps: [
      ...(configuration === undefined
        ? []
        : [{ kind: 'copy' as const, sources: [configuration], destination: '/etc/nginx/conf.d/default.conf' }]),
      copy,
    ],
  };
}

/** How that stage runs. Port and user are those of the image. */
export const pagesRun: RunPlan = {
  command: [],
  commandEvidence: 'the image starts nginx',
  port: 8080,
  environment: {},
  user: 101,
  userEvidence: 'the user nginx of the image',
  writable: [{ path: '/tmp', why: 'nginx keeps its PID and what it buffers there' }],
  health: { path: '/', evidence: 'the first page' },
  startSeconds: 10,
  resources: { cpu: '25m', memory: '32Mi', memoryLimit: '128Mi' },
};

const ours = '# Written by plimsoll init.';

/** An nginx.conf of the project's own that the image cannot take: for another port, or for the whole server. */
export function otherConfiguration(place: Place): Question[] {
  if (isUsable(place)) return [];
  return [
    {
      question: `${join(place.directory, 'nginx.conf')} of the project is not taken: it is for another port than 8080, or for a whole server. Take over into ${configurationName(place)} what it says beyond serving the pages.`,
      flag: undefined,
      assumed: undefined,
    },
  ];
}

function isUsable({ read }: Place): boolean {
  const own = read('nginx.conf');
  return (
    own === undefined ||
    own.startsWith(ours) ||
    (/\blisten\s+8080\b/.test(own) && !/^[ \t]*(?:http|events)\s*\{/m.test(own))
  );
}

function configurationName(place: Place): string {
  return isUsable(place) ? 'nginx.conf' : 'pages.nginx.conf';
}

/** A configuration for pages. Paths that are no file belong to the page `fallback`, where there is one. */
export function pagesConfiguration(place: Place, fallback: string | undefined): PlannedFile {
  const head = fallback
    ? `Paths that are no file belong to the application in the browser, which begins with ${fallback}.`
    : 'The page about.html is /about, too, and 404.html, where there is one, is the answer to what is missing.';
  return {
    path: join(place.directory, configurationName(place)),
    text: `${ours} ${head}
log_format json escape=json '{"time":"$time_iso8601","remote_addr":"$remote_addr","request":"$request","status":"$status","bytes_sent":$body_bytes_sent,"request_time":$request_time,"referer":"$http_referer","user_agent":"$http_user_agent"}';

server {
    # A link to the container's output.
    access_log /var/log/nginx/access.log json;
    listen 8080;
    root /usr/share/nginx/html;
    server_tokens off;
${fallback ? '' : '    error_page 404 /404.html;\n'}
    location / {
        try_files $uri $uri.html $uri/ ${fallback ? `/${fallback}` : '=404'};
    }

    # Without an answer of the application for what is missing: a wrong script would be taken for a page.
    location ~ \\.(?:js|css|map|png|jpe?g|svg|gif|ico|webp|woff2?)$ {
        try_files $uri =404;
        # Names with a hash of the content in them never change.
        expires 1h;
    }
}
`,
  };
}
