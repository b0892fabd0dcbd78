import { Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

interface EmptyProps {
  /** What is not there: `No members yet`. */
  title: ReactNode;
  /** What to do about it, in a sentence. */
  children?: ReactNode;
  /** A button or link that does it. */
  action?: ReactNode;
}

/** A place where something will be, which says what to do. */
export function Empty({ title, children, action }: EmptyProps) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      <Text fw={600}>{title}</Text>
      {children !== undefined && (
        <Text c="dimmed" maw="44ch">
          {children}
        </Text>
      )}
      {action}
    </Stack>
  );
}
