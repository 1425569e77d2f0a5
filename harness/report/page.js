/* page.js: sorts and filters the tables of report.html; without it the page shows the same, in the order of the files.
 * SPDX-License-Identifier: Apache-2.0 */
'use strict';
document.querySelectorAll('table.data').forEach(function (table) {
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    const heads = Array.from(table.tHead.rows[0].cells);
    const tools = document.getElementById(table.id + '-tools');

    /* Numbers by size, texts by their characters; what is missing comes last either way. */
    function sort(column, sign) {
        const number = heads[column].classList.contains('n');
        const key = new Map(rows.map(function (row) {
            const text = row.cells[column].textContent;
            return [row, number ? parseFloat(text) : text];
        }));
        const missing = function (v) { return number ? isNaN(v) : v === ''; };
        rows.slice().sort(function (a, b) {
            const x = key.get(a), y = key.get(b);
            if (missing(x) || missing(y))
                return missing(x) - missing(y);
            return sign * (number ? x - y : x < y ? -1 : x > y ? 1 : 0);
        }).forEach(function (row) { body.appendChild(row); });
    }

    heads.forEach(function (head, column) {
        const button = document.createElement('button');
        button.type = 'button';
        while (head.firstChild)
            button.appendChild(head.firstChild);
        head.appendChild(button);
        button.addEventListener('click', function () {
            const down = head.getAttribute('aria-sort') === 'ascending';
            heads.forEach(function (other) { other.removeAttribute('aria-sort'); });
            head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
            sort(column, down ? -1 : 1);
        });
    });

    /* Every word must be somewhere in the row; one with a minus in front must not. */
    if (tools) {
        const input = tools.querySelector('input'), count = tools.querySelector('output');
        const texts = new Map(rows.map(function (row) { return [row, row.textContent.toLowerCase()]; }));
        const filter = function () {
            const words = input.value.toLowerCase().split(/\s+/).filter(function (w) { return w && w !== '-'; });
            let shown = 0;
            rows.forEach(function (row) {
                const fits = words.every(function (w) {
                    return w[0] === '-' ? !texts.get(row).includes(w.slice(1)) : texts.get(row).includes(w);
                });
                row.hidden = !fits;
                shown += fits;
            });
            count.textContent = shown + ' of ' + rows.length + ' rows';
        };
        input.addEventListener('input', filter);
        filter();
        tools.hidden = false;
    }
});
