import lingui from "eslint-plugin-lingui";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";
import { look } from "./lint/look.ts";
import { order } from "./lint/order.ts";
import { words } from "./lint/words.ts";

const LIBRARIES_OF_UI = ["@visx/*", "@mantine/dates", "@mantine/dates/*", "dayjs", "dayjs/*"];
export default tseslint.config(
  { ignores: ["src/api/schema.d.ts", "dist", "node_modules"] },
  tseslint.configs.recommended,
  lingui.configs["flat/recommended"],
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks, laurels: { rules: { look, order, words } } },
    rules: {
      "max-lines": ["error", { max: 250 }],
      "no-console": "error",
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "react-hooks/purity": "error",
      "react-hooks/static-components": "error",
      "laurels/order": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["src/**/*.tsx"],
    ignores: ["**/*.test.tsx", "src/ui/gallery/**"],
    rules: { "laurels/words": "error" },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    ignores: ["src/ui/theme.ts"],
    rules: { "laurels/look": "error" },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    ignores: ["src/ui/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: LIBRARIES_OF_UI, message: "Charts and dates are brought by src/ui." },
          ],
        },
      ],
    },
  },
  {
    // Nodes of JSX have no types that rules could name.
    files: ["lint/**"],
    rules: { "@typescript-eslint/no-explicit-any": "off" },
  },
);
