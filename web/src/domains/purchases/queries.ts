import type { Schemas } from "@/api/context";

export type Purchase = Schemas["PurchaseOut"];
export type Line = Schemas["LineOut"];
export type Refund = Schemas["RefundLineOut"];
