import { sharedKafka } from '../kafka/shared-kafka.ts';
import { newCatalog } from '../postgres/databases.ts';
import { sharedPostgres } from '../postgres/shared-postgres.ts';
import { sharedS3 } from '../s3/shared-s3.ts';
import { newStore } from '../s3/store-settings.ts';
import { type BusSettings, kafkaBus } from './site.ts';

const [kafka, postgres, s3] = [await sharedKafka(), await sharedPostgres(), await sharedS3()];

/** Why the servers that hosts share cannot be had here; undefined if they can. */
export const whyNoCluster = kafka.whyNone ?? postgres.whyNone ?? s3.whyNone;

/** The port of the shared PostgreSQL. */
export const POSTGRES_PORT = postgres.port ?? 0;

/** The settings of a new pipeline on Kafka, PostgreSQL and S3. */
export async function newCluster(): Promise<BusSettings> {
  if (s3.server === undefined) throw new Error(whyNoCluster);
  return {
    ...kafkaBus(kafka.address ?? ''),
    IMGPIPE_CATALOG: await newCatalog({ port: POSTGRES_PORT }),
    ...newStore(s3.server),
  };
}
