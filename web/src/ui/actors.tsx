import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { useApi, useMay } from "@/api/context";
import { EntityLink } from "./EntityLink";

/** Names who did something (`actor_type`, `actor_id`): people by name, where one may know them. */
export function useActors(): (type: string, id: string | null) => ReactNode {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const staff = api.useQuery("get", "/v1/staff", {}, { enabled: may("auth:read") });
  return (type, id) => {
    if (type === "system") return t`Laurels`;
    const person = staff.data?.data.find((each) => each.id === id);
    if (person) return person.name || person.email;
    if (type === "api_key" && id !== null)
      return (
        <EntityLink id={id} inSentence>
          {t`an API key`}
        </EntityLink>
      );
    return type === "staff" ? t`somebody on your staff` : t`the platform’s operator`;
  };
}
