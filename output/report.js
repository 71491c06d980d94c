// SPDX-License-Identifier: GPL-2.0-or-later
// Draws a report of the data in the page.  Text gets into the page as text nodes and attribute
// values only: names of hosts and systems are others' words.
"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
/* Each is told of once, with the endpoint that names it first. */
data.addrs = data.endpoints.reduce((all, e) => Object.assign(all, e.addrs), {});
data.aspaths = data.endpoints.reduce((all, e) => Object.assign(all, e.aspaths), {});
const $ = (id) => document.getElementById(id);
const HUES = 12, PAGE = 100;
const DIRECTIONS = ["forward", "reverse"];

// --- elements ---------------------------------------------------------------------------------

function fill(node, attributes, children) {
	for (const [key, value] of Object.entries(attributes || {}))
		if (value !== null && value !== undefined && value !== false)
			node.setAttribute(key, value === true ? "" : value);
	for (const child of children.flat(Infinity))
		if (child !== null && child !== undefined && child !== false)
			node.append(child);
	return node;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
function put(node, ...children) {
	node.replaceChildren();
	return fill(node, null, children);
}
const svg = (tag, attributes, ...children) =>
	fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

let pictures = 0;
/* A drawing that says what it shows; the table beside it has the same numbers. */
function picture(width, height, title, ...children) {
	const id = `picture-${++pictures}`;
	return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
			    "aria-labelledby": id }, svg("title", { id }, title), children);
}
function table(caption, heads, rows, attributes) {
	const cell = (tag, value, numeric, extra) =>
		el(tag, { class: numeric ? "number" : null, ...extra }, value);
	return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
		el("table", attributes, el("caption", null, caption),
			el("thead", null, el("tr", null, heads.map((h) =>
				cell("th", h.replace("#", ""), h.startsWith("#"), { scope: "col" })))),
			el("tbody", null, rows.map((row) => el("tr", null, row.map((value, i) =>
				cell("td", value, heads[i].startsWith("#"))))))));
}

// --- words ------------------------------------------------------------------------------------

const count = (n) => n.toLocaleString("en").replace(/,/g, "\u202f");
const share = (part, whole) => whole ? `${Math.round(100 * part / whole)} % of ${count(whole)}` : "none";
const ms = (us) => us === undefined || us === null ? "" : us < 9995 ? (us / 1000).toFixed(2)
	: us < 99950 ? (us / 1000).toFixed(1) : (us / 1000).toFixed(0);
const when = (us) => us ? new Date(us / 1000).toISOString().replace("T", " ").slice(0, 16) + " UTC" : "unknown";
const PROTOCOLS = { 1: "ICMP", 6: "TCP", 17: "UDP", 58: "ICMPv6" };
/* In the middle, where names of hosts have the least to say; `room` is in characters. */
const cut = (text, room) => text.length <= room ? text : room < 4 ? text.slice(0, room)
	: text.slice(0, Math.ceil((room - 1) / 2)) + "\u2026" + text.slice(text.length - Math.floor((room - 1) / 2));

const ruler = document.createElement("canvas").getContext("2d");
const FONTS = { strong: "600 12px", small: "11px" };
const family = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";
function measure(text, style) {
	ruler.font = `${FONTS[style] || "12px"} ${family}`;
	return ruler.measureText(text).width;
}
/* As much of it as is no wider, in pixels. */
function fit(text, width, style) {
	let room = text.length;
	while (room > 1 && measure(cut(text, room), style) > width)
		room--;
	return cut(text, room);
}

// --- addresses and systems ----------------------------------------------------------------------

const asNames = new Map(data.asn);
const addrOf = (id) => {
	const row = data.addrs[id];
	return row ? { id, text: row[0], ptr: row[1], asn: row[2], country: row[3], city: row[4] } : null;
};
const asLabel = (asn) => asn ? `AS${asn}` : "";
const asFull = (asn) => asn ? `AS${asn}${asNames.get(asn) ? " " + asNames.get(asn) : ""}` : "unknown system";
const asPath = (id) => data.aspaths[id] || null;
/* The systems that are met most have a colour of their own; in a drawing the others get
 * what is left. */
const common = new Map(data.sums.systems.slice(0, HUES).map((row, i) => [row[0], i]));
let paint = common;
const hueClass = (asn) => paint.has(asn) ? `hue h${paint.get(asn)}` : "box";
const key = (asn) => el("span", { class: `key ${paint.has(asn) ? hueClass(asn) : ""}`, "aria-hidden": "true" });
function hueOf(e) {
	const systems = systemsOf(e);
	const mine = new Map(systems.filter((asn) => common.has(asn)).map((asn) => [asn, common.get(asn)]));
	const free = [...Array(HUES).keys()].filter((hue) => ![...mine.values()].includes(hue));
	for (const asn of systems)
		if (!mine.has(asn) && free.length)
			mine.set(asn, free.shift());
	return mine;
}

// --- traces -------------------------------------------------------------------------------------

