#!/bin/bash
# test_claims.sh: every claim computes to the verdict on record; docs/claims.md is what the command prints; what a result
# folder measured is quoted. SPDX-License-Identifier: Apache-2.0
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
fail=0

bad() {
    echo "FAILED: $*"
    fail=1
}

"$ATTNSCOPE" claims > text 2> err || bad "exit $?: $(cat err)"
[ -s err ] && bad "writes to stderr"
"$ATTNSCOPE" claims --format md | diff - "$SOURCE/docs/claims.md" > difference ||
    bad "docs/claims.md is not what 'attnscope claims --format md' prints: $(head -5 difference)"

"$ATTNSCOPE" claims --format csv > csv
[ "$(head -1 csv | tr -d '\r')" = claim,source,stated,computed,verdict,measured,name,expected ] || bad "header: $(head -1 csv)"
files=$(ls "$SOURCE"/harness/claims/literature/*.c | wc -l)
[ "$(tail -n +2 csv | wc -l)" -eq "$files" ] || bad "$files files, $(tail -n +2 csv | wc -l) rows"
[ "$files" -ge 20 ] || bad "only $files claims"
"$ATTNSCOPE" claims --format json > json
for key in claim source stated computed verdict measured; do
    [ "$(grep -o "\"$key\":" json | wc -l)" -eq "$files" ] || bad "json: key $key is not in every row"
done

# verdict NAME VERDICT NUMBER: what is known, held here a second time
verdict() {
    grep -q ",$1,$2" csv || bad "$1 is not '$2'"
    grep ",$1,$2" csv | grep -qF -- "$3" || bad "$1: no '$3' in its row"
}
verdict cost_attention "holds with conditions" "T = 6144"
verdict window_reach "holds with conditions" "1021"
verdict dilated_cost false "T^2.000"
verdict dilated_reach false never
verdict schedule_doubling false never
verdict log_one_layer false "floor(log2 T)"
verdict global_two_hops false "2016 of 2016 when bidirectional"
verdict sinks_reach holds "exactly the 4 sinks more"
verdict path_count "holds with conditions" "10, 25 as drawn, 4"
verdict convolution_layers false "50 layers at k = 3, 25 at k = 5"
verdict dilations_1248 holds "3, 7, 15, 31"
verdict logsparse_layers holds "one less"
verdict parity_linear "holds with conditions" "128 = 2m"
verdict parity_performer "holds with conditions" "1024 = 4m"
verdict attention_logarithmic "holds with conditions" "span 62"

# what was measured
mkdir folder
cat > folder/fits.csv <<'CSV'
curve,kernel,pattern,axis,points,from,to,tail_slope,tail_low,tail_high
a,attention/flash,causal,length,9,256,16384,1.97,1.94,2.01
b,attention/gather,log:base=2,length,9,256,16384,1.10,,
c,attention/flash,causal,width,9,256,16384,9.99,,
CSV
"$ATTNSCOPE" claims --from folder --format csv > with || bad "--from: exit $?"
grep ",cost_attention," with | grep -qF "attention/flash on causal: T^1.97 (1.94..2.01) to T = 16384" || bad "exponent is not quoted"
grep ",log_one_layer," with | grep -qF "attention/gather on log:base=2: T^1.10 to T = 16384" || bad "exponent is not quoted"
grep -q "9.99" with && bad "quotes an exponent of the width"
cat > folder/summary.csv <<'CSV'
kernel,pattern,isa,dtype,batch,heads,kv_heads,length,context,width,threads,cache,speedup,status
kernelised/linear,causal,avx2,f32,1,8,8,64,64,512,1,warm,0.4,ok
kernelised/linear,causal,avx2,f32,1,8,8,128,128,512,1,warm,1.2,ok
kernelised/linear,causal,avx2,f32,1,8,8,256,256,512,1,warm,0.9,ok
kernelised/linear,causal,avx2,f32,1,8,8,512,512,512,1,warm,1.8,ok
kernelised/linear,causal,avx2,f32,1,8,8,1024,1024,512,1,warm,3.1,ok
CSV
"$ATTNSCOPE" claims --from folder --format csv > with || bad "--from: exit $?"
grep ",parity_linear," with | grep -qF "faster than dense from T = 512 on (64..1024 measured)" || bad "crossing is not quoted"

mkdir empty
"$ATTNSCOPE" claims --from empty > out 2> err
[ $? -eq 2 ] && [ "$(wc -l < err)" -eq 1 ] || bad "an empty folder is not refused"
"$ATTNSCOPE" claims --format xml > out 2> err
[ $? -eq 2 ] || bad "--format xml is not refused"
[ $fail -eq 0 ] && echo "claims: all well"
exit $fail
