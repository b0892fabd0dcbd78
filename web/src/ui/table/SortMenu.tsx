import { Trans } from "@lingui/react/macro";
import { Button, Menu } from "@mantine/core";
import { IconArrowDown, IconArrowsSort, IconArrowUp } from "@tabler/icons-react";
import type { Paging } from "../url";
import { type Column, nextSort } from "./columns";

/** The order on a phone, where a table has no heads to press. */
export function SortMenu<T>({ columns, paging }: { columns: Column<T>[]; paging: Paging }) {
  const sortable = columns.filter((column) => column.sort !== undefined);
  if (sortable.length === 0) return null;
  return (
    <Menu shadow="md" position="bottom-start">
      <Menu.Target>
        <Button
          hiddenFrom="sm"
          variant="subtle"
          color="gray"
          size="xs"
          leftSection={<IconArrowsSort size={14} aria-hidden />}
        >
          <Trans>Sort</Trans>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {sortable.map(({ id, header, sort = "" }) => (
          <Menu.Item
            key={id}
            onClick={() => paging.setSort(nextSort(sort, paging.sort))}
            rightSection={
              paging.sort === sort ? (
                <IconArrowUp size={14} aria-hidden />
              ) : (
                paging.sort === `-${sort}` && <IconArrowDown size={14} aria-hidden />
              )
            }
          >
            {header}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
