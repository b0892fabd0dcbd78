import { useLingui } from "@lingui/react/macro";
import { Drawer as Panel } from "@mantine/core";
import { createContext, type ReactNode } from "react";
import * as z from "zod/mini";
import { useUrlState } from "./url";

const OPEN = { open: z.optional(z.string()) };

/** Which drawer is open, in the address: `useDrawer()` → `{ id: "adjust", open, close }`. */
export function useDrawer(): {
  id: string | undefined;
  open: (id: string) => void;
  close: () => void;
} {
  const [{ open }, setState] = useUrlState(OPEN);
  return {
    id: open,
    open: (id) => setState({ open: id }),
    close: () => setState({ open: undefined }),
  };
}

/** The drawer that something stands in; forms ask before it closes on them. */
export const InDrawer = createContext<string | null>(null);

interface DrawerProps {
  /** Shown while the address says `open=…` with this name, such as `adjust` or an object's id. */
  id: string;
  title: ReactNode;
  children: ReactNode;
  /** Wide enough for a table or a comparison. */
  wide?: boolean;
}

/** A panel at the side; back, reload and a link show the same. The whole screen on a phone. */
export function Drawer({ id, title, children, wide = false }: DrawerProps) {
  const { t } = useLingui();
  const drawer = useDrawer();
  return (
    <Panel
      opened={drawer.id === id}
      onClose={drawer.close}
      position="right"
      size={wide ? "min(56rem, 100vw)" : "min(32rem, 100vw)"}
      title={title}
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      {drawer.id === id && <InDrawer value={id}>{children}</InDrawer>}
    </Panel>
  );
}
