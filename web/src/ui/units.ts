import { useApi, useMay } from "@/api/context";

const ALL = { params: { query: { limit: 100 } } } as const;

/** What the points of a program are called: `<Points value={…} {...unit(program_id)} />`. */
export function useUnits(): (programId: string | null) => { unit?: string; program?: string } {
  const { api } = useApi();
  const may = useMay();
  const programs = api.useQuery("get", "/v1/programs", ALL, { enabled: may("ledger:read") });
  return (programId) => {
    const found = programs.data?.data.find(({ id }) => id === programId);
    if (found === undefined) return {};
    return { unit: found.unit_name, ...(found.is_default ? {} : { program: found.name }) };
  };
}
