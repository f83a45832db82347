/** Whether the catalog is still the one that was opened. */
export interface OpenedCatalog {
  /**
   * Throws `catalog_replaced` if it is not: it was removed, moved, restored or replaced, or something that a lock of this
   * process consists of was. What is written then, or read, is nobody's.
   */
  verify(): Promise<void>;
}
