import { act, fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { FilterBar } from "../FilterBar";
import { useFilters } from "../filters";
import { inRouter } from "../testing";
import { usePaging } from "../url";
import { BulkButton } from "./BulkBar";
import { type Column, columnChoice, shownColumns } from "./columns";
import { DataTable } from "./DataTable";

interface Row {
  id: string;
  name: string;
}

const COLUMNS: Column<Row>[] = [
  { id: "name", header: "Name", cell: (row) => row.name, sort: "name" },
  { id: "id", header: "Id", cell: (row) => row.id, hidden: true },
];
const ROWS: Row[] = [
  { id: "mem_1", name: "Anna" },
  { id: "mem_2", name: "Ben" },
];

test("columns are as the address says, else as usual; the usual choice leaves no trace", () => {
  expect(shownColumns(COLUMNS, undefined)).toEqual(["name"]);
  expect(shownColumns(COLUMNS, "id,name,gone")).toEqual(["id", "name"]);
  expect(shownColumns(COLUMNS, "gone")).toEqual(["name"]);
  expect(columnChoice(COLUMNS, ["id", "name"])).toBe("name,id");
  expect(columnChoice(COLUMNS, ["name"])).toBeUndefined();
});

let chosen = "";

function Members({ rows = ROWS, pending = false }: { rows?: Row[]; pending?: boolean }) {
  const paging = usePaging({ sort: "-created_at" });
  const filters = useFilters([
    { id: "search", kind: "search", label: "Search" },
    { id: "status", kind: "choice", label: "Status", options: [{ value: "on", label: "Active" }] },
  ]);
  return (
    <DataTable
      label="Members"
      list={{
        data: { data: rows, next_cursor: "next" },
        error: null,
        isPending: pending,
        isFetching: false,
      }}
      columns={COLUMNS}
      rowId={(row) => row.id}
      rowLink={(row) => `/gallery/members/${row.id}`}
      paging={paging}
      filters={<FilterBar filters={filters} />}
      empty="No members yet"
      selection={{
        everything: true,
        total: 12431,
        actions: (all) => (
          <BulkButton onClick={() => (chosen = all.kind === "all" ? "all" : all.ids.join())}>
            Block
          </BulkButton>
        ),
      }}
    />
  );
}

async function shown(address: string, element = <Members />) {
  const { wrapper, router } = await inRouter(address);
  render(element, { wrapper });
  await screen.findByRole("searchbox");
  return router;
}

const press = (name: string | RegExp) =>
  act(async () => fireEvent.click(screen.getByRole("button", { name })));

describe("a list", () => {
  test("a row is a link, a head sorts, and Next goes on", async () => {
    const router = await shown("/list");
    expect(screen.getByRole("link", { name: "Anna" }).getAttribute("href")).toBe(
      "/gallery/members/mem_1",
    );
    await press("Name");
    expect(router.state.location.search).toEqual({ sort: "name" });
    await press("Name");
    expect(router.state.location.search).toEqual({ sort: "-name" });
    expect(screen.getByRole("columnheader", { name: /Name/ }).getAttribute("aria-sort")).toBe(
      "descending",
    );
    await press("Next");
    expect(router.state.location.search).toEqual({ sort: "-name", after: "next", page: 2 });
  });

  test("all of the page is not all that match, and both say so", async () => {
    await shown("/list");
    await act(async () =>
      fireEvent.click(screen.getByRole("checkbox", { name: /all rows of this page/ })),
    );
    expect(screen.getByText("2 selected")).toBeTruthy();
    await press("Block");
    expect(chosen).toBe("mem_1,mem_2");
    await press("Select all 12,431 that match");
    expect(screen.getByText("All 12,431 that match")).toBeTruthy();
    await press("Block");
    expect(chosen).toBe("all");
    await act(async () =>
      fireEvent.click(screen.getAllByRole("checkbox", { name: "Select this row" })[0] as Element),
    );
    expect(screen.queryByText("All 12,431 that match")).toBeNull();
  });

  test("a choice ends with the list it was made in", async () => {
    const router = await shown("/list");
    await act(async () =>
      fireEvent.click(screen.getByRole("checkbox", { name: /all rows of this page/ })),
    );
    await press("Select all 12,431 that match");
    await act(async () => router.navigate({ to: ".", search: { open: "mem_1" } as never }));
    expect(screen.getByText("All 12,431 that match")).toBeTruthy();
    await act(async () => router.navigate({ to: ".", search: { status: "on" } as never }));
    expect(screen.queryByText("All 12,431 that match")).toBeNull();
    expect(screen.queryByText("2 selected")).toBeNull();
  });

  test("without rows it says what to do; before they come it keeps their place", async () => {
    await shown("/list", <Members rows={[]} />);
    expect(screen.getByText("No members yet")).toBeTruthy();
    expect(screen.queryByRole("table")).toBeNull();
  });

  test("a filter of the address is a chip, and goes with one press", async () => {
    const router = await shown("/list?status=on&after=abc&page=2");
    expect(screen.getByText("Status: Active")).toBeTruthy();
    await press("Remove the filter Status");
    expect(router.state.location.search).toEqual({});
  });
});
