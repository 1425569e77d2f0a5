# made.sh: result folders made by hand, for the tests of what reads them. Sourced; needs $ATTNSCOPE.
# SPDX-License-Identifier: Apache-2.0

# made DIR PERCENT [CASES] [FINGERPRINT] [SHIFT]: 7 processes of 3 batches, 100 calls, about 100 us each times PERCENT / 100; SHIFT ns
# more in each sample make two folders that are alike differ. The summary is the program's own.
made() {
    mkdir -p "$1"
    echo "{\"fingerprint\": \"${4:-m}\", \"cpu\": \"made by hand\"}" >"$1/machine.json"
    printf 'name: made\nshapes: {length: 32, width: 16, heads: 1}\nkernels: [attention/naive]\npatterns: [causal]\n' >"$1/config.yaml"
    echo 'case,kernel,length,threads,status,reason' >"$1/cases.csv"
    echo 'case,process,batch,calls,wall_ns,speed_index' >"$1/samples.csv"
    local c p b
    for c in ${3:-a b}; do
        case $c in *\"*) c="\"${c//\"/\"\"}\"" ;; esac
        echo "$c,attention/naive,32,1,ok," >>"$1/cases.csv"
        for p in 0 1 2 3 4 5 6; do
            for b in 0 1 2; do
                echo "$c,$p,$b,10,$(((1000000 + p * 3000 + b * 1000) * $2 / 100 + ${5:-0})),100" >>"$1/samples.csv"
            done
        done
    done
    fitted "$1"
}

# fitted DIR: its summary, anew
fitted() { "$ATTNSCOPE" fit "$1" >/dev/null || { echo "cannot fit $1"; exit 1; }; }
