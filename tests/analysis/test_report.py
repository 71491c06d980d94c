#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of `revprobe report`, in a browser: its numbers are those of SQL, its parts can be
used, and what the network says stays text.

REPORT_SCREENSHOTS=FOLDER keeps pictures of it, to be looked at.
"""
import os
import pathlib
import re
import sqlite3

import browser
import world
from world import Report, equal, revprobe

PTR = '"><script>window.hacked=1</script>'
SYSTEM = "</script><img src=x onerror=window.hacked=2><!--"
NAME = "ep\"'><svg onload=window.hacked=3>&amp;"
LIST = "</title><script>window.hacked=4</script>"
WIDTHS = (360, 768, 1280)
CYCLE = "(SELECT max(cycle_id) FROM cycle)"
TRACE = (f"(SELECT max(trace_id) FROM trace WHERE cycle_id = {CYCLE}"
         " AND endpoint_id = e.endpoint_id AND direction = {})")


def make_hostile(database):
    """Names that want to be more, and a router with two addresses."""
    with sqlite3.connect(database) as db:
        db.execute("UPDATE addr SET ptr = ? WHERE addr_id IN (SELECT addr_id FROM path_hop"
                   " JOIN trace USING (path_id) WHERE trace_id = (SELECT min(trace_id) FROM trace"
                   f" WHERE cycle_id = {CYCLE}) AND ttl = 1)", (PTR,))
        db.execute("UPDATE asn SET name = ?, asn = asn WHERE asn = 64504", (SYSTEM,))
        db.execute("UPDATE addr SET city = ? WHERE asn = 64504", (SYSTEM,))
        db.execute("UPDATE endpoint SET name = ? WHERE endpoint_id = 1", (NAME,))
        db.execute("UPDATE cycle SET list = ? WHERE list = 'ENDPOINTS'", (LIST,))
        first = [[row[0] for row in db.execute(
            "SELECT addr_id FROM path_hop JOIN trace USING (path_id) WHERE endpoint_id = 1"
            f" AND cycle_id = {CYCLE} AND direction = ? AND addr_id IS NOT NULL ORDER BY ttl"
            + order, (direction,))] for direction, order in ((0, ""), (1, " DESC"))]
        for addr in (first[0][0], first[1][1]):
            db.execute(f"INSERT INTO alias VALUES ({CYCLE}, 1, 1, ?, 'apar', 'test', 90, 3)",
                       (addr,))


def query(database, sql, *values):
    with sqlite3.connect(database) as db:
        return db.execute(sql, values).fetchall()


def texts(page, selector):
    return page.run(f"[...document.querySelectorAll({selector!r})].map((n) => n.textContent)")


def show(page, path, endpoint=None):
    page.open("about:blank" if path is None else path)
    if endpoint:
        go_to(page, endpoint)


def go_to(page, endpoint):
    page.run("new Promise((done) => { if (location.hash === '#endpoint-%d') return done();"
             " addEventListener('hashchange', () => setTimeout(done), { once: true });"
             " location.hash = '#endpoint-%d'; })" % (endpoint, endpoint))


# --- without a browser ----------------------------------------------------------------------

def check_source(path):
    text = path.read_text()
    equal(len(re.findall(r"<script\b", text)), 2, "elements with scripts or data")
    equal(len(re.findall(r"</script", text)), 2, "ends of them")
    assert not re.search(r"\b(src|href)=\"?(https?:)?//", text), "names a server"
    data = re.search(r'id="data">(.*?)</script>', text, re.S).group(1)
    assert not set(data) & set("<>&"), "markup in the data"
    assert "window.hacked" in data, "the test wants to see it"


def check_use(folder):
    """Wrong use says what is wrong, and leaves files alone."""
    kept = folder / "kept.html"
    kept.write_text("kept")
    for status, says, arguments in (
            (2, "no database given", ("-o", kept)),
            (2, "no --output given", (folder / "world.db",)),
            (1, "cannot open: No such file", (folder / "none.db", "-o", kept)),
            (1, "not an SQLite database", (world.HERE / "world.py", "-o", kept)),
            (1, "no such cycle", ("--cycle", 99, folder / "world.db", "-o", kept)),
            (1, "no such cycle", ("--list", "none", folder / "world.db", "-o", kept))):
        said = revprobe("report", *arguments, status=status)[1]
        assert says in said and len(said.splitlines()) == 1, said
    equal(kept.read_text(), "kept", "the file that was there")
    assert not (folder / "none.db").exists(), "a database was made"


def check_annotate(folder):
    """The program does what the library's test shows in detail."""
    database = world.make(folder / "a", 4, 1, 0)
    with sqlite3.connect(database) as db:
        db.execute("UPDATE addr SET asn = NULL, asn_by = NULL")
        db.execute("UPDATE trace SET as_path_id = NULL")
    for status, says, arguments in (
            (2, "neither --asn-db nor --geo-db", (database,)),
            (2, "no database of countries", ("--geo-db", world.ASN_FILE, database)),
            (2, "cannot open", ("--asn-db", "/nonexistent", database)),
            (1, "cannot open", ("--asn-db", world.ASN_FILE, folder / "none.db")),
            (0, "traces with an AS path", ("--asn-db", world.ASN_FILE, database))):
        said = revprobe("annotate", *arguments, status=status)[1]
        assert says in said and len(said.splitlines()) == 1, said
    equal(query(database, "SELECT count(*) FROM addr WHERE asn IS NULL"), [(0,)], "left out")


