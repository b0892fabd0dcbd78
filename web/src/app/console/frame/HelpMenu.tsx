import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Menu } from "@mantine/core";
import { IconBook, IconHelp, IconKeyboard, IconApi } from "@tabler/icons-react";
import { openKeyboardMap } from "./Keyboard";

export function HelpMenu() {
  const { t } = useLingui();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Help`}>
          <IconHelp size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconKeyboard size={16} />}
          rightSection="?"
          onClick={openKeyboardMap}
        >
          {t`Keyboard`}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconBook size={16} />}
          component="a"
          href="/console/docs/index.md"
          target="_blank"
        >
          {t`Documentation`}
        </Menu.Item>
        <Menu.Item leftSection={<IconApi size={16} />} component="a" href="/docs" target="_blank">
          {t`All endpoints of the API`}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
