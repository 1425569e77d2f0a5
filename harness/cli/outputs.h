/* outputs.h: the options that every command with verdicts has.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CLI_OUTPUTS_H
#define AS_CLI_OUTPUTS_H

#include "../narrate/verdict_print.h"
#include "cli.h"

/* `member` is an as_verdict_outputs. */
#define AS_VERDICT_OPTIONS(type, member)                                                                               \
    AS_FLAG("--strict", type, member.strict, "missing and new cases fail, too"),                                       \
        AS_CHOICE("--format", type, member.format, AS_VERDICT_FORMATS, "what is printed (default: table)"),            \
        AS_VALUE("--junit", type, member.junit, "FILE", "also written as JUnit XML, for a CI's view of tests"),        \
        AS_VALUE("--markdown", type, member.markdown, "FILE", "also written as Markdown, for a pull request")

#endif
