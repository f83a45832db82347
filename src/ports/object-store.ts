export interface NewObject {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** The digest of the bytes, in lower-case hexadecimal, if the caller has it. */
  readonly sha256?: string;
}

/** An object whose bytes are read as a stream: `size` bytes in all. */
export interface OpenObject {
  readonly size: number;
  /** Holds no resource before its first read, nor after it ended, was cancelled, or failed. */
  readonly bytes: ReadableStream<Uint8Array>;
}

/** Identifies the bytes of an object. */
export interface ObjectDigest {
  /** In lower-case hexadecimal. */
  readonly sha256: string;
  readonly size: number;
}

export interface DigestOptions {
  /** Reads the bytes, even if the store knows their digest. */
  readonly deep?: boolean;
}

/** Whether an object was added, or its key existed already. */
export type PutResult = 'added' | 'exists';

/**
 * Stores objects under keys, which are the paths of the reference's layout.
 *
 * An object is put once, atomically: a visible key has all of its bytes, and once a write has resolved they survive a
 * power failure. An existing key is never replaced. Errors are `ImgpipeError`s: `disk_full`,
 * `no_permission` and `store_unavailable` are transient. Only a missing object is reported as not found.
 */
export interface ObjectStore {
  /** Where the store is: an absolute path, or `s3://…`. */
  readonly address: string;
  /** Whether a write can take effect after its process has lost its lock, or has ended: it may be on the way to a server. */
  readonly writesLate: boolean;
  /** The full address of a key, for people and viewers: `address`, a slash and the key. */
  locate(key: string): string;
  /**
   * Puts objects. The results are in the order given; the keys become visible in any order. If one cannot be put, rejects
   * once no put is in progress any more.
   */
  put(objects: readonly NewObject[]): Promise<PutResult[]>;
  /** The bytes under a key; undefined if there is no such object. */
  get(key: string): Promise<Uint8Array | undefined>;
  /**
   * The digest of the bytes under a key; undefined if there is no such object. A server may have computed it when the object
   * was put; with `deep` the bytes are read now. Takes at most 1 MB of memory, whatever their size. Throws `object_damaged`
   * if the bytes cannot be read as an object, or change meanwhile.
   */
  digest(key: string, options?: DigestOptions): Promise<ObjectDigest | undefined>;
  /** How many bytes are under a key; undefined if there is no such object. */
  size(key: string): Promise<number | undefined>;
  /**
   * The bytes that `get` returns, as a stream; undefined if there is no such object. The stream fails with
   * `object_missing` if the object is removed before it is read, and with `object_damaged` if its size changes.
   */
  open(key: string): Promise<OpenObject | undefined>;
  /** The keys that start with a folder's key and a slash, in any order. */
  list(folder: string): Promise<string[]>;
  /** Whether anything is in a folder. A store of files has the folder itself, even when nothing is in it any more. */
  exists(folder: string): Promise<boolean>;
  /** Removes objects; keys that do not exist are ignored. */
  remove(keys: readonly string[]): Promise<void>;
  /** Removes what interrupted writes left behind, and nothing of a write that is in progress. */
  collectGarbage(): Promise<void>;
}
