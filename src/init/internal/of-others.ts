import type { Place } from '../detector.ts';
import { placeIn } from '../repository.ts';

/** Whose address or port a variable or a name in the sources is, when it is not the program's own. */
const others =
  'DB|DATABASE|PG|POSTGRES(?:QL)?|MYSQL|MARIADB|MSSQL|REDIS|VALKEY|MEMCACHED?|CACHE|MONGO(?:DB)?|ELASTIC(?:SEARCH)?|OPENSEARCH|CLICKHOUSE|CASSANDRA|SMTP|IMAP|POP3|MAIL|METRICS?|ADMIN|PPROF|DEBUG|GRPC|TLS|HTTPS|REMOTE|PROXY|UPSTREAM|TARGET|PEER|KAFKA|RABBITMQ|AMQP|MQTT|NATS|ETCD|CONSUL|VAULT|LDAP|SSH|STATSD|SYSLOG|JAEGER|OTEL|OTLP';

const inVariable = new RegExp(`(?:^|_)(?:${others})_`, 'i');
const inCode = new RegExp(
  String.raw`(?:^|[^A-Za-z])(?:${others})(?=[A-Z_.-]?(?:addr|host|port|listen|url|server|client|conn|dial)|\b)|\bDial\w*\(|\w:\/\/`,
  'i',
);

/** Variables of other services and of the program's other ports: `DB_HOST`, `METRICS_PORT`. */
export function isOfOthers(name: string): boolean {
  return inVariable.test(name);
}

/** Where on a line the next thing begins: `{ DB_PORT: 5432, PORT: 3000 }`. */
const nextThing = /[\n;{]|,(?=\s*['"]?[\w.]+['"]?\s*:)/;

/** Whether what stands before an address says that it is another's: `request.RemoteAddr = "127.0.0.1:65535"`. */
export function isAddressOfOthers(text: string, start: number, end: number): boolean {
  const line = Math.max(text.lastIndexOf('\n', start - 1) + 1, start - 200);
  const before = text.slice(line, start).split(nextThing).at(-1) ?? '';
  return inCode.test(before + text.slice(start, end));
}

/** Sources of servers for other protocols, beside the one that is connected to. */
export const ofOtherProtocols = /(?:^|\/)(?:smtpd?|pop3d?|imapd?|ldap|sshd?)(?:\/|\.\w+$)/;

/** The variable for the port under a name of the program's own, with a default; undefined when there are several. */
export function namedPort({ application, repository }: Place) {
  const found = (application?.variablesRead ?? []).filter(
    ({ name, fallback }) =>
      /(?:^|_)PORT(?:_NUMBER)?$/i.test(name) &&
      name !== 'PORT' &&
      !isOfOthers(name) &&
      /^:?\d{2,5}$/.test(fallback ?? ''),
  );
  const [first] = found;
  if (first === undefined || found.some(({ name, fallback }) => name !== first.name || fallback !== first.fallback))
    return undefined;
  return {
    name: first.name,
    fallback: first.fallback ?? '',
    evidence: `${first.name} (${placeIn(first.path, repository.read(first.path), first.range.start)})`,
  };
}

/** A port that any user may open. */
export function unprivileged(port: number): number {
  return port < 1024 ? 8080 : port;
}
