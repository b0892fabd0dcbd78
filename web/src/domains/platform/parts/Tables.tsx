import { Trans, useLingui } from "@lingui/react/macro";
import { Progress, Table } from "@mantine/core";
import { formatNumber } from "@/ui/format";
import type { Health } from "../queries";
import { useBytes } from "./measures";

/** The largest tables of the database, each beside the largest of all. */
export function Tables({ tables }: { tables: Health["database"]["tables"] }) {
  const { i18n } = useLingui();
  const bytes = useBytes();
  const most = Math.max(1, ...tables.map((table) => table.bytes));
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>
            <Trans>Table</Trans>
          </Table.Th>
          <Table.Th ta="right">
            <Trans>Rows, about</Trans>
          </Table.Th>
          <Table.Th ta="right">
            <Trans>Size</Trans>
          </Table.Th>
          <Table.Td w="30%" visibleFrom="sm" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody className="tabular">
        {tables.map((table) => (
          <Table.Tr key={table.name}>
            <Table.Td>{table.name}</Table.Td>
            <Table.Td ta="right">{formatNumber(table.estimated_rows, i18n.locale)}</Table.Td>
            <Table.Td ta="right">{bytes(table.bytes)}</Table.Td>
            <Table.Td visibleFrom="sm">
              <Progress value={(table.bytes / most) * 100} aria-label={bytes(table.bytes)} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
