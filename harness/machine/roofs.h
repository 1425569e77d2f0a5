/* roofs.h: what those who run a roof's loop share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MACHINE_ROOFS_H
#define AS_MACHINE_ROOFS_H

#include "../../kernels/roof/roof.h"
#include "machine.h"

#define AS_BURST_NS 500000u /* long against a reading of the clock, short against a scheduler's slice */

/* How many rounds of the loop take about one burst. */
uint64_t as_roof_calibrate(as_roof_flops loop);

/* NULL where this CPU has none. */
as_roof_flops as_roof_bf16(const as_roof *roof);

/* How much to read so that it comes from that level (0: L1 .. 3: memory) and from no nearer one, in whole pages; 0
 * where that cannot be said. */
size_t as_roof_set_bytes(const as_machine *m, int level);

/* So many bytes of floats, on large pages where the system gives them; NULL without memory. munmap them. */
float *as_roof_set(size_t bytes);

#endif
