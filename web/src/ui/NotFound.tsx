import { Trans } from "@lingui/react/macro";
import { Center, Stack, Text, Title } from "@mantine/core";

export function NotFound() {
  return (
    <Center mih="60vh">
      <Stack align="center" gap="xs">
        <Title order={1}>
          <Trans>There is no such page</Trans>
        </Title>
        <Text c="dimmed">
          <Trans>It may have been moved, or the address has a typing error.</Trans>
        </Text>
      </Stack>
    </Center>
  );
}
