import { expect, test } from "vitest";
import { failureOf } from "./whyWords";

test.each([
  ["purchase.amount 12.00 is not at least 50", "purchase.amount", "12.00", "is not at least", "50"],
  [
    "member.tier Silver is not one of Gold, Platinum",
    "member.tier",
    "Silver",
    "is not one of",
    "Gold, Platinum",
  ],
  ["member.email does not contain @", "member.email", "", "does not contain", "@"],
  ["purchase.channel web is not till", "purchase.channel", "web", "is not", "till"],
])("a failed comparison is taken apart: %s", (sentence, field, found, how, value) => {
  expect(failureOf(sentence)).toEqual({ field, found, how, value });
});
