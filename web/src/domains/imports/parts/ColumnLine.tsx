import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Code, Select, SimpleGrid, Text, TextInput } from "@mantine/core";
import type { Schemas } from "@/api/context";
import { columnWords, type Import, type Settings } from "../words";

interface ColumnLineProps {
  run: Import;
  column: Schemas["ImportColumnOut"];
  settings: Settings;
  onChange: (patch: Partial<Settings>) => void;
}

const NONE = " none";
const SAME = " same";

/** A column that we know: where it stands in the file, and what the first rows say there. */
export function ColumnLine({ run, column, settings, onChange }: ColumnLineProps) {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { mapping, constants } = settings;
  const words = columnWords(run.kind, column.name);
  const label = words ? _(words) : column.name;
  const fixed = column.name in constants;
  const own = run.columns.find((name) => name.toLowerCase() === column.name);
  const chosen = fixed ? SAME : (mapping[column.name] ?? own ?? NONE);
  const place = run.columns.indexOf(chosen);
  const cells = run.first_rows.map((row) => row[place] ?? "").filter((cell) => cell !== "");
  const choose = (value: string | null) => {
    const otherColumns = without(mapping, column.name);
    const otherConstants = without(constants, column.name);
    onChange({
      mapping:
        value === null || value === NONE || value === SAME
          ? otherColumns
          : { ...otherColumns, [column.name]: value },
      constants:
        value === SAME
          ? { ...otherConstants, [column.name]: column.example ?? "" }
          : otherConstants,
    });
  };
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" verticalSpacing="xxs">
      <Box>
        <Select
          label={label}
          required={column.required}
          description={column.one_of ? t`The file needs one of these` : undefined}
          searchable
          allowDeselect={false}
          value={chosen}
          onChange={choose}
          data={[
            // A column of the same name is always read.
            ...(own === undefined ? [{ value: NONE, label: t`Not in this file` }] : []),
            { value: SAME, label: t`The same in all rows` },
            ...[...new Set(run.columns)].map((name) => ({ value: name, label: name })),
          ]}
        />
        {fixed && (
          <TextInput
            mt="xs"
            aria-label={t`${label} in all rows`}
            value={constants[column.name] ?? ""}
            onChange={(event) =>
              onChange({ constants: { ...constants, [column.name]: event.currentTarget.value } })
            }
          />
        )}
      </Box>
      <Box style={{ alignSelf: "end" }}>
        {cells.length > 0 && (
          <Text c="dimmed" lineClamp={2}>
            <Trans>In the first rows:</Trans>{" "}
            {cells.slice(0, 3).map((cell, at) => (
              <Code key={at} mr="xs">
                {cell}
              </Code>
            ))}
          </Text>
        )}
      </Box>
    </SimpleGrid>
  );
}

const without = (values: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
