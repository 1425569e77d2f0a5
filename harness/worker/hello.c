/* hello.c: asks a program what it is, and agrees with it on a version of the protocol.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "../base/clock.h"
#include "process.h"

#define HELLO_S 10.0

/* The protocol that a program which refused another one says that it speaks; 0: it does not say so. */
static unsigned refused_for(const char *why)
{
    const char *said = strstr(why, "speaks protocol ");
    unsigned protocol = 0;
    return said && sscanf(said, "speaks protocol %u, was asked", &protocol) == 1 ? protocol : 0;
}

/* Without a hello `why` holds the reason. */
static bool ask_hello(const as_process_setup *setup, as_arena *arena, as_hello *out, char why[400])
{
    as_process *p = as_process_start(setup);
    as_answer answer;
    const bool heard = as_process_next(p, as_wall_ns(), HELLO_S, arena, &answer);
    const bool ok = heard && answer.kind == AS_SAYS_HELLO;
    if (ok)
        *out = answer.hello;
    else if (heard && answer.kind == AS_SAYS_RESULT && answer.result.reason[0])
        snprintf(why, 400, "%s", answer.result.reason);
    else
        snprintf(why, 400, "%s", heard ? "it answers something else than a hello" : as_process_why(p));
    as_process_free(p);
    return ok;
}

bool as_process_hello(const char *program, const char *const *plugins, as_arena *arena, as_hello *out, as_err *err)
{
    as_process_setup setup = {.program = program, .plugins = plugins, .mode = AS_MODE_HELLO, .cpu = -1};
    char why[400] = "";
    program = program ? program : "attnscope";
    bool ok = ask_hello(&setup, arena, out, why);
    if (!ok && refused_for(why) == AS_PROTOCOL_MIN) {
        setup.protocol = AS_PROTOCOL_MIN;
        ok = ask_hello(&setup, arena, out, why);
    }
    if (!ok && refused_for(why))
        return as_fail(err, AS_EXIT_USAGE, "%s: a build with another protocol than this program's %d: %s", program,
                       AS_PROTOCOL, why);
    if (!ok)
        return as_fail(err, AS_EXIT_USAGE, "%s: does not answer as an attnscope: %s", program, why);
    if (out->protocol < AS_PROTOCOL_MIN || out->protocol_min > AS_PROTOCOL)
        return as_fail(err, AS_EXIT_USAGE,
                       "%s: speaks protocol %llu, this program speaks %d: rebuild the older of them", program,
                       (unsigned long long)out->protocol, AS_PROTOCOL);
    out->protocol = out->protocol < AS_PROTOCOL ? out->protocol : AS_PROTOCOL;
    return true;
}
