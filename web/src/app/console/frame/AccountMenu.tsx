import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Menu, Text, useMantineColorScheme } from "@mantine/core";
import {
  IconDeviceDesktop,
  IconLogout,
  IconMoon,
  IconSun,
  IconUser,
  IconUserCircle,
} from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useApi, useMe } from "@/api/context";
import { useToast } from "@/ui/toast";
import { chooseLanguage, LANGUAGES, type Language } from "../../language";
import { forgetTenant } from "../places";

/** Who one is, how things look and sound, and the way out. */
export function AccountMenu() {
  const { t, i18n } = useLingui();
  const { api, tenant } = useApi();
  const me = useMe();
  const navigate = useNavigate();
  const toast = useToast();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = api.useMutation("post", "/v1/auth/browser/sign-out", {
    onError: toast.failed,
    onSuccess: () => {
      forgetTenant();
      void navigate({ to: "/sign-in" });
    },
  });
  const schemes = [
    { value: "light", label: t`Light`, icon: <IconSun size={16} /> },
    { value: "dark", label: t`Dark`, icon: <IconMoon size={16} /> },
    { value: "auto", label: t`As the device`, icon: <IconDeviceDesktop size={16} /> },
  ] as const;
  return (
    <Menu position="bottom-end" closeOnItemClick={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Your account`}>
          <IconUserCircle size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown miw="14rem">
        <Menu.Label>
          <Text size="sm" c="var(--mantine-color-text)">
            {me.name ?? t`Operator`}
          </Text>
          {me.email}
        </Menu.Label>
        {tenant !== "platform" && (
          <Menu.Item
            leftSection={<IconUser size={16} />}
            component={Link}
            to={`/${tenant}/account`}
            closeMenuOnClick
          >
            {t`Password and sessions`}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Label>{t`Language`}</Menu.Label>
        {Object.entries(LANGUAGES).map(([value, label]) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={i18n.locale === value}
            fw={i18n.locale === value ? 600 : undefined}
            onClick={() => void chooseLanguage(value as Language)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t`Colours`}</Menu.Label>
        {schemes.map((scheme) => (
          <Menu.Item
            key={scheme.value}
            role="menuitemradio"
            aria-checked={colorScheme === scheme.value}
            fw={colorScheme === scheme.value ? 600 : undefined}
            leftSection={scheme.icon}
            onClick={() => setColorScheme(scheme.value)}
          >
            {scheme.label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={16} />}
          disabled={signOut.isPending}
          onClick={() => signOut.mutate({})}
        >
          {t`Sign out`}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
