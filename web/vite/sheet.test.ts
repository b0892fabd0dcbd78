import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sheetOf } from "./sheet.ts";

const STYLES = "node_modules/@mantine/core/styles";
const classOf = (component: string) =>
  /m_[0-9a-f]+/.exec(readFileSync(`${STYLES}/${component}.css`, "utf8"))![0];

it("holds the styles of what is used and of what that is made of, in Mantine's order", () => {
  const sheet = sheetOf(process.cwd());
  const whole = readFileSync("node_modules/@mantine/core/styles.css", "utf8");

  // NavLink is used in the shell, UnstyledButton only inside of it; nobody uses Tour.
  const found = ["UnstyledButton", "NavLink", "AppShell"].map(classOf);
  const inOrder = (text: string) => [...found].sort((a, b) => text.indexOf(a) - text.indexOf(b));
  for (const name of found) expect(sheet).toContain(name);
  expect(inOrder(sheet)).toEqual(inOrder(whole));
  expect(sheet).not.toContain(classOf("Tour"));
  expect(sheet.length).toBeLessThan(whole.length);
});
