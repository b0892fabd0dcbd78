import path from "node:path";
import { RuleTester } from "eslint";
import tseslint from "typescript-eslint";
import { describe, it } from "vitest";
import { look } from "./look.ts";
import { order } from "./order.ts";
import { words } from "./words.ts";

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester({
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: { ecmaFeatures: { jsx: true } },
  },
});
const inSource = (file: string) => path.resolve("src", file);
const fails = (code: string, filename = inSource("ui/Some.tsx")) => ({ code, filename, errors: 1 });

tester.run("order", order, {
  valid: [
    { code: 'import a from "@/ui/domain"', filename: inSource("domains/members/index.ts") },
    { code: 'import a from "./parts/Head"', filename: inSource("domains/members/index.ts") },
    { code: 'import a from "@/domains/members"', filename: inSource("domains/tiers/pages/A.tsx") },
    { code: 'import a from "../theming"', filename: inSource("app/console/main.tsx") },
    { code: 'import a from "react"', filename: inSource("ui/theme.ts") },
  ],
  invalid: [
    fails('import a from "@/domains/members"', inSource("ui/theme.ts")),
    fails('import a from "../../members/parts/Head"', inSource("domains/tiers/pages/A.tsx")),
    fails('export * from "@/app/theming"', inSource("domains/tiers/index.ts")),
    fails('import("@/ui/theme")', inSource("api/client.ts")),
    fails('import a from "../console/router"', inSource("app/till/main.tsx")),
  ],
});

tester.run("look", look, {
  valid: ['<Text c="dimmed" p="xs" />', "<Box w={320} m={0} />", 'const path = "#members"'],
  invalid: [
    fails('<Text c="#ff0000" />'),
    fails('const border = "1px solid"'),
    fails("const shade = `rgba(0, 0, 0, ${a})`"),
    fails("<Stack gap={12} />"),
    fails("const style = { fontSize: 13 }"),
  ],
});

tester.run("words", words, {
  valid: [
    "<Trans>Members of {name}</Trans>",
    "<b>{count} · {name}</b>",
    "<Trans>There are <b>no</b> members</Trans>",
    "<Text fw={600}>Laurels</Text>",
    "<Button label={t`Save`} size='sm' />",
  ],
  invalid: [
    fails("<b>Members</b>"),
    fails('<TextInput label="Name" />'),
    fails('<b>{open ? "Close" : name}</b>'),
    fails("<b>{`Hello ${name}`}</b>"),
  ],
});
