import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { ConditionJson } from "@/ui/condition/model";

interface Preset {
  id: string;
  name: MessageDescriptor;
  criteria: ConditionJson;
}

/** Groups that most programmes want, to begin from. */
export const PRESETS: Preset[] = [
  {
    id: "lapsed",
    name: msg`Has not bought for 90 days`,
    criteria: { field: "lifetime.days_since_last_purchase", op: "gte", value: 90 },
  },
  {
    id: "best",
    name: msg`Best customers: the top 10% by spend`,
    criteria: { field: "value.percentile", op: "gte", value: 90 },
  },
  {
    id: "vip",
    name: msg`VIP`,
    criteria: { field: "member.is_vip", op: "eq", value: true },
  },
  {
    id: "new",
    name: msg`Joined in the last 30 days`,
    criteria: { field: "member.days_since_enrolment", op: "lte", value: 30 },
  },
  {
    id: "never",
    name: msg`Joined, but never bought`,
    criteria: { field: "lifetime.purchases", op: "eq", value: 0 },
  },
  {
    id: "unspent",
    name: msg`Has 500 points or more to spend`,
    criteria: { field: "points.available", op: "gte", value: 500 },
  },
  {
    id: "regulars",
    name: msg`Three purchases or more in 90 days`,
    criteria: { field: "purchases.last_90_days.count", op: "gte", value: 3 },
  },
];