/* Hops by TTL, each with its nodes: who answered, or the silence. */
function hopsOf(trace) {
	if (!trace)
		return [];
	if (trace.list)
		return trace.list;
	const byTtl = new Map();
	for (const [ttl, id, sent, answered, arrived, least, median, most] of trace.hops) {
		const hop = byTtl.get(ttl) || { ttl, nodes: [], sent: 0, answered: 0 };
		byTtl.set(ttl, hop);
		hop.sent += sent;
		hop.answered += answered || arrived;
		const who = id ? addrOf(id) : arrived ? addrOf(trace.dst) : null;
		if (who && hop.nodes.some((n) => n.addr && n.addr.id === who.id))
			continue;
		if (who || !hop.nodes.length)
			hop.nodes.push({ addr: who, ttl, least, median, most, sent });
	}
	trace.list = [...byTtl.values()].sort((a, b) => a.ttl - b.ttl);
	return trace.list;
}
/* Without the far end, which has a box of its own. */
function routersOf(trace) {
	return hopsOf(trace).filter((h) => !(trace.reached && h.ttl === trace.len));
}
function lastRtt(trace) {
	if (!trace || !trace.reached)
		return undefined;
	const last = hopsOf(trace).find((h) => h.ttl === trace.len);
	const known = last ? last.nodes.map((n) => n.least).filter((n) => n !== undefined) : [];
	return known.length ? Math.min(...known) : undefined;
}
const widthOf = (trace) => Math.max(0, ...hopsOf(trace).map((h) => h.nodes.filter((n) => n.addr).length));
const isBalanced = (e) => DIRECTIONS.some((d) => e[d] && e[d].mode && widthOf(e[d]) > 1);

function comparison(e) {
	const f = e.forward && e.forward.reached && asPath(e.forward.as);
	const r = e.reverse && e.reverse.reached && asPath(e.reverse.as);
	return f && r ? (f[0] === r[1] ? "same" : "differ") : "unknown";
}
function changesOf(history) {
	let before = null, changes = 0, last = false;
	for (const [, path, , reached] of history) {
		last = false;
		if (!path || !reached)
			continue;
		last = before !== null && before !== path;
		changes += last;
		before = path;
	}
	return { changes, last };
}
function stateOf(e) {
	if (DIRECTIONS.every((d) => e[d] && e[d].reached))
		return "both reached";
	return DIRECTIONS.filter((d) => e[d]).map((d) =>
		e[d].reached ? `${d} reached` : `${d}: ${e[d].stop}`).join(", ");
}

for (const e of data.endpoints) {
	e.at = addrOf(e.addr);
	e.as = comparison(e);
	const both = e.history.map(changesOf);
	e.changes = both[0].changes + both[1].changes;
	e.isChanged = both[0].last || both[1].last;
	e.isLost = DIRECTIONS.some((d) => e[d] && !e[d].reached);
	e.state = stateOf(e);
	const words = [e.name, e.at.text, e.state];
	for (const d of DIRECTIONS)
		for (const hop of hopsOf(e[d]))
			for (const { addr } of hop.nodes)
				if (addr)
					words.push(addr.text, addr.ptr || "", asFull(addr.asn), addr.country || "", addr.city || "");
	words.push(asFull(e.at.asn));
	e.words = [...new Set(words)].join("\n").toLowerCase();
}

// --- the cycle ------------------------------------------------------------------------------------

function bars(title, groups, series, width) {
	const height = 170, bottom = 26, top = 8;
	const most = Math.max(1, ...groups.flatMap((g) => g.values));
	const left = 12 + measure(count(most), "small");
	const step = (width - left) / Math.max(1, groups.length);
	const scale = (v) => (height - bottom - top) * v / most;
	return picture(width, height, title,
		svg("path", { class: "axis", d: `M${left} ${top}V${height - bottom}H${width}` }),
		svg("text", { class: "small end", x: left - 4, y: top + 8 }, count(most)),
		svg("text", { class: "small end", x: left - 4, y: height - bottom }, "0"),
		groups.map((g, i) => [
			g.values.map((v, k) => svg("rect", { class: `${series[k]}-dot`,
				x: left + i * step + step * (.12 + k * .38), width: Math.max(1, step * .36),
				y: height - bottom - scale(v), height: scale(v) })),
			(step > 16 || i % Math.ceil(18 / step) === 0) &&
			svg("text", { class: "small middle", x: left + (i + .5) * step, y: height - bottom + 14 }, g.label),
		]));
}
function lengths() {
	const groups = new Map();
	for (const [direction, length, n] of data.sums.lengths) {
		if (!groups.has(length))
			groups.set(length, { label: String(length), values: [0, 0] });
		groups.get(length).values[direction] = n;
	}
	return [...groups.values()];
}
function directionKeys() {
	return el("ul", { class: "legend", "aria-hidden": "true" }, DIRECTIONS.map((d) => el("li", null,
		svg("svg", { width: 26, height: 12, viewBox: "0 0 26 12" },
			svg("path", { class: d, d: "M0 6H26" }), dot(d, 13, 6)), ` ${d}`)));
}

