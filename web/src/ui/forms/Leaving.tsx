import { Trans } from "@lingui/react/macro";
import { Button, Group, Modal, Text } from "@mantine/core";

/** Asks before changes that are not saved are left. */
export function Leaving({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }) {
  return (
    <Modal opened onClose={onStay} title={<Trans>Leave without saving?</Trans>} centered>
      <Text>
        <Trans>Your changes on this page are not saved and will be lost.</Trans>
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onLeave}>
          <Trans>Leave</Trans>
        </Button>
        <Button onClick={onStay} data-autofocus>
          <Trans>Stay here</Trans>
        </Button>
      </Group>
    </Modal>
  );
}
