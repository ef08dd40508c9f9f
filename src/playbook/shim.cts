// What a playbook gets for `import ... from "surefoot"`: the running program's own exports (see api.ts).
const api: unknown = Reflect.get(globalThis, Symbol.for("surefoot.api"));
export = api;
