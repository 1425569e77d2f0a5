/* fault.h: what a kernel touched when it crashed, in words, said with the worker's last breath.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_WORKER_FAULT_H
#define AS_WORKER_FAULT_H

#include <stddef.h>

/* From now on a SIGSEGV or SIGBUS writes one AS_SAYS_NOTE line to `fd` before it kills the process as it would have. */
void as_fault_watch(int fd);

/* An access within [from, from + bytes) is explained by `text`. Later rows win; at most 64. */
void as_fault_explain(const void *from, size_t bytes, const char *text);
/* Forgets all rows: addresses are about to be used anew. */
void as_fault_forget(void);

#endif
