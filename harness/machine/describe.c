/* describe.c: the facts that cost nothing: /proc and /sys, hwloc for cores and caches, the build's own texts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <cblas.h>
#include <gnu/libc-version.h>
#include <hwloc.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <yaml.h>
#if defined __x86_64__
#include <cpuid.h>
#endif

#include "../base/build.h"

static void hash_text(uint64_t *hash, const char *text)
{
    for (const char *c = text ? text : "?"; *c; c++)
        *hash = (*hash ^ (unsigned char)*c) * 0x100000001b3u;
    *hash = (*hash ^ 0xff) * 0x100000001b3u;
}

/* FNV-1a over the texts of what makes two machines differ; nothing that a reboot, a load or a governor changes. */
void as_machine_fingerprint(as_machine *m)
{
    char numbers[200];
    snprintf(numbers, sizeof numbers, "%x/%zu/%zu/%zu/%d/%d/%d", m->isas, m->cache_bytes[0], m->cache_bytes[1],
             m->cache_bytes[2], m->cpus, m->cores, m->sockets);
    uint64_t hash = 0xcbf29ce484222325u;
    const char *const texts[] = {m->cpu, m->vendor, m->microcode, numbers};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hash_text(&hash, texts[i]);
    snprintf(m->fingerprint, sizeof m->fingerprint, "%016" PRIx64, hash);
}

static const char *topology_info(hwloc_topology_t topology, as_arena *arena, const char *key)
{
    hwloc_obj_t package = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PACKAGE, 0);
    const char *text = package ? hwloc_obj_get_info_by_name(package, key) : NULL;
    if (!text)
        text = hwloc_obj_get_info_by_name(hwloc_get_root_obj(topology), key);
    return as_arena_intern(arena, text);
}

/* How many objects of a kind hold a cpu that this process may run on. */
static int count_allowed(hwloc_topology_t topology, hwloc_obj_type_t type, hwloc_const_cpuset_t allowed, int *most_cpus)
{
    int found = 0;
    hwloc_obj_t obj = NULL;
    while ((obj = hwloc_get_next_obj_by_type(topology, type, obj))) {
        if (!hwloc_bitmap_intersects(obj->cpuset, allowed))
            continue;
        int cpus = hwloc_bitmap_weight(obj->cpuset);
        *most_cpus = cpus > *most_cpus ? cpus : *most_cpus;
        found++;
    }
    return found;
}

static void describe_topology(as_machine *m, as_arena *arena)
{
    static const hwloc_obj_type_t caches[] = {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE};
    int ignored = 0;
    hwloc_topology_t topology = NULL;
    hwloc_bitmap_t allowed = hwloc_bitmap_alloc();
    if (!allowed || hwloc_topology_init(&topology) != 0)
        goto done;
    if (hwloc_topology_load(topology) != 0 || hwloc_get_cpubind(topology, allowed, HWLOC_CPUBIND_THREAD) != 0)
        goto done;
    if (!m->cpu)
        m->cpu = topology_info(topology, arena, "CPUModel");
    if (!m->vendor)
        m->vendor = topology_info(topology, arena, "CPUVendor");
    m->cores = count_allowed(topology, HWLOC_OBJ_CORE, allowed, &m->smt);
    m->sockets = count_allowed(topology, HWLOC_OBJ_PACKAGE, allowed, &ignored);
    for (int level = 0; level < 3; level++) {
        hwloc_obj_t cache = hwloc_get_next_obj_by_type(topology, caches[level], NULL);
        m->cache_bytes[level] = cache ? (size_t)cache->attr->cache.size : 0;
    }
done:
    if (topology)
        hwloc_topology_destroy(topology);
    hwloc_bitmap_free(allowed);
}

static void describe_cpus(as_machine *m)
{
    cpu_set_t set;
    m->cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    m->online = (int)sysconf(_SC_NPROCESSORS_ONLN);
    m->cores = m->cores ? m->cores : m->cpus;
    m->sockets = m->sockets ? m->sockets : 1;
    m->smt = m->smt ? m->smt : 1;
    m->isas = as_cpu_isas();
}

/* The name that a hypervisor gives itself, where there is one. */
static const char *hypervisor(as_arena *arena)
{
#if defined __x86_64__
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 31))
        return NULL;
    char name[13] = "";
    __cpuid(0x40000000, a, b, c, d);
    memcpy(name, &b, 4);
    memcpy(name + 4, &c, 4);
    memcpy(name + 8, &d, 4);
    for (char *at = name; *at; at++)
        if (*at < 0x20 || *at > 0x7e)
            *at = 0;
    return *name ? as_arena_intern(arena, name) : "unnamed";
#else
    (void)arena;
    return NULL;
#endif
}

static void describe_build(as_machine *m, as_arena *arena)
{
    m->version = as_build_version;
    m->commit = as_build_commit;
    m->compiler = as_build_compiler;
    m->flags = as_arena_printf(arena, "%s (%s)", as_build_flags, as_build_isas);
    m->blas_core = as_arena_printf(arena, "%s", openblas_get_corename());
    m->blas = as_arena_printf(arena, "%s, core type %s", openblas_get_config(), m->blas_core);
    unsigned hwloc = hwloc_get_api_version();
    m->libraries = as_arena_printf(arena, "glibc %s, hwloc API %u.%u, %s, jansson %s, libyaml %s",
                                   gnu_get_libc_version(), hwloc >> 16, hwloc >> 8 & 255, as_pmu_papi_version(arena),
                                   jansson_version_str(), yaml_get_version_string());
}

static const char *date(as_arena *arena)
{
    char text[32];
    struct tm utc;
    const time_t now = time(NULL);
    gmtime_r(&now, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return as_arena_intern(arena, text);
}

void as_machine_describe(as_machine *m, as_arena *arena)
{
    *m = (as_machine){0};
    as_rates_clear(m->rate);
    for (int level = 0; level < 4; level++)
        m->read_gbs[level] = NAN;
    struct utsname uts;
    if (uname(&uts) == 0)
        m->kernel = as_arena_printf(arena, "%s %s %s", uts.sysname, uts.release, uts.machine);
    as_machine_read(m, arena, "");
    describe_topology(m, arena);
    describe_cpus(m);
    if (!m->hypervisor)
        m->hypervisor = hypervisor(arena);
    describe_build(m, arena);
    m->date = date(arena);
    as_machine_fingerprint(m);
    as_machine_warn(m, arena);
}