function systemSummary(rows) {
	const few = 8;
	const isOneWay = rows.some(([, , there, back]) => !there || !back);
	const systems = rows.map(([asn, , there, back]) => [
		el("span", { title: asFull(asn) }, key(asn), cut(asFull(asn), 40)), count(there), count(back),
		...(isOneWay ? [there === 0 ? "reverse only" : back === 0 ? "forward only" : ""] : [])]);
	const heads = ["system", "#forward", "#reverse", ...(isOneWay ? ["seen"] : [])];
	const part = (some, caption) => table(caption, heads, some);
	return el("div", null, el("h3", null, "Systems on the paths"),
		systems.length ? part(systems.slice(0, few), "Endpoints whose paths pass a system")
			: el("p", { class: "note" }, "No systems are known: see revprobe annotate."),
		systems.length > few && el("details", null, el("summary", null, `${systems.length - few} more`),
			part(systems.slice(few), "Further systems")));
}

function overview() {
	const s = data.sums, [list, number, started, , program, state, , host] = s.cycle[0];
	const by = (rows, d) => rows.find((r) => r[0] === d) || [d, 0, 0, 0, 0];
	const [f, r] = [by(s.directions, 0), by(s.directions, 1)];
	const [pairs, hopsDiffer, known, asDiffer] = s.pairs[0];
	const since = s.since.reduce((sum, row) => sum.map((v, i) => v + row[i + 1]), [0, 0, 0, 0]);
	document.title = `${list}, cycle ${number} \u2013 revprobe report`;
	$("about").append(`List ${list}, cycle ${number}, begun ${when(started)}`,
		host ? ` on ${host}` : "", ` by ${program}`, state === "complete" ? "." : ` \u2013 ${state}.`,
		` From ${data.database}.`);
	const figure = (name, title, value, note) => el("div", null, el("dt", null, title),
		el("dd", { "data-figure": name }, count(value), note && el("small", null, note)));
	$("figures").append(
		figure("endpoints", "endpoints", data.total),
		f[1] ? figure("forward", "reached forward", f[2], share(f[2], f[1])) : "",
		r[1] ? figure("reverse", "reached us in reverse", r[2], share(r[2], r[1])) : "",
		pairs ? figure("hops-differ", "pairs of different length", hopsDiffer, share(hopsDiffer, pairs)) : "",
		known ? figure("as-differ", "pairs with different AS paths", asDiffer, share(asDiffer, known)) : "",
		since[0] ? figure("lost", "traces lost since the cycle before", since[1], `${count(since[2])} came back`) : "",
		since[0] ? figure("changed", "paths changed since then", since[3]) : "",
		figure("probes", "probes sent", f[3] + r[3], `${count(f[4] + r[4])} without an answer`));
	const groups = lengths();
	put($("charts"),
		el("div", null, el("h3", null, "Lengths of paths, in hops"), directionKeys(),
			groups.length ? bars("Bars: how many paths have which length, forward and reverse", groups, DIRECTIONS, 440) : "No path was complete.",
			groups.length ? el("details", null, el("summary", null, "As a table"),
				table("Paths by length", ["#hops", "#forward", "#reverse"],
					groups.map((g) => [g.label, ...g.values.map(count)]))) : ""),
		el("div", null, el("h3", null, "How traces ended"),
			table("Traces by their end", ["direction", "end", "#traces"],
				s.stops.map(([d, name, n]) => [DIRECTIONS[d], name, count(n)]))),
		systemSummary(s.systems));
	if (data.endpoints.length < data.total) {
		$("sample").hidden = false;
		$("sample").classList.add("mark");
		$("sample").append(`${count(data.endpoints.length)} of ${count(data.total)} endpoints are shown here, drawn at random. `,
			"The figures of the cycle above are of all.");
	}
	$("foot").append(`Made ${when(data.made)} by ${data.by}. `,
		s.files.length ? "Systems and places by " + s.files.map(([, type, built]) => `${type} of ${when(built).slice(0, 10)}`).join(", ") + "."
			: "No file of systems or places was used.");
}

// --- the list -------------------------------------------------------------------------------------

const hopCount = (t) => t && t.reached ? t.len : undefined;
const columns = [
	{ title: "Endpoint", value: (e) => e.name },
	{ title: "Address", value: (e) => e.at.text, wide: true },
	{ title: "System", value: (e) => e.at.asn || 0, show: (e) => e.at.asn ? [key(e.at.asn), asLabel(e.at.asn)] : "", wide: true },
	{ title: "Hops there", value: (e) => hopCount(e.forward), numeric: true },
	{ title: "Hops back", value: (e) => hopCount(e.reverse), numeric: true },
	{ title: "ms there", value: (e) => lastRtt(e.forward), show: (e) => ms(lastRtt(e.forward)), numeric: true },
	{ title: "ms back", value: (e) => lastRtt(e.reverse), show: (e) => ms(lastRtt(e.reverse)), numeric: true, wide: true },
	{ title: "AS paths", value: (e) => e.as },
	{ title: "Changes", value: (e) => e.changes, numeric: true, wide: true },
	{ title: "Outcome", value: (e) => e.state, wide: true },
];
const filters = { all: () => true, differ: (e) => e.as === "differ", balanced: isBalanced,
		  changed: (e) => e.isChanged, lost: (e) => e.isLost };
const collator = new Intl.Collator("en", { numeric: true });
const view = { column: 0, down: false, shown: PAGE, rows: [] };

