import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";
import { NavLink, ScrollArea, Text } from "@mantine/core";
import { Link, useRouterState } from "@tanstack/react-router";
import { useApi } from "@/api/context";
import { GROUPS, type Group } from "@/ui/domain";
import { useScreens } from "../screens";

const HEADINGS: Record<Group, ReturnType<typeof msg> | null> = {
  overview: null,
  people: msg`People`,
  programme: msg`Programme`,
  developers: msg`Developers`,
  organisation: msg`Organisation`,
};

/** All screens that one may see, in groups. */
export function Navigation() {
  const { _ } = useLingui();
  const { tenant } = useApi();
  const screens = useScreens();
  const here = useRouterState({ select: (state) => state.location.pathname });
  return (
    <ScrollArea type="hover" scrollbarSize="0.4rem">
      {GROUPS.map((group) => {
        const members = screens
          .filter((screen) => screen.nav?.group === group)
          .sort((a, b) => (a.nav?.order ?? 0) - (b.nav?.order ?? 0));
        const heading = HEADINGS[group];
        if (members.length === 0) return null;
        return (
          <div key={group}>
            {heading && (
              <Text size="xs" c="dimmed" fw={600} px="sm" pt="md" pb="xs">
                {_(heading)}
              </Text>
            )}
            {members.map((screen) => {
              const to = screen.path === "" ? `/${tenant}` : `/${tenant}/${screen.path}`;
              const active = here === to || (screen.path !== "" && here.startsWith(`${to}/`));
              const Icon = screen.nav?.icon;
              return (
                <NavLink
                  key={to}
                  component={Link}
                  to={to}
                  activeOptions={{ exact: true }}
                  label={screen.nav && _(screen.nav.label)}
                  leftSection={Icon && <Icon size={16} aria-hidden />}
                  active={active}
                  aria-current={active ? "page" : undefined}
                />
              );
            })}
          </div>
        );
      })}
    </ScrollArea>
  );
}
