import type { Rule } from "eslint";

const COLOUR = /(^|[\s"'(,:])#[0-9a-f]{3,8}\b|\b(rgba?|hsla?|oklch|oklab|lch)\(/i;
const PIXELS = /(^|[^\w.-])-?\d+(\.\d+)?px\b/;
/** Properties of Mantine for which the theme has words (`xs` to `xl`). */
const SPACES = /^([pm][xytblrse]?|gap|rowGap|columnGap|spacing|fz|fontSize|padding|margin|radius)$/;

/** Colours, sizes of text and spaces have names in the theme; nobody writes them anew. */
export const look: Rule.RuleModule = {
  meta: { type: "problem", schema: [] },
  create(context) {
    const check = (node: Rule.Node, text: string) => {
      if (COLOUR.test(text))
        context.report({ node, message: "A colour is named in the theme (src/ui/theme.ts)." });
      if (PIXELS.test(text))
        context.report({ node, message: "A size in pixels belongs into the theme." });
    };
    const space = (node: Rule.Node, name: unknown, value: unknown) => {
      if (typeof name === "string" && SPACES.test(name) && typeof value === "number" && value > 1)
        context.report({
          node,
          message: `"${name}" takes a size of the theme: xs, sm, md, lg, xl.`,
        });
    };
    return {
      Literal: (node) => {
        if (typeof node.value === "string") check(node, node.value);
      },
      TemplateElement: (node) => check(node, node.value.raw),
      Property: (node) => {
        if (node.key.type === "Identifier" && node.value.type === "Literal")
          space(node, node.key.name, node.value.value);
      },
      JSXAttribute: (node: any) => {
        if (node.value?.type === "JSXExpressionContainer")
          space(node, node.name.name, node.value.expression.value);
      },
    };
  },
};
