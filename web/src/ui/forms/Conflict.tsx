import { Trans } from "@lingui/react/macro";
import { Box, Button, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Diff } from "../Diff";
import styles from "../ProblemNotice.module.css";

interface ConflictProps {
  mine: Record<string, unknown>;
  began: Record<string, unknown>;
  theirs: Record<string, unknown>;
  label?: ((field: string) => ReactNode) | undefined;
  show?: ((field: string, value: unknown) => ReactNode) | undefined;
  onTake: () => void;
  onClose: () => void;
}

/** Someone saved first: what they changed, and what becomes of one's own changes. */
export function Conflict({ mine, began, theirs, label, show, onTake, onClose }: ConflictProps) {
  const fields = Object.keys(mine).filter((field) => field in theirs);
  const only = (from: Record<string, unknown>) =>
    Object.fromEntries(fields.map((field) => [field, from[field]]));
  return (
    <Box className={`${styles.notice} ${styles.attention}`} role="alert">
      <Text fw={600}>
        <Trans>Someone else saved this meanwhile</Trans>
      </Text>
      <Text mb="xs">
        <Trans>
          Nothing of yours was saved, and nothing of theirs is lost. This is what they changed:
        </Trans>
      </Text>
      <Diff before={only(began)} after={only(theirs)} label={label} show={show} />
      <Group gap="xs" mt="sm">
        <Button size="xs" variant="default" onClick={onTake}>
          <Trans>Go on from their version</Trans>
        </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={onClose}>
          <Trans>Keep looking at mine</Trans>
        </Button>
      </Group>
    </Box>
  );
}
