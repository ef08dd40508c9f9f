import { z } from "zod";
import { defineResource } from "../model/resource.js";
import { fileKind } from "./content/file-kind.js";
import { filePath, ownership } from "./content/params.js";
import { renderTemplate } from "./content/render.js";

export { renderTemplate };

const params = z
  .strictObject({
    path: filePath,
    /** The template's path below the project, for example `templates/motd.hbs`. */
    template: z.string().min(1),
    /** What the template may use; any other name in it is an error. */
    vars: z.record(z.string(), z.unknown()).default({}),
    ...ownership,
    /** The content holds a secret: it is shown nowhere. */
    sensitive: z.boolean().default(false),
  })
  .transform(({ template: name, vars, ...rest }) => ({
    ...rest,
    content: renderTemplate(name, vars),
    state: "present" as const,
  }));

/**
 * A regular file whose content is rendered by Handlebars on the controller: no HTML escaping, unknown names are errors. Otherwise
 * like {@link file}.
 *
 * @example template({ path: "/etc/motd", template: "templates/motd.hbs", vars: { site: "north" } })
 */
export const template = defineResource(params, fileKind("template"));
