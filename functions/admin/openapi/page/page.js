// Shows /api/openapi.json. Everything is built as nodes, never as HTML text.
"use strict";

const ROLES = { 0: "anybody", 1: "user", 10: "administrator", 100: "root" };

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Text with `code` or ``code`` in it.
function prose(text) {
  return text.split(/``?([^`]+)``?/).map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

function paragraphs(text) {
  return text.trim().split(/\n\s*\n/).map((part) => element("p", {}, ...prose(part.replace(/\s+/g, " "))));
}

function resolved(thing, api) {
  while (thing && thing.$ref) thing = thing.$ref.slice(2).split("/").reduce((at, key) => at[key], api);
  return thing;
}

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  if (schema.type === "array") return `list of ${typeOf(schema.items || {})}`;
  return schema.type || "anything";
}

function table(heads, rows) {
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  const body = rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, ...[cell].flat()))));
  return element("div", { class: "wide", tabindex: "0" },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
}

function copyable(text, what) {
  const button = element("button", { type: "button", "aria-label": `Copy ${what}` }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  return element("figure", {}, element("pre", { tabindex: "0" }, element("code", {}, text)), button);
}

function shown(value) {
  return value === undefined ? "" : element("code", {}, JSON.stringify(value));
}

function body(operation) {
  return Object.values((operation.requestBody || {}).content || {})[0];
}

function curl(route) {
  const { method, path, operation } = route;
  const given = (operation.parameters || []).filter((parameter) => parameter.example !== undefined);
  const filled = given.filter((parameter) => parameter.in === "path")
    .reduce((text, parameter) => text.replace(`{${parameter.name}}`, encodeURIComponent(parameter.example)), path);
  const query = given.filter((parameter) => parameter.in === "query")
    .map((parameter) => `${parameter.name}=${encodeURIComponent(parameter.example)}`).join("&");
  const lines = [`curl${method === "GET" ? "" : ` -X ${method}`} '${location.origin}${filled}${query && `?${query}`}'`];
  if (operation.security) lines.push('-H "Authorization: $ACCESS_TOKEN"');
  if (body(operation)) lines.push(`-d '${JSON.stringify(body(operation).example).replaceAll("'", "'\\''")}'`);
  return lines.join(" \\\n  ");
}

function parameters(operation) {
  const rows = (operation.parameters || []).map((parameter) => [
    element("code", {}, parameter.name),
    `${typeOf(parameter.schema)}, ${parameter.in === "path" ? "in the path" : "in the query"}`,
    shown(parameter.schema.default),
    prose(parameter.description || ""),
  ]);
  return rows.length ? [element("h3", {}, "Parameters"), table(["Name", "Type", "Default", "Meaning"], rows)] : [];
}

function fields(operation, api) {
  const content = body(operation);
  if (!content) return [];
  const schema = resolved(content.schema, api);
  const required = schema.required || [];
  const rows = Object.entries(schema.properties || {}).map(([name, field]) => [
    element("code", {}, name),
    typeOf(field),
    required.includes(name) ? "needed" : shown(field.default),
  ]);
  return [element("h3", {}, "Body"), ...paragraphs(schema.description || ""), table(["Name", "Type", "Default"], rows),
    copyable(JSON.stringify(content.example, null, 2), "the body")];
}

function answers(operation, api) {
  const refused = [];
  const nodes = [element("h3", {}, "Answer")];
  for (const [status, reference] of Object.entries(operation.responses)) {
    const answer = resolved(reference, api);
    const examples = (Object.values(answer.content || {})[0] || {}).examples || {};
    for (const [name, held] of Object.entries(examples)) {
      const example = resolved(held, api);
      if (name === "done") nodes.push(copyable(JSON.stringify(example.value, null, 2), "the answer"));
      else refused.push([status, example.summary, element("span", { lang: "zh" }, example.value.message)]);
    }
    if (status === "200") nodes.push(...headers(answer, api));
  }
  return [...nodes, element("h3", {}, "Refusals"), table(["Status", "In English", "In Chinese"], refused)];
}

function headers(answer, api) {
  const told = Object.entries(answer.headers || {}).map(([name, held]) => [
    element("code", {}, name), prose(resolved(held, api).description)]);
  return told.length ? [table(["Header", "Meaning"], told)] : [];
}

function routeNode(route, api) {
  const { method, path, operation } = route;
  const made = element("details", { id: route.id },
    element("summary", {},
      element("span", { class: `method ${method}` }, method), element("span", { class: "path" }, path),
      element("span", {}, operation.summary), element("span", { class: "role" }, ROLES[operation["x-role"]] || "")));
  made.addEventListener("toggle", () => {
    if (!made.open || made.querySelector(".inside")) return;
    made.append(element("div", { class: "inside" }, ...paragraphs(operation.description || ""), ...parameters(operation),
      ...fields(operation, api), element("h3", {}, "With curl"), copyable(curl(route), "the command"),
      ...answers(operation, api)));
  });
  route.node = made;
  return made;
}

function collected(api) {
  return Object.entries(api.paths).flatMap(([path, item]) => Object.entries(item).map(([name, operation]) => {
    const method = name.toUpperCase();
    const told = (operation.parameters || []).map((parameter) => parameter.name);
    const text = [method, path, operation.summary, operation.description, ...operation.tags, ...told].join(" ").toLowerCase();
    return { method, path, operation, text, id: `${name}${path.replace(/[^a-z0-9]+/gi, "-")}` };
  }));
}

function sections(api, routes) {
  return api.tags.map(({ name, description }) => {
    const own = routes.filter((route) => route.operation.tags.includes(name));
    const id = `tag-${name.replaceAll(" ", "-")}`;
    const node = element("section", { "aria-labelledby": id }, element("h2", { id }, name),
      element("p", { class: "quiet" }, description), ...own.map((route) => routeNode(route, api)));
    return { name, id, node, own };
  }).filter((section) => section.own.length);
}

function search(text, routes, groups) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const route of routes) route.node.hidden = !words.every((word) => route.text.includes(word));
  for (const group of groups) group.node.hidden = group.own.every((route) => route.node.hidden);
  const count = routes.filter((route) => !route.node.hidden).length;
  document.getElementById("found").textContent = `${count} of ${routes.length} routes`;
}

function openNamed(routes) {
  const route = routes.find(({ id }) => `#${id}` === location.hash);
  if (!route) return;
  route.node.open = true;
  route.node.scrollIntoView();
}

function show(api) {
  const routes = collected(api);
  const groups = sections(api, routes);
  document.title = api.info.title;
  document.getElementById("title").textContent = `${api.info.title} (${api.info.version})`;
  document.getElementById("introduction").append(...paragraphs(api.info.description || ""));
  document.getElementById("tags").append(element("ul", {}, ...groups.map(({ id, name, own }) =>
    element("li", {}, element("a", { href: `#${id}` }, name), ` ${own.length}`))));
  document.getElementById("routes").replaceChildren(...groups.map(({ node }) => node));
  const wanted = document.getElementById("wanted");
  wanted.addEventListener("input", () => search(wanted.value, routes, groups));
  search(wanted.value, routes, groups);
  addEventListener("hashchange", () => openNamed(routes));
  openNamed(routes);
}

async function begin() {
  const waiting = document.getElementById("waiting");
  try {
    const answer = await fetch(document.body.dataset.document);
    if (!answer.ok) throw new Error(`the gateway answered ${answer.status}`);
    show(await answer.json());
  } catch (error) {
    waiting.textContent = `The document could not be loaded: ${error.message}`;
  }
}

begin();
