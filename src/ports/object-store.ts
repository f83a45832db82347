/** An object to be put: its key, and its bytes. */
export interface NewObject {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** An object that is read piece by piece: `size` bytes in all. */
export interface OpenObject {
  readonly size: number;
  /** Holds nothing open before its first read, nor once it is read to its end, cancelled, or has failed. */
  readonly bytes: ReadableStream<Uint8Array>;
}

/** Whether an object was put, or its key was taken already. */
export type PutResult = 'added' | 'exists';

/** What an object's bytes are known by. */
export interface ObjectDigest {
  /** In lower-case hexadecimal. */
  readonly sha256: string;
  readonly size: number;
}

/** A picture on its way from `incoming/` to its number. */
export interface Promotion {
  readonly incoming: string;
  readonly key: string;
  readonly sha256: string;
}

/**
 * Keeps objects under keys, which are the paths of the reference's layout.
 *
 * An object is put once and whole or not at all: whoever sees a key sees all of its bytes, and when a write has
 * answered they survive the loss of power. What already lies under a key stays. Errors are `ImgpipeError`s: `disk_full`,
 * `no_permission` and `store_unavailable` are of the surroundings; only "no such object" is answered as not found.
 */
export interface ObjectStore {
  /** Where it is: an absolute path, or `s3://…`. */
  readonly address: string;
  /** The whole address of a key, for people and viewers. */
  locate(key: string): string;
  /** Keeps pictures in `incoming/` under the given names, which must be new; a name that exists with these bytes is fine. */
  putIncoming(pictures: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Promise<void>;
  /**
   * Moves pictures from `incoming/` to their keys. Repeated, it finishes. Where the key exists with the same digest,
   * the picture is in its place already; with another it is an `object_conflict`, and where neither is there the error is `object_missing`.
   */
  promote(pictures: readonly Promotion[]): Promise<void>;
  /** The names in `incoming/` of one stream; a name is what `stage` was given. */
  listIncoming(stream: string): Promise<string[]>;
  /** Removes staged pictures; those that are gone already are fine. */
  removeIncoming(names: readonly string[]): Promise<void>;
  /** Puts objects, whose keys appear in the order given; the answer says of each whether it was added or was there. */
  put(objects: readonly NewObject[]): Promise<PutResult[]>;
  /** The bytes under a key, or undefined where there is no such object. */
  get(key: string): Promise<Uint8Array | undefined>;
  /**
   * The digest of the bytes under a key, or undefined where there is no such object. Reads them as a stream, with at
   * most 1 MB of memory whatever their size. Throws `object_damaged` where what lies there is no object, or changes
   * while it is read.
   */
  digest(key: string): Promise<ObjectDigest | undefined>;
  /** How many bytes lie under a key; undefined where there is no such object. */
  size(key: string): Promise<number | undefined>;
  /**
   * The same bytes as `get`, without holding them all. Their stream fails with `object_missing` or `object_damaged` where
   * they are gone, or more or fewer, by the time they are read.
   */
  open(key: string): Promise<OpenObject | undefined>;
  /** The keys below a folder's key. */
  list(prefix: string): Promise<string[]>;
  /** Removes objects, and folders of streams that it leaves empty; those that are gone already are fine. */
  remove(keys: readonly string[]): Promise<void>;
  /** Removes what a writer that died left half written, and nothing of a writer that lives. */
  collectGarbage(): Promise<void>;
}
