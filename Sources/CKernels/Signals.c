#include "Kernels.h"

#include <signal.h>

// oneDNN's generated code keeps working memory at the stack pointer: its matrix product even loads the
// address of a block of the heap into it. A signal handler that runs then writes its frame there, over
// whatever lies before the block. With version 2.6.3 a product of [28, 3840] and [3840, 8] under a
// signal every 0.2 ms died of a broken heap within seconds, and one training in a hundred that was
// interrupted with Ctrl-C did. A handler on a stack of its own (SA_ONSTACK) would do no harm, but the
// handlers are the host's. So signals wait until oneDNN returns; others of the process's threads may
// take them meanwhile.

void racnn_hold_signals(racnn_signals *before) {
  sigset_t held;
  sigfillset(&held);
  // Those of an error in the code itself cannot wait: held, they would end the process unseen.
  static const int urgent[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT};
  for (size_t i = 0; i < sizeof urgent / sizeof *urgent; i++) sigdelset(&held, urgent[i]);
  pthread_sigmask(SIG_SETMASK, &held, before);
}

void racnn_release_signals(const racnn_signals *before) { pthread_sigmask(SIG_SETMASK, before, NULL); }
