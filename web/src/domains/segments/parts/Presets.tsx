import { useLingui as useDescriptors } from "@lingui/react";
import { Trans } from "@lingui/react/macro";
import { Button, Group, Stack, Text } from "@mantine/core";
import type { ConditionJson } from "@/ui/condition/model";
import { PRESETS } from "../presets";

interface PresetsProps {
  onPick: (name: string, criteria: ConditionJson) => void;
}

/** Examples to begin from; what they say can be changed. */
export function Presets({ onPick }: PresetsProps) {
  const { _ } = useDescriptors();
  return (
    <Stack gap="xs">
      <Text c="dimmed">
        <Trans>Begin with an example, and change it:</Trans>
      </Text>
      <Group gap="xs">
        {PRESETS.map(({ id, name, criteria }) => (
          <Button
            key={id}
            size="compact-sm"
            variant="default"
            onClick={() => onPick(_(name), criteria)}
          >
            {_(name)}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
