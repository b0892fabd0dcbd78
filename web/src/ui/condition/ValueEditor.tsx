import { Trans, useLingui } from "@lingui/react/macro";
import {
  Button,
  Checkbox,
  Group,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { useState } from "react";
import type { Choice } from "../filters";
import { DateTimeInput, DayInput } from "../forms/DateTimeInput";
import { LocalNumberInput, MoneyInput } from "../forms/numbers";
import { type ConditionField, type Leaf, LISTED, type Scalar } from "./model";

interface ValueEditorProps {
  field: ConditionField;
  leaf: Leaf;
  /** Values to choose from, where the page knows them. */
  options: Choice[];
  onApply: (value: Leaf["value"]) => void;
}

/** Edits a value as its field's kind and the operator want it. */
export function ValueEditor({ field, leaf, options, onApply }: ValueEditorProps) {
  const [draft, setDraft] = useState(leaf.value);
  const list = Array.isArray(draft) ? draft : [draft];
  const end = (at: number) => (value: Scalar) =>
    setDraft(list.map((old, i) => (i === at ? value : old)));
  const apply = () => onApply(draft);
  return (
    // No form of its own: it may stand inside of one.
    <Stack
      gap="xs"
      miw="14rem"
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.defaultPrevented || Array.isArray(draft)) return;
        event.preventDefault();
        apply();
      }}
    >
      {leaf.op === "between" ? (
        <Group gap="xs" wrap="nowrap">
          <One field={field} value={list[0] ?? ""} options={options} onChange={end(0)} />
          <Trans>and</Trans>
          <One field={field} value={list[1] ?? ""} options={options} onChange={end(1)} />
        </Group>
      ) : LISTED.has(leaf.op) ? (
        <Many field={field} values={list} options={options} onChange={setDraft} />
      ) : (
        <One field={field} value={draft as Scalar} options={options} onChange={setDraft} />
      )}
      <Button size="xs" onClick={apply}>
        <Trans>Apply</Trans>
      </Button>
    </Stack>
  );
}

interface OneProps {
  field: ConditionField;
  value: Scalar;
  options: Choice[];
  onChange: (value: Scalar) => void;
}

function One({ field, value, options, onChange }: OneProps) {
  const { t } = useLingui();
  const common = { size: "xs", "aria-label": t`Value`, "data-autofocus": true } as const;
  if (typeof value === "boolean")
    return (
      <SegmentedControl
        size="xs"
        value={String(value)}
        data={[
          { value: "true", label: t`yes` },
          { value: "false", label: t`no` },
        ]}
        onChange={(next) => onChange(next === "true")}
      />
    );
  if (options.length > 0)
    return (
      <Select
        {...common}
        data={options}
        value={String(value)}
        onChange={(next) => next !== null && onChange(next)}
        searchable={options.length > 8}
        comboboxProps={{ withinPortal: false }}
      />
    );
  switch (field.kind) {
    case "money":
      return (
        <MoneyInput {...common} value={String(value)} onChange={(next) => onChange(next ?? "")} />
      );
    case "integer":
      return (
        <LocalNumberInput
          {...common}
          allowDecimal={false}
          value={value}
          onChange={(next) => onChange(next === "" ? "" : Number(next))}
        />
      );
    case "number":
      // Decimals travel as text: the API refuses binary fractions.
      return (
        <LocalNumberInput
          {...common}
          value={value}
          onChange={(next) => onChange(String(next))}
          valueIsNumericString
        />
      );
    case "date":
      return (
        <DayInput {...common} value={String(value)} onChange={(next) => onChange(next ?? "")} />
      );
    case "datetime":
      return (
        <DateTimeInput
          {...common}
          value={String(value) || null}
          onChange={(next) => onChange(next ?? "")}
        />
      );
    default:
      return (
        <TextInput
          {...common}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}

interface ManyProps {
  field: ConditionField;
  values: Scalar[];
  options: Choice[];
  onChange: (values: Scalar[]) => void;
}

function Many({ field, values, options, onChange }: ManyProps) {
  const { t } = useLingui();
  const texts = values.map(String);
  const taken = (next: string[]) => onChange(field.kind === "integer" ? next.map(Number) : next);
  if (options.length > 0)
    return (
      <Checkbox.Group value={texts} onChange={taken}>
        <Stack gap="xs" mah="16rem" style={{ overflowY: "auto" }}>
          {options.map((option) => (
            <Checkbox key={option.value} size="xs" value={option.value} label={option.label} />
          ))}
        </Stack>
      </Checkbox.Group>
    );
  return (
    <TagsInput
      size="xs"
      aria-label={t`Values`}
      placeholder={t`Type one and press Enter`}
      value={texts}
      onChange={taken}
      splitChars={[",", ";", "\n"]}
      acceptValueOnBlur
      comboboxProps={{ withinPortal: false }}
      data-autofocus
    />
  );
}
