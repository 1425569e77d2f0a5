/* cmd_merge.c: `attnscope merge DIR... --out DIR`: shards of one sweep as one result folder.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../sweep/conclude.h"
#include "../sweep/merge.h"
#include "cli.h"

enum { FOLDERS_MAX = 256 };

typedef struct {
    const char *out;
} merge_options;

static const as_opt options[] = {
    AS_VALUE("--out", merge_options, out, "DIR", "the folder to be made; it must not exist or be empty"),
    {0},
};

static as_exit run_merge(const as_command *self, as_arguments arguments, as_err *err)
{
    merge_options o = {0};
    as_text table = {0};
    if (!as_parse(self, &arguments, &o, err))
        return err->code;
    if (!o.out)
        return as_fail(err, AS_EXIT_USAGE, "--out is missing: the folder to be made"), err->code;
    if (!as_merge((const char *const *)arguments.at, (size_t)arguments.count, o.out, err))
        return err->code;
    const bool ok = as_conclude_table(o.out, &table, err) && as_print(&table, err) && as_conclude_pages(o.out, err);
    as_text_free(&table);
    printf("results: %s\n", o.out);
    return ok ? AS_EXIT_OK : err->code;
}

const as_command as_command_merge = {
    .name = "merge",
    .arguments = "DIR... --out DIR",
    .about = "shards of one sweep as one result folder",
    .description = "DIR... are result folders of one config, measured with --shard I/N or as they are.",
    .options = options,
    .notes = "Cases that several folders have keep all of their processes, numbered on. Folders of machines with one "
             "fingerprint make one machine; where fingerprints differ, every case gets its machine in the column "
             "`machine` and behind its key, curves are fitted and drawn for each, and there is no percent of roof. "
             "Table and charts are made as `run` makes them.",
    .examples = "  attnscope run configs/scaling-length.yaml --shard 1/2 --out a    # and 2/2 to b, perhaps elsewhere\n"
                "  attnscope merge a b --out whole\n",
    .min = 1,
    .max = FOLDERS_MAX,
    .order = 55,
    .run = run_merge,
};
