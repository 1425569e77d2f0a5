#!/bin/bash
# test_report.sh: report.html in a browser: nothing overflows, it needs no script, sorts with one, and runs none but its own.
# SPDX-License-Identifier: Apache-2.0
set -u
. "$SOURCE/tests/checks.sh"
command -v chromium >/dev/null || {
    echo "skipped: no chromium here to open report.html with: apt-get install chromium"
    exit 77
}
export HOME=$work

browse() { # FILE: the page's DOM once it is loaded
    timeout 100 chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$work/profile" \
        --window-size=1400,900 --virtual-time-budget=5000 --dump-dom "file://$work/$1" 2>chromium.log
}

cat >hostile.yaml <<'END'
name: hostile
about: "</p><script>document.title = 'owned'</script> & 'quotes'"
shapes: {length: [16, 32, 64], width: [16], heads: [2]}
kernels: [attention/naive, attention/flash]
patterns: [causal, "window:w=8"]
measure: {processes: 1, batches: 2, budget: 1m}
seed: 5
END
"$ATTNSCOPE" run hostile.yaml --out r --roofs "$ROOFS" --quiet >run.log 2>&1 || fail "run: $(tail -1 run.log)"
[ -s r/report.html ] || fail "run wrote no report.html"

# Names of a plug-in's, wherever a file has them; one in every row of one kernel.
evil="<script>document.title = 'owned'</script><img src=x onerror=document.title='owned'>'; touch owned; '"
sed -i "s|attention/naive|$evil|g" r/summary.csv r/fits.csv r/crossovers.csv
sed -i "s|\"cpu\": \"|&<script>document.title = 'owned'</script>|" r/machine.json
"$ATTNSCOPE" report r >out.txt 2>&1 || fail "report: $(cat out.txt)"
grep -q '^report: r/report.html$' out.txt || fail "report says '$(cat out.txt)'"
cp r/report.html first.html
"$ATTNSCOPE" report r >/dev/null && cmp -s first.html r/report.html || fail "the same files give another page"
[ "$(grep -c '<script' r/report.html)" = 1 ] || fail "there is another script than the page's own"
grep -qiE '(src|href|url)[=(]["'\'']?(https?:)?//' r/report.html && fail "the page asks the network for something"
grep -q 'onerror=document.title=' r/report.html || fail "the hostile name is not shown"
grep -q "<code>./attnscope run config.yaml --only &#39;attention/flash|" r/report.html || fail "no command for a row"

# As it is: its own script runs under its policy, no other does.
browse r/report.html >dom.html
grep -q '<title>hostile · attnscope</title>' dom.html || fail "a name became a script: $(grep -o '<title>[^<]*' dom.html)"
grep -q '<div class="tools" id="cases-tools">' dom.html || fail "the policy stopped the page's own script"
[ "$(grep -o '<tr' dom.html | wc -l)" -ge 13 ] || fail "rows are missing"

# Without scripts: all rows and charts, and no tool that does nothing.
sed "s|script-src 'sha256-[^']*'|script-src 'none'|" r/report.html >off.html
cmp -s off.html r/report.html && fail "no policy for scripts in the page"
browse off.html >plain.html
[ "$(grep -o '<tr' plain.html | wc -l)" = "$(grep -o '<tr' dom.html | wc -l)" ] || fail "rows are missing without script"
grep -q 'src="data:image/svg+xml,' plain.html || fail "no chart without script"
grep -q 'id="cases-tools" hidden' plain.html || fail "the filter shows without the script that would work it"

# Measured by a probe in a copy without the policy.
cat >probe.js <<'END'
<script>
const said = [], table = document.getElementById('cases'), heads = Array.from(table.tHead.rows[0].cells);
const at = heads.findIndex(function (h) { return h.textContent.startsWith('median'); });
const column = function () {
    return Array.from(table.tBodies[0].rows).map(function (r) { return r.cells[at].textContent; }).filter(function (t) { return t; }).map(Number);
};
const sorted = function (sign) { return column().every(function (v, i, a) { return !i || sign * (v - a[i - 1]) >= 0; }); };
const last = function () { const rows = table.tBodies[0].rows; return rows[rows.length - 1].cells[at].textContent; };
said.push('width=' + innerWidth, 'over=' + Math.max(0, document.documentElement.scrollWidth - innerWidth));
const wide = Array.from(document.querySelectorAll('body *')).filter(function (e) {
    return e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.box') && !e.closest('figure div') && !e.closest('pre');
});
said.push('wide=' + wide.length);
heads[at].querySelector('button').click();
said.push('up=' + (sorted(1) && last() === ''));
heads[at].querySelector('button').click();
said.push('down=' + (sorted(-1) && last() === ''));
const input = document.querySelector('#cases-tools input');
input.value = 'flash -window';
input.dispatchEvent(new Event('input'));
said.push('left=' + Array.from(table.tBodies[0].rows).filter(function (r) { return !r.hidden; }).length);
Promise.all(Array.from(document.images).map(function (i) { i.loading = 'eager'; return i.decode().then(function () { return 1; }, function () { return 0; }); }))
    .then(function (whole) { said.push('charts=' + whole.every(Boolean)); parent.postMessage(said.join(' '), '*'); });
</script>
END
measure() { # WIDTH FILE: what the probe says in a frame of that width, for no window of a browser is as narrow as a telephone
    cat >frame.html <<END
<script>addEventListener('message', function (e) { document.title = e.data; });</script>
<iframe src="$2" style="width: $1px; height: 800px; border: 0"></iframe>
END
    browse frame.html | grep -o '<title>[^<]*' | head -1
}
sed '/Content-Security-Policy/d' r/report.html | sed '$d' | cat - probe.js >probed.html
for width in 1280 390; do
    told=$(measure $width probed.html)
    [ "$told" = "<title>width=$width over=0 wide=0 up=true down=true left=3 charts=true" ] ||
        fail "at $width pixels: '$told'"
done
[ -e owned ] && fail "a name became a command"

# The probe can fail: a page with a line too wide for it.
sed 's|<main>|<main><p style="width: 3000px">wide</p>|' probed.html >wide.html
measure 390 wide.html | grep -q 'over=0' && fail "the probe does not see what overflows"

# A duel's verdicts: counted over all gates; the largest change is one of time.
printf 'case,verdict,ratio,ratio_low,ratio_high,visible,gate\na,regressed,1.02,1.01,1.03,,time\na,regressed,2,2,2,,workspace\nb,failed,,,,,accuracy\n' >r/verdicts.csv
"$ATTNSCOPE" report r >out.txt 2>err.txt || fail "no report of a duel: $(cat err.txt)"
grep -q '2 of 3 verdicts; the largest change is +2.00 % of the time' r/report.html || fail "what regressed: $(grep -o 'of 3 verdicts[^<]*' r/report.html)"
grep -q '1 of 3 verdicts. <span class="fixed">b<' r/report.html || fail "what failed is not named"

finish
