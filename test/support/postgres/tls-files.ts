import { execFileSync } from 'node:child_process';
import { chownSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface TlsFiles {
  /** The certificate of the authority that signed the server's. */
  readonly caFile: string;
  /** Another authority's certificate. */
  readonly otherCaFile: string;
  /** What the server is started with. Its certificate is for localhost, not for 127.0.0.1. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Makes certificates for a test with openssl, valid for a week, in a folder that everybody may read. `uid` is the server's. */
export function createTlsFiles(folder: string, uid: number | undefined): TlsFiles {
  const file = (name: string) => path.join(folder, name);
  const openssl = (...args: string[]) => void execFileSync('openssl', args, { stdio: 'pipe', cwd: folder });
  const newKey = (name: string) =>
    ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`] as const;

  for (const name of ['ca', 'other-ca']) {
    openssl(...newKey(name), '-x509', '-days', '7', '-subj', `/CN=test ${name}`, '-out', `${name}.pem`);
  }
  openssl(...newKey('server'), '-subj', '/CN=localhost', '-out', 'server.csr');
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost\n');
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '7', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'server.csr', ...signed, '-out', 'server.pem');
  if (uid !== undefined) chownSync(file('server.key'), uid, uid);
  return {
    caFile: file('ca.pem'),
    otherCaFile: file('other-ca.pem'),
    settings: { ssl: 'on', ssl_cert_file: file('server.pem'), ssl_key_file: file('server.key') },
  };
}
