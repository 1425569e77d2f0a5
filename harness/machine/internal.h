/* internal.h: what the files of machine/ share with each other and with their tests.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MACHINE_INTERNAL_H
#define AS_MACHINE_INTERNAL_H

#include "machine.h"

/* The facts that are read from files, with `root` before every path ("" for the real machine). */
void as_machine_read(as_machine *m, as_arena *arena, const char *root);

/* Rows of the warning table whose condition holds, into `m->warnings`. */
void as_machine_warn(as_machine *m, as_arena *arena);

/* The hash over CPU model, vendor, instruction sets, caches, cpus, cores, sockets and microcode. */
void as_machine_fingerprint(as_machine *m);

#endif
