import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import type { SecureContextOptions, TLSSocket, TlsOptions } from 'node:tls';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { jsonObjectOf } from '../core/json-object.ts';
import { targetText } from './alert-target.ts';
import { approvalPage, pageHeaders } from './approval-page.ts';
import type { Clock } from './clock.ts';
import type { ApprovalView, Responder } from './responder.ts';
import { isOneOf, type SecretFile } from './secret-file.ts';
import type { Telemetry } from './telemetry.ts';
import { bucket } from './token-bucket.ts';
import { readWebhook } from './webhook.ts';

export interface ServerSettings {
  readonly responder: Responder;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Bearer tokens that are let in; undefined where the client's certificate says who it is. */
  readonly tokens: SecretFile | undefined;
  readonly tls: TlsFiles | undefined;
  /** Bytes of a webhook. */
  readonly bodyLimit: number;
  readonly webhooksPerSecond: number;
  /** Whether a policy is in force. */
  hasPolicy(): boolean;
}

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  /** Who signs clients' certificates: mutual TLS. */
  readonly clientAuthority: string | undefined;
}

/** Webhooks that are being decided about at once; more are turned away. */
const mostAtOnce = 512;
/** Of all bodies that are being read or decided about: parsed they take some ten times as much of the pod's memory. */
const mostBytes = 8 * 1024 * 1024;
/** Requests with a wrong token that are answered a second: the others are not even looked at. */
const wrongTokens = { burst: 50, perSecond: 10 };
const connections = 1024;
const retryAfter = '5';

/** The responder's HTTP interface: not listening yet. */
export function responderServer(settings: ServerSettings): FastifyInstance {
  const { responder, telemetry, clock, tokens, tls, bodyLimit, webhooksPerSecond } = settings;
  const app = fastify({
    bodyLimit,
    // A client that sends slowly, or nothing, is hung up on.
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 60_000,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    logger: false,
    // A label of such a name is a label: labels are read into a Map, and nothing else is copied from the body.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    ...(tls && { https: tlsOptions(tls) }),
  });
  app.server.maxConnections = connections;
  app.server.headersTimeout = 10_000;
  const allowed = bucket({ burst: webhooksPerSecond * 2, perSecond: webhooksPerSecond }, clock.now);
  const wrong = bucket(wrongTokens, clock.now);
  let atOnce = 0;
  let bytes = 0;

  app.setErrorHandler((error, _request, reply) => {
    const code = statusOf(error);
    telemetry.refusedRequest(code === 413 ? 'too-large' : code < 500 ? 'malformed' : 'fault');
    if (code >= 500)
      telemetry.say('error', 'a request failed', { error: error instanceof Error ? error.message : String(error) });
    // What was not read of the body would be taken for the next request.
    return reply
      .code(code)
      .header('connection', 'close')
      .send({ error: STATUS_CODES[code] ?? 'error' });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'Not Found' }));

  app.get('/healthz', (_request, reply) => reply.send('ok\n'));
  // An instance that stands by is ready: it would take over. What it is sent it answers with 503, and Alertmanager tries again.
  app.get('/readyz', (_request, reply) =>
    settings.hasPolicy()
      ? reply.send(responder.isLeading() ? 'ok, leading\n' : 'ok, standing by\n')
      : reply.code(503).send('no policy is in force\n'),
  );
  app.get('/metrics', async (_request, reply) => {
    const { type, text } = await telemetry.metrics();
    return reply.header('content-type', type).send(text);
  });

  app.route({
    method: 'POST',
    url: '/alerts',
    // Before the body is read: nobody unknown makes the responder read one.
    onRequest: (request, reply, done) => {
      const code = refusalOf(request, reply);
      if (code === undefined) return done();
      telemetry.webhook(code, reply.elapsedTime / 1000);
      void reply
        .code(code)
        .headers({
          connection: 'close',
          ...(code === 401 && { 'www-authenticate': 'Bearer' }),
          ...(code === 429 && { 'retry-after': retryAfter }),
          ...(code === 503 && { 'retry-after': '1' }),
        })
        .send({ error: STATUS_CODES[code] ?? 'refused' });
    },
    handler: async (request, reply) => {
      const webhook = readWebhook(request.body);
      if ('refused' in webhook) return answer(reply, 400, { error: webhook.refused });
      atOnce++;
      try {
        const reception = await responder.receive(webhook);
        if (reception.kind === 'decided') {
          const acted = reception.decisions.filter(({ outcome }) => outcome !== 'nothing').length;
          return answer(reply, 200, { decisions: reception.decisions.length, acted });
        }
        // On another connection Alertmanager may meet the instance that leads.
        reply.headers({ 'retry-after': '1', connection: 'close' });
        return answer(reply, 503, { error: reception.kind });
      } finally {
        atOnce--;
      }
    },
  });
  addApproval(app, responder);

  function answer(reply: FastifyReply, code: number, body: object): FastifyReply {
    telemetry.webhook(code, reply.elapsedTime / 1000);
    return reply.code(code).send(body);
  }

  function refusalOf(request: FastifyRequest, reply: FastifyReply): 401 | 429 | 503 | undefined {
    if (!isKnown(request)) {
      const code = wrong.take() ? 401 : 429;
      telemetry.refusedRequest(code === 401 ? 'unauthorized' : 'flood');
      return code;
    }
    if (atOnce >= mostAtOnce || !allowed.take()) {
      telemetry.refusedRequest('flood');
      return 429;
    }
    if (takeBytes(request, reply)) return undefined;
    telemetry.refusedRequest('memory');
    return 503;
  }

  /** Counts a body until its request is answered or broken off; false where there is no room for it. One alone always has room. */
  function takeBytes({ headers }: FastifyRequest, { raw }: FastifyReply): boolean {
    const said = Number(headers['content-length'] ?? bodyLimit);
    const size = Number.isNaN(said) ? bodyLimit : Math.min(said, bodyLimit);
    if (bytes > 0 && bytes + size > mostBytes) return false;
    bytes += size;
    raw.once('close', () => {
      bytes -= size;
    });
    return true;
  }

  function isKnown({ headers, raw }: FastifyRequest): boolean {
    if (tls?.clientAuthority !== undefined && !isAuthorized(raw.socket)) return false;
    if (tokens === undefined) return tls?.clientAuthority !== undefined;
    const [, given] = /^Bearer ([^\s]{1,4096})$/i.exec(headers.authorization ?? '') ?? [];
    return given !== undefined && isOneOf(given, tokens.lines());
  }

  return app;
}