# --- in the browser -------------------------------------------------------------------------

def check_quiet(page, path):
    """Nothing is said, asked for, or run."""
    equal(page.complaints, [], "complaints")
    equal({url for url in page.requests if not url.startswith("about:")}, {path.as_uri()},
          "what was asked for")
    equal(page.run("typeof window.hacked"), "undefined", "a script of somebody else")
    equal(page.run("document.querySelectorAll('img, iframe, object, [onload], [onerror]').length"),
          0, "elements of somebody else")


def check_hostile(page):
    """They are there, as text: in the list, the tables and the drawing."""
    go_to(page, 1)
    body = page.run("document.body.textContent")
    for text in (PTR, SYSTEM, NAME, LIST):
        assert text in body, f"{text} is not shown"
    drawn = "".join(texts(page, "#drawing svg *"))
    assert PTR in drawn, "not in the drawing"
    equal(page.run("document.title").startswith(LIST), True, "title")


def check_figures(page, database):
    wanted = {
        "endpoints": f"SELECT count(DISTINCT endpoint_id) FROM trace WHERE cycle_id = {CYCLE}",
        "forward": f"SELECT sum(reached) FROM trace WHERE cycle_id = {CYCLE} AND direction = 0",
        "reverse": f"SELECT sum(reached) FROM trace WHERE cycle_id = {CYCLE} AND direction = 1",
        "hops-differ": "SELECT sum(forward_hops <> reverse_hops) FROM v_pair JOIN trace t"
                       f" ON t.trace_id = forward_trace WHERE both_reached AND cycle_id = {CYCLE}",
        "as-differ": "SELECT sum(asymmetric) FROM v_asymmetry JOIN trace t"
                     f" ON t.trace_id = forward_trace WHERE t.cycle_id = {CYCLE}",
        "probes": f"SELECT sum(sent) FROM trace WHERE cycle_id = {CYCLE}",
        "changed": "SELECT count(*) FROM v_path_change WHERE cycle = 12 AND before_cycle = 11",
        "lost": "SELECT count(*) FROM trace t JOIN trace b USING (endpoint_id, direction)"
                f" WHERE t.cycle_id = {CYCLE} AND b.cycle_id = {CYCLE} - 1 AND b.reached"
                " AND NOT t.reached",
    }
    for name, sql in wanted.items():
        shown = page.run(f"document.querySelector('[data-figure={name}]').firstChild.data")
        equal(int(re.sub(r"\D", "", shown)), query(database, sql)[0][0], name)


