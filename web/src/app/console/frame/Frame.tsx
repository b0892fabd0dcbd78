import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, AppShell, Burger, Group, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { useMe } from "@/api/context";
import { useBrand } from "../../theming";
import { AccountMenu } from "./AccountMenu";
import { HelpMenu } from "./HelpMenu";
import { Keyboard } from "./Keyboard";
import { LiveMark } from "./LiveMark";
import { Navigation } from "./Navigation";
import { NewVersion } from "./NewVersion";
import { PaletteButton } from "./PaletteButton";
import { ScreenBoundary } from "./ScreenBoundary";
import { TenantMenu } from "./TenantMenu";
import { Suspended } from "./Suspended";
import { TestTenant } from "./TestTenant";

const MAIN = "main";

/** What stands around every screen: where one is, what else there is, and who one is. */
export function Frame() {
  const { t } = useLingui();
  const [open, { toggle, close }] = useDisclosure();
  const here = useRouterState({ select: (state) => state.location.pathname });
  useEffect(close, [here, close]);
  useBrand(useMe().tenant?.brand_color ?? null);
  return (
    <>
      <VisuallyHidden>
        <Anchor href={`#${MAIN}`}>
          <Trans>Skip to the content</Trans>
        </Anchor>
      </VisuallyHidden>
      <AppShell
        header={{ height: "3rem" }}
        navbar={{ width: "14rem", breakpoint: "sm", collapsed: { mobile: !open } }}
        padding={{ base: "md", sm: "xl" }}
      >
        <AppShell.Header px={{ base: "xs", sm: "md" }}>
          <Group h="100%" justify="space-between" wrap="nowrap" gap="xs">
            <Group gap="xs" wrap="nowrap" miw={0}>
              <Burger
                opened={open}
                onClick={toggle}
                hiddenFrom="sm"
                size="sm"
                aria-label={open ? t`Close the navigation` : t`Open the navigation`}
              />
              <TenantMenu />
              <TestTenant />
            </Group>
            <Group gap="xs" wrap="nowrap">
              <LiveMark />
              <PaletteButton />
              <HelpMenu />
              <AccountMenu />
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Navbar p="xs" aria-label={t`Screens`}>
          <Navigation />
        </AppShell.Navbar>
        <AppShell.Main id={MAIN} tabIndex={-1}>
          <NewVersion />
          <Suspended />
          <ScreenBoundary key={here}>
            <Outlet />
          </ScreenBoundary>
        </AppShell.Main>
      </AppShell>
      <Keyboard />
    </>
  );
}
