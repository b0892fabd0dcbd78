import { type Schemas, useApi } from "@/api/context";

export type Tenant = Schemas["PlatformTenantOut"];
export type Plan = Schemas["PlanOut"];
export type Setting = Schemas["SettingOut"];
export type Figures = Schemas["TenantFiguresOut"];
export type Health = Schemas["PlatformHealthOut"];

/** All plans, withdrawn ones too. */
export function usePlans() {
  const { api } = useApi();
  const plans = api.useQuery("get", "/v1/platform/plans");
  const all = plans.data?.data ?? [];
  return {
    query: plans,
    all,
    /** Those that a tenant can be put on, to choose from. */
    choices: all
      .filter(({ archived_at }) => archived_at === null)
      .map(({ code, name }) => ({ value: code, label: name })),
    name: (code: string) => all.find((plan) => plan.code === code)?.name ?? code,
  };
}

/** How large tenants are, by id; it may come later than the tenants themselves. */
export function useFigures(ids: string[]): Map<string, Figures> {
  const { api } = useApi();
  const figures = api.useQuery(
    "get",
    "/v1/platform/figures",
    { params: { query: { tenant_ids: ids.join(",") } } },
    { enabled: ids.length > 0 },
  );
  return new Map(figures.data?.data.map((each) => [each.tenant_id, each]));
}
