import { Trans } from "@lingui/react/macro";
import { TextInput, type TextInputProps } from "@mantine/core";
import { momentOf, wallOf } from "../format";
import { useTenantZone } from "../tenant";

type Base = Omit<TextInputProps, "value" | "onChange" | "defaultValue" | "type">;

interface DateTimeInputProps extends Base {
  /** A moment as the API has it (ISO, with zone); null when there is none. */
  value?: string | null | undefined;
  onChange?: (value: string | null) => void;
}

/** A moment, typed and read in the tenant's zone, which it names. */
export function DateTimeInput({ value, onChange, description, ...props }: DateTimeInputProps) {
  const zone = useTenantZone();
  return (
    <TextInput
      type="datetime-local"
      value={value ? wallOf(value, zone) : ""}
      onChange={(event) => {
        const wall = event.currentTarget.value;
        onChange?.(wall === "" ? null : momentOf(wall, zone));
      }}
      description={description ?? <Trans>Time zone: {zone}</Trans>}
      {...props}
    />
  );
}

/** A day that belongs to no zone (`2026-11-28`). */
export function DayInput({ value, onChange, ...props }: DateTimeInputProps) {
  return (
    <TextInput
      type="date"
      value={value ?? ""}
      onChange={(event) => onChange?.(event.currentTarget.value || null)}
      {...props}
    />
  );
}
