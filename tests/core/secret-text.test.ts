import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskSecrets } from '../../src/core/mask-secrets.ts';
import { secretInFile } from '../../src/core/secret-in-file.ts';
import { findTokens, isPlaceholder, isTellingName, secretInVariable } from '../../src/core/secret-text.ts';

// Put together at run time, so that no scanner takes the fixtures for leaks.
const github = `ghp_${'a1B2'.repeat(9)}`;
const aws = `AKIA${'QWERTYUIOPASDFGH'}`;

describe('tokens of a published form', () => {
  test.each([
    [`token ${github} here`, 'GitHub token', github],
    [`key=${aws}`, 'AWS access key id', aws],
    ['postgres://app:s3cr3tpw@db:5432/shop', 'password in a URL', 's3cr3tpw'],
    ['-----BEGIN RSA PRIVATE KEY-----', 'private key', '-----BEGIN RSA PRIVATE KEY-----'],
  ])('%s', (text, kind, secret) => {
    const [match] = findTokens(text);
    expect(match?.kind).toBe(kind);
    expect(match && text.slice(match.range.start, match.range.end)).toBe(secret);
  });

  test.each([
    'postgres://app:${DB_PASSWORD}@db/shop',
    'http://user:changeme@host/',
    'ghp_short',
    'https://example.com:8080/a@b',
  ])('%s holds none', (text) => {
    expect(findTokens(text)).toEqual([]);
  });
});

describe('passwords in connection strings', () => {
  test.each([
    ['Server=db;Database=shop;User Id=sa;Password=P@ss.w0rd-7', 'P@ss.w0rd-7'],
    ['Data Source=db,1433;Initial Catalog=Shop; Pwd = Tr0ub4dor ;MultipleActiveResultSets=True;', 'Tr0ub4dor'],
    ['host=db;username=shop;password="hunter-two"', '"hunter-two"'],
    [`host=db;username=shop;password='tide;forty one';pooling=true`, `'tide;forty one'`],
    ['Server=db;Password="tide-forty;one', '"tide-forty'],
    ['jdbc:sqlserver://db:1433;databaseName=shop;password=Tide41-pass', 'Tide41-pass'],
    ['jdbc:mysql://db:3306/shop?user=root&password=Tide41-pass&useSSL=true', 'Tide41-pass'],
    ['jdbc:postgresql://db/shop?password=Tide41-pass', 'Tide41-pass'],
    ['host=db user=shop password=Tide41-pass dbname=shop', 'Tide41-pass'],
    [`host=db port=5432 password='Tide 41' user=shop`, `'Tide 41'`],
    ['cache-1:6379,cache-2:6379,password=Tide41-pass,ssl=True', 'Tide41-pass'],
  ])('%s', (value, secret) => {
    const match = secretInVariable('ConnectionStrings__shop', value);
    expect(match).toMatchObject({ kind: 'password in a connection string', certainty: 'likely' });
    expect(match && value.slice(match.range.start, match.range.end)).toBe(secret);
  });

  test.each([
    'Server=db;User Id=sa;Password=',
    'Server=db;User Id=sa;Password=${PASSWORD}',
    'Server=db;User Id=sa;Password=<your password>',
    'Server=db;Database=shop;Integrated Security=true',
    'Minimum length;Password=8 characters',
    'password=hunter-two',
    'Server=db;User Id=sa;Password="<your password>"',
    "Server=db;User Id=sa;Password='changeme'",
    'Server=db;User Id=sa;Password=%DB_PASSWORD%',
    'Server=db;User Id=sa;Password=__DB_PASSWORD__',
    'Server=db;User Id=sa;Password=@@DB_PASSWORD@@',
    'Server=db;User Id=sa;Password=#{DbPassword}#',
    'Server=db;User Id=sa;Password=[from vault]',
    'Server=db;User Id=sa;Password=vault:secret/data/db#password',
    'Server=db;User Id=sa;Password=ref+vault://secret/db#/pw',
    'Server=db;User Id=sa;Password=DB_PASSWORD',
    'Server=db;User Id=sa;Password=do_not_use_in_production',
    'host = os.environ["H"]; user = "x"; password = os.environ["PW"]',
    'import os; host = "db"; password = getpass.getpass(); connect()',
    'jdbc:mysql://db:3306/shop?user=root&password=${DB_PASSWORD}',
    'jdbc:mysql://db:3306/shop?user=root&password=DB_PASSWORD',
    'https://shop.example/reset?password=Tide41-pass',
    'host=db user=shop password=$DB_PASSWORD dbname=shop',
    'host=db user=shop password=DB_PASSWORD',
    'run --host=db --password=Tide41-pass',
    'user=shop password=Tide41-pass',
    'cache:6379,password=%REDIS_PASSWORD%,ssl=True',
    'name,password=Tide41-pass',
    // Too long for one that a person wrote.
    `Server=db;User Id=sa;Password=Tide41-pass;${'x'.repeat(2000)}`,
  ])('%s holds none', (value) => {
    expect(secretInVariable('ConnectionStrings__shop', value)).toBeUndefined();
  });
});

