import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Group, Radio, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { DateRange } from "./DateRange";
import { LocalNumberInput } from "./forms/numbers";
import { type Filter, rangeOf, rangeText } from "./filters";

interface FilterEditorProps {
  filter: Filter;
  value: string | undefined;
  onApply: (value: string | undefined) => void;
}

/** The inside of a filter's popover. */
export default function FilterEditor({ filter, value, onApply }: FilterEditorProps) {
  const [draft, setDraft] = useState(value);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onApply(draft === "" ? undefined : draft);
      }}
    >
      <Stack gap="sm">
        <Editing filter={filter} value={draft} onChange={setDraft} onApply={onApply} />
        {filter.kind !== "choice" && (
          <Button type="submit" size="xs">
            <Trans>Apply</Trans>
          </Button>
        )}
      </Stack>
    </form>
  );
}

function Editing(props: FilterEditorProps & { onChange: (value: string | undefined) => void }) {
  const { filter, value, onChange, onApply } = props;
  const { t } = useLingui();
  switch (filter.kind) {
    case "search":
    case "text":
      return (
        <TextInput
          label={filter.label}
          value={value ?? ""}
          onChange={(event) => onChange(event.currentTarget.value)}
          data-autofocus
        />
      );
    case "choice":
      return (
        <Radio.Group label={filter.label} value={value ?? ""} onChange={onApply}>
          <Stack gap="xs" mt="xs" mah="18rem" style={{ overflowY: "auto" }}>
            {filter.options.map((option) => (
              <Radio key={option.value} size="xs" value={option.value} label={option.label} />
            ))}
          </Stack>
        </Radio.Group>
      );
    case "several":
      return (
        <Checkbox.Group
          label={filter.label}
          value={value?.split(",") ?? []}
          onChange={(chosen) => onChange(chosen.join(",") || undefined)}
        >
          <Stack gap="xs" mt="xs" mah="18rem" style={{ overflowY: "auto" }}>
            {filter.options.map((option) => (
              <Checkbox key={option.value} size="xs" value={option.value} label={option.label} />
            ))}
          </Stack>
        </Checkbox.Group>
      );
    case "dates":
      return <DateRange value={value} onChange={onChange} onApply={onApply} />;
    case "numbers": {
      const [from, to] = rangeOf(value);
      return (
        <Group gap="xs" wrap="nowrap" align="flex-end">
          <LocalNumberInput
            label={t`At least`}
            value={from}
            suffix={filter.unit && ` ${filter.unit}`}
            onChange={(next) => onChange(rangeText(String(next), to))}
            data-autofocus
          />
          <LocalNumberInput
            label={t`At most`}
            value={to}
            suffix={filter.unit && ` ${filter.unit}`}
            onChange={(next) => onChange(rangeText(from, String(next)))}
          />
        </Group>
      );
    }
  }
}
