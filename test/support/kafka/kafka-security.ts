import { randomBytes } from 'node:crypto';
import type { Properties, Protocol } from '../../../kafka/server-properties.ts';
import { type Certificates, createCertificates } from './certificates.ts';

/** How clients connect and authenticate: by TLS, by TLS with client certificates, by SASL, or by SASL over TLS. */
export type Security = 'tls' | 'mutual-tls' | 'sasl' | 'sasl-tls';

/** What a client needs to connect. */
export interface Access {
  /** With TLS, the PEM file of the authority that signed the brokers' certificate. */
  readonly caFile: string | undefined;
  /** With mutual TLS, the PEM files of a client's certificate and key. */
  readonly client: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** With SASL, a user for PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly user: { readonly username: string; readonly password: string } | undefined;
}

/** The settings of the brokers. */
export interface Secured extends Access {
  readonly protocol: Protocol;
  readonly properties: Properties;
  readonly format: readonly string[];
}

const PROTOCOLS = { tls: 'SSL', 'mutual-tls': 'SSL', sasl: 'SASL_PLAINTEXT', 'sasl-tls': 'SASL_SSL' } as const;

/** Creates what this security needs in a folder: keys, certificates and a password. */
export function secure(security: Security | undefined, folder: string): Secured {
  if (security === undefined) {
    const nothing = { caFile: undefined, client: undefined, user: undefined };
    return { protocol: 'PLAINTEXT', properties: {}, format: [], ...nothing };
  }
  const tls = security === 'sasl' ? undefined : createCertificates(folder, security === 'mutual-tls');
  const user = security.startsWith('sasl') ? { username: 'imgpipe', password: secret() } : undefined;
  return {
    protocol: PROTOCOLS[security],
    properties: { ...(tls && tlsProperties(tls)), ...(user && saslProperties(user)) },
    format: user === undefined ? [] : scram(user),
    caFile: tls?.caFile,
    client: tls?.client,
    user,
  };
}

type User = NonNullable<Access['user']>;

const LISTENER = 'listener.name.clients';
const MODULES = 'org.apache.kafka.common.security';
const SCRAM = ['SCRAM-SHA-256', 'SCRAM-SHA-512'];

const secret = () => randomBytes(12).toString('hex');

function saslProperties({ username, password }: User): Properties {
  const scramModule = `${MODULES}.scram.ScramLoginModule required;`;
  return {
    [`${LISTENER}.sasl.enabled.mechanisms`]: ['PLAIN', ...SCRAM].join(),
    [`${LISTENER}.plain.sasl.jaas.config`]: `${MODULES}.plain.PlainLoginModule required user_${username}="${password}";`,
    ...Object.fromEntries(SCRAM.map((name) => [`${LISTENER}.${name.toLowerCase()}.sasl.jaas.config`, scramModule])),
  };
}

function scram({ username, password }: User): string[] {
  return SCRAM.flatMap((mechanism) => ['--add-scram', `${mechanism}=[name=${username},password=${password}]`]);
}

function tlsProperties({ store, password, caFile, client }: Certificates): Properties {
  return {
    [`${LISTENER}.ssl.keystore.type`]: 'PKCS12',
    [`${LISTENER}.ssl.keystore.location`]: store,
    [`${LISTENER}.ssl.keystore.password`]: password,
    ...(client && {
      [`${LISTENER}.ssl.client.auth`]: 'required',
      [`${LISTENER}.ssl.truststore.type`]: 'PEM',
      [`${LISTENER}.ssl.truststore.location`]: caFile,
    }),
  };
}
