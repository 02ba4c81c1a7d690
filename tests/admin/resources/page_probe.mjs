// Runs page.js on a document without a browser: node page_probe.mjs page.js openapi.json
import { readFileSync } from "node:fs";
import vm from "node:vm";

class Element {
  constructor(name) { Object.assign(this, { name, children: [], listeners: {}, attributes: {}, dataset: {}, hidden: false, value: "" }); }
  setAttribute(key, value) { this.attributes[key] = String(value); }
  append(...parts) { this.children.push(...parts); }
  replaceChildren(...parts) { this.children = parts; }
  addEventListener(name, listener) { this.listeners[name] = listener; }
  all() { return this.children.flatMap((child) => (child instanceof Element ? [child, ...child.all()] : [])); }
  querySelector(selector) { return this.all().find((node) => `.${node.attributes.class}` === selector) || null; }
  get text() { return this.children.map((child) => (child instanceof Element ? child.text : child)).join(""); }
  set textContent(text) { this.children = [text]; }
}

const named = {};
const document = {
  body: { dataset: { document: "openapi.json" } },
  createElement: (name) => new Element(name),
  getElementById: (id) => (named[id] ??= new Element(id)),
};
const [, , script, api] = process.argv;
const fetch = async () => ({ ok: true, json: async () => JSON.parse(readFileSync(api, "utf8")) });
const location = { hash: "", origin: "http://gateway.test" };
vm.runInNewContext(readFileSync(script, "utf8"), { document, fetch, location, navigator: {}, setTimeout, addEventListener() {} });
await new Promise((done) => { setTimeout(done, 10); });

const routes = named.routes.all().filter((node) => node.name === "details");
for (const route of routes) Object.assign(route, { open: true }).listeners.toggle();
const opened = routes.filter((route) => route.querySelector(".inside"));
console.log(`${routes.length} routes, ${opened.length} opened`);
named.wanted.value = "refund";
named.wanted.listeners.input();
console.log(`refund: ${routes.filter((route) => !route.hidden).length} routes shown`);
console.log(opened.map((route) => route.text).join("\n"));
