import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, NavLink, ScrollArea, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { type ConditionField, keyPrefix } from "./model";
import type { Told } from "./words";

interface FieldPickerProps {
  fields: ConditionField[];
  told: Told;
  /** `name` is the field's, with the key where it is an open map. */
  onPick: (field: ConditionField, name: string) => void;
}

/** All fields with what they mean; found by typing. */
export function FieldPicker({ fields, told, onPick }: FieldPickerProps) {
  const { t } = useLingui();
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState<ConditionField | null>(null);
  const wanted = typed.trim().toLowerCase();
  const name = (field: ConditionField) => {
    const own = told.field(keyPrefix(field) ?? field.name, field.collection);
    return field.collection === null ? own : `${told.elements(field.collection)}: ${own}`;
  };
  const found = fields.filter((field) =>
    `${name(field)} ${field.name} ${field.description}`.toLowerCase().includes(wanted),
  );
  if (open) return <KeyInput field={open} onPick={(key) => onPick(open, key)} />;
  const pick = (field: ConditionField) =>
    keyPrefix(field) === null ? onPick(field, field.name) : setOpen(field);
  return (
    <Stack gap="xs" w="min(24rem, 80vw)">
      <TextInput
        size="xs"
        aria-label={t`Find a field`}
        placeholder={t`Find a field`}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !found[0]) return;
          event.preventDefault();
          pick(found[0]);
        }}
        data-autofocus
      />
      <ScrollArea.Autosize mah="18rem">
        {found.map((field) => (
          <NavLink
            key={`${field.collection} ${field.name}`}
            component="button"
            type="button"
            py="xxs"
            label={name(field)}
            description={field.description}
            onClick={() => pick(field)}
          />
        ))}
        {found.length === 0 && (
          <Text c="dimmed" p="xs">
            <Trans>No field is called so.</Trans>
          </Text>
        )}
      </ScrollArea.Autosize>
    </Stack>
  );
}

function KeyInput({ field, onPick }: { field: ConditionField; onPick: (name: string) => void }) {
  const { t } = useLingui();
  const [key, setKey] = useState("");
  const apply = () => key.trim() !== "" && onPick(`${keyPrefix(field) ?? ""}${key.trim()}`);
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        size="xs"
        label={t`Which key?`}
        description={field.description}
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          apply();
        }}
        data-autofocus
      />
      <Button size="xs" onClick={apply}>
        <Trans>Use it</Trans>
      </Button>
    </Group>
  );
}
