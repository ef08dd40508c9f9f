let api: object = {};

/**
 * Hands the public exports to playbooks that are loaded from now on: what `import ... from "surefoot"` gives them. They
 * must be this very program's objects; a second copy of the package, found by way of some node_modules folder, would be
 * another program.
 */
export function provideApi(exports: object): void {
  api = exports;
}

/** What playbooks get for `import ... from "surefoot"`. */
export function providedApi(): object {
  return api;
}