def check_list(page, database):
    """Every endpoint has its row, with SQL's numbers."""
    page.resize(1280)
    rows = page.run("[...document.querySelectorAll('#list tbody tr')].map((r) =>"
                    " [r.dataset.endpoint, ...[...r.cells].map((c) => c.textContent)])")
    got = sorted((int(r[0]), r[1], r[2], r[4], r[5], r[8]) for r in rows)
    wanted = query(database, f"""
        SELECT e.endpoint_id, e.name, a.text,
               CASE WHEN f.reached THEN f.path_len ELSE '' END,
               CASE WHEN r.reached THEN r.path_len ELSE '' END,
               CASE WHEN s.asymmetric THEN 'differ' WHEN s.asymmetric = 0 THEN 'same'
                    ELSE 'unknown' END
        FROM endpoint e JOIN addr a USING (addr_id)
             JOIN trace f ON f.trace_id = {TRACE.format(0)}
             JOIN trace r ON r.trace_id = {TRACE.format(1)}
             LEFT JOIN v_asymmetry s ON s.forward_trace = f.trace_id ORDER BY 1""")
    equal(got, [(r[0], r[1], r[2], str(r[3]), str(r[4]), r[5]) for r in wanted], "rows")
    return f"{len(got)} rows"


def as_ms(microseconds):
    if microseconds is None:
        return ""
    digits = 2 if microseconds < 9995 else 1 if microseconds < 99950 else 0
    return f"{microseconds / 1000:.{digits}f}"


def check_hops(page, database, endpoint):
    """The tables beside the drawing: each hop's address and times."""
    go_to(page, endpoint)
    for direction, name in enumerate(("forward", "reverse")):
        rows = page.run(f"[...document.querySelectorAll('[data-hops={name}] tbody tr')].map((r) =>"
                        " [...r.cells].map((c) => c.textContent))")
        wanted = query(database, f"""
            SELECT h.ttl, a.text, count(*), min(h.rtt_ns) / 1000, max(h.rtt_ns) / 1000
            FROM endpoint e JOIN hop h ON h.trace_id = {TRACE.format(direction)}
                 JOIN addr a ON a.addr_id = h.addr_id
            WHERE e.endpoint_id = ? GROUP BY h.ttl, a.addr_id ORDER BY 1, 2""", endpoint)
        got = sorted((int(r[0]), r[1], int(r[8].split("/")[0])) for r in rows
                     if r[1] != "no answer")
        equal(got, sorted((r[0], r[1], r[2]) for r in wanted), f"{name} hops")
        times = {(int(r[0]), r[1]): (r[5], r[7]) for r in rows}
        for ttl, addr, _, least, most in wanted:
            for shown, value in zip(times[ttl, addr], (least, most)):
                assert abs(float(shown) - float(as_ms(value))) < 0.11, (ttl, addr, shown, value)
        drawn = texts(page, "#drawing g title")
        for ttl, addr, *_ in wanted[:-1]:
            assert any(t.startswith(f"{name}, hop {ttl}: {addr}") for t in drawn), (ttl, addr)
    return f"{len(drawn)} titles"


def check_joins(page, database):
    """Lines between both directions: the same address, or a router's other one."""
    go_to(page, 1)
    shared = query(database, f"""
        SELECT a.text FROM (SELECT DISTINCT p.addr_id FROM trace JOIN path_hop p USING (path_id)
            WHERE endpoint_id = 1 AND cycle_id = {CYCLE} AND direction = 0 INTERSECT
            SELECT p.addr_id FROM trace JOIN path_hop p USING (path_id)
            WHERE endpoint_id = 1 AND cycle_id = {CYCLE} AND direction = 1)
        JOIN addr a USING (addr_id)""")
    titles = texts(page, "#drawing .join title")
    equal(sorted(t.split(",")[0] for t in titles if "both directions" in t),
          sorted(row[0] for row in shared), "shared addresses")
    equal(sum(t.startswith("one router: ") for t in titles), 1, "routers by their aliases")