function compare(a, b) {
	if (a === undefined || b === undefined)
		return 0;
	return typeof a === "number" ? a - b : collator.compare(a, b);
}
function select() {
	const words = $("query").value.toLowerCase().split(/\s+/).filter(Boolean);
	const passes = filters[$("filter").value];
	const value = columns[view.column].value;
	view.rows = data.endpoints.filter((e) => passes(e) && words.every((w) => e.words.includes(w)));
	view.rows.sort((a, b) => {
		const [x, y] = [value(a), value(b)];
		if ((x === undefined) !== (y === undefined))
			return x === undefined ? 1 : -1; // what is unknown comes last
		return (view.down ? -1 : 1) * compare(x, y) || collator.compare(a.name, b.name);
	});
}
function listRow(e) {
	const isCurrent = e.id === current;
	return el("tr", { "aria-current": isCurrent ? "true" : null, "data-endpoint": e.id }, columns.map((c, i) => el("td", {
		class: [c.numeric && "number", c.wide && "wide"].filter(Boolean).join(" ") || null },
		i ? (c.show ? c.show(e) : c.value(e) === undefined ? "" : String(c.value(e)))
			: el("a", { href: `#endpoint-${e.id}` }, e.name))));
}
function showList() {
	paint = common;
	$("list").tHead.replaceChildren(el("tr", null, columns.map((c, i) => {
		const button = el("button", { type: "button" }, c.title);
		button.addEventListener("click", () => {
			view.down = view.column === i && !view.down;
			view.column = i;
			update();
			$("list").tHead.rows[0].cells[i].firstChild.focus();
		});
		return el("th", { scope: "col", class: [c.numeric && "number", c.wide && "wide"].filter(Boolean).join(" ") || null,
			"aria-sort": view.column === i ? (view.down ? "descending" : "ascending") : null }, button);
	})));
	$("list").tBodies[0].replaceChildren(...view.rows.slice(0, view.shown).map(listRow));
	$("matches").textContent = `${count(view.rows.length)} of ${count(data.endpoints.length)}`;
	const left = view.rows.length - view.shown;
	$("more").hidden = left <= 0;
	$("more").textContent = `Show ${Math.min(PAGE, Math.max(0, left))} more of ${count(Math.max(0, left))}`;
}
function update() {
	select();
	showList();
}

// --- face to face ---------------------------------------------------------------------------------

/* Which routers of both directions are one: the same address, or a router's other one. */
function sharedKeys(e) {
	const router = new Map(e.aliases.map(([set, addr]) => [addr, `set ${set}`]));
	return (node) => node.addr ? router.get(node.addr.id) || `addr ${node.addr.id}` : null;
}
function likeness(f, r, keyOf) {
	const keys = new Set(f.nodes.map(keyOf).filter(Boolean));
	if (r.nodes.some((n) => keys.has(keyOf(n))))
		return 10;
	const systems = new Set(f.nodes.map((n) => n.addr && n.addr.asn).filter(Boolean));
	return r.nodes.some((n) => n.addr && systems.has(n.addr.asn)) ? 3 : 0;
}
/* Rows of a forward and a reverse hop, so that what is alike faces each other: the alignment
 * of greatest likeness (Needleman and Wunsch), where a gap costs a little. */
function align(forward, reverse, keyOf) {
	const gap = -.4, [n, m] = [forward.length, reverse.length];
	const best = Array.from({ length: n + 1 }, () => new Array(m + 1).fill(0));
	for (let i = 0; i <= n; i++)
		for (let j = 0; j <= m; j++)
			if (i || j)
				best[i][j] = Math.max(
					i ? best[i - 1][j] + gap : -Infinity, j ? best[i][j - 1] + gap : -Infinity,
					i && j ? best[i - 1][j - 1] + likeness(forward[i - 1], reverse[j - 1], keyOf) : -Infinity);
	const rows = [];
	for (let i = n, j = m; i || j;) {
		if (i && j && best[i][j] === best[i - 1][j - 1] + likeness(forward[i - 1], reverse[j - 1], keyOf))
			rows.unshift([forward[--i], reverse[--j]]);
		else if (i && best[i][j] === best[i - 1][j] + gap)
			rows.unshift([forward[--i], null]);
		else
			rows.unshift([null, reverse[--j]]);
	}
	return rows;
}

