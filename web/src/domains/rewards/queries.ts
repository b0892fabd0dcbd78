import type { Schemas } from "@/api/context";

export type Redemption = Schemas["RedemptionOut"];