def check_changes(page, database, endpoint):
    """A cell for each cycle and direction; equal letters where paths are equal."""
    go_to(page, endpoint)
    cells = texts(page, "#strip g title")
    for direction, name in enumerate(("forward", "reverse")):
        paths = query(database, "SELECT number, CASE WHEN reached THEN path_id END FROM trace"
                      " JOIN cycle USING (cycle_id) WHERE endpoint_id = ? AND direction = ?"
                      " AND list = ? ORDER BY number", endpoint, direction, LIST)
        known, wanted = {}, []
        for cycle, path in paths:
            letter = known.setdefault(path, chr(ord("A") + len(known))) if path else None
            wanted.append(f"cycle {cycle}, {name}: " + (f"path {letter}" if path
                                                        else "not reached"))
        got = [cell.split(", ")[0] + ", " + cell.split(", ")[1] for cell in cells
               if f", {name}: " in cell]
        equal(got, wanted, name)


def check_search(page, database):
    """Words narrow the list down: of names, systems, and routers on the way."""
    router, asn = query(database, f"SELECT a.text, a.asn FROM trace JOIN path_hop USING (path_id)"
                        f" JOIN addr a USING (addr_id) WHERE cycle_id = {CYCLE} AND ttl = 4"
                        " AND a.addr_id IS NOT NULL GROUP BY 1 ORDER BY count(*), 1")[0]
    for words, sql in ((router, "a.text = ?1"), (f"AS{asn} {router}", "a.text = ?1")):
        page.run(f"(() => {{ const q = document.getElementById('query'); q.value = {words!r};"
                 " q.dispatchEvent(new Event('input')); })()")
        wanted = query(database, "SELECT DISTINCT endpoint_id FROM trace JOIN path_hop"
                       f" USING (path_id) JOIN addr a USING (addr_id) WHERE cycle_id = {CYCLE}"
                       f" AND {sql} ORDER BY 1", router)
        # Addresses contain each other as text: 198.18.0.6 is in 198.18.0.64.
        got = page.run("[...document.querySelectorAll('#list tbody tr')]"
                       ".map((r) => Number(r.dataset.endpoint))")
        assert {row[0] for row in wanted} <= set(got) and len(got) < 24, (words, got, wanted)
    page.run("(() => { const q = document.getElementById('query'); q.value = '';"
             " q.dispatchEvent(new Event('input')); const f = document.getElementById('filter');"
             " f.value = 'differ'; f.dispatchEvent(new Event('change')); })()")
    equal(set(texts(page, "#list tbody td:nth-child(8)")), {"differ"}, "filtered")
    page.run("(() => { const f = document.getElementById('filter'); f.value = 'all';"
             " f.dispatchEvent(new Event('change')); })()")
    return f"{router}: {len(got)}"


def check_sort(page):
    def click(title):
        page.run("[...document.querySelectorAll('#list th button')]"
                 f".find((b) => b.textContent === {title!r}).click()")
        return [float(t) for t in texts(page, "#list tbody td:nth-child(6)") if t]

    up = click("ms there")
    equal(up, sorted(up), "upwards")
    down = click("ms there")
    equal(down, sorted(down, reverse=True), "downwards")
    equal(page.run("document.querySelector('th[aria-sort]').getAttribute('aria-sort')"),
          "descending", "what is told to those who hear the page")
    click("Endpoint")


def check_keyboard(page):
    """From the search by Tab into the list, and Enter opens what is there."""
    page.run("document.getElementById('query').focus()")
    for _ in range(40):
        page.press("Tab", 9)
        at = page.run("document.activeElement.getAttribute('href')")
        if at and at.startswith("#endpoint-"):
            break
    else:
        raise AssertionError("Tab does not get to an endpoint")
    page.press("Enter", 13, "\r")
    page.until(f"location.hash === '{at}' && document.activeElement.id === 'detail-title'",
               "the endpoint, with the focus on its title")


