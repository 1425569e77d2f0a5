/* cmd_version.c: `attnscope version`: which program this is and how it was built.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/build.h"
#include "cli.h"

static as_exit run_version(const as_command *self, as_arguments arguments, as_err *err)
{
    as_text out = {0};
    if (!as_parse(self, &arguments, NULL, err))
        return err->code;
    as_text_add(&out, "attnscope %s (%s)\n%s, %s: %s\n%s\n", as_build_version, as_build_commit, as_build_compiler,
                as_build_type, as_build_flags, as_build_isas);
    return as_print_last(true, &out, err) ? AS_EXIT_OK : err->code;
}

const as_command as_command_version = {
    .name = "version",
    .arguments = "",
    .about = "which program this is: version, commit, compiler and flags",
    .description = "Prints what a report of a measurement or of a bug should name.",
    .examples = "  attnscope version\n",
    .order = 90,
    .run = run_version,
};
