import { useLingui } from "@lingui/react";
import { AppShell, Burger, Group, NavLink, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { QueryClientProvider } from "@tanstack/react-query";
import { Link, Outlet, useParams, useRouterState } from "@tanstack/react-router";
import { useMemo } from "react";
import { ApiProvider, useMay } from "@/api/context";
import { GROUPS } from "@/ui/domain";
import { screensOf, visible } from "./domains";
import { newQueryClient } from "./queries";
import { Session } from "./Session";

/** The frame around every screen of one tenant, or of the platform. */
export function Shell({ tenant }: { tenant?: string }) {
  const params = useParams({ strict: false }) as { tenant?: string };
  const name = tenant ?? params.tenant ?? "";
  const queries = useMemo(() => newQueryClient(name), [name]);
  return (
    <QueryClientProvider client={queries} key={name}>
      <ApiProvider tenant={name}>
        <Session>
          <Frame tenant={name} />
        </Session>
      </ApiProvider>
    </QueryClientProvider>
  );
}

function Frame({ tenant }: { tenant: string }) {
  const [open, { toggle, close }] = useDisclosure();
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 224, breakpoint: "sm", collapsed: { mobile: !open } }}
      padding="lg"
    >
      <AppShell.Header px="md">
        <Group h="100%">
          <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" />
          <Text fw={600}>Laurels</Text>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" onClick={close}>
        <Navigation tenant={tenant} />
      </AppShell.Navbar>
      <AppShell.Main>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Navigation({ tenant }: { tenant: string }) {
  const { _ } = useLingui();
  const may = useMay();
  const here = useRouterState({ select: (state) => state.location.pathname });
  const screens = screensOf(tenant === "platform" ? "platform" : "tenant").filter((screen) =>
    visible(screen, may),
  );
  return GROUPS.map((group) =>
    screens
      .filter((screen) => screen.nav?.group === group)
      .sort((a, b) => (a.nav?.order ?? 0) - (b.nav?.order ?? 0))
      .map((screen) => {
        const to = `/${tenant}/${screen.path}`;
        const active = screen.path === "" ? here.endsWith(`/${tenant}`) : here.startsWith(to);
        const Icon = screen.nav?.icon;
        return (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={screen.nav && _(screen.nav.label)}
            leftSection={Icon && <Icon size={16} />}
            active={active}
          />
        );
      }),
  );
}
