/* What arrives as the body of an answer: hashed and counted on its way to the sink, and continued after a break. */
#ifndef MF_RECEIPT_H
#define MF_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/bytes.h"
#include "../base/hash.h"
#include "../base/problem.h"
#include "../stream/flow.h"
#include "../stream/sink.h"

#define MF_RECEIPT_RANGE 64 /* bytes of a Range header's value */

struct mf_receipt {
  struct mf_sink *sink; /* borrowed */
  const char *digest;   /* expected, borrowed; NULL: any */
  char algorithm[16];
  struct mf_hash hash;         /* open once a byte has come */
  size_t limit;                /* bytes that it takes at most */
  struct mf_bytes *error_body; /* borrowed: the start of a body that is not a 2xx one */
  int64_t first;               /* offset in the body of the first byte that is wanted */
  int64_t length;              /* bytes that are wanted; 0: all */
  int64_t received;            /* bytes that went into hash and sink */
  int64_t total;               /* bytes that there are of what is wanted, as a partial answer tells; 0: not told */
  int64_t skip;                /* bytes of this attempt that were received by an earlier one */
  bool open;                   /* this attempt's first piece has come */
  bool whole;                  /* ranges have failed: the whole is asked for, and what is there already is skipped */
  bool restarted;              /* what had come did not hash right and was thrown away, once */
  bool has_enough;             /* enough has come, of an error's body or of a part: the attempt was ended by us */
  bool ended;                  /* the sink has been told its end */
};

bool mf_receipt_init(struct mf_receipt *receipt, struct mf_sink *sink, const char *digest, size_t limit,
                     struct mf_bytes *error_body, struct mf_problem *problem);
/* Makes ready for another attempt: a body with a known digest goes on where it broke off, any other starts again (it
   may be another document by now). False when it cannot: problem set. */
bool mf_receipt_again(struct mf_receipt *receipt, struct mf_problem *problem);
/* Does the next attempt ask for a part? */
bool mf_receipt_asks_part(const struct mf_receipt *receipt);
/* The Range header to ask with, "" for none. */
void mf_receipt_range(const struct mf_receipt *receipt, char text[MF_RECEIPT_RANGE]);
/* Takes a piece of the body of an answer with STATUS; CONTENT_RANGE is that header or NULL. */
enum mf_flow mf_receipt_take(struct mf_receipt *receipt, long status, const char *content_range, const char *data,
                             size_t length, struct mf_problem *problem);
/* Has this attempt ended with a part that the server itself calls one? The rest is to be asked for. */
bool mf_receipt_is_part(const struct mf_receipt *receipt);
/* The body is whole: writes its digest to TEXT and compares it with the expected one. False: problem set. */
bool mf_receipt_check(const struct mf_receipt *receipt, char *text, size_t room, struct mf_problem *problem);
/* Throws away what came, to receive it once more. False when that was done before, or the sink cannot forget. */
bool mf_receipt_restart(struct mf_receipt *receipt, struct mf_problem *problem);
/* Ends the sink: all bytes came and are right. False: problem set. */
bool mf_receipt_finish(struct mf_receipt *receipt, struct mf_problem *problem);
/* Tells the sink that no more comes, if nobody has; frees what is owned. Safe twice. */
void mf_receipt_free(struct mf_receipt *receipt);

#endif