describe('keys that programs encrypt and sign with', () => {
  const digits = '3f786850e387550fdab836ed7e6dc881de23001b';
  test.each([
    ['APP_KEY', `base64:${'2fl+Ktvkfl+Fuz4Qp/A75G2RTiWVA/ZoKZvp6fiiM10='}`, true],
    ['FERNET_KEY', 'q8Zt2LwV9xR4mB7nK1sD-p5Jc3Hd5Gf0Sy6Uo_aE2iQ=', true],
    ['sessionKey', 'q8Zt2LwV9xR4mB7nK1sD', true],
    ['DD_APP_KEY', digits, true],
    ['ENCRYPTION_KEY', digits.slice(8), true],
    // The fingerprint of a public key.
    ['SIGNING_KEY', digits, false],
    ['SIGNATURE_KEY', digits, false],
    ['SIGNING_KEY', digits.slice(8), true],
    ['APP_KEY', '0'.repeat(32), false],
    // Names, paths and references.
    ['KMS_MASTER_KEY', 'alias/Prod-App-Key-2024-eu', false],
    ['KMS_MASTER_KEY', 'alias/q8Zt2LwV9xR4mB7nK1sD', false],
    ['ENCRYPTION_KEY', 'projects/my-proj-1/locations/global/keyRings/ring/cryptoKeys/key1', false],
    ['VAULT_KEY', 'kv/Team42/payments/databasePassword', false],
    ['SESSION_KEY', 'MyShopSession_v2_Cookie', false],
    ['COOKIE_KEY', 'shopSessionCookieName2024', false],
    ['SIGNATURE_KEY', 'X-Hub-Signature-256-Header', false],
    ['APP_KEY', 'com-example-MyApplication2', false],
    ['JWT_KEY', 'RS256PublicKeyFromVaultV2', false],
    ['APPLICATION_KEY', 'eu-W1-a2-B3-c4-D5-e6-F7-g8-H9', false],
  ])('%s=%s is a secret: %s', (name, value, expected) => {
    expect(secretInVariable(name, value) !== undefined).toBe(expected);
  });

  test('nearly every random key is one', () => {
    const found = Array.from({ length: 1000 }, (_, at) => createHash('sha256').update(`${at}`).digest('base64')).filter(
      (value) => secretInVariable('APP_KEY', value),
    );
    expect(found.length).toBeGreaterThan(980);
  });
});

describe('logins in addresses', () => {
  test.each([
    // Who says only what to put there, at a server that nobody has.
    ['postgres://user:password@db.example.com/shop', undefined],
    ['postgres://shop_user:shop_password@db.invalid/shop', undefined],
    ['postgres://dbuser:dbpass@example.org', undefined],
    ['postgres://user:password@db.example.com.shop.net/x', 'likely'],
    ['postgres://user:password@db.invalid-shop.net/x', 'likely'],
    ['postgres://user:password@prod-db/shop', 'likely'],
    ['amqp://svcuser:prodpassword@mq.example.com', 'certain'],
    ['https://poweruser:Tr0ub4dor_password@example.com/x', 'certain'],
    ['https://shop_user:Tr0ub4dor_password@example.com/x', 'certain'],
  ])('%s: %s', (text, certainty) => {
    expect(findTokens(text)[0]?.certainty).toBe(certainty);
  });
});

