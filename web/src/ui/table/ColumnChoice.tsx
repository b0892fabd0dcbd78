import { Trans } from "@lingui/react/macro";
import { Button, Checkbox, Popover, Stack } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import type { Column } from "./columns";

interface ColumnChoiceProps<T> {
  columns: Column<T>[];
  shown: string[];
  onChange: (shown: string[]) => void;
}

/** Which columns a table shows. The first always stays: it is the link. */
export function ColumnChoice<T>({ columns, shown, onChange }: ColumnChoiceProps<T>) {
  if (columns.length < 4) return null;
  return (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button variant="subtle" color="gray" size="xs" leftSection={<IconColumns3 size={14} />}>
          <Trans>Columns</Trans>
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Checkbox.Group value={shown} onChange={onChange}>
          <Stack gap="xs">
            {columns.map((column, at) => (
              <Checkbox
                key={column.id}
                value={column.id}
                label={column.header}
                disabled={at === 0}
                size="xs"
              />
            ))}
          </Stack>
        </Checkbox.Group>
      </Popover.Dropdown>
    </Popover>
  );
}
