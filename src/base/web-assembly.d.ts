/** The part of WebAssembly's API that is used here; TypeScript's types for Node leave it out. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: object, imports: object);
    readonly exports: object;
  }
  function validate(bytes: Uint8Array): boolean;
}
