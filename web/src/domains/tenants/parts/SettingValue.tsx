import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { ColorSwatch, Group } from "@mantine/core";
import type { ReactNode } from "react";
import { formatNumber } from "@/ui/format";
import { Money } from "@/ui/Money";
import { Points } from "@/ui/Points";
import { useCountryName } from "../countries";
import type { Told } from "../useWords";

/** A setting's value as people say it. */
export function useShown(): (setting: Told, value: unknown) => ReactNode {
  const { t, i18n } = useLingui();
  const country = useCountryName();
  return (setting, value) => {
    if (value === null || value === undefined || value === "")
      return setting.none ?? (setting.shape.kind === "code" ? t`Nothing` : t`No value`);
    const number = Number(value);
    const figure = formatNumber(String(value), i18n.locale);
    switch (setting.shape.kind) {
      case "flag":
        return value === true ? t`On` : t`Off`;
      case "choice":
        return setting.option(String(value));
      case "money":
        return <Money amount={String(value)} />;
      case "points":
        return <Points value={number} />;
      case "rate":
        return t`${plural(number, { one: `${figure} point`, other: `${figure} points` })}`;
      case "days":
        return t`${plural(number, { one: "# day", other: "# days" })}`;
      case "perSecond":
        return t`${figure} per second`;
      case "number":
        return figure;
      case "country":
        return country(String(value));
      case "colour":
        return (
          <Group component="span" gap="xxs" display="inline-flex">
            <ColorSwatch component="span" color={String(value)} size="1em" aria-hidden />
            {String(value)}
          </Group>
        );
      default:
        return String(value);
    }
  };
}