function isAuthorized(socket: FastifyRequest['raw']['socket'] | TLSSocket): boolean {
  return 'authorized' in socket && socket.authorized === true;
}

function statusOf(error: unknown): number {
  const code = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof code === 'number' && code >= 400 && code < 600 ? code : 500;
}

/** Certificates of clients are asked for and judged where it matters: health and metrics are for those without one, too. */
export function tlsOptions({ certificate, key, clientAuthority }: TlsFiles): SecureContextOptions & TlsOptions {
  return {
    cert: readFileSync(certificate),
    key: readFileSync(key),
    minVersion: 'TLSv1.2',
    ...(clientAuthority !== undefined && {
      ca: readFileSync(clientAuthority),
      requestCert: true,
      rejectUnauthorized: false,
    }),
  };
}

const titles: Readonly<Record<ApprovalView['kind'], readonly [code: number, title: string]>> = {
  open: [200, 'Shall this be done?'],
  confirmed: [200, 'It is being done'],
  refused: [200, 'It is not done'],
  limit: [409, 'Not now: the limit of the policy is used up'],
  expired: [410, 'This link has expired'],
  used: [410, 'This link was used already'],
  unknown: [404, 'This link is not valid'],
  standby: [503, 'Try again in a moment'],
  unrecorded: [503, 'It could not be written down: try again in a moment'],
};

function addApproval(app: FastifyInstance, responder: Responder): void {
  const show = (reply: FastifyReply, { kind, intent }: ApprovalView) => {
    const [code, title] = titles[kind];
    const facts: [string, string][] = intent
      ? [
          ['What', `${intent.change ?? 'record'}${intent.mode === 'dry-run' ? ' (dry run)' : ''}`],
          ['Of', targetText(intent.target)],
          ['Because of', `${intent.alert}, since ${new Date(intent.startsAt).toISOString()}`],
          ['It says', intent.summary],
          ...(intent.image === undefined ? [] : [['Image', intent.image] satisfies [string, string]]),
          ['Rule', intent.rule],
          ...(intent.approvedBy === undefined ? [] : [['Word by', intent.approvedBy] satisfies [string, string]]),
        ]
      : [];
    return reply
      .code(code)
      .headers(pageHeaders)
      .send(approvalPage({ title, facts, form: kind === 'open' || kind === 'limit' }));
  };
  void app.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 4096 },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    scope.get<{ Params: { token: string } }>('/approve/:token', async ({ params }, reply) =>
      show(reply, responder.viewApproval(params.token)),
    );
    scope.post<{ Params: { token: string }; Body: unknown }>('/approve/:token', async ({ params, body }, reply) => {
      const { word, by } = formOf(body);
      if (word !== 'approve' && word !== 'refuse') return show(reply, responder.viewApproval(params.token));
      return show(reply, await responder.confirm(params.token, word, by));
    });
  });
}

function formOf(body: unknown): { readonly word: string; readonly by: string } {
  const { word, by } = jsonObjectOf(body);
  return { word: typeof word === 'string' ? word : '', by: typeof by === 'string' ? by.slice(0, 200) : '' };
}