CONTRASTS = """
(() => {
    const ruler = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgb = (color, under) => {
        ruler.clearRect(0, 0, 1, 1);
        if (under) { ruler.fillStyle = under; ruler.fillRect(0, 0, 1, 1); }
        ruler.fillStyle = color; ruler.fillRect(0, 0, 1, 1);
        return [...ruler.getImageData(0, 0, 1, 1).data];
    };
    const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
    const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
        return (x + .05) / (y + .05); };
    const paper = getComputedStyle(document.body).backgroundColor;
    const below = (node) => {
        for (let at = node; at; at = at.parentElement) {
            const color = getComputedStyle(at).backgroundColor;
            if (rgb(color)[3] === 255) return color;
        }
        return paper;
    };
    let worst = [99, ""];
    const see = (ratio, what) => { if (ratio < worst[0]) worst = [ratio, what]; };
    for (const node of document.querySelectorAll("p, li, td, th, dt, dd, small, h1, h2, h3, a, caption, summary, label, footer"))
        if (node.textContent.trim() && node.getClientRects().length)
            see(ratio(rgb(getComputedStyle(node).color, paper), rgb(below(node))), node.textContent.slice(0, 40));
    for (const text of document.querySelectorAll("svg text")) {
        const box = text.parentNode.localName === "g" && text.parentNode.querySelector("rect");
        const fill = box ? getComputedStyle(box).fill : paper;
        see(ratio(rgb(getComputedStyle(text).fill, paper), rgb(fill === "none" ? paper : fill)), text.textContent);
    }
    return worst;
})()
"""


def check_contrast(page, is_dark):
    """WCAG 2.1, 1.4.3: at least 4.5 to 1, for all text."""
    page.resize(1280, is_dark=is_dark)
    go_to(page, 1)
    ratio, where = page.run(CONTRASTS)
    assert ratio >= 4.5, f"{ratio:.2f} at: {where}"
    return f"{ratio:.1f}"


def check_names(page):
    """What takes input, and what is drawn, says what it is."""
    nameless = page.run("[...document.querySelectorAll('svg[role=img]')].filter((s) =>"
                        " !s.querySelector('title').textContent).length")
    equal(nameless, 0, "drawings without a title")
    equal(page.run("[...document.querySelectorAll('input, select')].filter((n) =>"
                   " !n.labels.length).length"), 0, "fields without a label")
    equal(page.run("[...document.querySelectorAll('#detail details.alternative table')].length > 1"),
          True, "tables beside the drawings")
    equal(page.run("document.documentElement.lang"), "en", "language")


def check_width(page, folder, width, is_dark):
    """Nothing is wider than the window, and it looks like something."""
    page.resize(width, is_dark=is_dark)
    # It is drawn anew a moment after the window changed.
    page.until("document.querySelector('#drawing svg').viewBox.baseVal.width <="
               " Math.max(300, document.getElementById('drawing').clientWidth) + 1",
               f"a drawing for {width} pixels")
    assert page.run("document.documentElement.scrollWidth") <= width, "wider than the window"
    clipped = page.run("[...document.querySelectorAll('#drawing g')].filter((g) => {"
                       " const box = g.querySelector('rect'); return box &&"
                       " [...g.querySelectorAll('text')].some((t) =>"
                       " t.getBBox().x + t.getBBox().width > box.getBBox().x + box.getBBox().width + 1);"
                       "}).map((g) => g.textContent)")
    equal(clipped, [], "text beyond its box")
    picture = folder / f"report-{width}.png"
    page.screenshot(picture)
    assert picture.stat().st_size > 20000, "an empty picture"
    kept = os.environ.get("REPORT_SCREENSHOTS")
    if kept:
        (pathlib.Path(kept) / picture.name).write_bytes(picture.read_bytes())


