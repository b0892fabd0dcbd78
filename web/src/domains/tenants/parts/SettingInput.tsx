import { useLingui } from "@lingui/react/macro";
import { ColorInput, Select, Switch, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { LocalNumberInput, MoneyInput, PointsInput } from "@/ui/forms/numbers";
import { useCountries } from "../countries";
import type { Values } from "../model";
import type { Told } from "../useWords";

const RATE_DIGITS = 4;

interface SettingInputProps {
  setting: Told;
  form: UseFormReturnType<Values>;
  /** Why it cannot be changed: the field is off. */
  locked: boolean;
}

/** The field of a setting, as its kind wants it. Empty is no value where there may be none. */
export function SettingInput({ setting, form, locked }: SettingInputProps) {
  const { t } = useLingui();
  const { shape, name } = setting;
  const countries = useCountries(shape.kind === "country" ? shape.options : []);
  const props = form.getInputProps(name);
  const common = {
    "aria-label": setting.label,
    "aria-describedby": `about-${name}`,
    error: props.error as string | undefined,
    disabled: locked,
    maw: "22rem",
    ...(setting.none !== undefined && { placeholder: setting.none }),
  };
  const set = (value: unknown) => form.setFieldValue(name, value as never);
  const value = form.values[name];
  const units = {
    days: t` days`,
    perSecond: t` per second`,
    rate: t` points`,
  };
  switch (shape.kind) {
    case "flag":
      return shape.nullable ? (
        <Select
          {...common}
          allowDeselect={false}
          value={String(value)}
          data={[
            { value: "null", label: setting.none ?? t`No value` },
            { value: "true", label: t`On` },
            { value: "false", label: t`Off` },
          ]}
          onChange={(chosen) => set(chosen === "null" ? null : chosen === "true")}
        />
      ) : (
        <Switch
          aria-label={setting.label}
          aria-describedby={`about-${name}`}
          disabled={locked}
          error={common.error}
          checked={value === true}
          label={value === true ? t`On` : t`Off`}
          onChange={(event) => set(event.currentTarget.checked)}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          allowDeselect={false}
          value={String(value)}
          data={shape.options.map((option) => ({ value: option, label: setting.option(option) }))}
          onChange={set}
        />
      );
    case "country":
      return (
        <Select
          {...common}
          searchable
          clearable
          clearButtonProps={{ "aria-label": t`No country` }}
          value={(value as string | null) ?? null}
          data={countries}
          onChange={set}
        />
      );
    case "colour":
      return (
        <ColorInput
          {...common}
          value={String(value)}
          onChange={set}
          eyeDropperButtonProps={{ "aria-label": t`Pick a colour on the screen` }}
        />
      );
    case "money":
      return <MoneyInput {...common} value={value as string | null} onChange={set} />;
    case "points":
      return <PointsInput {...common} value={value as number | null} onChange={set} min={0} />;
    case "number":
    case "days":
    case "perSecond":
      return (
        <LocalNumberInput
          {...common}
          allowDecimal={false}
          min={shape.min ?? 0}
          inputMode="numeric"
          suffix={shape.kind === "number" ? "" : units[shape.kind]}
          value={(value as number | null) ?? ""}
          onChange={(next) => set(next === "" ? null : Number(next))}
        />
      );
    case "rate":
      return (
        <LocalNumberInput
          {...common}
          decimalScale={RATE_DIGITS}
          min={0}
          inputMode="decimal"
          suffix={units.rate}
          valueIsNumericString
          value={(value as string | null) ?? ""}
          onChange={(next) => set(next === "" ? null : String(next))}
        />
      );
    default:
      return (
        <TextInput
          {...common}
          maxLength={shape.longest}
          value={String(value ?? "")}
          onChange={(event) => set(event.currentTarget.value)}
        />
      );
  }
}
