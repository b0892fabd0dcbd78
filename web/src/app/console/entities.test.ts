import { expect, test } from "vitest";
import { ENTITIES } from "@/ui/entities";
import { DOMAINS } from "./domains";

const PATHS = DOMAINS.flatMap((domain) => domain.screens).map((screen) =>
  screen.path.replace(/\$\w+/g, "ID"),
);

test.each(Object.entries(ENTITIES))("a link to %s leads to a screen that exists", (_, pathTo) => {
  expect(PATHS).toContain(pathTo("ID"));
});
