import { Trans } from "@lingui/react/macro";
import { Box, Group } from "@mantine/core";
import {
  columnVisibilityFeature,
  rowSelectionFeature,
  type RowSelectionState,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useSearch } from "@tanstack/react-router";
import { type ReactNode, useMemo, useState } from "react";
import * as z from "zod/mini";
import { Empty } from "../Empty";
import { ProblemNotice } from "../ProblemNotice";
import { type Paging, useUrlState } from "../url";
import { Body, Skeletons } from "./Body";
import { BulkBar, type Selecting } from "./BulkBar";
import { ColumnChoice } from "./ColumnChoice";
import { type Column, columnChoice, shownColumns } from "./columns";
import styles from "./DataTable.module.css";
import { Head } from "./Head";
import { Pager } from "./Pager";
import { SortMenu } from "./SortMenu";
import type { Views } from "./views";
import { ViewsMenu } from "./ViewsMenu";

export interface ListAnswer<T> {
  data?: { data: T[]; next_cursor?: string | null } | undefined;
  error: unknown;
  isPending: boolean;
  isFetching: boolean;
  refetch?: () => unknown;
}

interface DataTableProps<T> {
  /** What it lists, for screen readers: `Members`. */
  label: string;
  /** The answer of `api.useQuery("get", "/v1/…")`, with `placeholderData: keepPreviousData`. */
  list: ListAnswer<T>;
  columns: Column<T>[];
  rowId: (row: T) => string;
  /** Address of a row's screen, such as `/acme/members/mem_…`; the first column becomes the link. */
  rowLink?: (row: T) => string | null;
  /** Place and order from `usePaging`; without it all rows are here and none can be sorted. */
  paging?: Paging;
  /** Shown when there is nothing: an `<Empty>`, which differs with and without filters. */
  empty?: ReactNode;
  /** Stands above at the left: a `<FilterBar>`. */
  filters?: ReactNode;
  /** Stands above at the right: the export. */
  actions?: ReactNode;
  /** Makes rows selectable; `actions` gets what is chosen. */
  selection?: Selecting<T> | undefined;
  /** Views that people save and share: `useViews("members")`. */
  views?: Views | undefined;
}

const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature });
const CHOICE = { columns: z.optional(z.string()) };
const WIDE = 9;

/** The one table: sorted and paged by the API, its state in the address, cards on a phone. */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { label, list, columns, rowId, rowLink, paging, empty, selection } = props;
  const [{ columns: chosen }, setChoice] = useUrlState(CHOICE);
  const [picked, setPicked] = useState<RowSelectionState>({});
  const [all, setAll] = useState(false);
  const clear = () => {
    setPicked({});
    setAll(false);
  };
  const place = usePlace();
  const [seen, setSeen] = useState(place);
  if (seen !== place) {
    // What was chosen belongs to the list as it was; "all" of another list is something else.
    setSeen(place);
    clear();
  }
  const shown = useMemo(() => shownColumns(columns, chosen), [columns, chosen]);
  const rows = useMemo(() => list.data?.data ?? [], [list.data]);
  const table = useTable({
    features,
    data: rows as never,
    columns: useMemo(() => columns.map(({ id }) => ({ id, header: id })), [columns]),
    getRowId: rowId as never,
    state: {
      rowSelection: picked,
      columnVisibility: Object.fromEntries(columns.map(({ id }) => [id, shown.includes(id)])),
    },
    onRowSelectionChange: setPicked,
  });
  const visible = table
    .getVisibleLeafColumns()
    .map((leaf) => columns.find((column) => column.id === leaf.id))
    .filter((column) => column !== undefined);
  const here = table.getRowModel().rows as never as { id: string; original: T }[];
  const selected = here.filter((row) => picked[row.id]);
  const picking = selection && {
    has: (id: string) => all || picked[id] === true,
    toggle: (id: string) => {
      setAll(false);
      table.getRow(id).toggleSelected();
    },
    every: all || table.getIsAllRowsSelected(),
    some: selected.length > 0,
    toggleEvery: () => (all ? clear() : table.toggleAllRowsSelected()),
  };
  const bare = !list.isPending && rows.length === 0;
  return (
    <Box>
      <Toolbar {...props}>
        {paging && <SortMenu columns={columns} paging={paging} />}
        <ColumnChoice
          columns={columns}
          shown={shown}
          onChange={(ids) => setChoice({ columns: columnChoice(columns, ids) })}
        />
      </Toolbar>
      {list.error ? (
        <ProblemNotice error={list.error} onRetry={list.refetch && (() => void list.refetch?.())} />
      ) : (
        <Box className={`${styles.frame} ${visible.length >= WIDE ? styles.wide : ""}`}>
          {bare ? (
            (empty ?? <Empty title={<Trans>Nothing here</Trans>} />)
          ) : (
            <table
              className={`${styles.table} ${list.isFetching && !list.isPending ? styles.stale : ""}`}
              role="table"
              aria-label={label}
              aria-busy={list.isFetching}
            >
              <Head columns={visible} paging={paging} picking={picking} />
              {list.isPending ? (
                <Skeletons columns={visible} picking={picking !== undefined} />
              ) : (
                <Body columns={visible} rows={here} rowLink={rowLink} picking={picking} />
              )}
            </table>
          )}
        </Box>
      )}
      {paging && <Pager paging={paging} next={list.data?.next_cursor ?? null} />}
      {selection && (selected.length > 0 || all) && (
        <BulkBar
          selection={selection}
          selected={selected}
          all={all}
          whole={selected.length === here.length && list.data?.next_cursor != null}
          onAll={() => setAll(true)}
          onClear={clear}
        />
      )}
    </Box>
  );
}

/** What of the address decides which rows are here. */
function usePlace(): string {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  return JSON.stringify({ ...search, columns: undefined, open: undefined });
}

function Toolbar<T>({
  filters,
  actions,
  views,
  children,
}: DataTableProps<T> & { children: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-start" gap="sm" mb="sm" className="no-print">
      <Box flex="1 1 20em" miw={0}>
        {filters}
      </Box>
      <Group gap="xs">
        {views && <ViewsMenu views={views} />}
        {children}
        {actions}
      </Group>
    </Group>
  );
}
