/** Where a catalog is, compared with where a stage opened it last. Both are addresses of its folder. */
export type CatalogLocation =
  | { readonly kind: 'same' }
  /** No stage has opened it since locations are recorded. */
  | { readonly kind: 'unrecorded' }
  /** It was moved or restored: there is no such pipeline any more where it was, as far as this process can see. */
  | { readonly kind: 'moved'; readonly from: string; readonly to: string }
  /** It is a copy: the same pipeline still exists where it was. */
  | { readonly kind: 'copied'; readonly from: string; readonly to: string };

/** Distinguishes a copy of a catalog from the catalog itself. */
export interface LocationCatalog {
  location(): Promise<CatalogLocation>;
  /** Records that the catalog is here now. */
  recordLocation(): Promise<void>;
  /**
   * Makes a pipeline of its own of a copy, under the exclusive lock of the pipeline, and records that it is here. It gets
   * a new id and no bus. All rows and numbers stay, but what is open is unpublished, and the messages of an embedded bus
   * are deleted. The id that it had stays the original's, whose messages are those of a stranger. Throws `LockLost` if
   * another holder has fenced the pipeline since this token was entered.
   */
  separateCopy(token: string): Promise<void>;
}
