// The little Markdown that WeCom shows: headings, bold, quotes, lists, links, font colours, <@userid>.

import { h } from "./dom.js";

const INLINE = /\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\((https?:[^)\s]+)\)|<font color="(\w+)">(.*?)<\/font>|<@([^>]+)>/g;

function inline(text, nameOf) {
  const parts = [];
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > last) parts.push(text.slice(last, match.index));
    const [all, bold, code, label, url, color, inner, user] = match;
    if (bold !== undefined) parts.push(h("strong", {}, ...inline(bold, nameOf)));
    else if (code !== undefined) parts.push(h("code", {}, code));
    else if (label !== undefined) parts.push(h("a", { href: url, target: "_blank", rel: "noreferrer" }, label));
    else if (color !== undefined) parts.push(h("span", { class: `font-${["info", "comment", "warning"].includes(color) ? color : "info"}` }, ...inline(inner, nameOf)));
    else parts.push(h("span", { class: "at" }, `@${nameOf(user)}`));
    last = match.index + all.length;
  }
  if (last < text.length) parts.push(text.slice(last));
  return parts;
}

export function markdown(text, nameOf) {
  const box = h("div", { class: "markdown" });
  for (const line of text.split("\n")) {
    const heading = line.match(/^#{1,6}\s+(.*)/);
    const quote = line.match(/^>\s?(.*)/);
    const item = line.match(/^\s*(?:[-*]|\d+\.)\s+(.*)/);
    if (heading) box.append(h("div", { class: "md-h" }, ...inline(heading[1], nameOf)));
    else if (quote) box.append(h("div", { class: "md-q" }, ...inline(quote[1], nameOf)));
    else if (item) box.append(h("div", { class: "md-li" }, ...inline(line.trim().replace(/^[-*]\s+/, "· "), nameOf)));
    else box.append(h("div", { class: line.trim() ? "md-p" : "md-gap" }, ...inline(line, nameOf)));
  }
  return box;
}
