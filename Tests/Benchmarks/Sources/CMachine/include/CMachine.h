#ifndef CMACHINE_H
#define CMACHINE_H

/// Floating-point operations a second of one core that only multiplies and adds in its registers,
/// with the widest vectors that it has.
double machine_peak(void);
/// Bytes a second that one core reads and writes, adding arrays far larger than its caches.
double machine_bandwidth(void);

#endif