def check_print(page, folder):
    page.run("window.wasOpen = -1; addEventListener('beforeprint', () => { window.wasOpen ="
             " document.querySelectorAll('details:not([open])').length; })")
    page.pdf(folder / "report.pdf")
    equal(page.run("window.wasOpen"), 0, "tables that were closed on paper")
    assert page.run("document.querySelectorAll('details:not([open])').length") > 0, "left open"
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF"), "no PDF"


def check_balanced(page, database, path):
    """Each link of a multipath trace is drawn, assumed ones dashed."""
    page.open(path)
    endpoint, proven, assumed = query(database, """
        SELECT endpoint_id, sum(flows > 0), sum(flows = 0) FROM trace JOIN link USING (trace_id)
        WHERE cycle_id = (SELECT max(cycle_id) FROM cycle WHERE list = 'balanced')
        GROUP BY endpoint_id HAVING count(DISTINCT direction) = 2 AND sum(flows = 0) > 0
        ORDER BY count(*) DESC LIMIT 1""")[0]
    go_to(page, endpoint)
    equal(page.run("document.querySelectorAll('#drawing .wire:not(.assumed)').length"), proven,
          "links")
    equal(page.run("document.querySelectorAll('#drawing .wire.assumed').length"), assumed,
          "assumed links")
    equal(page.complaints, [], "complaints")


def check_sample(page, path):
    page.open(path)
    equal(len(texts(page, "#list tbody tr")), 5, "rows")
    said = texts(page, "#sample")[0]
    assert "5 of 24 endpoints" in said and "at random" in said, said
    equal(texts(page, "[data-figure=endpoints]"), ["24"], "figure of all")


def in_browser(report, folder, database):
    pages = {name: folder / f"{name}.html" for name in ("newest", "balanced", "sample")}
    revprobe("report", "-q", "--list", "balanced", database, "-o", pages["balanced"])
    revprobe("report", "-q", "--endpoints", 5, database, "-o", pages["sample"])
    pages["newest"] = folder / "report.html"
    with browser.page() as page:
        page.resize(1280)
        page.open(pages["newest"])
        check = report.check
        check("nothing is asked for, complained of, or run", check_quiet, page, pages["newest"])
        check("hostile names are text", check_hostile, page)
        check("figures are SQL's", check_figures, page, database)
        check("the list is SQL's", check_list, page, database)
        for endpoint in (1, 6):
            check(f"hops and times are SQL's: {endpoint}", check_hops, page, database, endpoint)
        check("routers of both directions are joined", check_joins, page, database)
        for endpoint in (2, 22):
            check(f"changes are SQL's: {endpoint}", check_changes, page, database, endpoint)
        check("search and filter", check_search, page, database)
        check("sort", check_sort, page)
        check("keyboard", check_keyboard, page)
        check("names for those who do not see it", check_names, page)
        for is_dark in (False, True):
            check(f"contrast, {'dark' if is_dark else 'light'}", check_contrast, page, is_dark)
        for width in WIDTHS:
            check(f"{width} pixels wide", check_width, page, folder, width, width == 768)
        check("print", check_print, page, folder)
        check("still nothing", check_quiet, page, pages["newest"])
        check("load-balanced paths", check_balanced, page, database, pages["balanced"])
        check("a part of the endpoints", check_sample, page, pages["sample"])


def no_browser():
    assert os.environ.get("REQUIRE_ALL") != "1", "no chromium here, and REQUIRE_ALL=1"


def main():
    report = Report()
    with world.folder() as folder:
        (folder / "a").mkdir()
        database = world.make(folder)
        make_hostile(database)
        page = folder / "report.html"
        revprobe("report", "-q", database, "-o", page)
        report.check("the source has no markup but ours", check_source, page)
        report.check("wrong use of report", check_use, folder)
        report.check("annotate", check_annotate, folder)
        if browser.find():
            in_browser(report, folder, database)
        else:
            report.check("in the browser # SKIP no chromium here", no_browser)
    return report.end()


if __name__ == "__main__":
    raise SystemExit(main())
