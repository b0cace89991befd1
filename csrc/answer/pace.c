#include "pace.h"

#include "retry.h"

#define PATIENCE 600.0 /* seconds without any other answer */
#define MOST_GAP 1.0
#define LEAST_GAP 0.005
#define MOST_AT_ONCE 64.0 /* as many as this are no bound any more */

bool mf_pace_is_open(const struct mf_pace *pace, double now)
{
  return now >= pace->until;
}

bool mf_pace_may_go(struct mf_pace *pace, struct mf_link *waiter, double now)
{
  bool has_room =
      (pace->most == 0 || pace->under_way + 1 <= pace->most) && (pace->places == 0 || pace->under_way < pace->places);

  if (mf_pace_is_open(pace, now) && has_room && (!pace->waiting.first || pace->waiting.first == waiter)) {
    mf_queue_leave(waiter);
    return true;
  }
  if (!waiter->queue)
    mf_queue_enter(&pace->waiting, waiter);
  return false;
}

void mf_pace_begin(struct mf_pace *pace, bool joined, double now)
{
  if (!joined)
    pace->under_way++;
  pace->until = now + pace->gap;
}

void mf_pace_end(struct mf_pace *pace, bool joined)
{
  if (!joined)
    pace->under_way--;
}

static void hold(struct mf_pace *pace, double until)
{
  if (until > pace->until)
    pace->until = until;
}

static void slow_down(struct mf_pace *pace, double first)
{
  double at_once = pace->most > 0 && pace->most < pace->under_way ? pace->most : pace->under_way;

  pace->most = at_once > 2 ? at_once / 2 : 1;
  pace->gap = pace->gap > 0 ? pace->gap * 2 : first / 2;
  if (pace->gap > MOST_GAP)
    pace->gap = MOST_GAP;
}

bool mf_pace_refuse(struct mf_pace *pace, double sent, double asked, double first, double now)
{
  if (pace->refusals == 0)
    pace->since = now;
  if (asked > 0)
    hold(pace, now + asked);
  if (sent < pace->refused)
    return now - pace->since < PATIENCE;
  pace->refused = now;
  pace->refusals++;
  slow_down(pace, first);
  if (asked <= 0)
    hold(pace, now + mf_retry_growing(pace->refusals, first, 1, 1.25));
  return now - pace->since < PATIENCE;
}

void mf_pace_accept(struct mf_pace *pace)
{
  pace->refusals = 0;
  pace->gap = pace->gap > LEAST_GAP ? pace->gap * 0.9 : 0;
  if (pace->most > 0)
    pace->most += 0.25 / pace->most;
  if (pace->most >= MOST_AT_ONCE)
    pace->most = 0;
}
