import { expect, it } from "vitest";
import { SurefootError } from "../../src/model/error.js";
import { formatPlace } from "../../src/model/place.js";
import { renderTemplate, setTemplateBase } from "../../src/resources/content/render.js";
import { folder } from "../support/folder.js";

const VARS = {
  name: "web",
  list: ["a", "b"],
  map: { x: 1, y: 0 },
  none: [],
  flag: false,
  nested: { deep: "z" },
};

function render(text: string, vars: Readonly<Record<string, unknown>> = VARS): string {
  const dir = folder({ "templates/t.hbs": text, "playbooks/sub/.keep": "" });
  setTemplateBase(`${dir}/playbooks/sub`);
  return renderTemplate("templates/t.hbs", vars);
}

it.each([
  ["{{name}}", "web"],
  ["{{nested.deep}} {{map.y}}", "z 0"],
  ["<{{name}} & 'x'>", "<web & 'x'>"],
  ["{{#each list}}{{@index}}{{this}}{{../name}} {{/each}}", "0aweb 1bweb "],
  ["{{#each map}}{{@key}}={{this}};{{/each}}", "x=1;y=0;"],
  ["{{#each none}}x{{else}}empty{{/each}}", "empty"],
  ["{{#if flag}}a{{else}}b{{/if}}{{#unless flag}}c{{/unless}}", "bc"],
  ["{{#with nested}}{{deep}}{{/with}}", "z"],
  ["{{lookup map 'x'}}", "1"],
  ["{{#each list as |item i|}}{{i}}{{item}}{{/each}}", "0a1b"],
  ["{{list.length}}", "2"],
  ["a\n  {{#if flag}}\n  x\n  {{/if}}\nb\n", "a\nb\n"],
])("renders %j", (text, expected) => {
  expect(render(text)).toBe(expected);
});

it.each([
  ["x {{nmae}}", "t.hbs:1:5", "Did you mean name?"],
  ["\n{{#if flga}}x{{/if}}", "t.hbs:2:7", "Did you mean flag?"],
  ["{{#each lsit}}x{{/each}}", "t.hbs:1:9", ""],
  ["{{#each list}}{{../nam}}{{/each}}", "t.hbs:1:17", ""],
  ["{{lookup mapp 'x'}}", "t.hbs:1:10", "Did you mean map?"],
  ["{{nested.depe}}", "t.hbs:1:3", "Did you mean deep?"],
  ["{{#with nested}}{{name}}{{/with}}", "t.hbs:1:19", ""],
])("refuses a name that it was not given: %j", (text, place, hint) => {
  const error = errorOf(() => render(text));
  expect(error.code).toBe("template-variable");
  expect(formatPlace(error.data.place ?? { host: "" })).toMatch(new RegExp(`${place}$`));
  expect(error.data.hint).toContain(hint);
  expect(error.data.frame).toContain("^");
});

it.each([
  ["{{#if flag}}", "t.hbs:"],
  ["a\nb {{name", "t.hbs:2:"],
  ["{{/each}}", "t.hbs:1:"],
])("says where a template can't be read: %j", (text, place) => {
  const error = errorOf(() => render(text));
  expect(error.code).toBe("template-syntax");
  expect(formatPlace(error.data.place ?? { host: "" })).toContain(place);
});

it("says where it looked for a template that is not there", () => {
  const error = errorOf(() => renderTemplate("templates/nope.hbs", {}));
  expect(error.code).toBe("template-missing");
});

function errorOf(action: () => unknown): SurefootError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof SurefootError) return thrown;
    throw thrown;
  }
  throw new Error("it went well");
}
