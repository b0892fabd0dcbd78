import { useLingui } from "@lingui/react/macro";
import { ActionIcon, CopyButton, Group, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

interface CopyProps {
  /** What is copied: an id, a key, an address. */
  value: string;
  /** Shown in its place; without it the value. */
  children?: React.ReactNode;
}

/** An id or code that can be copied with one click. */
export function Copy({ value, children }: CopyProps) {
  const { t } = useLingui();
  return (
    <Group component="span" gap="xxs" wrap="nowrap" display="inline-flex" maw="100%">
      <Text span ff="monospace" fz="xs" truncate title={value}>
        {children ?? value}
      </Text>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t`Copied` : t`Copy`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={copied ? t`Copied` : t`Copy ${value}`}
              onClick={(event) => {
                event.preventDefault();
                event.stopPropagation();
                copy();
              }}
            >
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
