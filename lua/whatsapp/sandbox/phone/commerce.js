// Products, orders, what is to be paid.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { money, rich } from "./format.js";
import { body, choice, footer, header } from "./interactive.js";
import { hueOf } from "./avatar.js";
import * as act from "./actions.js";

// A catalogue is not among the things a sandbox has: a product is known by its id.
export function tile(id, hue) {
  return el("span.tile", { style: { "--hue": hue ?? hueOf(id) } }, icon("bag"));
}

const titleOf = (id) => String(id ?? "product").replace(/[_-]+/g, " ");

function basket(message, catalogId, groups, title) {
  return () => act.fillBasket(message, { catalogId, title, groups });
}

export function product(message, content) {
  const { catalog_id, product_retailer_id: id } = content.action ?? {};
  return { nodes: [el("div.product", null, tile(id), el("span.product-name", { dir: "auto" }, titleOf(id)),
             el("span.product-id", null, `catalog ${catalog_id ?? "—"}`)), body(content.body), footer(content.footer)],
           choices: [choice("bag", "View", basket(message, catalog_id, [{ rows: [id] }], titleOf(id)))] };
}

export function products(message, content) {
  const { catalog_id, sections = [] } = content.action ?? {};
  const groups = sections.map((section) => ({ title: section.title, rows: (section.product_items ?? []).map((item) => item.product_retailer_id) }));
  const all = groups.flatMap((group) => group.rows);
  return { nodes: [
    el("div.product", null, el("span.tiles", null, all.slice(0, 3).map((id) => tile(id))),
      el("span.product-name", { dir: "auto" }, content.header?.text ?? "Products"), el("span.product-id", null, `${all.length} products`)),
    body(content.body), footer(content.footer)],
    choices: [choice("list", "View items", basket(message, catalog_id, groups, content.header?.text ?? "Products"))] };
}

export function catalog(message, content) {
  const id = content.action?.parameters?.thumbnail_product_retailer_id;
  return { nodes: [el("div.product", null, tile(id), el("span.product-name", null, "The whole catalogue"),
             el("span.product-id", { dir: "auto" }, id ? `with ${titleOf(id)}` : "")), body(content.body), footer(content.footer)],
           choices: [choice("bag", "View catalogue", basket(message, "catalog", [{ rows: id ? [id] : [] }], "The catalogue"))] };
}

// Orders ------------------------------------------------------------------------

function line(name, amount, options) {
  return el("div.bill-line", options, el("span", { dir: "auto" }, name), el("span.bill-amount", null, amount));
}

export function bill(parameters) {
  const { currency, order = {}, total_amount: total } = parameters;
  return el("div.bill", null,
    (order.items ?? []).map((item) => line(`${item.quantity ?? 1} × ${item.name ?? item.retailer_id}`,
      money({ value: (item.sale_amount ?? item.amount)?.value * (item.quantity ?? 1), offset: item.amount?.offset }, currency))),
    ["subtotal", "tax", "shipping", "discount"].filter((name) => order[name]).map((name) =>
      line(order[name].description ?? name, (name === "discount" ? "−" : "") + money(order[name], currency), { class: "bill-part" })),
    total ? line("Total", money(total, currency), { class: "bill-total" }) : null);
}

export function orderDetails(message, content) {
  const parameters = content.action?.parameters ?? {};
  return { nodes: [header(message, content.header),
             el("div.order-head", null, icon("bag"), el("span", { dir: "auto" }, `Order ${parameters.reference_id ?? ""}`)),
             bill(parameters), body(content.body), footer(content.footer)],
           flush: content.header?.type === "image",
           choices: [choice("bag", "Review and pay", () => act.reviewOrder(message, parameters))] };
}

export function orderStatus(message, content) {
  const { reference_id, order = {}, payment } = content.action?.parameters ?? {};
  return { nodes: [
    el("div.order-head", null, icon("bag"), el("span", { dir: "auto" }, `Order ${reference_id ?? ""}`),
      el("span.badge", null, String(order.status ?? payment?.status ?? "").replace(/_/g, " "))),
    body(content.body), order.description ? rich(order.description) : null, footer(content.footer)] };
}

// A customer's order out of a catalogue.
export function order(message, content) {
  const items = content.product_items ?? [];
  const total = items.reduce((sum, item) => sum + Number(item.item_price) * Number(item.quantity), 0);
  return { nodes: [
    el("div.order-head", null, icon("bag"), el("span", null, `${items.length} ${items.length === 1 ? "product" : "products"}`)),
    el("div.bill", null, items.map((item) => line(`${item.quantity} × ${titleOf(item.product_retailer_id)}`,
      money(Number(item.item_price) * Number(item.quantity), item.currency))),
      line("Total", money(total, items[0]?.currency), { class: "bill-total" })),
    content.text ? rich(content.text) : null] };
}
