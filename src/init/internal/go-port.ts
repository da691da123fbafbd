import type { Place } from '../detector.ts';
import type { Question } from '../plan.ts';
import { placeIn } from '../repository.ts';
import { type FoundPort, findInSources, findPort } from './endpoints.ts';
import { isOfOthers, namedPort, unprivileged } from './of-others.ts';

interface GoFramework {
  readonly module: string;
  readonly name: string;
  /** Where it listens when its start is called without an address. */
  readonly port?: number;
  readonly readsPort?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

export const frameworks: readonly GoFramework[] = [
  {
    module: 'github.com/gin-gonic/gin',
    name: 'Gin',
    port: 8080,
    readsPort: true,
    environment: { GIN_MODE: 'release' },
  },
  { module: 'github.com/labstack/echo', name: 'Echo' },
  { module: 'github.com/gofiber/fiber', name: 'Fiber' },
  { module: 'github.com/go-chi/chi', name: 'chi' },
  { module: 'github.com/gorilla/mux', name: 'Gorilla Mux' },
  { module: 'github.com/beego/beego', name: 'Beego', port: 8080 },
  { module: 'github.com/julienschmidt/httprouter', name: 'httprouter' },
  {
    module: 'github.com/gobuffalo/buffalo',
    name: 'Buffalo',
    port: 3000,
    readsPort: true,
    environment: { GO_ENV: 'production', ADDR: '0.0.0.0' },
  },
  { module: 'google.golang.org/grpc', name: 'gRPC' },
];

interface GoPort extends Omit<FoundPort, 'port'> {
  readonly port: number | undefined;
  readonly read: boolean;
  readonly questions: readonly Question[];
  /** What makes it listen on all addresses. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A variable for the whole address, whose default is often this machine's own: `LISTEN_ADDR`, `127.0.0.1:8080`. */
function listenAddress(place: Place) {
  const found = findInSources(
    place,
    /"((?:HTTP_)?LISTEN_ADDR(?:ESS)?|BIND_ADDR(?:ESS)?)"[^}]{0,200}?"(?:[\w.]*|\[::1?\]):(\d{2,5})"/,
  );
  return (
    (found && { variable: found.match[1] ?? '', port: Number(found.match[2]), evidence: found.evidence }) ??
    namedAddress(place)
  );
}

/** The same under a name of the program's own, `SERVER_ADDRESS`, with a default that has a port: in the sources, or in the one file of examples. */
function namedAddress(place: Place) {
  if (!findInSources(place, /ListenAndServe|\.Listen\(|net\.Listen|\.Run\(|\.Start\(/)) return undefined;
  const read = place.application?.variablesRead ?? [];
  const example = exampleNames.find((name) => place.has(name));
  const found = read.flatMap(({ name, fallback, path, range }) => {
    if (!ofAddress.test(name) || (isOfOthers(name) && !ofExporter.test(name)) || hasOutsider.test(name)) return [];
    const inExample = example === undefined ? undefined : exampleValue(place.read(example) ?? '', name);
    const port = addressWithPort.exec(fallback ?? inExample ?? '')?.[1];
    return port === undefined
      ? []
      : [
          {
            variable: name,
            port: unprivileged(Number(port)),
            evidence: `${name} (${placeIn(path, place.repository.read(path), range.start)})`,
          },
        ];
  });
  const [first] = found;
  return first === undefined || found.some(({ variable }) => variable !== first.variable) ? undefined : first;
}

const exampleNames = ['.env.example', '.env.sample', '.env.dist', 'env.example', 'example.env', 'sample.env'];
const ofAddress = /(?:^|_)(?:ADDR(?:ESS)?|LISTEN|BIND|HOST_?PORT)$/i;
/** Of an exporter for another service it is its own: `REDIS_EXPORTER_WEB_LISTEN_ADDRESS`. */
const ofExporter = /_EXPORTER_(?:WEB_|HTTP_)?LISTEN_ADDR(?:ESS)?$/i;
/** Variables of a program that asks a server, and for mail. */
const hasOutsider = /CLIENT|AGENT|API_?SERVER|PUBLIC|EXTERNAL|ADVERTISE|E?MAIL|WALLET|IP_ADDR|TRUSTED/i;
/** `:8080`, `0.0.0.0:8080`, `localhost:8080`: another host would be another machine. */
const addressWithPort = /^(?:0\.0\.0\.0|127\.0\.0\.1|localhost|\[::1?\])?:(\d{2,5})$/;

function exampleValue(text: string, name: string): string | undefined {
  return new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*["']?([^"'\\s#]*)`, 'm').exec(text)?.[1];
}

/** `kingpin.Flag("web.listen-address", "Where it …").Default(":9102")` */
const listenOption =
  /"(?:web\.|http[.-])?listen-addr(?:ess)?"\s{0,9},\s{0,9}"(?:[^"\\\n]|\\.){0,300}"\s{0,9}\)[^\n]{0,80}\.Default\(\s{0,9}"[^"\n]{0,30}:(\d{2,5})"/;

export function portOf(place: Place, framework: GoFramework | undefined): GoPort {
  const fromEnvironment = findInSources(place, /(?:Getenv|LookupEnv|\w*[Ee]nv\w*)\(\s*"PORT"/);
  const withoutAddress = framework?.readsPort ? findInSources(place, /\.Run\(\s*\)/) : undefined;
  const read =
    fromEnvironment !== undefined ||
    withoutAddress !== undefined ||
    place.application?.variablesRead.some(({ name }) => name === 'PORT') === true;
  const local = findInSources(
    place,
    /(?:ListenAndServe|\.Run|\.Start|\.Listen)\w*\(\s*"(?:localhost|127\.0\.0\.1):\d+"/,
  );
  const questions: Question[] = local
    ? [
        {
          question: `The program listens on this machine's own address only (${local.evidence}): nothing outside of its pod can reach it. Let it listen on all addresses.`,
          flag: undefined,
          assumed: undefined,
        },
      ]
    : [];
  const address = listenAddress(place);
  const port = place.choices.port ?? address?.port;
  if (address !== undefined && port !== undefined)
    return {
      port,
      evidence: place.choices.port === undefined ? address.evidence : '--port',
      read,
      questions,
      environment: { [address.variable]: `0.0.0.0:${port}` },
    };
  const named = read ? undefined : namedPort(place);
  if (named !== undefined) {
    const written = named.fallback;
    const chosen = place.choices.port ?? unprivileged(Number(written.replace(':', '')));
    return {
      port: chosen,
      evidence: place.choices.port === undefined ? named.evidence : '--port',
      read,
      questions,
      environment: { [named.name]: `${written.startsWith(':') ? ':' : ''}${chosen}` },
    };
  }
  if (place.choices.port !== undefined) return { port: place.choices.port, evidence: '--port', read, questions };
  // What the help of an option says between its name and its default is no sign of another's address.
  const option = findInSources(place, listenOption);
  if (option) return { port: Number(option.match[1]), evidence: option.evidence, read, questions };
  const found = findPort(place, [
    // A number below 1024 that is no service for the web is one of those that it asks.
    /"PORT"\s*,\s*"(\d{2,5})"|[Pp]ort\s*:?=\s*"(80|\d{4,5})"/,
    /(?:ListenAndServe|\.Run|\.Start|\.Listen|net\.Listen)\w*\([^)\n]{0,60}?"[^"\n]{0,40}:(\d{2,5})"/,
    /(?:[Aa]ddr\w*|[Ll]isten\w*|[Bb]ind\w*|[Pp]ort)["\s]*(?:[:=,(]|:=)[^"\n]{0,40}"[^"\n]{0,30}:(\d{2,5})"/,
    /[Pp]ort["\s]*(?:[:=,(]|:=)\s*"?(\d{4,5})\b/,
    /"(?:0\.0\.0\.0|localhost)?:(\d{4,5})"/,
  ]);
  if (found) return { ...found, read, questions };
  if (framework?.port && findInSources(place, /\.(?:Run|Serve)\(\s*\)/))
    return { port: framework.port, evidence: `the default of ${framework.name}`, read, questions };
  if (read)
    return {
      port: 8080,
      evidence: `it reads PORT (${fromEnvironment?.evidence ?? 'the environment'})`,
      read,
      questions,
    };
  const listens = findInSources(place, /ListenAndServe|\.Listen\(|net\.Listen/);
  if (!listens) return { port: undefined, evidence: 'nothing listens', read, questions };
  return {
    port: 8080,
    evidence: 'no evidence',
    read,
    questions: [
      ...questions,
      { question: `Which port does the program listen on (${listens.evidence})?`, flag: '--port', assumed: '8080' },
    ],
  };
}
