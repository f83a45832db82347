import { parseArgs } from 'node:util';
import { brokerAddress } from '../src/config/broker-address.ts';

/** What can be measured, in order. */
export const PARTS = ['startup', 'rates', 'latency', 'memory', 'viewer', 'scale', 'overhead', 'reference'] as const;
export type Part = (typeof PARTS)[number];

/** The parts that need Kafka. */
const KAFKA_PARTS: ReadonlySet<Part> = new Set(['scale', 'overhead', 'reference']);

export interface BenchOptions {
  /** `embedded`; `kafka` for a broker that the bench starts and stops; `kafka://host:port` for an existing one. */
  readonly broker: string;
  readonly parts: readonly Part[];
  /** The folder of the reference's programs, and the Python that runs them. */
  readonly reference: string | undefined;
  readonly python: string;
  readonly quick: boolean;
}

/** A usage error with a one-line message. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const HELP = `Usage: npm run bench -- [options]

Measures complete runs of the built program and prints tables in Markdown.

Options:
  --broker <broker>   embedded (default); kafka: starts and stops a broker;
                      kafka://host:port: an existing one, without TLS and authentication
  --only <part>       ${PARTS.slice(0, 5).join(', ')}, and with Kafka ${PARTS.slice(5).join(', ')};
                      may be repeated (default: all)
  --reference <dir>   also measures the reference's three Python programs in this folder
  --python <path>     a Python with kafka-python, Pillow and NumPy (default: python3)
  --quick             a tenth of the images: a smoke test whose figures are meaningless
  -h, --help          show this help
`;

/** Parses the command line; `undefined` for --help. Throws a UsageError. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const given = parsed(args);
  if (given.help) return undefined;
  const broker = given.broker === 'kafka' ? given.broker : address(given.broker);
  const { reference, python, quick } = given;
  const possible = PARTS.filter((part) => broker !== 'embedded' || !KAFKA_PARTS.has(part));
  const parts = possible.filter((part) => part !== 'reference' || reference !== undefined);
  if (reference !== undefined && broker === 'embedded') throw new UsageError('--reference needs --broker kafka');
  for (const part of given.only ?? []) {
    if (!PARTS.some((each) => each === part))
      throw new UsageError(`--only ${part}: no such part: use ${PARTS.join(', ')}`);
    if (!possible.some((each) => each === part)) throw new UsageError(`--only ${part} needs --broker kafka`);
    if (!parts.some((each) => each === part)) throw new UsageError(`--only ${part} needs --reference <dir>`);
  }
  return { broker, parts: parts.filter((part) => given.only?.includes(part) ?? true), reference, python, quick };
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        broker: { type: 'string', default: 'embedded' },
        only: { type: 'string', multiple: true },
        reference: { type: 'string' },
        python: { type: 'string', default: 'python3' },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
}

function address(broker: string): string {
  try {
    return brokerAddress(broker);
  } catch {
    throw new UsageError(`--broker ${broker}: use embedded, kafka, or an address such as kafka://localhost:9092`);
  }
}
