import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { javaProgram } from '../../../kafka/java.ts';

/** Keys and certificates for a test, valid for a week. */
export interface Certificates {
  /** The PEM file of the authority that signed the others. */
  readonly caFile: string;
  /** The PKCS12 keystore of a broker, whose certificate is for 127.0.0.1 and localhost. */
  readonly store: string;
  readonly password: string;
  /** The PEM files of a client's certificate and key, if requested. */
  readonly client: { readonly certFile: string; readonly keyFile: string } | undefined;
}

const NEW_KEY = ['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '7'];

/** Creates them in a folder with the JDK's keytool; a client's also with openssl. */
export function createCertificates(folder: string, withClient: boolean): Certificates {
  const file = (name: string) => path.join(folder, name);
  const [caFile, store, password] = [file('ca.pem'), file('broker.p12'), randomBytes(12).toString('hex')];
  const keytool = (...args: string[]) =>
    run(javaProgram('keytool'), ...args, '-keystore', store, '-storetype', 'PKCS12', '-storepass', password);
  const newKey = (alias: string, ...args: string[]) =>
    keytool(...NEW_KEY, '-alias', alias, '-dname', `CN=test ${alias}`, ...args);

  newKey('authority', '-ext', 'bc:c');
  keytool('-exportcert', '-alias', 'authority', '-rfc', '-file', caFile);
  let client: Certificates['client'];
  if (withClient) {
    newKey('client', '-signer', 'authority');
    client = { certFile: file('client.pem'), keyFile: file('client.key') };
    keytool('-exportcert', '-alias', 'client', '-rfc', '-file', client.certFile);
    exportKey(store, password, file('client.p12'), client.keyFile);
    keytool('-delete', '-alias', 'client');
  }
  newKey('broker', '-ext', 'san=ip:127.0.0.1,dns:localhost', '-signer', 'authority');
  // So that the broker's key is the only one in its keystore.
  keytool('-delete', '-alias', 'authority');
  return { caFile, store, password, client };
}

/** Keytool cannot export a key, so it is copied to its own keystore, from which openssl extracts it. */
function exportKey(store: string, password: string, ownStore: string, keyFile: string): void {
  const own = ['-destkeystore', ownStore, '-deststoretype', 'PKCS12', '-deststorepass', password];
  const from = ['-srckeystore', store, '-srcstorepass', password, '-srcalias', 'client'];
  run(javaProgram('keytool'), '-importkeystore', ...from, ...own);
  run('openssl', 'pkcs12', '-in', ownStore, '-passin', `pass:${password}`, '-nodes', '-nocerts', '-out', keyFile);
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}
