import { Trans } from "@lingui/react/macro";
import { Box, Button, Group, Stack, Text } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { same, type SectionOut, type Values } from "../model";
import { useWords } from "../useWords";
import { useEffects } from "./Effect";
import { SettingInput } from "./SettingInput";
import { useShown } from "./SettingValue";
import styles from "./settings.module.css";

interface SettingRowProps {
  section: SectionOut;
  name: string;
  form: UseFormReturnType<Values>;
  locked: boolean;
}

/** A setting: what it is, its field, what it does, and what it would be by default. */
export function SettingRow({ section, name, form, locked }: SettingRowProps) {
  const effects = useEffects();
  const shown = useShown();
  const setting = useWords().setting(section, name);
  const usual = section.defaults[name];
  const isUsual = same(form.values[name], usual);
  const usually = shown(setting, usual);
  const effect = effects(section, name, form.values);
  return (
    <Box className={styles.row}>
      <Box>
        <Text fw={600}>{setting.label}</Text>
        <Text c="dimmed" fz="sm" id={`about-${name}`}>
          {setting.hint}
        </Text>
        {setting.unused && (
          <Text c="dimmed" fz="xs">
            {setting.unused}
          </Text>
        )}
      </Box>
      <Stack gap="xs">
        <SettingInput setting={setting} form={form} locked={locked} />
        {effect && <Text>{effect}</Text>}
        <Group gap="xs" fz="sm" c="dimmed" mih="lg">
          {isUsual ? (
            <Trans>Default</Trans>
          ) : (
            <>
              <span>
                <Trans>Default: {usually}</Trans>
              </span>
              {!locked && (
                <Button
                  size="compact-sm"
                  variant="subtle"
                  onClick={() => form.setFieldValue(name, usual as never)}
                >
                  <Trans>Reset to the default</Trans>
                </Button>
              )}
            </>
          )}
        </Group>
      </Stack>
    </Box>
  );
}