const BOX = 52, ROW = 74, END = 44;
function nodeLines(node, hop, width) {
	const a = node.addr;
	if (!a)
		return [["\u2731 no answer", ""]];
	const time = [node.median !== undefined ? `${ms(node.median)} ms` : "",
		hop.nodes.length === 1 && hop.answered < hop.sent ? `${hop.sent - hop.answered}/${hop.sent} lost` : ""].filter(Boolean).join(" \u00b7 ");
	const notes = [asLabel(a.asn), time].filter(Boolean), one = notes.join(" \u00b7 ");
	const lines = [[a.ptr || a.text, "strong"]];
	if (measure(one, "small") > width)
		lines.push(...notes.map((note) => [note, "small"]));
	else
		lines.push(...(a.ptr ? [[a.text, "small"]] : []), [one, "small"]);
	return lines.map(([text, style]) => [fit(text, width, style), style]);
}
function nodeTitle(node, hop, direction) {
	const a = node.addr;
	return `${direction}, hop ${hop.ttl}: ` + (a ? [a.text, a.ptr, asFull(a.asn), [a.city, a.country].filter(Boolean).join(", "),
		node.median !== undefined ? `${ms(node.least)} / ${ms(node.median)} / ${ms(node.most)} ms` : ""].filter(Boolean).join(", ") : "no answer");
}
function drawNode(node, hop, direction) {
	const { x, y, width } = node.place, lines = nodeLines(node, hop, width - 15);
	const asn = node.addr && node.addr.asn;
	return svg("g", null, svg("title", null, nodeTitle(node, hop, direction)),
		svg("rect", { class: node.addr ? hueClass(asn) : "silent", x, y, width, height: BOX, rx: 6 }),
		paint.has(asn) && svg("rect", { class: `stripe h${paint.get(asn)}`, x, y: y + 4, width: 4, height: BOX - 8, rx: 2 }),
		lines.map(([text, style], i) => svg("text", { class: style, x: x + 9,
			y: y + BOX / 2 + 4 + (i - (lines.length - 1) / 2) * 15 }, text)));
}
function drawEnd(title, addr, y, width) {
	return svg("g", null, svg("rect", { class: hueClass(addr && addr.asn), x: 1, y, width: width - 2, height: END, rx: 8 }),
		svg("text", { class: "strong middle", x: width / 2, y: y + 18 }, fit(title, width - 20, "strong")),
		svg("text", { class: "small middle", x: width / 2, y: y + 34 },
			fit([addr && addr.text, addr && asFull(addr.asn)].filter(Boolean).join(" \u00b7 "), width - 20, "small")));
}
const wire = (a, b, isAssumed) => svg("path", { class: isAssumed ? "wire assumed" : "wire", "marker-end": "url(#tip)",
	d: Math.abs(a.x - b.x) < 1 ? `M${a.x} ${a.y}L${b.x} ${b.y}`
		: `M${a.x} ${a.y}C${a.x} ${(a.y + b.y) / 2} ${b.x} ${(a.y + b.y) / 2} ${b.x} ${b.y}` });

/* Where lines leave and come in: forward goes down the page, reverse up. */
function ports(place, isDown) {
	const x = place.x + place.width / 2;
	const edges = [{ x, y: place.y }, { x, y: place.y + place.height }];
	return isDown ? { enter: edges[0], leave: edges[1] } : { enter: edges[1], leave: edges[0] };
}
function drawWires(trace, hops, ends, isDown) {
	const nodes = (hop) => hop.nodes.map((n) => ({ id: n.addr ? n.addr.id : 0, port: ports(n.place, isDown) }));
	const stages = [{ ttl: 0, nodes: [{ id: 0, port: { leave: ends.start } }] },
		...hops.map((h) => ({ ttl: h.ttl, nodes: nodes(h) }))];
	if (trace.reached)
		stages.push({ ttl: trace.len, nodes: [{ id: trace.dst, port: { enter: ends.end } }] });
	if (!trace.mode)
		return stages.slice(1).flatMap((stage, i) => stages[i].nodes.slice(0, 1).flatMap((a) =>
			stage.nodes.map((b) => wire(a.port.leave, b.port.enter, stage.ttl - stages[i].ttl > 1))));
	return trace.links.map(([ttl, near, far, flows]) => {
		const from = stages.find((s) => s.ttl === ttl);
		const a = from && (ttl === 0 ? from.nodes[0] : from.nodes.find((n) => n.id === near));
		const to = stages.find((s) => s.ttl > ttl && s.nodes.some((n) => n.id === far));
		const b = to && to.nodes.find((n) => n.id === far);
		return a && b && a.port.leave && b.port.enter ? wire(a.port.leave, b.port.enter, flows === 0) : null;
	});
}
function drawJoins(rows, keyOf) {
	const ours = new Map();
	for (const [f] of rows)
		for (const n of f ? f.nodes : [])
			if (keyOf(n))
				ours.set(keyOf(n), n);
	return rows.flatMap(([, r]) => (r ? r.nodes : []).map((n) => {
		const f = ours.get(keyOf(n));
		if (!f)
			return null;
		const [x1, y1, x2, y2] = [f.place.x + f.place.width, f.place.y + BOX / 2, n.place.x, n.place.y + BOX / 2];
		return svg("path", { class: "join", d: `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}` },
			svg("title", null, f.addr.id === n.addr.id ? `${f.addr.text}, in both directions`
				: `one router: ${f.addr.text} and ${n.addr.text}`));
	}));
}
function placeNodes(hop, left, right, y) {
	const gap = 8, n = hop.nodes.length, width = (right - left - gap * (n - 1)) / n;
	hop.nodes.forEach((node, i) => { node.place = { x: left + i * (width + gap), y, width, height: BOX }; });
}
function faceToFace(e, room) {
	const keyOf = sharedKeys(e), both = DIRECTIONS.map((d) => e[d] ? routersOf(e[d]) : []);
	const rows = align(both[0], [...both[1]].reverse(), keyOf);
	const lanes = DIRECTIONS.map((d, i) => e[d] ? Math.max(1, ...both[i].map((h) => h.nodes.length)) : 0);
	const margin = 22, gap = room < 560 ? 16 : 64, least = 106;
	const whole = Math.max(room, margin * 2 + gap + lanes.reduce((sum, n) => sum + n * least + Math.max(0, n - 1) * 8, 0));
	const inner = whole - margin * 2 - gap, total = lanes[0] + lanes[1];
	const split = lanes[0] && lanes[1] ? margin + inner * Math.min(.72, Math.max(.28, lanes[0] / total)) : lanes[0] ? margin + inner + gap : margin - gap;
	const height = END + 30 + rows.length * ROW + END + 22;
	rows.forEach(([f, r], i) => {
		const y = END + 30 + i * ROW;
		if (f)
			placeNodes(f, margin, split, y);
		if (r)
			placeNodes(r, split + gap, whole - margin, y);
	});
	const lane = [(margin + split) / 2, (split + gap + whole - margin) / 2], bottom = height - END - 1;
	const ends = [{ start: { x: lane[0], y: END + 1 }, end: { x: lane[0], y: bottom } },
		{ start: { x: lane[1], y: bottom }, end: { x: lane[1], y: END + 1 } }];
	const here = addrOf(e.forward ? e.forward.src : e.reverse.dst);
	const numbers = rows.map(([f, r], i) => [
		f && svg("text", { class: "small end", x: margin - 5, y: END + 30 + i * ROW + BOX / 2 + 4 }, f.ttl),
		r && svg("text", { class: "small", x: whole - margin + 5, y: END + 30 + i * ROW + BOX / 2 + 4 }, r.ttl)]);
	return picture(whole, height, `Forward path down on the left, reverse path up on the right, between this host and ${e.name}`,
		svg("defs", null, svg("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7,
			orient: "auto-start-reverse" }, svg("path", { class: "tip", d: "M0 0L8 4L0 8z" }))),
		DIRECTIONS.map((d, i) => e[d] && [svg("text", { class: "strong middle", x: lane[i] + 44, y: END + 20 },
			i ? "\u25b2 reverse" : "\u25bc forward"), drawWires(e[d], both[i], ends[i], i === 0)]),
		drawJoins(rows, keyOf), numbers,
		rows.map(([f, r]) => [f && f.nodes.map((n) => drawNode(n, f, "forward")), r && r.nodes.map((n) => drawNode(n, r, "reverse"))]),
		drawEnd("this host", here, 1, whole), drawEnd(e.name, e.at, bottom, whole));
}

