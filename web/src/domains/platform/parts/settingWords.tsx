import { useLingui as useMessages } from "@lingui/react";
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { formatNumber } from "@/ui/format";
import { type Setting, usePlans } from "../queries";
import { SETTINGS } from "../words";

export interface Flag {
  on: boolean;
  except_tenants: string[];
}

export const isFlag = (setting: Setting) => setting.name.startsWith("features.");

/** What a setting is called, and its values as people say them. */
export function useSettingWords() {
  const { _ } = useMessages();
  const { t, i18n } = useLingui();
  const plans = usePlans();
  return {
    label: ({ name }: Setting): string => {
      const words = SETTINGS[name];
      return words ? _(words.label) : name;
    },
    hint: ({ name, description }: Setting): string => {
      const words = SETTINGS[name];
      return words ? _(words.hint) : description;
    },
    value: (setting: Setting, value: unknown): ReactNode => {
      if (isFlag(setting)) {
        const { on, except_tenants } = value as Flag;
        const others = except_tenants.length;
        const state = on ? t`On` : t`Off`;
        if (others === 0) return state;
        const excepted = t`${plural(others, { one: "# tenant", other: "# tenants" })}`;
        return t`${state}, except for ${excepted}`;
      }
      if (setting.name === "tenants.default_plan") return plans.name(String(value));
      return typeof value === "number" ? formatNumber(value, i18n.locale) : String(value);
    },
  };
}
