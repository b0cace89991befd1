/* How a sink or source answers: it took or gave bytes, asks to be tried again later, has ended, or failed. */
#ifndef MF_FLOW_H
#define MF_FLOW_H

enum mf_flow { MF_FLOW_OK, MF_FLOW_PAUSE, MF_FLOW_END, MF_FLOW_FAIL };

#endif
