import { msOf, parseWall, tenantInstant, tenantWall } from "../../app/time";
import { t } from "../../locales/catalogue";
import { decimal, numberFormat } from "../../locales/words";
import type { ActionView, ParamView } from "../../platform/backend";

/** What was put in for a parameter as JSON text, or nothing where it is no such value. */
export function paramJson(param: ParamView, put: string): string | null {
  const text = put.trim();
  switch (param.kind) {
    case "integer":
      return /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text))
        ? String(Number(text))
        : null;
    case "number": {
      const number = Number(pointed(text));
      return text !== "" && Number.isFinite(number) ? String(number) : null;
    }
    case "boolean":
      return text === "true" || text === "false" ? text : null;
    case "enum":
      return param.one_of.some(({ value }) => value === text) ? JSON.stringify(text) : null;
    case "date":
      return /^\d{4}-\d\d-\d\d$/.test(text) ? JSON.stringify(text) : null;
    case "timestamp":
      return instantJson(text);
    case "money":
      return moneyJson(pointed(text));
    case "string":
    case "text":
    case "id":
    case "ref":
      return text === "" ? null : JSON.stringify(text);
  }
}

/** A local time of the tenant, as UTC. */
function instantJson(text: string): string | null {
  const wall = parseWall(`${text.length === 16 ? `${text}:00` : text}Z`);
  const at = wall && tenantInstant(wall.face);
  return at === null ? null : JSON.stringify(new Date(at).toISOString());
}

const WITH_COMMA = /^([-−]?)(\d+),(\d+)(\s*[A-Za-z]{3})?$/;

/** Whether numbers are written with a decimal comma where the operator is. */
const saysComma = () =>
  numberFormat({})
    .formatToParts(1.5)
    .some(({ value }) => value === ",");

/**
 * A decimal that was put in with a comma, with a point. Where the comma may part thousands it stays, and is
 * no number then: nobody guesses between 1.234 and 1234.
 */
export function pointed(text: string): string {
  const [, sign = "", whole, fraction, currency = ""] = WITH_COMMA.exec(text) ?? [];
  if (whole === undefined || fraction === undefined) return text;
  const parts = fraction.length === 3 && /^[1-9]\d{0,2}$/.test(whole) && !saysComma();
  return parts ? text : `${sign}${whole}.${fraction}${currency}`;
}

/** How a decimal comma was understood, in words; nothing where there is none. */
export function understood(put: string): string | null {
  const text = put.trim();
  const read = pointed(text);
  return read === text ? null : t("param-understood", { value: read });
}

/** "22.00 AUD" as minor units. */
function moneyJson(text: string): string | null {
  const found = /^([\d.]+)\s*([A-Za-z]{3})$/.exec(text);
  if (!found) return null;
  const [, amount = "", letters = ""] = found;
  const currency = letters.toUpperCase();
  const minor = minorOf(amount, digitsOf(currency));
  return minor === null ? null : JSON.stringify({ minor, currency });
}

/** "22.00" as minor units, without a detour over fractions; nothing where it is no such amount. */
export function minorOf(text: string, digits: number): number | null {
  const found = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (!found) return null;
  const [, whole = "", fraction = ""] = found;
  if (fraction.length > digits) return null;
  const minor = Number(whole + fraction.padEnd(digits, "0"));
  return Number.isSafeInteger(minor) ? minor : null;
}

/** What is typed to confirm: the amount that was put in where the action asks for one, else what it says. */
export function typedWords(
  { typed, typed_param }: Pick<ActionView, "typed" | "typed_param">,
  params: Put | null,
): string | null {
  const json = typed_param === null ? undefined : params?.[typed_param];
  if (json === undefined) return typed;
  const { minor, currency } = JSON.parse(json) as { minor: number; currency: string };
  return decimal(minor, digitsOf(currency));
}

/**
 * What was said once, as it would be put in: nothing of what is not asked for any more, or not in this form.
 */
export function putOfSaid(params: readonly ParamView[], said: Put): Put {
  const put: Put = {};
  for (const param of params) {
    const typed = typedOf(param, said[param.name]);
    if (typed !== null && paramJson(param, typed) !== null) put[param.name] = typed;
  }
  return put;
}

function typedOf({ kind }: ParamView, json: string | undefined): string | null {
  const value = readJson(json);
  if (kind === "money") {
    const { minor, currency } = (value ?? {}) as { minor?: unknown; currency?: unknown };
    return typeof minor === "number" && typeof currency === "string"
      ? `${decimal(minor, digitsOf(currency))} ${currency}`
      : null;
  }
  if (kind === "integer" || kind === "number") return typeof value === "number" ? `${value}` : null;
  if (kind === "boolean") return typeof value === "boolean" ? `${value}` : null;
  if (typeof value !== "string") return null;
  return kind === "timestamp" ? faceOf(value) : value;
}

function readJson(json: string | undefined): unknown {
  try {
    return json === undefined ? null : JSON.parse(json);
  } catch {
    return null;
  }
}

/** An instant as the tenant's clock shows it, to the second. */
function faceOf(text: string): string | null {
  const at = msOf(text);
  const wall = at === null ? null : tenantWall(at);
  return wall && new Date(wall.face).toISOString().slice(0, 19);
}

/** What of it has a value so far, as JSON text. */
export function saidOf(params: readonly ParamView[], put: Put): Put {
  const said: Put = {};
  for (const param of params) {
    const json = paramJson(param, put[param.name] ?? "");
    if (json !== null) said[param.name] = json;
  }
  return said;
}

/** What is needed and has no value yet. */
export function wantingOf(params: readonly ParamView[], put: Put): ParamView[] {
  return params.filter(
    (param) => !param.optional && paramJson(param, put[param.name] ?? "") === null,
  );
}

/** Why what was said does not go, by parameter: the row that refuses goes by it. */
export function refusedParams(
  { policy, denied }: Pick<ActionView, "policy" | "denied">,
  said: Put,
): Put {
  const row = policy.find(({ id, outcome }) => id === denied?.row && outcome === "failed");
  const refused: Put = {};
  for (const name of row?.reads ?? []) {
    if (said[name] !== undefined && denied) refused[name] = denied.detail;
  }
  return refused;
}

/** Digits behind the point of a currency. */
export function digitsOf(currency: string): number {
  try {
    const options = { style: "currency", currency } as const;
    return numberFormat(options).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    // What somebody else saved may be no code.
    return 2;
  }
}

export type Put = Record<string, string>;

/** All parameters as JSON text, or nothing while one that is needed is missing or wrong. */
export function paramsJson(params: readonly ParamView[], put: Put): Put | null {
  const ready: Put = {};
  for (const param of params) {
    const text = put[param.name] ?? "";
    if (text.trim() === "" && param.optional) continue;
    const json = paramJson(param, text);
    if (json === null) return null;
    ready[param.name] = json;
  }
  return ready;
}
