import { Button } from "@mantine/core";
import { Empty } from "../Empty";
import { FilterBar } from "../FilterBar";
import { useFilters } from "../filters";
import { Money } from "../Money";
import { Points } from "../Points";
import { Status } from "../Status";
import { BulkButton } from "../table/BulkBar";
import type { Column } from "../table/columns";
import { DataTable } from "../table/DataTable";
import type { SavedView } from "../table/views";
import { useToast } from "../toast";
import { usePaging } from "../url";
import { When } from "../When";

interface Row {
  id: string;
  name: string;
  email: string;
  points: number;
  spend: string;
  joined: string;
  blocked: boolean;
}

const NAMES = [
  "Anna Kowalski",
  "Bruno Meyer",
  "Chloé Dupont",
  "Deniz Yılmaz",
  "Emil Østergaard",
  "Fatima Zahra",
];
const rowsOf = (length: number): Row[] =>
  Array.from({ length }, (_, at) => ({
    id: `mem_${at}`,
    name: NAMES[at % NAMES.length] ?? "",
    email: `member${at}@example.com`,
    points: (at * 7919) % 5000,
    spend: `${((at * 104729) % 90000) / 100}`,
    joined: new Date(Date.now() - at * 3.1e8).toISOString(),
    blocked: at % 5 === 4,
  }));

const ROWS = rowsOf(12);
const MANY = rowsOf(10_000);

const COLUMNS: Column<Row>[] = [
  { id: "name", header: "Name", cell: (row) => row.name, sort: "name" },
  { id: "email", header: "E-mail", cell: (row) => row.email, sort: "email" },
  {
    id: "status",
    header: "Status",
    cell: (row) => (
      <Status tone={row.blocked ? "attention" : "good"}>
        {row.blocked ? "Blocked" : "Active"}
      </Status>
    ),
  },
  {
    id: "points",
    header: "Points",
    align: "right",
    cell: (row) => <Points value={row.points} bare />,
    definition: "What can be spent now, without pending points.",
  },
  { id: "spend", header: "Spent", align: "right", cell: (row) => <Money amount={row.spend} /> },
  { id: "joined", header: "Joined", cell: (row) => <When at={row.joined} />, sort: "created_at" },
  { id: "id", header: "Id", cell: (row) => row.id, hidden: true },
];

const VIEWS: SavedView[] = [
  {
    id: "1",
    name: "Blocked",
    shared: true,
    mine: true,
    search: { tab: "lists", status: "blocked" },
    screen: "gallery",
    owner: "Anna",
    is_default: false,
    can_change: true,
    version: 1,
    created_at: "2026-11-01T00:00:00Z",
    updated_at: "2026-11-01T00:00:00Z",
  },
];

export function Lists() {
  const paging = usePaging({ sort: "-created_at" });
  const toast = useToast();
  const filters = useFilters([
    { id: "search", kind: "search", label: "Name, e-mail, phone or card" },
    {
      id: "status",
      kind: "choice",
      label: "Status",
      options: [
        { value: "active", label: "Active" },
        { value: "blocked", label: "Blocked" },
      ],
    },
    {
      id: "tier",
      kind: "several",
      label: "Tier",
      options: [
        { value: "gold", label: "Gold" },
        { value: "silver", label: "Silver" },
      ],
    },
    { id: "joined", kind: "dates", label: "Joined" },
    { id: "balance", kind: "numbers", label: "Balance", from: "min", to: "max", unit: "points" },
  ]);
  const none = filters.values.status === "none";
  return (
    <DataTable
      label="Members"
      list={{
        data: {
          data: none ? [] : filters.values.search === "many" ? MANY : ROWS,
          next_cursor: "abc",
        },
        error: null,
        isPending: filters.values.search === "wait",
        isFetching: false,
      }}
      columns={COLUMNS}
      rowId={(row) => row.id}
      rowLink={(row) => `/gallery/members/${row.id}`}
      paging={paging}
      filters={<FilterBar filters={filters} />}
      actions={
        <Button size="xs" variant="default">
          Export
        </Button>
      }
      views={{
        list: VIEWS,
        mayShare: true,
        save: async () => VIEWS[0] as SavedView,
        change: async () => toast.done("Saved", { undo: async () => undefined }),
        remove: async () => undefined,
        setDefault: async () => undefined,
      }}
      selection={{
        everything: true,
        total: 12431,
        actions: (chosen, clear) => <BulkButton onClick={clear}>Block {chosen.kind}</BulkButton>,
      }}
      empty={<Empty title="No member matches">Change or reset the filters.</Empty>}
    />
  );
}
