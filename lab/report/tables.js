// Tables: a click on a head sorts, a button keeps the rows as CSV.

const cellValue = (cell) => cell.querySelector("data")?.value ?? cell.textContent;

function compared(a, b) {
  if (a === "" || b === "") return (a === "") - (b === "");
  const [x, y] = [Number(a), Number(b)];
  return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b, undefined, { numeric: true }) : x - y;
}

function sort(table, column) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  const falling = heads[column].getAttribute("aria-sort") === "ascending";
  heads.forEach((head, i) => (i === column
    ? head.setAttribute("aria-sort", falling ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
  const key = (row) => cellValue(row.cells[column]);
  const known = (row) => key(row) !== "";
  const rows = [...body.rows];
  const sorted = rows.filter(known).sort((a, b) => compared(key(a), key(b)) * (falling ? -1 : 1));
  body.append(...sorted, ...rows.filter((row) => !known(row)));
}

const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const csv = (rows) => rows.map((row) => row.map(quoted).join(",")).join("\n") + "\n";

function save(name, content, type) {
  const link = html("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

function lively(table) {
  const heads = [...table.tHead.rows[0].cells], names = heads.map((head) => head.textContent);
  heads.forEach((head, column) => {
    const button = html("button", { type: "button" }, head.textContent);
    button.addEventListener("click", () => sort(table, column));
    head.replaceChildren(button);
  });
  const name = `${table.dataset.name}.csv`;
  const button = html("button", { type: "button", class: "save" }, `Save ${name}`);
  button.addEventListener("click", () =>
    save(name, csv([names, ...[...table.tBodies[0].rows].map((row) => [...row.cells].map(cellValue))]), "text/csv"));
  table.parentElement.append(button);
}
