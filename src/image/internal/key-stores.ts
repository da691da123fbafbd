/** Files in which programs keep private keys that are no text. */
const keyFile = /\.(?:p12|pfx|jks|jceks|keystore|der|key|pk8|p8)$/i;

/** True for a path at which such a file may lie: bytes that are no text are looked at there. */
export function isKeyFilePath(path: string): boolean {
  return keyFile.test(path);
}

/** https://www.rfc-editor.org/rfc/rfc7292#section-4.2: a bag with a key, and one whose key is encrypted. Lists of trusted certificates have none. */
const keyBags = [1, 2].map((bag) =>
  Buffer.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, bag]).toString('latin1'),
);

/** What a file at such a path holds, when that is a private key; undefined for trusted certificates, public keys and anything else. */
export function keyStoreKind(path: string, content: Uint8Array): 'key store' | 'private key' | undefined {
  if (!isKeyFilePath(path)) return undefined;
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  if (bytes.length < 8) return undefined;
  const magic = bytes.readUInt32BE(0);
  // https://github.com/openjdk/jdk/blob/master/src/java.base/share/classes/sun/security/provider/JavaKeyStore.java, and the same of JCEKS.
  if (magic === 0xfeedfeed || magic === 0xcececece) return javaStoreHasKey(bytes) ? 'key store' : undefined;
  if (bytes[0] !== 0x30) return undefined;
  const text = bytes.toString('latin1');
  if (keyBags.some((bag) => text.includes(bag))) return 'key store';
  return isDerKey(bytes) ? 'private key' : undefined;
}

/** Entries one after the other: 1 a private key, 2 a trusted certificate, 3 a secret key. */
function javaStoreHasKey(bytes: Buffer): boolean {
  let at = 12;
  const text = () => {
    at += 2 + (at + 2 <= bytes.length ? bytes.readUInt16BE(at) : 0);
  };
  for (let left = bytes.length < 12 ? 0 : bytes.readUInt32BE(8); left > 0 && at + 4 <= bytes.length; left--) {
    if (bytes.readUInt32BE(at) !== 2) return [1, 3].includes(bytes.readUInt32BE(at));
    at += 4;
    // Its alias, its time, the kind of the certificate, the certificate.
    text();
    at += 8;
    text();
    at += 4 + (at + 4 <= bytes.length ? bytes.readUInt32BE(at) : 0);
  }
  return false;
}

/**
 * PKCS #8 (RFC 5958) begins with its version and the algorithm, PKCS #1 (RFC 8017) with version 0 and a modulus, keys of curves (RFC 5915) with version 1
 * and the key; encrypted PKCS #8 with the algorithm: PBES1 or PBES2 (RFC 8018), or one of PKCS #12 (RFC 7292, appendix C).
 */
function isDerKey(bytes: Buffer): boolean {
  const lengthBytes = (bytes[1] ?? 0) < 0x80 ? 0 : (bytes[1] ?? 0) & 0x7f;
  if (lengthBytes > 3) return false;
  const body = bytes.subarray(2 + lengthBytes, 40 + lengthBytes).toString('latin1');
  return /^\x02\x01[\0\x01]\x30[\x05-\x30]\x06|^\x02\x01\0\x02(?:[\x40-\x7f]|[\x81\x82])|^\x02\x01\x01\x04[\x14-\x42]|^\x30.{1,2}\x06(?:\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05[\x01\x03\x04\x06\x0a\x0b\x0d]|\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01[\x01-\x06])/s.test(
    body,
  );
}
