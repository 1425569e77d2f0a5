/* registry.c: the list of built-in kernels and those of plug-ins, which are checked before they join it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "registry.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract.h"
#include "kernel_name.h"

extern const as_kernel *const as_builtin_kernels[];

#define ENTRIES_MAX 512

/* Filled once with the built-ins; plug-ins are appended before any other thread exists. */
static as_entry entries[ENTRIES_MAX];
static size_t entry_count;

static bool add(const as_kernel *kernel, const char *origin)
{
    for (int isa = 0; isa < AS_ISA_COUNT; isa++) {
        if (!(kernel->isas & AS_ISA_BIT(isa)))
            continue;
        if (entry_count == ENTRIES_MAX)
            return false;
        entries[entry_count++] = (as_entry){kernel, (as_isa)isa, origin};
    }
    return true;
}

static void ensure(void)
{
    if (entry_count)
        return;
    for (const as_kernel *const *k = as_builtin_kernels; *k; k++)
        add(*k, NULL);
}

size_t as_registry_count(void)
{
    ensure();
    return entry_count;
}

const as_entry *as_registry_at(size_t index)
{
    ensure();
    return index < entry_count ? &entries[index] : NULL;
}

static bool is_called(const as_entry *e, const char *name, size_t length)
{
    return !strncmp(e->kernel->name, name, length) && !e->kernel->name[length];
}

const as_entry *as_registry_find(const char *name, uint32_t isas)
{
    const as_entry *best = NULL;
    const size_t length = as_kernel_base(name);
    ensure();
    for (size_t i = 0; i < entry_count; i++) {
        const as_entry *e = &entries[i];
        if (is_called(e, name, length) && (isas & AS_ISA_BIT(e->isa)) && (!best || e->isa > best->isa))
            best = e;
    }
    return best;
}

const as_entry *as_registry_best(const char *name, uint32_t isas, const as_problem *problem, char *why, size_t cap)
{
    char reason[300];
    const as_entry *e;
    snprintf(why, cap, "%s", "");
    while ((e = as_registry_find(name, isas)) != NULL) {
        if (!as_kernel_refuses(e->kernel, problem, reason, sizeof reason))
            return e;
        if (!*why)
            snprintf(why, cap, "%s", reason);
        isas &= ~AS_ISA_BIT(e->isa);
    }
    return NULL;
}

/* mechanism/algorithm in letters, digits, - and _ */
static bool good_name(const char *name)
{
    const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    size_t mechanism = strspn(name, allowed);
    if (!mechanism || name[mechanism] != '/')
        return false;
    size_t algorithm = strspn(name + mechanism + 1, allowed);
    return algorithm && !name[mechanism + 1 + algorithm] && strlen(name) < 64;
}

/* Keys that can be written, each once, and usual values within their range. */
static bool good_params(const as_kernel *k)
{
    const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    size_t count = 0;
    for (const as_kernel_param *p = k->params; p && p->key; p++, count++) {
        const size_t length = strlen(p->key);
        if (count == AS_KERNEL_PARAMS_MAX || !length || length > 15 || strspn(p->key, allowed) != length ||
            p->min > p->fallback || p->fallback > p->max || p->max > (uint64_t)1 << 53)
            return false;
        for (const as_kernel_param *q = k->params; q < p; q++)
            if (!strcmp(p->key, q->key))
                return false;
    }
    return true;
}

/* A plug-in may have several builds of one kernel, each for isas of its own. */
static bool is_taken(const as_kernel *k, const char *path)
{
    for (size_t i = 0; i < entry_count; i++) {
        const as_entry *e = &entries[i];
        if (!strcmp(e->kernel->name, k->name) &&
            (!e->origin || strcmp(e->origin, path) || (k->isas & AS_ISA_BIT(e->isa))))
            return true;
    }
    return false;
}

static bool check(const as_kernel *k, const char *path, char *why, size_t cap)
{
    if (!k->name || !good_name(k->name)) {
        snprintf(why, cap, "%s: a kernel's name must look like attention/mine", path);
        return false;
    }
    if (is_taken(k, path)) {
        snprintf(why, cap, "%s: a kernel called %s exists already: rename it", path, k->name);
        return false;
    }
    if (!(k->isas & AS_ISA_ALL) || !k->operands || !k->workspace || !k->work || !k->tolerance || !k->phases ||
        !k->phases[0].run) {
        snprintf(why, cap, "%s: %s lacks a part of its descriptor: see kernel.h", path, k->name);
        return false;
    }
    if (!good_params(k)) {
        snprintf(why, cap,
                 "%s: %s has a parameter that cannot be: at most %d, keys of at most 15 letters, digits, - and _, each "
                 "once, min <= fallback <= max <= 2^53",
                 path, k->name, AS_KERNEL_PARAMS_MAX);
        return false;
    }
    return true;
}

/* The plug-in's list. NULL and a sentence: it is none, or was built for another ABI. */
static const as_kernel *const *plugin_list(const char *path, char *why, size_t cap)
{
    const as_kernel *const *(*plugin)(uint32_t);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        snprintf(why, cap, "%s: cannot be loaded as a plug-in: %s", path, dlerror());
        return NULL;
    }
    *(void **)&plugin = dlsym(handle, "attnscope_plugin");
    if (!plugin) {
        snprintf(why, cap, "%s: has no function attnscope_plugin", path);
        return NULL;
    }
    const as_kernel *const *list = plugin(AS_KERNEL_ABI);
    for (uint32_t abi = AS_KERNEL_ABI - 1; !list && abi > 0; abi--)
        if (plugin(abi)) {
            char reason[240];
            as_kernel_other_abi(abi, reason, sizeof reason);
            snprintf(why, cap, "%s: %s", path, reason);
            return NULL;
        }
    if (!list)
        snprintf(why, cap, "%s: does not serve plug-in ABI %u: rebuild it with this program's kernel.h", path,
                 AS_KERNEL_ABI);
    return list;
}

/* A copy of the descriptor that lives as long as the program, in the registry. */
static bool add_plugin_kernel(const as_kernel *kernel, const char *origin, char *why, size_t cap)
{
    char reason[240];
    as_kernel known, *kept;
    if (!as_kernel_adopt(kernel, &known, reason, sizeof reason)) {
        snprintf(why, cap, "%s: %s", origin, reason);
        return false;
    }
    if (!check(&known, origin, why, cap))
        return false;
    kept = malloc(sizeof *kept);
    if (kept)
        *kept = known;
    if (kept && add(kept, origin))
        return true;
    snprintf(why, cap, "%s: too many kernels", origin);
    free(kept);
    return false;
}

bool as_registry_load(const char *path, char *why, size_t cap)
{
    ensure();
    for (size_t i = 0; i < entry_count; i++)
        if (entries[i].origin && !strcmp(entries[i].origin, path))
            return true; /* loaded before */
    const as_kernel *const *list = plugin_list(path, why, cap);
    if (!list)
        return false;
    const size_t before = entry_count;
    char *origin = strdup(path);
    bool ok = origin != NULL;
    if (!ok)
        snprintf(why, cap, "%s: out of memory", path);
    for (; ok && *list; list++)
        ok = add_plugin_kernel(*list, origin, why, cap);
    if (entry_count == before)
        free(origin);
    return ok;
}