describe('names and values', () => {
  test.each([
    'DB_PASSWORD',
    'apiKey',
    'API_KEY',
    'github_token',
    'SECRET',
    'dbPasswd',
    'client-secret',
    // Whoever has the cookie runs code in the node.
    'RABBITMQ_ERLANG_COOKIE',
    'RELEASE_COOKIE',
    'MEILI_MASTER_KEY',
  ])('%s is telling', (name) => {
    expect(isTellingName(name)).toBe(true);
  });
  test.each([
    'PASSWORD_FILE',
    'KAFKA_SSL_KEYSTORE_CREDENTIALS',
    'KAFKA_SSL_KEY_CREDENTIALS',
    'KAFKA_SSL_TRUSTSTORE_CREDENTIALS',
    'TOKEN_URL',
    'PWD',
    'KEYBOARD',
    'TOKENIZER',
    'PUBLIC_KEY',
    'AWS_ACCESS_KEY_ID',
    'SECRET_NAME',
    'PASSENGER_HOME',
  ])('%s is harmless', (name) => {
    expect(isTellingName(name)).toBe(false);
  });
  test.each([
    'do_not_use_in_production',
    'DO-NOT-USE',
    'do not use',
    '',
    'true',
    '$TOKEN',
    '<token>',
    'changeme',
    'your-token-here',
    'xxxx',
    '****',
    'dummy-key',
    'unused',
  ])('«%s» is a placeholder', (value) => {
    expect(isPlaceholder(value)).toBe(true);
  });
  test.each(['do-not-user', 'hunter22', 'postgres', 'S3cure!pass', 'prod-9f.example'])('«%s» is a value', (value) => {
    expect(isPlaceholder(value)).toBe(false);
  });
  test.each([
    ['DB_PASSWORD', 'hunter22', true],
    ['API_KEY', '9f8a7b6c5d4e3f2a', true],
    ['API_KEY', 'none', false],
    ['API_KEY', '/run/secrets/key', false],
    ['GREETING', 'hunter22', false],
    ['SECRET_KEY_BASE', 'dummy', false],
    ['GOOGLE_API_KEY', 'GOOGLE_API_KEY_VAL', false],
    ['PASSWORD', 'password_here', false],
    ['API_KEY', 'my-api-key', false],
    ['SECRET', 'secret-value', false],
    ['DB_PASSWORD', 'db_password99', true],
    ['PASSWORD', 'password', true],
    ['DB_PASSWORD', 'correct horse battery staple', true],
    ['DB_PASSWORD', 'hunter22\n', true],
    ['DB_PASSWORD', 'Pa$$w0rd', true],
    ['DB_PASSWORD', '$$OTHER_PASSWORD', false],
    ['DB_PASSWORD', 'at least eight characters', false],
    ['DB_PASSWORD', 'Has to be long.', false],
    ['SIGNING_PRIVATE_KEY', 'Kj8sd0QvT2nW5xYb9\nZq4mLr7pXc1vB6nM3', true],
    ['PRIVATE_KEY', '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n', true],
    ['SECRET', 'of the ancient world', false],
  ])('%s=%s is a secret: %s', (name, value, expected) => {
    expect(secretInVariable(name, value) !== undefined).toBe(expected);
  });
});

