/* reading.h: what the files of this stage share: where we are in the YAML tree, and a row of a table of keys.
 * SPDX-License-Identifier: Apache-2.0
 * A new key is a new row in config.c; a new kind of value is a new reader in value.c. */
#ifndef AS_CONFIG_READING_H
#define AS_CONFIG_READING_H

#include <yaml.h>

#include "config.h"

typedef struct {
    const char *path; /* only named in errors */
    yaml_document_t *document;
    as_arena *arena;
    as_err *err;
} reading;

typedef struct field field;

/* Reads `node` into `target`; false and an error with its place when it is not what `f` means. */
typedef bool (*value_reader)(reading *r, const yaml_node_t *node, const field *f, void *target);

struct field {
    const char *key;
    value_reader read;
    size_t offset;            /* of the target within its section's struct */
    const char *meant;        /* what a value is, with an example; completes "KEY is ..." */
    uint64_t min, max;        /* of a whole number */
    const char *const *words; /* what else is allowed (numbers), or all that is allowed (words); ends with NULL */
    const field *rows;        /* of a section; ends with a row without a key */
    bool required;
};

/* Records "path:line:column: ..." and returns false. */
bool as_config_fail_at(reading *r, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const char *as_config_place(reading *r, const yaml_node_t *node);

/* A mapping whose keys are the rows of `f`; each known, none twice, the required ones there. */
bool as_config_read_section(reading *r, const yaml_node_t *node, const field *f, void *target);

bool as_config_read_name(reading *r, const yaml_node_t *node, const field *f, void *target);   /* const char * */
bool as_config_read_line(reading *r, const yaml_node_t *node, const field *f, void *target);   /* const char * */
bool as_config_read_counts(reading *r, const yaml_node_t *node, const field *f, void *target); /* as_counts */
bool as_config_read_words(reading *r, const yaml_node_t *node, const field *f, void *target);  /* as_texts */
bool as_config_read_names(reading *r, const yaml_node_t *node, const field *f,
                          void *target); /* as_texts, may be empty */
bool as_config_read_patterns(reading *r, const yaml_node_t *node, const field *f, void *target); /* as_patterns */
bool as_config_read_cold(reading *r, const yaml_node_t *node, const field *f, void *target);     /* bool */
bool as_config_read_unsigned(reading *r, const yaml_node_t *node, const field *f, void *target); /* unsigned */
bool as_config_read_seed(reading *r, const yaml_node_t *node, const field *f, void *target);     /* uint64_t */
bool as_config_read_share(reading *r, const yaml_node_t *node, const field *f, void *target);    /* double, 0..1 */
bool as_config_read_seconds(reading *r, const yaml_node_t *node, const field *f, void *target);  /* double */
bool as_config_read_memory(reading *r, const yaml_node_t *node, const field *f, void *target);   /* as_measure */

/* What no single key can know: d whole, Hkv dividing H, sizes that can be counted, a sane number of cases. */
bool as_config_check_shapes(const as_config *config, as_err *err);

#endif
