import { parseArgs } from 'node:util';

/** What a soak test runs on, and how long. */
export interface SoakOptions {
  readonly broker: 'embedded' | 'kafka';
  readonly catalog: 'sqlite' | 'postgres';
  readonly store: 'files' | 's3';
  /** The only kind of round to run. */
  readonly only: string | undefined;
  readonly rounds: number;
  readonly firstSeed: number;
}

const CHOICES = { broker: ['embedded', 'kafka'], catalog: ['sqlite', 'postgres'], store: ['files', 's3'] } as const;

/** Reads the command line and the environment. Throws if something in them is not valid. */
export function readOptions(): SoakOptions {
  const { values } = parseArgs({
    options: {
      broker: { type: 'string' },
      catalog: { type: 'string' },
      store: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const choose = <Name extends keyof typeof CHOICES>(name: Name): (typeof CHOICES)[Name][number] => {
    const value = values[name] ?? CHOICES[name][0];
    const found = CHOICES[name].find((each) => each === value);
    if (found === undefined) throw new Error(`--${name}: expected ${CHOICES[name].join(' or ')}, got ${value}`);
    return found;
  };
  const [broker, catalog, store] = [choose('broker'), choose('catalog'), choose('store')];
  if (catalog === 'postgres' && broker === 'embedded') throw new Error('--catalog postgres: only with --broker kafka');
  return {
    broker,
    catalog,
    store,
    only: values.only,
    rounds: wholeNumber('ROUNDS', 50),
    firstSeed: wholeNumber('SEED', Date.now() % 1_000_000),
  };
}

/** The command that repeats one round. */
export function commandOf({ broker, catalog, store }: SoakOptions, name: string, seed: number): string {
  const options = `--broker ${broker} --catalog ${catalog} --store ${store} --only ${name}`;
  return `ROUNDS=1 SEED=${seed} npm run soak -- ${options}`;
}

function wholeNumber(name: string, otherwise: number): number {
  const value = process.env[name];
  if (value === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(value)) throw new Error(`${name}: expected a whole number, got ${value}`);
  return Number(value);
}