describe('masking', () => {
  test.each([
    ['ENV DB_PASSWORD=hunter22 PORT=80', 'ENV DB_PASSWORD=••• PORT=80'],
    ['ENV DB_PASSWORD hunter22 two', 'ENV DB_PASSWORD •••'],
    ['  password: "hunter22"', '  password: "•••"'],
    [`  url: 'host=db password=''tide 41'' user=shop'`, `  url: 'host=db password=''•••'' user=shop'`],
    ['FERNET_KEY=q8Zt2LwV9xR4mB7nK1sDp5Jc3Hd5Gf0Sy6Uo= x', 'FERNET_KEY=••• x'],
    ['SESSION_KEY=ShopSession_v2_Cookie x', 'SESSION_KEY=ShopSession_v2_Cookie x'],
    [`DB_PASSWORD='' NAME=''`, `DB_PASSWORD='' NAME=''`],
    ['ENV DB_PASSWORD=$FROM_ARG', 'ENV DB_PASSWORD=$FROM_ARG'],
    ['RUN echo hello', 'RUN echo hello'],
    ['git clone https://me:hunter22@example.com/x', 'git clone https://me:•••@example.com/x'],
    ['git clone https://0a1b2c3d4e5f6g7h@example.com/x', 'git clone https://•••@example.com/x'],
    ['environment: {POSTGRES_PASSWORD: hunter22, X: y}', 'environment: {POSTGRES_PASSWORD: •••, X: y}'],
    ['environment: {X: y, "DB_PASSWORD":"hunter22"}', 'environment: {X: y, "DB_PASSWORD":"•••"}'],
    ['env: [{name: DB_PASSWORD, value: hunter22}]', 'env: [{name: DB_PASSWORD, value: •••}]'],
    ['- {value: hunter22, name: DB_PASS}', '- {value: •••, name: DB_PASS}'],
    ['- {name: DB_HOST, value: db.example}', '- {name: DB_HOST, value: db.example}'],
    ['password: correct horse battery', 'password: •••'],
    ['PASSWORD: ${PASSWORD:-hunter22}', 'PASSWORD: •••'],
    ['  PASSWORD: ${PASSWORD}', '  PASSWORD: ${PASSWORD}'],
    ['x: {PASSWORD: ${PASSWORD}}', 'x: {PASSWORD: ${PASSWORD}}'],
    ['  - password: ab}cd,ef gh', '  - password: •••'],
    ['repo init -u git://example.com/x.git', 'repo init -u git://example.com/x.git'],
    ['FROM example/toybox-media:1.2', 'FROM example/toybox-media:1.2'],
    ['curl -H "X-Api-Key: hunter22"', 'curl -H "X-Api-Key: •••"'],
    ["RUN echo 'root:hunter22' | chpasswd", 'RUN echo ••• | chpasswd'],
    ['RUN echo "machine a login b password hunter22" > ~/.netrc', 'RUN echo ••• > ~/.netrc'],
    ["RUN printf 'login %s password %s' me hunter22 > ~/.netrc", 'RUN printf ••• > ~/.netrc'],
    ["printf '%s' hunter22 | docker login --password-stdin", 'printf ••• | docker login --password-stdin'],
    ['ADD https://example.com/tool?v=1&key=Kj8sd0QvT2nW5xYb9 /t', 'ADD https://example.com/tool?v=1&key=••• /t'],
    ['ADD https://example.com/tool?key=$KEY_OF_ALL /t', 'ADD https://example.com/tool?key=$KEY_OF_ALL /t'],
  ])('%s', (line, masked) => {
    expect(maskSecrets(line)).toBe(masked);
  });

  test('a name on the line before or after tells of a value', () => {
    expect(maskSecrets('  value: hunter22', [], ['- name: DB_PASSWORD', ''])).toBe('  value: •••');
    expect(maskSecrets('- value: "hunter22"', [], ['', '  name: DB_PASSWORD'])).toBe('- value: "•••"');
    expect(maskSecrets('  value: hunter22', [], ['- name: GREETING', ''])).toBe('  value: hunter22');
  });

  test('leaves no token behind in any line', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(maskSecrets(`${before} ${github} ${after}`)).not.toContain(github);
      }),
    );
  });

  test('takes linear time on hostile lines', () => {
    const begun = performance.now();
    for (const part of [
      'a',
      '=',
      'password',
      '://',
      'a:',
      '"',
      "password='",
      'token=',
      'token: ',
      'echo ',
      'login ',
      'a:1:',
      'value: ',
      'passwd echo ',
    ])
      maskSecrets(part.repeat(50_000));
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe('files that a manifest holds as one value', () => {
  test.each([
    ['.env', `LEVEL=3\nAPI_TOKEN=${github}`, '.env: GitHub token'],
    ['run.sh', `curl -H 'token: ${github}' https://x`, 'run.sh: GitHub token'],
    ['app.properties', 'url = x\ndb.password = tide-41', 'db.password in app.properties: password'],
    ['settings', '# ours\nexport DB_PASSWORD="tide-41"', 'DB_PASSWORD in settings: password'],
    ['settings', 'DB_PASSWORD=tide-41', 'DB_PASSWORD in settings: password'],
    ['settings', 'db_password=tide-41', undefined],
    ['app.properties', 'db.password=@db.password@\nother.password=%DB_PASSWORD%', undefined],
    ['app.properties', 'label.password=Passwort\nmessage.password=Please-enter-it', undefined],
    ['messages_de.properties', 'login.password=Kennwort-1', undefined],
    ['run.sh', '#!/bin/sh\nPASSWORD=tide-41\nexec app', undefined],
    ['note.txt', 'see https://user:tide-41@x', undefined],
    ['.env', 'DB_PASSWORD=$OTHER\nPASSWORD_FILE=/x\nPASSWORD=env("X")', undefined],
  ])('%s: %j', (name, text, expected) => {
    const found = secretInFile(name, text);
    expect(found && `${found.name}: ${found.secret.kind}`).toBe(expected);
  });
});
