import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { themeOf, variables } from "@/ui/theme";

type Colour = string | null;
let setBrand: (colour: Colour) => void = () => undefined;

export function Theme({ children }: { children: ReactNode }) {
  const [brand, set] = useState<Colour>(null);
  useEffect(() => {
    setBrand = set;
  }, []);
  const theme = useMemo(() => themeOf(brand), [brand]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <Notifications position="bottom-right" />
      {children}
    </MantineProvider>
  );
}

/** Give everything on the page a tenant's colour, menus and dialogs included. */
export function useBrand(colour: Colour): void {
  useEffect(() => {
    setBrand(colour);
    return () => setBrand(null);
  }, [colour]);
}