// --- round trips and changes ------------------------------------------------------------------------

const dot = (d, x, y) => d === "forward" ? svg("circle", { class: "forward-dot", cx: x, cy: y, r: 4 })
	: svg("rect", { class: "reverse-dot", x: x - 4, y: y - 4, width: 8, height: 8 });

function niceStep(most, wanted) {
	const raw = most / wanted, power = 10 ** Math.floor(Math.log10(raw));
	return [1, 2, 5, 10].map((f) => f * power).find((s) => s >= raw);
}
/* Lines of points {x, least, y, most} over whole numbers; y is in microseconds. */
function lines(title, series, xs, room, xTitle) {
	const height = 220, left = 46, top = 12, bottom = 40;
	const points = series.flatMap((s) => s.points);
	const most = Math.max(1, ...points.map((p) => p.most));
	const step = niceStep(most, 4), top2 = Math.ceil(most / step) * step;
	const span = Math.max(1, xs[1] - xs[0]);
	const X = (v) => left + 12 + (room - left - 24) * (v - xs[0]) / span;
	const Y = (v) => height - bottom - (height - bottom - top) * v / top2;
	const ticks = [];
	for (let v = 0; v <= top2 + step / 2; v += step)
		ticks.push(v);
	const every = Math.max(1, Math.ceil(span / Math.max(1, (room - left) / 34)));
	const marks = [];
	for (let v = xs[0]; v <= xs[1]; v += every)
		marks.push(v);
	return picture(room, height, title,
		ticks.map((v) => [svg("path", { class: "axis", d: `M${left} ${Y(v)}H${room}` }),
			svg("text", { class: "small end", x: left - 5, y: Y(v) + 4 }, String(Math.round(v) / 1000))]),
		marks.map((v) => svg("text", { class: "small middle", x: X(v), y: height - bottom + 16 }, v)),
		svg("text", { class: "small", x: 2, y: height - 4 }, "ms"),
		svg("text", { class: "small middle", x: (left + room) / 2, y: height - 4 }, xTitle),
		series.map((s) => [
			svg("path", { class: s.name, d: s.points.map((p, i) => `${i ? "L" : "M"}${X(p.x)} ${Y(p.y)}`).join("") }),
			s.points.map((p) => svg("g", null, svg("title", null, p.title),
				p.most > p.least && svg("path", { class: `${s.name}-range`, d: `M${X(p.x)} ${Y(p.least)}V${Y(p.most)}` }),
				dot(s.name, X(p.x), Y(p.y))))]));
}
function rttChart(e, room) {
	const series = DIRECTIONS.filter((d) => e[d]).map((d) => ({ name: d, points: hopsOf(e[d]).flatMap((h) => {
		const known = h.nodes.filter((n) => n.median !== undefined);
		if (!known.length)
			return [];
		const y = known.reduce((sum, n) => sum + n.median, 0) / known.length;
		return [{ x: h.ttl, y, least: Math.min(...known.map((n) => n.least)), most: Math.max(...known.map((n) => n.most)),
			title: `${d}, hop ${h.ttl}: ${ms(y)} ms` }];
	}) }));
	const longest = Math.max(1, ...series.flatMap((s) => s.points.map((p) => p.x)));
	return series.some((s) => s.points.length) ? lines("Lines: median round trip of each hop, with least and greatest, forward and reverse",
		series, [1, longest], room, "hop, counted from where the probes start") : null;
}
/* Letters for the paths of a direction, in the order in which they came up. */
function lettered(history) {
	const letters = new Map();
	return history.map(([cycle, path, hops, reached, as, rtt]) => {
		if (path && reached && !letters.has(path))
			letters.set(path, letters.size);
		const n = path && reached ? letters.get(path) : -1;
		return { cycle, n, hops, reached, as: asPath(as), rtt,
			letter: n < 0 ? (reached ? "\u2022" : "\u2013") : n < 26 ? String.fromCharCode(65 + n) : `${String.fromCharCode(65 + n % 26)}${Math.floor(n / 26)}` };
	});
}
function strip(e, sequences, room) {
	const cycles = [...new Set(sequences.flat().map((c) => c.cycle))].sort((a, b) => a - b);
	const left = 58, side = Math.min(30, Math.max(13, (room - left) / cycles.length)), perRow = Math.max(1, Math.floor((room - left) / side));
	const rows = Math.ceil(cycles.length / perRow), block = 82;
	const at = (i) => ({ x: left + (i % perRow) * side, y: Math.floor(i / perRow) * block });
	const cell = (c, i, d) => {
		const { x, y } = at(i), top = y + 4 + d * 30;
		return svg("g", null, svg("title", null, `cycle ${c.cycle}, ${DIRECTIONS[d]}: ` + (c.reached ? `${c.n < 0 ? "several paths" : `path ${c.letter}`}, ${c.hops} hops${c.as ? ", " + c.as[0] : ""}` : "not reached")),
			svg("rect", { class: c.n >= 0 ? `hue h${c.n % HUES}` : c.reached ? "box" : "unreached", x: x + 1, y: top, width: side - 2, height: 26, rx: 3 }),
			svg("text", { class: "middle", x: x + side / 2, y: top + 17 }, c.letter));
	};
	return picture(Math.max(room, left + side), rows * block, `Paths to and from ${e.name} by cycle: the same letter is the same path`,
		Array.from({ length: rows }, (_, k) => DIRECTIONS.map((d, i) => sequences[i].length && svg("text", { class: "small", x: 0, y: k * block + 21 + i * 30 }, d)).filter(Boolean)),
		cycles.map((n, i) => [(i % Math.ceil(30 / side) === 0) && svg("text", { class: "small middle", x: at(i).x + side / 2, y: at(i).y + 76 }, n),
			sequences.map((s, d) => { const c = s.find((one) => one.cycle === n); return c && cell(c, i, d); })]));
}
function rttHistory(sequences, room) {
	const series = DIRECTIONS.map((name, i) => ({ name, points: sequences[i].filter((c) => c.reached && c.rtt).map((c) =>
		({ x: c.cycle, y: c.rtt, least: c.rtt, most: c.rtt, title: `cycle ${c.cycle}, ${name}: ${ms(c.rtt)} ms` })) }));
	const xs = series.flatMap((s) => s.points.map((p) => p.x));
	return xs.length > 1 ? lines("Lines: least round trip of the far end by cycle, forward and reverse", series, [Math.min(...xs), Math.max(...xs)], room, "cycle") : null;
}

