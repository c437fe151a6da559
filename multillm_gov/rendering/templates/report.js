// Tables are sorted where scripts run; without them they are read as they are.
"use strict";
const { decimal, total, sort } = document.body.dataset;
function figure(text) {
  const bare = text.replace(/[^0-9.,\u2212-]/g, "").replace("\u2212", "-");
  const plain = decimal === "," ? bare.replaceAll(".", "").replace(",", ".") : bare.replaceAll(",", "");
  return plain && Number.isFinite(Number(plain)) ? Number(plain) : null;
}
function text(row, column) {
  return row.cells[column] ? row.cells[column].textContent.trim() : "";
}
function compare(one, other, numeric) {
  if (!numeric) return one.localeCompare(other, document.documentElement.lang, { numeric: true });
  const [left, right] = [figure(one), figure(other)];
  if (left === null || right === null) return (left === null) - (right === null);
  return left - right;
}
function order(table, column, down) {
  const body = table.tBodies[0], rows = [...body.rows];
  const last = rows.length && text(rows.at(-1), 0).startsWith(total) ? rows.pop() : null;
  const numeric = table.tHead.rows[0].cells[column].classList.contains("numeric");
  rows.sort((a, b) => {
    const [left, right] = [text(a, column), text(b, column)];
    const unknown = numeric ? (figure(left) === null) - (figure(right) === null) : 0;
    return unknown || compare(left, right, numeric) * (down ? -1 : 1);
  });
  body.append(...rows, ...(last ? [last] : []));
}
for (const table of document.querySelectorAll(".wide-table table")) {
  if (!table.tHead || table.tBodies[0].rows.length < 3) continue;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (!head.textContent.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.title = sort;
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      order(table, column, down);
    });
  });
}
