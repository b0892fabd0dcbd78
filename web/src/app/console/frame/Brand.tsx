import { MantineProvider } from "@mantine/core";
import type { ReactNode } from "react";
import { useMe } from "@/api/context";
import { themeOf } from "@/ui/theme";

/** The tenant's own colour around everything inside. */
export function Brand({ children }: { children: ReactNode }) {
  const me = useMe();
  const colour = me.tenant?.brand_color;
  if (!colour) return children;
  return <MantineProvider theme={themeOf(colour)}>{children}</MantineProvider>;
}
