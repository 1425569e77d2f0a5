/* writer.h: a result folder: every file in it is complete and readable at any moment, even after kill -9.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_FOLDER_WRITER_H
#define AS_FOLDER_WRITER_H

#include "../base/err.h"
#include "../model/records.h"

typedef struct as_folder as_folder;

/* A new folder: `out`, or results/<name>-<UTC time> when NULL. An existing one that is not empty is an error. Writes
 * config.yaml and the headers. */
as_folder *as_folder_create(const char *out, const char *name, const char *config_text, as_err *err);
/* An existing one, to go on with (--resume): samples, counters and phases are appended to. */
as_folder *as_folder_resume(const char *path, as_err *err);
void as_folder_free(as_folder *f);

const char *as_folder_path(const as_folder *f);

/* Appends a sample, a counter or a phase, by its schema, with a single write(2). */
bool as_folder_record(as_folder *f, const as_schema *schema, const void *record, as_err *err);

/* Replaces cases.csv, machine.json, ... atomically. */
bool as_folder_file(as_folder *f, const char *name, const char *text, size_t length, as_err *err);

#endif