// --- one endpoint -----------------------------------------------------------------------------------

let current = null;

function hopTable(trace, direction) {
	return table(`${direction}: ${PROTOCOLS[trace.proto]}${trace.mode ? ", multipath" : `, flow ${trace.flow}`}, ${trace.stop}`,
		["#hop", "address", "host name", "system", "place", "#least ms", "#median", "#greatest", "#answered"],
		hopsOf(trace).flatMap((h) => h.nodes.map((n, i) => [
			i ? "" : String(h.ttl), n.addr ? n.addr.text : "no answer", n.addr && n.addr.ptr || "", n.addr && n.addr.asn ? asFull(n.addr.asn) : "",
			n.addr ? [n.addr.city, n.addr.country].filter(Boolean).join(", ") : "", ms(n.least), ms(n.median), ms(n.most),
			i ? "" : `${h.answered}/${h.sent}`])), { "data-hops": direction });
}
function linkTable(trace, direction) {
	const name = (id, ttl) => id ? addrOf(id) && addrOf(id).text || "?" : ttl ? "no answer" : "start";
	return table(`${direction}: links`, ["#after hop", "from", "to", "evidence"], trace.links.map(([ttl, near, far, flows]) =>
		[String(ttl), name(near, ttl), name(far, 1), flows ? `${flows} flows` : "assumed"]));
}
function verdict(e) {
	const f = e.forward && asPath(e.forward.as), r = e.reverse && asPath(e.reverse.as);
	const holes = (p) => p && p[2] ? ` (${p[2]} ${p[2] === 1 ? "hop" : "hops"} without a system in between)` : "";
	return el("ul", null, el("li", null, `${e.state[0].toUpperCase()}${e.state.slice(1)}.`),
		e.as === "differ" && el("li", null, "The AS paths differ."), e.as === "same" && el("li", null, "The AS paths are the same."),
		f && el("li", null, `AS path there: ${f[0]}${holes(f)}`), r && el("li", null, `AS path back, from here: ${r[1]}${holes(r)}`));
}
function systemsOf(e) {
	const all = new Set([addrOf((e.forward || e.reverse).src), addrOf((e.forward || e.reverse).dst)]
		.map((a) => a && a.asn).filter(Boolean));
	for (const d of DIRECTIONS)
		for (const h of hopsOf(e[d]))
			for (const n of h.nodes)
				if (n.addr && n.addr.asn)
					all.add(n.addr.asn);
	return [...all];
}
function changeTable(sequences) {
	const cycles = [...new Set(sequences.flat().map((c) => c.cycle))].sort((a, b) => b - a);
	const find = sequences.map((s) => new Map(s.map((c) => [c.cycle, c])));
	const cells = (c) => c ? [c.reached ? (c.n < 0 ? "several" : c.letter) : "not reached", c.reached ? String(c.hops) : "", c.as ? c.as[0] : "", c.reached ? ms(c.rtt || undefined) : ""] : ["", "", "", ""];
	return table("Paths by cycle, newest first", ["#cycle", "forward", "#hops", "AS path", "#ms", "reverse", "#hops ", "AS path ", "#ms "],
		cycles.map((n) => [String(n), ...cells(find[0].get(n)), ...cells(find[1].get(n))]));
}
function detail(e) {
	const body = $("detail-body"), room = Math.max(300, Math.floor(body.clientWidth) || 680);
	const sequences = e.history.map(lettered), index = view.rows.indexOf(e);
	const turn = (by, text) => {
		const other = index >= 0 && view.rows[index + by];
		return other && el("a", { href: `#endpoint-${other.id}` }, text);
	};
	const rtt = rttChart(e, Math.min(room, 820)), past = rttHistory(sequences, Math.min(room, 820));
	const hasPast = sequences.some((s) => s.length > 1);
	$("detail-title").textContent = e.name === e.at.text ? e.name : `${e.name} \u2013 ${e.at.text}`;
	paint = hueOf(e);
	put(body,
		el("p", { class: "turn" }, turn(-1, "\u2190 previous"), turn(1, "next \u2192")),
		verdict(e), el("h3", null, "Face to face"),
		el("p", { class: "hint" }, "Numbers at the sides are hops, counted from where the probes start; times are median round trips. A thick line joins what is one router in both directions; dashed boxes did not answer, dashed lines are assumed."),
		el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Drawing of both paths", id: "drawing" }, faceToFace(e, Math.min(room, 900))),
		el("ul", { class: "legend", "aria-label": "Systems" }, systemsOf(e).map((asn) => el("li", null, key(asn), asFull(asn)))),
		el("details", { class: "alternative" }, el("summary", null, "Hops as a table"), DIRECTIONS.filter((d) => e[d]).map((d) => [hopTable(e[d], d),
			e[d].mode && e[d].links ? linkTable(e[d], d) : null])),
		rtt && [el("h3", null, "Round trip by hop"), directionKeys(), rtt],
		hasPast && [el("h3", null, "Changes over cycles"), el("p", { class: "hint" }, "The same letter is the same path of that direction; \u2022 stands for several at once, \u2013 for a cycle in which the end was not reached."),
			el("div", { id: "strip" }, strip(e, sequences, Math.min(room, 900))), past && [el("h3", null, "Round trip of the far end"), directionKeys(), past],
			el("details", { class: "alternative" }, el("summary", null, "Cycles as a table"), changeTable(sequences))]);
	$("detail").hidden = false;
	// After it is shown its width is known.
	if (Math.abs((Math.floor(body.clientWidth) || room) - room) > 8)
		detail(e);
}
function show(id, isAsked) {
	const e = data.endpoints.find((one) => one.id === id);
	if (!e)
		return;
	current = id;
	showList();
	$("detail").hidden = false;
	detail(e);
	if (isAsked) {
		$("detail").scrollIntoView();
		$("detail-title").focus({ preventScroll: true });
	}
}
const asked = () => Number((/^#endpoint-(\d+)$/.exec(location.hash) || [])[1] || 0);

let waiting = 0, lastWidth = window.innerWidth;
window.addEventListener("resize", () => {
	if (window.innerWidth === lastWidth)
		return;
	lastWidth = window.innerWidth;
	clearTimeout(waiting);
	waiting = setTimeout(() => current !== null && show(current, false), 120);
});
window.addEventListener("hashchange", () => show(asked(), true));
/* Printed, the tables stand beside the drawings. */
let opened = [];
window.addEventListener("beforeprint", () => {
	opened = [...document.querySelectorAll("details:not([open])")];
	opened.forEach((d) => { d.open = true; });
});
window.addEventListener("afterprint", () => opened.forEach((d) => { d.open = false; }));
$("search").addEventListener("submit", (event) => event.preventDefault());
for (const [id, event] of [["query", "input"], ["filter", "change"]])
	$(id).addEventListener(event, () => { view.shown = PAGE; update(); });
$("more").addEventListener("click", () => { view.shown += PAGE; showList(); });

overview();
update();
if (asked())
	show(asked(), true);
else if (view.rows.length)
	show((view.rows.find((e) => e.forward && e.reverse && e.forward.reached && e.reverse.reached) || view.rows[0]).id, false);
})();
