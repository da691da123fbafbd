import net from 'node:net';
import tls from 'node:tls';

/** A mail as it came in. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Who signed in. */
  readonly user: string;
  /** Header lines, unfolded, names in lower case: each with all of its values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** The bodies by media type, decoded, with line feeds. */
  readonly parts: ReadonlyMap<string, string>;
}

export interface SmtpServer {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** What clients did that was refused. */
  readonly refusals: readonly string[];
  stop(): Promise<void>;
}

/**
 * A mail server that takes mail only over STARTTLS and from who signs in (RFC 5321, RFC 3207, RFC 4954 with PLAIN), on loopback.
 * @param account `user`, `password`
 */
export async function startSmtpServer(
  certificate: { readonly key: string; readonly cert: string },
  account: { readonly user: string; readonly password: string },
): Promise<SmtpServer> {
  const mails: ReceivedMail[] = [];
  const refusals: string[] = [];
  const sockets = new Set<net.Socket>();
  const expected = Buffer.from(`\0${account.user}\0${account.password}`).toString('base64');

  const converse = (socket: net.Socket, secure: boolean) => {
    let buffer = '';
    let user = '';
    let from = '';
    let to: string[] = [];
    let inData = false;
    const say = (line: string) => socket.write(`${line}\r\n`);
    const refuse = (line: string) => {
      refusals.push(line);
      say(line);
    };
    const command = (line: string): void => {
      const word = line.split(' ', 1)[0]?.toUpperCase();
      const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
      switch (word) {
        case 'EHLO':
          say(secure ? '250-localhost\r\n250 AUTH PLAIN' : '250-localhost\r\n250 STARTTLS');
          return;
        case 'STARTTLS': {
          say('220 go ahead');
          socket.removeAllListeners('data');
          const secured = new tls.TLSSocket(socket, {
            isServer: true,
            secureContext: tls.createSecureContext(certificate),
          });
          converse(secured, true);
          return;
        }
        case 'AUTH':
          if (!secure || line !== `AUTH PLAIN ${expected}`) {
            refuse('535 not with these');
            return;
          }
          user = account.user;
          say('235 welcome');
          return;
        case 'MAIL':
          if (user === '') {
            refuse('530 sign in first');
            return;
          }
          from = address;
          to = [];
          say('250 ok');
          return;
        case 'RCPT':
          to.push(address);
          say('250 ok');
          return;
        case 'DATA':
          inData = true;
          say('354 end with a dot');
          return;
        case 'QUIT':
          say('221 bye');
          socket.end();
          return;
        default:
          refuse(`502 not known: ${word}`);
      }
    };
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      buffer += chunk.toString('latin1');
      for (;;) {
        const end = buffer.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const taken = buffer.slice(0, end);
        buffer = buffer.slice(end + (inData ? 5 : 2));
        if (!inData) command(taken);
        else {
          inData = false;
          mails.push({ from, to, user, ...readMessage(taken.replace(/^\./gm, '')) });
          say('250 taken');
        }
      }
    });
    if (!secure) say('220 localhost ESMTP');
  };
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    converse(socket, false);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    mails,
    refusals,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** A message of one level of multipart, quoted-printable. */
function readMessage(text: string): Pick<ReceivedMail, 'headers' | 'parts'> {
  const [head = '', body = ''] = split(text);
  const headers = readHeaders(head);
  const boundary = /boundary=(\S+)/.exec(headers.get('content-type')?.[0] ?? '')?.[1];
  const parts = new Map<string, string>();
  for (const section of boundary === undefined ? [] : body.split(`--${boundary}`).slice(1, -1)) {
    const [partHead = '', partBody = ''] = split(section.replace(/^\r\n/, ''));
    const type = readHeaders(partHead).get('content-type')?.[0] ?? '';
    parts.set(type.split(';')[0] ?? '', quotedPrintable(partBody));
  }
  return { headers, parts };
}

function split(text: string): [string, string] {
  const at = text.indexOf('\r\n\r\n');
  return [text.slice(0, at), text.slice(at + 4)];
}

function readHeaders(text: string): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const line of text.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const at = line.indexOf(':');
    const name = line.slice(0, at).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(at + 1).trim()]);
  }
  return headers;
}

function quotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8').replace(/\r\n/g, '\n');
}
