import type { Rule } from "eslint";

const MACROS = new Set(["Trans", "Plural", "Select", "SelectOrdinal", "code"]);
const SHOWN =
  /^(label|title|placeholder|description|aria-label|alt|error|legend|hint|message|confirm|cancel)$/;
/** A word; the product's name is the same in every language. */
const WORD = /(?!Laurels\b)\b\p{L}{2,}/u;

/** What a person reads goes through a macro of Lingui, so that it exists in every language. */
export const words: Rule.RuleModule = {
  meta: { type: "problem", schema: [] },
  create(context) {
    const message = "Words that people read stand in <Trans>, t or msg.";
    const refuse = (node: any) => context.report({ node, message });
    const check = (node: any): void => {
      if (node.type === "Literal" && typeof node.value === "string") {
        if (WORD.test(node.value)) refuse(node);
      } else if (node.type === "TemplateLiteral") {
        if (node.quasis.some((part: any) => WORD.test(part.value.raw))) refuse(node);
      } else if (node.type === "ConditionalExpression") {
        check(node.consequent);
        check(node.alternate);
      } else if (node.type === "LogicalExpression") check(node.right);
    };
    const translated = (node: any): boolean =>
      context.sourceCode
        .getAncestors(node)
        .some(
          (above: any) => above.type === "JSXElement" && MACROS.has(above.openingElement.name.name),
        );
    return {
      JSXText: (node: any) => {
        if (WORD.test(node.value) && !translated(node)) refuse(node);
      },
      JSXExpressionContainer: (node: any) => {
        if (node.parent.type !== "JSXAttribute" && !translated(node)) check(node.expression);
      },
      JSXAttribute: (node: any) => {
        const value =
          node.value?.type === "JSXExpressionContainer" ? node.value.expression : node.value;
        if (value && SHOWN.test(String(node.name.name)) && !MACROS.has(node.parent.name.name))
          check(value);
      },
    };
  },
};
