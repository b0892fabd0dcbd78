import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Menu, Text } from "@mantine/core";
import { IconCheck, IconSelector } from "@tabler/icons-react";
import { useRouter, useRouterState } from "@tanstack/react-router";
import { useApi, useMe } from "@/api/context";
import { useToast } from "@/ui/toast";

/** Which tenant this tab shows, and the others that the person works for. */
export function TenantMenu() {
  const { t } = useLingui();
  const { tenant, client } = useApi();
  const me = useMe();
  const router = useRouter();
  const toast = useToast();
  const here = useRouterState({ select: (state) => state.location.pathname });
  const name = me.tenant?.name ?? t`Platform`;
  const others = me.tenants.filter((place) => place.slug !== tenant);
  if (others.length === 0)
    return (
      <Text fw={600} truncate px="xs">
        {name}
      </Text>
    );
  const open = async (slug: string) => {
    try {
      await client.POST("/v1/auth/browser/switch", { body: { tenant: slug } });
      // The same list in the other tenant; what has an id exists only here.
      const screen = here.split("/")[2] ?? "";
      router.history.push(`${router.basepath}/${slug}${screen && `/${screen}`}`);
    } catch (error) {
      toast.failed(error);
    }
  };
  return (
    <Menu position="bottom-start" width="target">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          px="xs"
          miw={0}
          rightSection={<IconSelector size={14} aria-hidden />}
        >
          {name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown miw="16rem">
        <Menu.Label>
          <Trans>Tenants you work for</Trans>
        </Menu.Label>
        <Menu.Item leftSection={<IconCheck size={14} />} aria-current="true">
          {name}
        </Menu.Item>
        {others.map((place) => (
          <Menu.Item key={place.slug} onClick={() => void open(place.slug)} leftSection={<span />}>
            {place.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
